//! A room under test, its clock, and its effects as text.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    bytes::Pressure,
    ledger::{Failure, Joined, Push, Pushed, Resumed, ResumedSeat, Sent, Skipped, Source},
    messages::{
        room::{JoinRequest, Message, Number, Reply, ResumeRequest, SeatRef},
        socket::RoomEvent,
    },
    ports::RoomSettings,
    protocol::{
        Entry, JoinOrder, Kind, LeaveReason, Member, Message as Payload, RoomId, SeatId, SessionId, SocketId, UserId,
        client::{Cid, Seq},
        server::Mode,
    },
    room::rules::{
        Room,
        step::{Effect, LedgerCall, SeatFact, Step},
    },
    settings::{BudgetLimits, RoomLimits},
};

pub(super) const NOTHING: [&str; 0] = [];

/// A room under test, and its clock.
pub(super) struct Bench {
    pub(super) room: Room,
    pub(super) now: Instant,
    pub(super) pressure: Pressure,
    pub(super) limits: RoomLimits,
    pub(super) budget: BudgetLimits,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            room: Room::new(room_id(), settings()),
            now: Instant::now(),
            pressure: Pressure::None,
            limits: RoomLimits::default(),
            budget: BudgetLimits::default(),
        }
    }

    /// Users 1 to `count`, each on the socket of its number with the join order of its number; those above `local` are on
    /// another node. The room's timer has been looked at, and nothing is under way.
    pub(super) fn with_members(count: u64, local: u64) -> Self {
        let mut bench = Self::new();
        for user in 1..=local {
            bench.take_seat(user);
        }
        for user in local + 1..=count {
            for to in 1..=local {
                bench.told(Message::Pushed(joined_push(to, user)));
            }
        }
        bench
    }

    pub(super) fn take_seat(&mut self, user: u64) {
        self.told(Message::Join(join(user)));
        let answer = seated(user, (1..user).map(|to| joined_push(to, user)).collect());
        self.answer(Reply::Join(join(user), Ok(answer)));
    }

    pub(super) fn effects(&mut self, event: Message) -> Vec<Effect> {
        let mut effects = VecDeque::new();
        let Self { room, now, pressure, limits, budget } = self;
        let mut step = Step { now: *now, pressure: *pressure, limits, budget, effects: &mut effects };
        room.handle(event, &mut step);
        effects.into()
    }

    /// What the room wants done, as text: `call …` and `tell <socket> …`, in order and whole.
    pub(super) fn told(&mut self, event: Message) -> Vec<String> {
        self.effects(event).iter().map(describe).collect()
    }

    pub(super) fn answer(&mut self, reply: Reply) -> Vec<String> {
        self.told(Message::Answered(reply))
    }

    /// The ledger's answer for the head of this member's line.
    pub(super) fn sent(&mut self, from: u64, answer: Result<Sent, Failure>) -> Vec<String> {
        self.answer(Reply::Sent(id(from), answer))
    }

    /// Sends, and the ledger takes it.
    pub(super) fn accepted(&mut self, from: u64, to: u64, (cid, kind): (Cid, Kind)) {
        self.told(signal(from, to, cid, kind));
        self.sent(from, Ok(Sent::Appended(Vec::new())));
    }

    /// Lets time pass, with every tick that the room asks for; answers what it wanted done.
    pub(super) fn pass(&mut self, span: Duration) -> Vec<String> {
        let until = self.now + span;
        let mut wants = Vec::new();
        while let Some(at) = self.room.wake_at().filter(|at| *at <= until) {
            self.now = at.max(self.now + Duration::from_millis(1));
            wants.extend(self.told(Message::Tick));
        }
        self.now = until;
        wants
    }
}

pub(super) fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Tell(socket, told) => format!("tell {} {}", socket.0, describe_told(&told.what)),
        Effect::Call(call) => format!("call {}", describe_call(call)),
    }
}

