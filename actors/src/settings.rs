//! Every limit and interval of the system, with its unit and its reason; the edge fills them in from the configuration.

use std::time::Duration;

/// A node's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The node itself.
    pub node: NodeLimits,
    /// Maximum messages queued for one cell.
    pub mailboxes: MailboxLimits,
    /// One socket.
    pub socket: SocketLimits,
    /// One room.
    pub room: RoomLimits,
    /// One user.
    pub user: UserLimits,
    /// Rates and what messages cost.
    pub budget: BudgetLimits,
}

/// Bounds and intervals of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLimits {
    /// How long a disconnected seat is kept unless the room sets another time; sent in `welcome`.
    pub seat_window: Duration,
    /// Concurrent sockets; memory is bounded by it.
    pub sockets_max: usize,
    /// How long an idle worker is kept, so that a busy cell does not start one for each message.
    pub rest_after: Duration,
    /// How long one thread runs turns before the rest goes to workers: other tasks of that thread wait as long.
    pub turn_budget: Duration,
    /// How long the node's lease lasts without being renewed.
    pub lease: Duration,
    /// How often it is renewed; a third of the lease, so that two failures in a row do no harm.
    pub renew_every: Duration,
    /// How long before its lease ends a node that could not renew it stops delivering.
    pub fence_before: Duration,
    /// Maximum queued pushes of other nodes; beyond it every seat is audited.
    pub pushes_max: usize,
    /// Maximum bytes of their texts.
    pub pushes_bytes_max: usize,
    /// Maximum bytes of messages buffered for clients on this node (early candidates, inboxes, outboxes).
    pub buffered_bytes_max: u64,
}

impl Default for NodeLimits {
    fn default() -> Self {
        Self {
            seat_window: Duration::from_secs(5),
            sockets_max: 100_000,
            rest_after: Duration::from_millis(250),
            turn_budget: Duration::from_micros(200),
            lease: Duration::from_secs(6),
            renew_every: Duration::from_secs(2),
            fence_before: Duration::from_secs(2),
            pushes_max: 10_000,
            pushes_bytes_max: 32 << 20,
            buffered_bytes_max: 1 << 30,
        }
    }
}

/// Messages queued for one cell while it runs; further ones are refused with a typed answer. Facts, answers and control
/// messages are always accepted: other limits bound their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailboxLimits {
    /// For a room: joins, resumes, members' messages, pushes. A hundred members may have 16 messages in flight each.
    pub room_max: usize,
    /// For a socket: deliveries, pings, pongs. Several times the entries that an inbox holds for a resume.
    pub socket_max: usize,
    /// For a user: new sockets, newer tokens. Many times the sockets that one user may keep.
    pub user_max: usize,
}

impl Default for MailboxLimits {
    fn default() -> Self {
        Self { room_max: 4_096, socket_max: 1_024, user_max: 256 }
    }
}

/// Bounds of one socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketLimits {
    /// Bytes of one message; a description with many candidates stays below 20 KiB.
    pub message_bytes_max: usize,
    /// Send-buffer limit: bytes buffered for a slow reader before its socket is closed; less while memory is short.
    pub outbox_bytes_max: usize,
    /// How long a blocked write may take before the reader counts as slow.
    pub write_within: Duration,
    /// How long a socket may be open without a hello.
    pub hello_within: Duration,
    /// How often a client is asked to send `heartbeat`.
    pub heartbeat_every: Duration,
    /// How long a client's script may be silent; browsers throttle the timers of hidden pages to one a minute.
    pub heartbeat_within: Duration,
    /// How often the node pings; a connection that has not answered by the next ping but one is half-open.
    pub ping_every: Duration,
    /// How long a pong may take.
    pub pong_within: Duration,
    /// Messages read but not yet settled; the reader waits beyond that, so a mailbox stays short.
    pub in_flight_max: usize,
    /// How long the reader waits if none of them is settled: then it reads on, for pings, pongs and heartbeats, and refuses
    /// messages to others as `unavailable`.
    pub settle_within: Duration,
    /// Messages unacknowledged by the server before it sends an `ack` without waiting for the next tick.
    pub ack_every: u64,
    /// Refusals that the client is not known to have received; beyond it the socket is closed as a flood.
    pub refusals_max: usize,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            message_bytes_max: 64 * 1024,
            outbox_bytes_max: 1024 * 1024,
            write_within: Duration::from_secs(10),
            hello_within: Duration::from_secs(5),
            heartbeat_every: Duration::from_secs(15),
            heartbeat_within: Duration::from_secs(75),
            ping_every: Duration::from_secs(10),
            pong_within: Duration::from_secs(14),
            in_flight_max: 16,
            settle_within: Duration::from_secs(1),
            ack_every: 32,
            refusals_max: 200,
        }
    }
}

