//! Every metric's name, once, following Prometheus' conventions; and the handles that record them.
//!
//! A node creates its handles when it starts, so that recording is one atomic step, without a lookup per message.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::{
    bytes::{Buffer, BufferedBytes},
    protocol::{Close, Code, Kind, media::MediaReason},
};

/// Open sockets on this node.
pub const SOCKETS: &str = "aldis_sockets";
/// Users with a socket on this node.
pub const USERS: &str = "aldis_users";
/// Rooms with a member on this node.
pub const ROOMS: &str = "aldis_rooms";
/// How many of these have a worker because they wait for an answer, by kind.
pub const ACTIVE: &str = "aldis_active";
/// Sockets opened.
pub const SOCKETS_OPENED: &str = "aldis_sockets_opened_total";
/// Sockets closed by the node, by close code.
pub const SOCKETS_CLOSED: &str = "aldis_sockets_closed_total";
/// Messages from clients, by type.
pub const MESSAGES_RECEIVED: &str = "aldis_messages_received_total";
/// Messages to clients.
pub const MESSAGES_SENT: &str = "aldis_messages_sent_total";
/// Messages refused, by code.
pub const MESSAGES_REFUSED: &str = "aldis_messages_refused_total";
/// From a message read to its ledger answer, in seconds; 0 if the answer came within the same few turns.
pub const RELAY_SECONDS: &str = "aldis_relay_duration_seconds";
/// Bytes of messages buffered for clients, by class.
pub const BUFFERED_BYTES: &str = "aldis_buffered_bytes";
/// Limit of the bytes buffered for clients; from half of it on load is shed.
pub const BUFFERED_MAX_BYTES: &str = "aldis_buffered_max_bytes";
/// 1 while the node delivers nothing, because it cannot renew its lease; else 0.
pub const LEDGER_FENCED: &str = "aldis_ledger_fenced";
/// Messages read and not yet settled.
pub const MAILBOX_MESSAGES: &str = "aldis_mailbox_messages";
/// Cells and actors restarted after a panic.
pub const ACTOR_RESTARTS: &str = "aldis_actor_restarts_total";
/// Joins that the ledger has decided, by outcome.
pub const JOINS: &str = "aldis_joins_total";
/// Resumes that the ledger has decided, by outcome.
pub const RESUMES: &str = "aldis_resumes_total";
/// 1 while the node drains; else 0.
pub const DRAINING: &str = "aldis_draining";
/// Rooms the reaper found work in.
pub const ROOMS_REAPED: &str = "aldis_rooms_reaped_total";

/// Rooms with a member on this node whose media is on a media server, by server.
pub const MEDIA_ROOMS: &str = "aldis_media_rooms";
/// Rooms that this node has given a media server, by reason: the first one, or another one.
pub const MEDIA_MOVES: &str = "aldis_media_moves_total";
/// Rooms whose media this node has let fall back to the browsers.
pub const MEDIA_FALLBACKS: &str = "aldis_media_fallbacks_total";
/// What this node has deleted on media servers because nobody has it, by kind.
pub const MEDIA_ORPHANS: &str = "aldis_media_orphans_deleted_total";

/// Messages in flight on one node. A counter of its own, because a gauge is a float: one atomic step instead of a loop.
#[derive(Debug, Clone, Default)]
pub struct InFlightMessages(Arc<AtomicUsize>);

