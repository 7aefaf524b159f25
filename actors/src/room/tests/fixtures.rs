//! Requests, answers and entries with numbers for names.

use std::time::Duration;

use crate::{
    ledger::{Audited, Claimed, Ended, Failure, Joined, Push, Pushed, Resumed, ResumedSeat, Source},
    messages::room::{JoinRequest, Message, Number, ResumeRequest, Said, SeatRef},
    ports::RoomSettings,
    protocol::{
        Attributes, Entry, Epoch, JoinOrder, Kind, LeaveReason, Member, Message as Payload, RoomId, RoomMode, SeatId,
        SessionId, SocketId, UserId,
        client::{Cid, Seq},
    },
};

pub(super) fn room_id() -> RoomId {
    RoomId::from_letters([1; 10])
}

pub(super) fn settings() -> RoomSettings {
    RoomSettings {
        participants_max: 4,
        seat_window: Duration::from_secs(5),
        mode: RoomMode::Mesh,
        active: true,
        policy: None,
        revision: 1,
    }
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
    Member {
        user: user(number),
        name: "x".into(),
        session: session(number),
        order: number,
        connected: true,
        attributes: Attributes::default(),
    }
}

pub(super) fn join(number: u64) -> Box<JoinRequest> {
    let (session, socket) = (session(number), SocketId(number));
    let attributes = Attributes::default();
    Box::new(JoinRequest { user: user(number), name: "x".into(), session, secret: 1, attributes, socket, cid: Some(7) })
}

pub(super) fn seated(number: u64, pushes: Vec<Push>) -> Joined {
    let members = (1..number).map(member).collect();
    Joined::Seated { seat: id(number), epoch: 1, members, replaced: None, media: None, pushes }
}

pub(super) fn resume(number: u64, socket: u64, last_seq: Seq) -> Box<ResumeRequest> {
    let (user, session, socket) = (user(number), session(number), SocketId(socket));
    Box::new(ResumeRequest {
        user,
        name: "x".into(),
        order: number,
        session,
        secret: 1,
        socket,
        last_seq,
        reclaims: None,
    })
}

/// A seat resumed in its second generation, beside member 2.
pub(super) fn resumed(number: u64) -> ResumedSeat {
    ResumedSeat {
        seat: SeatId { order: number, fence: 2 },
        epoch: 1,
        members: vec![member(2)],
        replay: Vec::new(),
        sent: Vec::new(),
        applied: 0,
        skipped: Vec::new(),
        heard: Vec::new(),
        lost: false,
        media: None,
        attributes: Attributes::default(),
        pushes: Vec::new(),
    }
}

pub(super) fn resumed_seat(seat: ResumedSeat) -> Result<Resumed, Failure> {
    Ok(Resumed::Seated(Box::new(seat)))
}

/// Member `to` is told that `who` joined; `seq` counts from the first who came after `to`.
pub(super) fn joined_push(to: u64, who: u64) -> Push {
    push(to, who - to, Entry::Joined(member(who).into()))
}

pub(super) fn push(to: JoinOrder, seq: Seq, entry: Entry) -> Push {
    Push { room: room_id(), to, epoch: 1, what: Pushed::Entry { seq, entry, source: None } }
}

pub(super) fn heard(to: JoinOrder, seq: Seq, source: Source) -> Push {
    let entry = chat_entry();
    Push { room: room_id(), to, epoch: 1, what: Pushed::Entry { seq, entry, source: Some(source) } }
}

pub(super) fn ended(to: u64, how: Ended) -> Push {
    Push { room: room_id(), to, epoch: 1, what: Pushed::Ended(1, how) }
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
    said(seat(from), number(cid), Some(user(to)), payload(kind))
}

pub(super) fn chat(from: u64, cid: Cid) -> Message {
    said(seat(from), number(cid), None, payload(Kind::ChatMessage))
}

pub(super) fn said(from: SeatRef, number: Number, to: Option<UserId>, payload: Payload) -> Message {
    Message::Said(Box::new(Said { from, number, to, payload, changes: None }))
}

pub(super) fn pushed(push: Push) -> Message {
    Message::Pushed(Box::new(push))
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

pub(super) fn claimed(epoch: Epoch, seats: Vec<Audited>) -> Result<Claimed, Failure> {
    Ok(Claimed { epoch, seats, settled_after: Duration::from_secs(3), pushes: Vec::new() })
}

/// A seat that is still its holder's, and what it has missed.
pub(super) fn held(missed: Vec<(Seq, Entry)>) -> Audited {
    Audited::Held(missed, Vec::new())
}
