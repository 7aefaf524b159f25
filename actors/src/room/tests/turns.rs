//! The turn around the rules: what is asked, told, awaited, booked, and what a panic costs.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use tokio::sync::oneshot;

use super::{
    bench::*,
    scripted::{Mode, Scripted},
};
use crate::{
    bytes::{Buffer, BufferedBytes},
    clock::{Clock, Moment},
    executor::{Next, Out, Turn},
    messages::{Key, To, room::Message, socket},
    ports::{History, Noted, Said, Shedding},
    protocol::{Entry, Kind, LeaveReason, NodeId, RoomId},
    room::{Env, RoomTurn},
    settings::{BudgetLimits, RoomLimits},
};

/// What was to be stored.
#[derive(Default)]
struct Heard(Mutex<Vec<Said>>, Mutex<Vec<Noted>>);

impl History for Heard {
    fn said(&self, said: Said) {
        self.0.lock().expect("no panic before").push(said);
    }

    fn noted(&self, _: RoomId, noted: Noted) {
        self.1.lock().expect("no panic before").push(noted);
    }
}

impl Heard {
    fn take(&self) -> Vec<String> {
        let said = std::mem::take(&mut *self.0.lock().expect("no panic before"));
        said.into_iter().map(|Said { room, name, data }| format!("{room} {name} {data}")).collect()
    }
}

fn env(ledger: Arc<Scripted>, history: Arc<Heard>, bytes: Arc<BufferedBytes>) -> Env {
    Env {
        ledger,
        history,
        media: Arc::new(()),
        node: NodeId::new("n1"),
        limits: RoomLimits { notes: true, ..RoomLimits::default() },
        budget: BudgetLimits::default(),
        bytes,
        shedding: OnceLock::new(),
        traces: OnceLock::new(),
        hosted: Mutex::default(),
    }
}

/// A turn under test.
struct Cell {
    turn: Box<RoomTurn>,
    ledger: Arc<Scripted>,
    history: Arc<Heard>,
    bytes: Arc<BufferedBytes>,
    now: Moment,
    next: Next,
}

impl Cell {
    fn new(mode: Mode) -> Self {
        let ledger = Arc::new(Scripted::new(mode));
        let (history, bytes) = (Arc::<Heard>::default(), Arc::new(BufferedBytes::new(1_000_000)));
        let env = env(Arc::clone(&ledger), Arc::clone(&history), Arc::clone(&bytes));
        let now = Clock::new().now();
        let turn = Box::new(RoomTurn::new(room_id(), settings(), Arc::new(env)));
        Self { turn, ledger, history, bytes, now, next: Next::Done }
    }

    fn set(&self, mode: Mode) {
        self.ledger.set(mode);
    }

    /// Takes a message, and answers as they come; what was told, as text.
    async fn tell(&mut self, message: Message) -> Vec<String> {
        let (mut messages, mut told) = (VecDeque::from([message]), Vec::new());
        while let Some(message) = messages.pop_front() {
            let mut out = Out::default();
            self.next = self.turn.turn(message, self.now, &mut out);
            told.append(&mut out.told);
            for wait in out.waits {
                messages.push_back(wait.await);
            }
        }
        let mut out = Out::default();
        if self.turn.settle(self.now, &mut out) == Next::Stop {
            self.next = Next::Stop;
        }
        told.append(&mut out.told);
        told.iter().map(|to| self.text(to)).collect()
    }

