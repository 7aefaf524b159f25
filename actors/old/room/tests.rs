//! A room's rules, as tables and as properties: what a room wants done, for what it is told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{
    Command, Joiner, Limits, Resumer, RoomToSocket, Seat,
    rules::{Answered, Ask, Effect, Event, Room},
};
use crate::{
    ledger::{Joined, Push, Pushed, Resumed, Said, Sent},
    ports::{RoomSettings, Unavailable},
    protocol::{
        Code, Entry, LeaveReason, Member, Message, RoomId, SessionId, SignalKind, UserId, cluster::MessageKind,
        server::Mode,
    },
    socket::SocketId,
};

fn settings() -> RoomSettings {
    RoomSettings { participants_max: 4, seat_window: Duration::from_secs(5), mode: Mode::Mesh, active: true }
}

/// A room under test, and its clock.
struct Bench {
    room: Room,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self { room: Room::new(RoomId::from_letters([1; 10]), settings(), Limits::default()), now: Instant::now() }
    }

    /// What the room wants done, as text: `ask …` and `tell <socket> …`, in order and whole.
    fn wants(&mut self, event: Event) -> Vec<String> {
        self.room.handle(event, self.now).iter().map(describe).collect()
    }

    fn told(&mut self, command: Command) -> Vec<String> {
        self.wants(Event::Told(command))
    }

    /// Seats users 1 to `count`, each on the socket of its number; users above `local` are on another node.
    fn with_members(count: u64, local: u64) -> Self {
        let mut bench = Self::new();
        for user in (1..=count).filter(|user| *user <= local) {
            let members = (1..user).map(member).collect();
            let joined =
                Joined::Seated { rev: user, members, pushes: (1..user).map(|to| joined_push(to, user)).collect() };
            bench.wants(Event::Answered(Answered::Join(joiner(user), Ok(joined))));
        }
        for user in local + 1..=count {
            for to in 1..=local {
                bench.told(Command::Pushed(joined_push(to, user)));
            }
        }
        bench
    }
}

fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Ask(Ask::Send(sending, _, to, messages)) => {
            let kinds: Vec<_> = messages.iter().map(|message| message.kind.as_str()).collect();
            format!("ask send {} to {} as {}", kinds.join("+"), to.user.as_u128(), sending.cid)
        }
        Effect::Ask(Ask::Join(joiner, _)) => format!("ask join {}", joiner.user.as_u128()),
        Effect::Ask(Ask::Resume(resumer)) => format!("ask resume {}", resumer.user.as_u128()),
        Effect::Ask(Ask::Leave(who, reason)) => format!("ask leave {} {reason:?}", who.user.as_u128()),
        Effect::Ask(Ask::Gone(who, _)) => format!("ask gone {}", who.user.as_u128()),
        Effect::Ask(Ask::Broadcast(_, who, cid, _)) => format!("ask broadcast {} as {cid}", who.user.as_u128()),
        Effect::Ask(Ask::Read(who, after)) => format!("ask read {} after {after}", who.user.as_u128()),
        Effect::Ask(Ask::Acked(who, seq)) => format!("ask acked {} {seq}", who.user.as_u128()),
        Effect::Ask(Ask::Close(reason)) => format!("ask close {reason:?}"),
        Effect::Tell(socket, what) => format!("tell {} {}", socket.0, word(what)),
    }
}

fn word(what: &RoomToSocket) -> String {
    match what {
        RoomToSocket::Joined { rev, members, .. } => format!("joined rev {rev} beside {}", members.len()),
        RoomToSocket::JoinRefused(refusal) => format!("join refused {}", refusal.code.as_str()),
        RoomToSocket::Resumed { replay, said, .. } => format!("resumed {} missed, said {said}", replay.len()),
        RoomToSocket::ResumeFailed(why) => format!("resume failed {why:?}"),
        RoomToSocket::ResumeUnavailable => "resume unavailable".to_owned(),
        RoomToSocket::Accepted(cid) => format!("accepted {cid}"),
        RoomToSocket::Held(cid) => format!("held {cid}"),
        RoomToSocket::Refused(cid, refusal) => format!("refused {cid} {}", refusal.code.as_str()),
        RoomToSocket::Deliver(_, seq, _) => format!("deliver {seq}"),
        RoomToSocket::Ended(_, reason) => format!("ended {reason:?}"),
        RoomToSocket::Restarted(_) => "restarted".to_owned(),
    }
}