impl InFlightMessages {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn remove(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Their number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One node's handles.
pub(crate) struct Meters {
    pub(crate) sockets: Gauge,
    pub(crate) users: Gauge,
    pub(crate) rooms: Gauge,
    /// By kind: sockets, users, rooms.
    pub(crate) active: [Gauge; 3],
    /// By class, in the order of [`Buffer::ALL`].
    buffered: [Gauge; 4],
    buffered_max: Gauge,
    fenced: Gauge,
    draining: Gauge,
    pub(crate) opened: Counter,
    pub(crate) sent: Counter,
    pub(crate) relay: Histogram,
    pub(crate) in_flight: InFlightMessages,
    mailbox: Gauge,
    pub(crate) restarts: Counter,
    pub(crate) reaped: Counter,
    received: Vec<Counter>,
}

impl Meters {
    pub(crate) fn new() -> Self {
        describe();
        Self {
            sockets: gauge!(SOCKETS),
            users: gauge!(USERS),
            rooms: gauge!(ROOMS),
            active: ["socket", "user", "room"].map(|kind| gauge!(ACTIVE, "kind" => kind)),
            buffered: Buffer::ALL.map(|class| gauge!(BUFFERED_BYTES, "class" => class.as_str())),
            buffered_max: gauge!(BUFFERED_MAX_BYTES),
            fenced: gauge!(LEDGER_FENCED),
            draining: gauge!(DRAINING),
            opened: counter!(SOCKETS_OPENED),
            sent: counter!(MESSAGES_SENT),
            relay: histogram!(RELAY_SECONDS),
            in_flight: InFlightMessages::default(),
            mailbox: gauge!(MAILBOX_MESSAGES),
            restarts: counter!(ACTOR_RESTARTS),
            reaped: counter!(ROOMS_REAPED),
            received: Kind::ALL.iter().map(|kind| counter!(MESSAGES_RECEIVED, "type" => kind.as_str())).collect(),
        }
    }

    /// A message of this type was read; `None`: one that could not be understood.
    pub(crate) fn received(&self, kind: Kind) {
        if let Some(counter) = self.received.get(kind as usize) {
            counter.increment(1);
        }
    }

    /// Sets the gauges of messages in flight, buffered bytes, the lease, and the drain.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node holds 2^52 bytes")]
    pub(crate) fn measure(&self, bytes: &BufferedBytes, is_fenced: bool, is_draining: bool) {
        self.draining.set(f64::from(u8::from(is_draining)));
        self.fenced.set(f64::from(u8::from(is_fenced)));
        self.mailbox.set(self.in_flight.count() as f64);
        for (gauge, class) in self.buffered.iter().zip(Buffer::ALL) {
            gauge.set(bytes.held(class) as f64);
        }
        self.buffered_max.set(bytes.limit() as f64);
    }

    /// The ledger has decided a join; rare, so the handle is looked up.
    pub(crate) fn joined(outcome: &'static str) {
        counter!(JOINS, "outcome" => outcome).increment(1);
    }

    /// The ledger has decided a resume; rare, so the handle is looked up.
    pub(crate) fn resumed(outcome: &'static str) {
        counter!(RESUMES, "outcome" => outcome).increment(1);
    }

    /// A message was refused; rare, so the handle is looked up.
    pub(crate) fn refused(code: Code) {
        counter!(MESSAGES_REFUSED, "code" => code.as_str()).increment(1);
    }

    /// A socket was closed by the node; rare, so the handle is looked up.
    pub(crate) fn closed(code: Close) {
        counter!(SOCKETS_CLOSED, "code" => code.as_str()).increment(1);
    }
}

/// Media flows otherwise now, or elsewhere, because this node has asked for it.
pub(crate) fn media_changed(reason: MediaReason) {
    match move_reason(reason) {
        Some(reason) => counter!(MEDIA_MOVES, "reason" => reason).increment(1),
        None => counter!(MEDIA_FALLBACKS).increment(1),
    }
}

/// A peer, or else a room, is deleted on a media server because nobody has it.
pub(crate) fn media_orphan(is_peer: bool) {
    counter!(MEDIA_ORPHANS, "kind" => if is_peer { "peer" } else { "room" }).increment(1);
}

/// So many rooms with a member here are on this media server.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; no node has 2^52 rooms")]
pub(crate) fn media_rooms(server: &str, rooms: usize) {
    gauge!(MEDIA_ROOMS, "server" => server.to_owned()).set(rooms as f64);
}

/// Why a room was given a media server, or needs none any more; nothing if it has lost it.
const fn move_reason(reason: MediaReason) -> Option<&'static str> {
    match reason {
        MediaReason::Placed => Some("placed"),
        MediaReason::MediaLost => Some("media_lost"),
        MediaReason::MediaMoved => Some("media_moved"),
        MediaReason::Recovered => Some("recovered"),
        MediaReason::Grown => Some("grown"),
        MediaReason::Shrunk => Some("shrunk"),
        MediaReason::MediaUnavailable => None,
    }
}

/// Metrics of media servers, for a node that has any: from 0 on, so that a rate sees the first one.
pub(crate) fn describe_media() {
    describe_gauge!(MEDIA_ROOMS, "Rooms with a member on this node whose media is on this media server");
    describe_counter!(
        MEDIA_MOVES,
        "Rooms that this node has given a media server, or has let leave it as they have shrunk, by reason"
    );
    describe_counter!(MEDIA_FALLBACKS, "Rooms whose media this node has let fall back to the browsers");
    describe_counter!(MEDIA_ORPHANS, "Peers and rooms deleted on media servers because nobody has them");
    for reason in ["placed", "media_lost", "media_moved", "recovered", "grown", "shrunk"] {
        counter!(MEDIA_MOVES, "reason" => reason).increment(0);
    }
    counter!(MEDIA_FALLBACKS).increment(0);
    for kind in ["peer", "room"] {
        counter!(MEDIA_ORPHANS, "kind" => kind).increment(0);
    }
}

fn describe() {
    describe_gauge!(SOCKETS, "Open sockets on this node");
    describe_gauge!(USERS, "Users with a socket on this node");
    describe_gauge!(ROOMS, "Rooms with a member on this node");
    describe_gauge!(ACTIVE, "Sockets, users and rooms that wait for an answer, by kind");
    describe_gauge!(BUFFERED_BYTES, Unit::Bytes, "Bytes of messages buffered for clients, by class");
    describe_gauge!(BUFFERED_MAX_BYTES, Unit::Bytes, "Bytes that may be buffered for clients");
    describe_gauge!(LEDGER_FENCED, "1 while the node delivers nothing, because it cannot renew its lease");
    describe_counter!(SOCKETS_OPENED, "Sockets opened");
    describe_counter!(SOCKETS_CLOSED, "Sockets closed by the node, by close code");
    describe_counter!(MESSAGES_RECEIVED, "Messages from clients, by type");
    describe_counter!(MESSAGES_SENT, "Messages to clients");
    describe_counter!(MESSAGES_REFUSED, "Messages refused, by code");
    describe_histogram!(RELAY_SECONDS, Unit::Seconds, "From a message read to its ledger answer");
    describe_gauge!(MAILBOX_MESSAGES, "Messages read and not yet settled");
    describe_counter!(ACTOR_RESTARTS, "Cells and actors restarted after a panic");
    describe_counter!(
        JOINS,
        "Joins that the ledger has decided: seated, full, crowded (media flows between the browsers), or unanswered"
    );
    describe_counter!(RESUMES, "Resumes that the ledger has decided: seated, moved, why not, or unanswered");
    describe_gauge!(DRAINING, "1 while the node drains");
    describe_counter!(ROOMS_REAPED, "Rooms the reaper found work in");
}