    fn text(&self, to: &To) -> String {
        match to {
            To::Socket(socket, socket::Message::FromRoom(from)) => format!("{} {:?}", socket.0, from.what),
            To::Wake(Key::Room(_), at) => format!("wake after {} ms", (*at - self.now.at).as_millis()),
            To::Room(_, message) => format!("room {message:?}"),
            To::OpenRoom(..)
            | To::Socket(..)
            | To::User(..)
            | To::StartUser(..)
            | To::Lost(_)
            | To::Wake(..)
            | To::Aside(_) => "something else".to_owned(),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.ledger.asked()
    }
}

#[tokio::test]
async fn an_answer_that_is_there_and_one_that_comes_later_lead_to_the_same() {
    let mut outcomes = Vec::new();
    for mode in [Mode::Now, Mode::Later] {
        let mut cell = Cell::new(mode);
        let mut told = cell.tell(Message::Join(join(1))).await;
        told.extend(cell.tell(Message::Join(join(2))).await);
        told.extend(cell.tell(pushed(push(1, 1, Entry::Joined(member(2).into())))).await);
        told.extend(cell.tell(signal(1, 2, 1, Kind::Offer)).await);
        told.retain(|told| !told.starts_with("wake"));
        outcomes.push((told, cell.asked()));
    }
    assert_eq!(outcomes[0], outcomes[1]);
    assert_eq!(outcomes[0].1, ["join 1 in 0", "join 2 in 1", "send to 2 in 1"]);
    assert_eq!(outcomes[0].0.last().map(String::as_str), Some("1 Accepted(101)"));
}

// C12
#[tokio::test]
async fn messages_of_different_members_are_under_way_together_and_those_of_one_in_order() {
    let mut cell = Cell::new(Mode::Later);
    for user in [1, 2] {
        cell.tell(Message::Join(join(user))).await;
    }
    let mut out = Out::default();
    for message in [chat(1, 1), chat(2, 1), chat(1, 2)] {
        cell.turn.turn(message, cell.now, &mut out);
    }
    let asked = cell.asked();
    assert_eq!((out.waits.len(), asked.len()), (2, 4), "the ledger was asked for both before it answered: {asked:?}");
    let mut accepted = Vec::new();
    while !out.waits.is_empty() {
        let answer = out.waits.remove(0).await;
        cell.turn.turn(answer, cell.now, &mut out);
        accepted.extend(out.told.drain(..).map(|to| cell.text(&to)));
    }
    assert_eq!(accepted, ["1 Accepted(101)", "2 Accepted(101)", "1 Accepted(102)"]);
}

#[tokio::test]
async fn what_the_ledger_has_taken_is_stored_once_also_if_its_sender_has_left_and_nothing_else_is() {
    for mode in [Mode::Now, Mode::Later] {
        let mut cell = Cell::new(mode);
        cell.tell(Message::Join(join(1))).await;
        cell.tell(pushed(push(1, 1, Entry::Joined(member(2).into())))).await;
        cell.tell(signal(1, 2, 1, Kind::Offer)).await;
        assert_eq!(cell.history.take(), NOTHING, "a signal is no chat");
        let noted = std::mem::take(&mut *cell.history.1.lock().expect("no panic before"));
        assert_eq!(noted, [Noted::Described { from: 1, to: 2, is_offer: true }], "but its passing is noted");
        cell.tell(chat(1, 2)).await;
        let stored = cell.history.take();
        assert_eq!(stored.len(), 1, "{stored:?}");
        assert!(stored[0].starts_with(&format!("{} x ", room_id())), "{stored:?}");
        cell.tell(chat(1, 2)).await;
        assert_eq!(cell.history.take(), NOTHING, "the room knows that it was taken");
        cell.set(Mode::Away);
        cell.tell(chat(1, 3)).await;
        assert_eq!(cell.history.take(), NOTHING, "the ledger is away");
    }
    let mut cell = Cell::new(Mode::Later);
    cell.tell(Message::Join(join(1))).await;
    cell.tell(Message::Join(join(2))).await;
    let mut out = Out::default();
    cell.turn.turn(chat(1, 1), cell.now, &mut out);
    cell.turn.turn(Message::Leave(seat(1), LeaveReason::Left), cell.now, &mut out);
    for wait in out.waits {
        wait.await;
    }
    assert_eq!(cell.history.take().len(), 1, "the others have heard it");
}

#[tokio::test]
async fn a_timer_is_asked_for_once_for_a_deadline() {
    let mut cell = Cell::new(Mode::Now);
    let told = cell.tell(Message::Join(join(1))).await;
    assert!(told[1].starts_with("wake after"), "{told:?}");
    assert_eq!(cell.tell(Message::Acked { from: seat(1), seq: 0, refused: 0 }).await, NOTHING);
    cell.set(Mode::Away);
    assert_eq!(cell.tell(chat(1, 1)).await, ["wake after 500 ms"]);
    assert_eq!(cell.tell(chat(1, 2)).await, NOTHING);
    cell.now.at += Duration::from_millis(500);
    assert_eq!(cell.tell(Message::Tick).await, ["wake after 500 ms"]);
    cell.now.at += Duration::from_millis(500);
    cell.set(Mode::Now);
    let told = cell.tell(Message::Tick).await;
    assert_eq!(told, ["1 Accepted(101)", "1 Accepted(102)"], "the far timer is still there");
}

#[tokio::test]
async fn a_room_stops_when_nobody_is_left_and_the_ledger_knows() {
    let mut cell = Cell::new(Mode::Now);
    cell.tell(Message::Join(join(1))).await;
    assert_eq!(cell.next, Next::Done);
    cell.set(Mode::Away);
    cell.tell(Message::Leave(seat(1), LeaveReason::Left)).await;
    assert_eq!(cell.next, Next::Done);
    cell.set(Mode::Now);
    cell.now.at += Duration::from_millis(500);
    cell.tell(Message::Tick).await;
    assert_eq!((cell.next, cell.turn.is_idle()), (Next::Stop, true));
}

// T7
#[tokio::test]
async fn bytes_of_early_candidates_are_booked_and_always_returned() {
    let mut cell = Cell::new(Mode::Now);
    cell.tell(Message::Join(join(1))).await;
    cell.tell(pushed(push(1, 1, Entry::Joined(member(2).into())))).await;
    for cid in 1..=3 {
        cell.tell(signal(1, 2, cid, Kind::IceCandidate)).await;
    }
    assert_eq!(cell.bytes.held(Buffer::Candidate), 6);
    cell.tell(signal(1, 2, 4, Kind::Offer)).await;
    assert_eq!(cell.bytes.held(Buffer::Candidate), 0);
    cell.tell(pushed(push(1, 2, Entry::Joined(member(3).into())))).await;
    cell.tell(signal(1, 3, 5, Kind::IceCandidate)).await;
    assert_eq!(cell.bytes.held(Buffer::Candidate), 2);
    let bytes = Arc::clone(&cell.bytes);
    drop(cell);
    assert_eq!(bytes.held(Buffer::Candidate), 0, "also of a room that ends");
}

// T11
#[tokio::test]
async fn a_drain_is_answered_when_nothing_is_under_way() {
    let mut cell = Cell::new(Mode::Now);
    let (done, mut drained) = oneshot::channel();
    cell.tell(Message::Drain(done)).await;
    assert_eq!((drained.try_recv(), cell.next), (Ok(()), Next::Stop));

    cell.tell(Message::Join(join(1))).await;
    cell.set(Mode::Away);
    cell.tell(Message::Disconnected(seat(1))).await;
    let (done, mut drained) = oneshot::channel();
    cell.tell(Message::Drain(done)).await;
    assert!(drained.try_recv().is_err(), "the ledger does not know yet");
    cell.set(Mode::Now);
    cell.now.at += Duration::from_secs(1);
    cell.tell(Message::Tick).await;
    assert_eq!((drained.try_recv(), cell.next), (Ok(()), Next::Stop));
}

// T6
#[tokio::test]
async fn a_rooms_panic_is_a_delay_and_not_a_loss() {
    let mut cell = Cell::new(Mode::Now);
    cell.tell(Message::Join(join(1))).await;
    cell.tell(Message::Join(join(2))).await;
    cell.tell(pushed(push(1, 1, Entry::Joined(member(2).into())))).await;
    cell.tell(signal(2, 1, 1, Kind::IceCandidate)).await;
    cell.set(Mode::Away);
    cell.tell(Message::Join(join(3))).await;
    cell.tell(Message::Leave(seat(9), LeaveReason::Left)).await;
    let mut out = Vec::new();
    let turn = std::mem::replace(&mut cell.turn, Box::new(unused()));
    cell.turn = turn.failed(&mut out).expect("a successor");
    let told: Vec<String> = out.iter().map(|to| cell.text(to)).collect();
    assert_eq!(told, ["1 Restarted", "2 Restarted", "3 Restarted", "room Tick"]);
    assert_eq!(cell.bytes.held(Buffer::Candidate), 0);

    cell.set(Mode::Now);
    cell.asked();
    cell.tell(Message::Tick).await;
    assert_eq!(cell.asked(), ["leave 9"], "what the ledger had not taken is told again");
    assert_eq!(cell.next, Next::Done, "the room stays: sockets take their seats again");
    cell.tell(Message::Resume(resume(1, 1, 0))).await;
    cell.now.at += Duration::from_secs(5);
    cell.tell(Message::Tick).await;
    assert_eq!(cell.asked(), ["resume", "held", "gone 1 in 1", "gone 2 in 1"], "nobody came back to these");
    assert_eq!(cell.next, Next::Stop);
}

#[test]
fn whoever_is_refused_hears_so() {
    let (done, mut drained) = oneshot::channel();
    let table = [
        (Message::Join(join(1)), "1 JoinRefused(Refusal { code: Unavailable"),
        (Message::Resume(resume(1, 1, 0)), "1 ResumeUnavailable"),
        (Message::Read(Box::new((settings(), Message::Join(join(1))))), "1 JoinRefused(Refusal { code: Unavailable"),
        (chat(1, 1), "1 NoRoom"),
        (signal(1, 2, 1, Kind::Offer), "1 NoRoom"),
        (RoomTurn::instead(chat(1, 1)).expect("it is a member's message"), "1 NoRoom"),
        (Message::Tick, ""),
        (pushed(push(1, 1, chat_entry())), ""),
        (Message::Drain(done), ""),
    ];
    let cell = Cell::new(Mode::Now);
    for (message, wanted) in table {
        let mut out = Vec::new();
        RoomTurn::refused(message, &mut out);
        let told: String = out.iter().map(|to| cell.text(to)).collect();
        assert!(told.starts_with(wanted) && out.len() == usize::from(!wanted.is_empty()), "{told}");
    }
    assert_eq!(drained.try_recv(), Ok(()));
    assert!(RoomTurn::is_exempt(&Message::Disconnected(seat(1))) && !RoomTurn::is_exempt(&chat(1, 1)));
    let read = |request| Message::Read(Box::new((settings(), request)));
    assert!(!RoomTurn::is_exempt(&read(Message::Join(join(1)))), "nor does it bring its settings past a full mailbox");
    assert!(RoomTurn::is_exempt(&read(Message::Disconnected(seat(1)))));
}

/// What stands in for a turn that is taken out.
fn unused() -> RoomTurn {
    *Cell::new(Mode::Now).turn
}

struct Refusing(Duration);

impl Shedding for Refusing {
    fn retry_delay_max(&self) -> Duration {
        self.0
    }
}

#[test]
fn a_seat_is_kept_as_long_as_its_client_may_have_been_told_to_wait() {
    let kept = |told| {
        let env = env(Arc::new(Scripted::new(Mode::Now)), Arc::default(), Arc::new(BufferedBytes::new(0)));
        assert!(env.shedding.set(Arc::new(Refusing(told))).is_ok());
        env.kept_for(Duration::from_secs(5))
    };
    assert_eq!(kept(Duration::from_secs(3)), Duration::from_secs(8));
    assert_eq!(kept(Duration::MAX), Duration::from_secs(5) + RoomLimits::default().retry_delay_max, "but not forever");
}