fn user(number: u64) -> UserId {
    UserId::from_u128(number.into())
}

fn session(number: u64) -> SessionId {
    SessionId::from_u128(u128::from(number) + 100)
}

fn seat(number: u64) -> Seat {
    Seat { session: session(number), socket: SocketId(number) }
}

fn member(number: u64) -> Member {
    Member { user: user(number), name: "x".into(), session: session(number), rev: number, on: true }
}

fn joiner(number: u64) -> Joiner {
    let (session, socket) = (session(number), SocketId(number));
    Joiner { user: user(number), name: "x".into(), session, secret: 1, socket, cid: Some(7) }
}

/// Member `to` is told that `who` joined; `seq` counts from the first who came after `to`.
fn joined_push(to: u64, who: u64) -> Push {
    push(to, who - to, Entry::Joined(member(who)))
}

fn push(to: u64, seq: u64, entry: Entry) -> Push {
    Push { room: RoomId::from_letters([1; 10]), to: session(to), what: Pushed::Entry(seq, entry) }
}

fn message(kind: MessageKind) -> Message {
    Message { kind, data: "{}".into() }
}

fn signal(from: u64, to: u64, cid: u64, kind: SignalKind) -> Command {
    Command::Signal { from: seat(from), cid, to: user(to), kind, message: message(kind.into()) }
}

fn sent(effects: &[Effect], answer: Result<Sent, Unavailable>) -> Event {
    let [Effect::Ask(Ask::Send(sending, ..))] = effects else { panic!("one send is asked") };
    Event::Answered(Answered::Send(*sending, answer))
}

#[test]
fn a_join_asks_the_ledger_and_a_closed_room_does_not() {
    let mut bench = Bench::new();
    assert_eq!(bench.told(Command::Join(joiner(1))), ["ask join 1"]);
    assert_eq!(bench.told(Command::SettingsChanged(RoomSettings { active: false, ..settings() })), [""; 0]);
    assert_eq!(bench.told(Command::Join(joiner(1))), ["tell 1 join refused room_closed"]);
}

#[test]
fn every_answer_to_a_join_reaches_who_asked() {
    let answers = [
        (Ok(Joined::Full), "tell 1 join refused room_full"),
        (Err(Unavailable), "tell 1 join refused unavailable"),
        (Ok(Joined::Seated { rev: 1, members: vec![], pushes: vec![] }), "tell 1 joined rev 1 beside 0"),
    ];
    for (answer, told) in answers {
        assert_eq!(Bench::new().wants(Event::Answered(Answered::Join(joiner(1), answer))), [told]);
    }
}

#[test]
fn the_older_offers_the_newer_answers_and_nobody_else() {
    let table = [
        (1, 2, SignalKind::Offer, "ask send offer to 2 as 5"),
        (2, 1, SignalKind::Offer, "tell 2 refused 5 glare"),
        (2, 1, SignalKind::Answer, "ask send answer to 1 as 5"),
        (1, 2, SignalKind::Answer, "tell 1 refused 5 glare"),
        (2, 1, SignalKind::Renegotiate, "ask send renegotiate to 1 as 5"),
        (1, 3, SignalKind::Offer, "tell 1 refused 5 peer_not_found"),
        (1, 1, SignalKind::Offer, "tell 1 refused 5 peer_not_found"),
    ];
    for (from, to, kind, wanted) in table {
        assert_eq!(Bench::with_members(2, 2).told(signal(from, to, 5, kind)), [wanted], "{from} → {to} {kind:?}");
    }
}