fn describe_call(call: &LedgerCall) -> String {
    match call {
        LedgerCall::Join(request, _) => format!("join {}", request.user.as_u128()),
        LedgerCall::Resume(request) => format!("resume {}", request.user.as_u128()),
        LedgerCall::Send(send) => {
            let kinds: Vec<_> = send.messages.iter().map(|message| message.kind.as_str()).collect();
            let numbers = numbers(send.cid, &send.skipped, &send.released);
            format!("send {} from {} to {}{numbers}", kinds.join("+"), send.from.order, send.to)
        }
        LedgerCall::Broadcast(broadcast) => {
            format!("broadcast from {}{}", broadcast.from.order, numbers(broadcast.cid, &broadcast.skipped, &[]))
        }
        LedgerCall::Fact(_, SeatFact::Left(seat, reason)) => format!("leave {} {reason:?}", seat_text(*seat)),
        LedgerCall::Fact(_, SeatFact::Disconnected(seat, skipped, _)) => {
            format!("gone {}{}", seat_text(*seat), numbers(None, skipped, &[]))
        }
        LedgerCall::Fact(_, SeatFact::Closed(reason)) => format!("close {reason:?}"),
        LedgerCall::Audit(audits) => {
            let audit =
                |audit: &crate::ledger::Audit| format!(" {}:{}/{}", audit.seat.order, audit.last_seq, audit.acked);
            format!("audit{}", audits.iter().map(audit).collect::<String>())
        }
        LedgerCall::Claim(claims, facts) => {
            let claim = |claim: &crate::ledger::Claim| {
                let heard = |source: &Source| {
                    format!(" {}{}={}", if source.broadcast { "all " } else { "" }, source.from, source.cid)
                };
                let heard: String = claim.heard.iter().map(heard).collect();
                let sent = claim.sent.last().map_or(0, |sent| sent.cid);
                let skipped = numbers(None, &claim.skipped, &[]);
                format!(" [{} at {} sent {sent} heard{heard}{skipped}]", claim.seat.order, claim.last_seq)
            };
            format!("claim{} facts {}", claims.iter().map(claim).collect::<String>(), facts.len())
        }
        LedgerCall::Members => "members".to_owned(),
        LedgerCall::Held => "held".to_owned(),
        LedgerCall::Repair(seat, entries) => {
            let entry = |entry: &Entry| match entry {
                Entry::Joined(member) => format!(" +{}", member.order),
                Entry::Left { order, .. } => format!(" -{order}"),
                Entry::Message(_) => " message".to_owned(),
            };
            format!("repair {}{}", seat.order, entries.iter().map(entry).collect::<String>())
        }
    }
}

fn seat_text(seat: SeatId) -> String {
    if seat.fence == 1 { seat.order.to_string() } else { format!("{}#{}", seat.order, seat.fence) }
}

fn numbers(cid: Option<Cid>, skipped: &[Skipped], released: &[Cid]) -> String {
    let mut text = cid.map_or_else(String::new, |cid| format!(" as {cid}"));
    for skipped in skipped {
        let why = skipped.refused.map_or("waits", crate::protocol::Code::as_str);
        text += &format!(" skipped {} {why}", skipped.cid);
    }
    for released in released {
        text += &format!(" released {released}");
    }
    text
}

fn describe_told(what: &RoomEvent) -> String {
    match what {
        RoomEvent::Joined { seat, members, .. } => format!("joined as {} beside {}", seat.order, members.len()),
        RoomEvent::JoinRefused(refusal) => format!("join refused {}", refused(refusal)),
        RoomEvent::Resumed { seat, replay, last_cid, lost, .. } => {
            let lost = if *lost { ", lost" } else { "" };
            format!("resumed {} missed {}, last {last_cid}{lost}", seat_text(*seat), replay.len())
        }
        RoomEvent::ResumeFailed(why) => format!("resume failed {why:?}"),
        RoomEvent::ResumeUnavailable => "resume unavailable".to_owned(),
        RoomEvent::Accepted(tag) => format!("accepted {tag}"),
        RoomEvent::Held(tag) => format!("held {tag}"),
        RoomEvent::Refused(tag, refusal) => format!("refused {tag} {}", refused(refusal)),
        RoomEvent::OutcomeUnknown => "outcome unknown".to_owned(),
        RoomEvent::Deliver(seq, _) => format!("deliver {seq}"),
        RoomEvent::Ended(end) => format!("ended {end:?}"),
        RoomEvent::Lost => "lost".to_owned(),
        RoomEvent::Restarted => "restarted".to_owned(),
    }
}

fn refused(refusal: &crate::protocol::server::Refusal) -> String {
    let after = refusal.retry_after_ms.map_or_else(String::new, |ms| format!(" after {ms}"));
    format!("{}{after}", refusal.code.as_str())
}

pub(super) fn room_id() -> RoomId {
    RoomId::from_letters([1; 10])
}

pub(super) fn settings() -> RoomSettings {
    RoomSettings { participants_max: 4, seat_window: Duration::from_secs(5), mode: Mode::Mesh, active: true }
}