/// Bounds of one room on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomLimits {
    /// Seats of a room whose own limit cannot be looked up.
    pub participants_max: u32,
    /// Early candidates that wait for one pair; a browser gathers fewer.
    pub candidates_max: usize,
    /// Bytes of one candidate; browsers send some 200.
    pub candidate_bytes_max: usize,
    /// Bytes of early candidates of one member, to all others together: one user may be in many rooms.
    pub candidates_bytes_max: usize,
    /// How long an early candidate waits; a later description will not arrive.
    pub candidates_within: Duration,
    /// How long a message waits for an unavailable ledger before it is refused as `unavailable`.
    pub hold_within: Duration,
    /// How long a message whose outcome is unknown is retried before its socket is closed, to resume elsewhere.
    pub unknown_within: Duration,
    /// How long after its last entry a room is audited: trims inboxes, finds a lost push.
    pub audit_after: Duration,
    /// How often an idle room is audited.
    pub audit_every: Duration,
    /// How long a gap waits for an answer in flight before the inbox is read.
    pub hole_within: Duration,
    /// How much longer than its window a disconnected seat is kept at most while an overloaded node refuses clients.
    pub retry_delay_max: Duration,
    /// Whether refusals and descriptions are noted, for timelines.
    pub notes: bool,
    /// Participants of a room whose media flows between the browsers, unless it was made for that.
    pub mesh_participants_max: u32,
    /// Media of rooms with fewer members flows between the browsers while there is no media server; 0: of none.
    pub media_fallback_below: u32,
    /// How long a media server must have been well before rooms go back to it, and how long a room waits that found none.
    pub media_recover_after: Duration,
    /// The least time between a fall and the way back, and how long a room of mode `auto` has had two members or fewer before it
    /// leaves its media server; it doubles with each time.
    pub media_switch_every_min: Duration,
}

impl Default for RoomLimits {
    fn default() -> Self {
        Self {
            participants_max: 4,
            candidates_max: 64,
            candidate_bytes_max: 4 * 1024,
            candidates_bytes_max: 64 * 1024,
            candidates_within: Duration::from_secs(10),
            hold_within: Duration::from_secs(2),
            unknown_within: Duration::from_secs(5),
            audit_after: Duration::from_secs(2),
            audit_every: Duration::from_secs(60),
            hole_within: Duration::from_millis(50),
            retry_delay_max: Duration::from_secs(30),
            notes: false,
            mesh_participants_max: 8,
            media_fallback_below: 4,
            media_recover_after: Duration::from_secs(15),
            media_switch_every_min: Duration::from_secs(30),
        }
    }
}

/// Bounds of one user on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserLimits {
    /// Concurrent sockets: tabs and devices of one person. Opening another closes the oldest.
    pub sockets_max: usize,
    /// How long before a token expires its owner is notified; a fifth of its life if that is less.
    pub expiring_before: Duration,
}

impl Default for UserLimits {
    fn default() -> Self {
        Self { sockets_max: 16, expiring_before: Duration::from_secs(60) }
    }
}

/// Rates in tokens; a message costs one token, other actions as much as they cost others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetLimits {
    /// Tokens a second of one socket, sustained.
    pub socket_per_second: u32,
    /// Tokens of one socket on top of that: joining a large room takes a description and ten candidates for each member.
    pub socket_burst: u32,
    /// The budget of all sockets of one user on this node, as a multiple of one socket's.
    pub user_factor: u32,
    /// The budget of one address, as a multiple of one socket's: an office shares one address.
    pub address_factor: u32,
    /// Joins and resumes of one room a second, sustained; each is sent to every member.
    pub room_joins_per_second: u32,
    /// The same on top of that, at once.
    pub room_joins_burst: u32,
    /// Tokens of a join, for each member that is notified.
    pub join_cost: u32,
    /// Tokens of a takeover of the user's own seat: members see one leave and one join.
    pub takeover_cost: u32,
    /// Tokens of naming a room that does not exist.
    pub miss_cost: u32,
    /// Tokens granted to a member for each description that others demand: an offer or answer and its candidates.
    pub answer_grant: u32,
    /// The first penalty after the budget is spent; it doubles each time the budget is spent again, until a quiet time.
    pub penalty_first: Duration,
    /// The longest penalty.
    pub penalty_max: Duration,
    /// Messages refused since the last quiet time before the socket is closed with 4529.
    pub flood_max: u32,
}

impl Default for BudgetLimits {
    fn default() -> Self {
        Self {
            socket_per_second: 100,
            socket_burst: 500,
            user_factor: 2,
            address_factor: 20,
            room_joins_per_second: 5,
            room_joins_burst: 100,
            join_cost: 20,
            takeover_cost: 50,
            miss_cost: 10,
            answer_grant: 24,
            penalty_first: Duration::from_millis(100),
            penalty_max: Duration::from_secs(30),
            flood_max: 200,
        }
    }
}

/// Bounds of what a ledger stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerLimits {
    /// Entries in one inbox: how many a client can miss and still resume.
    pub inbox_entries_max: usize,
    /// Bytes of messages in one inbox: the maximum cost of a stalled reader.
    pub inbox_bytes_max: usize,
    /// Concurrently active rooms.
    pub rooms_max: usize,
    /// How long after a new epoch joins wait, so that every live seat is claimed first.
    pub settle_within: Duration,
    /// Events of one room that its log keeps, for webhooks and timelines; 0: none, and nothing is written.
    pub events_max: usize,
}

impl Default for LedgerLimits {
    fn default() -> Self {
        Self {
            inbox_entries_max: 256,
            inbox_bytes_max: 512 * 1024,
            rooms_max: 1_000_000,
            settle_within: Duration::from_secs(3),
            events_max: 0,
        }
    }
}

/// How a node drains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// The longest time that the whole drain takes.
    pub within: Duration,
    /// Clients are asked to reconnect spread over this long.
    pub spread: Duration,
    /// Sockets closed at once.
    pub batch: usize,
    /// Pause between batches.
    pub pause: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(15),
            spread: Duration::from_secs(3),
            batch: 500,
            pause: Duration::from_millis(50),
        }
    }
}