#[test]
fn a_member_on_another_node_is_as_good_as_one_here() {
    let mut bench = Bench::with_members(2, 1);
    assert_eq!(bench.told(signal(1, 2, 1, SignalKind::Offer)), ["ask send offer to 2 as 1"]);
}

#[test]
fn early_candidates_travel_with_their_description_and_are_accepted_with_it() {
    let mut bench = Bench::with_members(2, 2);
    for cid in [1, 2] {
        assert_eq!(bench.told(signal(1, 2, cid, SignalKind::IceCandidate)), [format!("tell 1 held {cid}")]);
    }
    let asked = bench.room.handle(Event::Told(signal(1, 2, 3, SignalKind::Offer)), bench.now);
    assert_eq!(describe(&asked[0]), "ask send offer+ice_candidate+ice_candidate to 2 as 3");
    let appended = (2..=4).map(|seq| push(2, seq - 1, Entry::Message(message(MessageKind::Offer)))).collect();
    let wants = bench.wants(sent(&asked, Ok(Sent::Appended(appended))));
    let told = [
        "tell 2 deliver 1",
        "tell 2 deliver 2",
        "tell 2 deliver 3",
        "tell 1 accepted 3",
        "tell 1 accepted 1",
        "tell 1 accepted 2",
    ];
    assert_eq!(wants, told);
    assert_eq!(bench.told(signal(1, 2, 4, SignalKind::IceCandidate)), ["ask send ice_candidate to 2 as 4"]);
    assert_eq!(bench.told(signal(2, 1, 1, SignalKind::IceCandidate)), ["tell 2 held 1"], "the other way still waits");
}

#[test]
fn candidates_that_waited_stay_when_their_description_could_not_be_sent() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, SignalKind::IceCandidate));
    let asked = bench.room.handle(Event::Told(signal(1, 2, 2, SignalKind::Offer)), bench.now);
    assert_eq!(bench.wants(sent(&asked, Err(Unavailable))), ["tell 1 refused 2 unavailable"]);
    assert_eq!(bench.told(signal(1, 2, 3, SignalKind::Offer)), ["ask send offer+ice_candidate to 2 as 3"]);
}

#[test]
fn a_candidate_gives_up_when_its_peer_leaves_or_its_time_is_over() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, SignalKind::IceCandidate));
    let left = Entry::Left { user: user(2), session: session(2), reason: LeaveReason::Left };
    assert_eq!(bench.told(Command::Pushed(push(1, 2, left))), ["tell 1 refused 1 peer_not_found", "tell 1 deliver 2"]);

    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, SignalKind::IceCandidate));
    assert_eq!(bench.room.wake_at(), Some(bench.now + Limits::default().candidates_within));
    assert_eq!(bench.told(Command::Tick), [""; 0]);
    bench.now += Limits::default().candidates_within;
    assert_eq!(bench.told(Command::Tick), ["tell 1 refused 1 candidates_overflow"]);
    assert_eq!(bench.room.wake_at(), None);
}

#[test]
fn a_hole_is_read_and_never_delivered_around() {
    let mut bench = Bench::with_members(1, 1);
    let entry = |text: &str| Entry::Message(Message { kind: MessageKind::ChatMessage, data: text.into() });
    assert_eq!(bench.told(Command::Pushed(push(1, 2, entry("b")))), ["ask read 1 after 0"]);
    let read = Ok(Some(vec![(1, entry("a")), (2, entry("b"))]));
    assert_eq!(
        bench.wants(Event::Answered(Answered::Read(session(1), read))),
        ["tell 1 deliver 1", "tell 1 deliver 2"]
    );
    assert_eq!(bench.told(Command::Pushed(push(1, 1, entry("a")))), [""; 0], "what comes late was delivered");
    bench.told(Command::Pushed(push(1, 4, entry("d"))));
    assert_eq!(bench.wants(Event::Answered(Answered::Read(session(1), Ok(None)))), ["tell 1 ended Lost"]);
}