pub(super) fn user(number: u64) -> UserId {
    UserId::from_u128(number.into())
}

pub(super) fn session(number: u64) -> SessionId {
    SessionId::from_u128(u128::from(number) + 100)
}

/// The seat of this number in its first generation.
pub(super) fn id(number: u64) -> SeatId {
    SeatId { order: number, fence: 1 }
}

pub(super) fn seat(number: u64) -> SeatRef {
    SeatRef { session: session(number), socket: SocketId(number), seat: Some(id(number)) }
}

/// The same while its join is under way.
pub(super) fn joining(number: u64) -> SeatRef {
    SeatRef { seat: None, ..seat(number) }
}

pub(super) fn member(number: u64) -> Member {
    Member { user: user(number), name: "x".into(), session: session(number), order: number, connected: true }
}

pub(super) fn join(number: u64) -> JoinRequest {
    let (session, socket) = (session(number), SocketId(number));
    JoinRequest { user: user(number), name: "x".into(), session, secret: 1, socket, cid: Some(7) }
}

pub(super) fn seated(number: u64, pushes: Vec<Push>) -> Joined {
    Joined::Seated { seat: id(number), epoch: 1, members: (1..number).map(member).collect(), replaced: None, pushes }
}

pub(super) fn resume(number: u64, socket: u64, last_seq: Seq) -> ResumeRequest {
    let (user, session, socket) = (user(number), session(number), SocketId(socket));
    ResumeRequest { user, name: "x".into(), order: number, session, secret: 1, socket, last_seq }
}

/// A seat resumed in its second generation, beside member 2.
pub(super) fn resumed(number: u64) -> ResumedSeat {
    ResumedSeat {
        seat: SeatId { order: number, fence: 2 },
        epoch: 1,
        members: vec![member(2)],
        replay: Vec::new(),
        sent: Vec::new(),
        skipped: Vec::new(),
        lost: false,
        pushes: Vec::new(),
    }
}

pub(super) fn resumed_seat(seat: ResumedSeat) -> Result<Resumed, Failure> {
    Ok(Resumed::Seated(Box::new(seat)))
}

/// Member `to` is told that `who` joined; `seq` counts from the first who came after `to`.
pub(super) fn joined_push(to: u64, who: u64) -> Push {
    push(to, who - to, Entry::Joined(member(who)))
}

pub(super) fn push(to: JoinOrder, seq: Seq, entry: Entry) -> Push {
    Push { room: room_id(), to, what: Pushed::Entry { seq, entry, source: None } }
}

pub(super) fn heard(to: JoinOrder, seq: Seq, source: Source) -> Push {
    let entry = chat_entry();
    Push { room: room_id(), to, what: Pushed::Entry { seq, entry, source: Some(source) } }
}

pub(super) fn ended(to: u64, how: crate::ledger::Ended) -> Push {
    Push { room: room_id(), to, what: Pushed::Ended(1, how) }
}

pub(super) fn payload(kind: Kind) -> Payload {
    Payload { kind, data: "{}".into() }
}

pub(super) fn chat_entry() -> Entry {
    Entry::Message(payload(Kind::ChatMessage))
}

pub(super) fn left(number: u64) -> Entry {
    Entry::Left { user: user(number), order: number, reason: LeaveReason::Left }
}

/// A signal whose tag is its number plus 100.
pub(super) fn signal(from: u64, to: u64, cid: Cid, kind: Kind) -> Message {
    Message::Signal { from: seat(from), number: number(cid), to: user(to), payload: payload(kind) }
}

pub(super) fn chat(from: u64, cid: Cid) -> Message {
    Message::Chat { from: seat(from), number: number(cid), payload: payload(Kind::ChatMessage) }
}

pub(super) fn number(cid: Cid) -> Number {
    Number { tag: cid + 100, cid: Some(cid) }
}

pub(super) const fn not_applied(ms: u64) -> Failure {
    Failure::NotApplied { wait: Duration::from_millis(ms) }
}

pub(super) const fn unknown(ms: u64) -> Failure {
    Failure::Unknown { wait: Duration::from_millis(ms) }
}

pub(super) fn claimed(
    epoch: crate::protocol::Epoch,
    seats: Vec<crate::ledger::Audited>,
) -> Result<crate::ledger::Claimed, Failure> {
    Ok(crate::ledger::Claimed { epoch, seats, settled_after: Duration::from_secs(3), pushes: Vec::new() })
}
