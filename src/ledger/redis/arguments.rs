//! An operation's own arguments, as the head of its script lists them. Knows no keys.

use actors::{
    ledger::{Audit, Broadcast, Claim, Fact, HOST_LEASE, Join, Place, Placing, Resume, Send, TrackChange},
    protocol::{
        SeatId,
        media::{MediaEpoch, PRODUCERS_MAX},
        server::Mode,
    },
};
use sha2::{Digest, Sha256};

use super::{codec, keys::BUCKETS, limits::RedisLimits};

pub(super) fn join(join: Join) -> Vec<String> {
    let Join { user, name, session, secret, max, window, revision, attributes } = join;
    let (user, session, secret) = (user.to_string(), session.to_string(), digest(secret));
    let (window, max) = (window.as_millis().to_string(), format!("{} {} {}", max.own, max.unplaced, max.mesh));
    vec![user, session, secret, window, max, codec::shown(&name, &attributes), revision.to_string()]
}

pub(super) fn resume(resume: &Resume) -> Vec<String> {
    let Resume { user, order, session, secret, last_seq, reclaims } = resume;
    let reclaims = reclaims.map(|fence| fence.to_string()).unwrap_or_default();
    let (user, session) = (user.to_string(), session.to_string());
    vec![order.to_string(), user, session, digest(*secret), last_seq.to_string(), reclaims]
}

pub(super) fn send(send: &Send) -> Vec<String> {
    let Send { from, to, cid, skipped, released, messages } = send;
    let described = messages.iter().any(|message| message.kind.is_description());
    let [order, fence] = seat(*from);
    let mut all = vec![order, fence, to.to_string(), number(*cid), flag(described)];
    if !skipped.is_empty() || !released.is_empty() || messages.len() != 1 {
        all.extend([codec::skips(skipped), codec::numbers(released)]);
    }
    all.extend(messages.iter().map(codec::message));
    all
}

pub(super) fn broadcast(broadcast: &Broadcast, limits: &RedisLimits) -> Vec<String> {
    let Broadcast { from, cid, skipped, message, changes } = broadcast;
    let [order, fence] = seat(*from);
    let (chat_max, chat_ttl) = (limits.chat_max.to_string(), limits.chat_ttl.as_secs().to_string());
    let (of_room, of_bucket) = (limits.chat_bytes_max.to_string(), (limits.chat_bytes_all_max / BUCKETS).to_string());
    let chat = [chat_max, chat_ttl, of_room, of_bucket];
    let mut all = vec![order, fence, number(*cid), codec::skips(skipped), codec::message(message)];
    all.extend(chat);
    all.extend(changes.as_ref().map(codec::changes));
    all
}

pub(super) fn audits(audits: &[Audit]) -> Vec<String> {
    let one = |Audit { seat: of, last_seq, acked }: &Audit| {
        let [order, fence] = seat(*of);
        [order, fence, last_seq.to_string(), acked.to_string()]
    };
    audits.iter().flat_map(one).collect()
}

pub(super) fn claim(claims: &[Claim], facts: &[Fact]) -> Vec<String> {
    let mut all = vec![facts.len().to_string(), claims.len().to_string()];
    all.extend(facts.iter().flat_map(fact));
    all.extend(claims.iter().flat_map(claimed));
    all
}

fn fact(fact: &Fact) -> [String; 4] {
    let told = |kind: &str, of: SeatId, what: String| {
        let [order, fence] = seat(of);
        [kind.to_owned(), order, fence, what]
    };
    match fact {
        Fact::Freed(of, reason) => told("freed", *of, codec::word(*reason).to_owned()),
        Fact::Disconnected(of, window) => told("gone", *of, window.as_millis().to_string()),
        Fact::Known(orders) => told("known", SeatId { order: 0, fence: 0 }, codec::numbers(orders)),
        Fact::Skipped(of, skipped) => told("skipped", *of, codec::skips(skipped)),
        Fact::Media(known) => told("media", SeatId { order: 0, fence: 0 }, codec::room_media(known)),
    }
}

pub(super) fn place(Place { expect, to, reason }: &Place) -> Vec<String> {
    let (mode, server, instance, below) = match to {
        Placing::Host(host) => (Mode::Sfu, host.server.to_string(), host.instance.to_string(), 0),
        Placing::Mesh { below } => (Mode::Mesh, String::new(), String::new(), *below),
    };
    let (expect, below, lease) = (expect.to_string(), below.to_string(), HOST_LEASE.as_millis().to_string());
    let reason = codec::media_reason(*reason).to_owned();
    vec![expect, codec::mode(mode).to_owned(), server, instance, below, reason, lease]
}

pub(super) fn publish(of: SeatId, epoch: MediaEpoch, change: &TrackChange) -> Vec<String> {
    let (what, id, source, detail) = match change {
        TrackChange::Publish(producer) => {
            let detail = format!("{} {}", codec::track_kind(producer.kind), flag(producer.paused));
            ("p", &producer.id, &*producer.source, detail)
        }
        TrackChange::Pause(id, paused) => ("u", id, "", flag(*paused)),
        TrackChange::End(id, end) => ("e", id, "", codec::producer_end(*end).to_owned()),
    };
    let [order, fence] = seat(of);
    let (id, source, max) = (id.to_string(), source.to_owned(), PRODUCERS_MAX.to_string());
    vec![order, fence, epoch.to_string(), what.to_owned(), id, source, detail, max]
}

fn claimed(claim: &Claim) -> [String; 11] {
    let Claim { seat: of, user, name, session, secret, window, last_seq, sent, heard, skipped, attributes } = claim;
    let name = codec::shown(name, attributes);
    let [order, fence] = seat(*of);
    let (sent, heard, skipped) = (codec::sequences(sent), codec::sources(heard), codec::skips(skipped));
    let (user, session, window) = (user.to_string(), session.to_string(), window.as_millis().to_string());
    [order, fence, user, name, session, digest(*secret), window, last_seq.to_string(), sent, heard, skipped]
}

fn seat(SeatId { order, fence }: SeatId) -> [String; 2] {
    [order.to_string(), fence.to_string()]
}

fn number(cid: Option<u64>) -> String {
    cid.map(|cid| cid.to_string()).unwrap_or_default()
}

fn flag(is: bool) -> String {
    u8::from(is).to_string()
}

/// The stored form of a resume secret: a reader of Redis cannot resume a session.
fn digest(secret: u128) -> String {
    Sha256::digest(secret.to_be_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