#[test]
fn a_socket_that_was_taken_over_speaks_for_nobody() {
    let mut bench = Bench::with_members(2, 2);
    let resumer = Resumer { user: user(1), session: session(1), secret: 1, socket: SocketId(9), last_seq: 1 };
    let said = vec![Said { to: session(2), cid: 6, described: true }];
    let resumed = Resumed::Seated { rev: 1, members: vec![member(2)], replay: vec![], said, pushes: vec![] };
    let wants = bench.wants(Event::Answered(Answered::Resume(resumer, Ok(resumed))));
    assert_eq!(wants, ["tell 1 ended Replaced", "tell 9 resumed 0 missed, said 6"]);
    let nothing = [""; 0];
    assert_eq!(bench.told(Command::SocketLost(seat(1))), nothing);
    assert_eq!(bench.told(Command::Leave(seat(1), LeaveReason::Left)), nothing);
    assert_eq!(bench.told(signal(1, 2, 1, SignalKind::Offer)), nothing);
    let now_theirs = Seat { session: session(1), socket: SocketId(9) };
    let candidate = Command::Signal {
        from: now_theirs,
        cid: 7,
        to: user(2),
        kind: SignalKind::IceCandidate,
        message: message(MessageKind::IceCandidate),
    };
    assert_eq!(bench.told(candidate), ["ask send ice_candidate to 2 as 7"], "its description passed before the resume");
    assert_eq!(bench.told(Command::SocketLost(now_theirs)), ["ask gone 1"]);
}

#[test]
fn what_a_resume_missed_is_learnt_too() {
    let mut bench = Bench::new();
    let resumer = Resumer { user: user(1), session: session(1), secret: 1, socket: SocketId(1), last_seq: 3 };
    let chat = Entry::Message(message(MessageKind::ChatMessage));
    let resumed =
        Resumed::Seated { rev: 1, members: vec![member(2)], replay: vec![(4, chat)], said: vec![], pushes: vec![] };
    bench.wants(Event::Answered(Answered::Resume(resumer, Ok(resumed))));
    assert_eq!(bench.told(signal(1, 2, 1, SignalKind::Offer)), ["ask send offer to 2 as 1"]);
    assert_eq!(bench.told(Command::Pushed(push(1, 5, Entry::Joined(member(3))))), ["tell 1 deliver 5"]);
}

#[test]
fn every_answer_to_a_signal_settles_it() {
    let table = [
        (Ok(Sent::Repeat), "tell 1 accepted 5"),
        (Ok(Sent::SenderGone), "tell 1 refused 5 not_in_room"),
        (Ok(Sent::ReceiverGone), "tell 1 refused 5 peer_not_found"),
        (Err(Unavailable), "tell 1 refused 5 unavailable"),
    ];
    for (answer, told) in table {
        let mut bench = Bench::with_members(2, 2);
        let asked = bench.room.handle(Event::Told(signal(1, 2, 5, SignalKind::Offer)), bench.now);
        assert_eq!(bench.wants(sent(&asked, answer)), [told]);
    }
}

#[test]
fn a_closed_room_ends_every_stay_and_is_idle() {
    let mut bench = Bench::with_members(2, 2);
    assert_eq!(bench.told(Command::Close(LeaveReason::Closed)), ["ask close Closed"]);
    let ended = |to: u64| Push { what: Pushed::Ended(LeaveReason::Closed), ..joined_push(to, to + 1) };
    let wants = bench.wants(Event::Answered(Answered::Pushes(Ok(vec![ended(1), ended(2)]))));
    assert_eq!(wants, ["tell 1 ended Closed", "tell 2 ended Closed"]);
    assert!(bench.room.is_idle());
    assert_eq!(Code::RoomClosed.as_str(), "room_closed");
}

fn any_command() -> impl Strategy<Value = Command> {
    let (who, to, cid) = (1..5_u64, 1..5_u64, 1..6_u64);
    let kind = prop_oneof![
        Just(SignalKind::Offer),
        Just(SignalKind::Answer),
        Just(SignalKind::IceCandidate),
        Just(SignalKind::Renegotiate)
    ];
    prop_oneof![
        4 => (who.clone(), to.clone(), cid, kind).prop_map(|(from, to, cid, kind)| signal(from, to, cid, kind)),
        1 => who.clone().prop_map(|who| Command::Join(joiner(who))),
        1 => who.clone().prop_map(|who| Command::Leave(seat(who), LeaveReason::Left)),
        1 => who.clone().prop_map(|who| Command::SocketLost(seat(who))),
        1 => (to.clone(), 1..6_u64, who).prop_map(|(to, seq, who)| Command::Pushed(push(to, seq, Entry::Joined(member(who))))),
        1 => to.prop_map(|to| Command::Pushed(Push { what: Pushed::Ended(LeaveReason::Replaced), ..joined_push(to, to + 1) })),
        1 => Just(()).prop_map(|()| Command::Tick),
    ]
}

proptest! {
    /// Whatever is said, in whatever order: nothing panics, a message is settled, held or asked on, at most once,
    /// and only sockets that speak or sit here are told anything.
    #[test]
    fn rules_are_total(commands in prop::collection::vec(any_command(), 0..60)) {
        let mut bench = Bench::with_members(3, 3);
        for command in commands {
            let speaker = if let Command::Signal { from, .. } = &command { Some(from.socket) } else { None };
            let answers = |effect: &&Effect| match effect {
                Effect::Tell(socket, RoomToSocket::Held(_) | RoomToSocket::Refused(..)) => Some(*socket) == speaker,
                Effect::Ask(ask) => matches!(ask, Ask::Send(..)),
                Effect::Tell(..) => false,
            };
            let effects = bench.room.handle(Event::Told(command), bench.now);
            if speaker.is_some() {
                prop_assert!(effects.iter().filter(answers).count() <= 1, "{effects:?}");
            }
            for effect in &effects {
                if let Effect::Tell(SocketId(socket), _) = effect {
                    prop_assert!((1..5).contains(socket));
                }
            }
            bench.now += Duration::from_secs(1);
        }
    }
}

#[test]
fn a_shared_message_is_not_copied_on_its_way() {
    let data: Arc<str> = "{}".into();
    let mut bench = Bench::with_members(2, 2);
    let message = Message { kind: MessageKind::Offer, data: Arc::clone(&data).into() };
    let told = Command::Signal { from: seat(1), cid: 1, to: user(2), kind: SignalKind::Offer, message };
    let effects = bench.room.handle(Event::Told(told), bench.now);
    let [Effect::Ask(Ask::Send(_, _, _, messages))] = effects.as_slice() else { panic!("one send is asked") };
    assert!(Arc::ptr_eq(messages[0].data.rest(), &data));
}

#[test]
fn a_room_that_rested_is_as_it_was() {
    let mut bench = Bench::with_members(3, 2);
    let asked = bench.room.handle(Event::Told(signal(1, 2, 1, SignalKind::Offer)), bench.now);
    bench.wants(sent(&asked, Ok(Sent::Appended(Vec::new()))));
    let before = format!("{:?}", bench.room);
    let mut resting = bench.room.at_rest().expect("it has nothing to do");
    assert_eq!(resting.settings(), settings());
    let room = resting.wake(Limits::default());
    assert_eq!(format!("{room:?}"), before);
}

#[test]
fn a_room_in_which_something_waits_does_not_rest() {
    let mut bench = Bench::with_members(2, 2);
    bench.told(signal(1, 2, 1, SignalKind::IceCandidate));
    assert!(bench.room.at_rest().is_none(), "a candidate waits for its description");
}
