//! Arbitrary clients over an arbitrary ledger: late, failing, forgetting what it answered, losing pushes.
//!
//! Whatever happens: rules are total; each message ends once; what was accepted is delivered once and what was refused
//! never; entries come in order, without gaps; and once the ledger answers again, nothing waits forever.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use proptest::prelude::*;

use self::{
    clients::{Clients, Outcome},
    model::{Fate, Model},
};
use super::{
    bench::*,
    media::{host, hosting},
};
use crate::{
    ledger::Placed,
    messages::room::{MediaReply, MediaServersChange, Message, Reply},
    ports::{MediaError, RoomSettings},
    protocol::{
        Kind, LeaveReason, RoomMode, SessionId,
        media::{MediaNews, MediaReason},
    },
    room::rules::step::{Effect, LedgerCall, MediaCall},
};

mod calls;
mod clients;
mod model;

/// A room between clients and a ledger.
struct World {
    bench: Bench,
    clients: Clients,
    model: Model,
    /// Calls whose answer has not come, with what the ledger does with them.
    calls: VecDeque<LedgerCall>,
}

impl World {
    fn new(mode: RoomMode) -> Self {
        let mut bench = Bench::new();
        bench.told(Message::SettingsChanged(RoomSettings { mode, revision: 2, ..settings() }));
        bench.budget.room_joins_burst = 1_000;
        Self { bench, clients: Clients::default(), model: Model::default(), calls: VecDeque::new() }
    }

    /// Tells the room something, and its clients what it says to them; they react.
    fn tell(&mut self, message: Message) {
        let mut messages = VecDeque::from([message]);
        while let Some(message) = messages.pop_front() {
            for effect in self.bench.effects(message) {
                match effect {
                    Effect::Call(call) => self.calls.push_back(call),
                    Effect::Note(noted) => panic!("notes are off: {noted:?}"),
                    // It is opened there, and the ledger knows better.
                    Effect::Media(call) if matches!(*call, MediaCall::Open { .. }) => {
                        let opened = MediaReply::Opened(0, Ok(host("m")));
                        messages.push_back(Message::MediaAnswered(Box::new(opened)));
                    }
                    Effect::Media(_) => {}
                    Effect::Tell(socket, told) => messages.extend(self.clients.hear(socket, told)),
                }
            }
        }
    }

    /// The ledger answers the oldest call.
    fn answer(&mut self, fate: Fate) {
        let Some(call) = self.calls.pop_front() else { return };
        let reply = self.model.answer(self.bench.room.asked_in(), call, fate);
        self.tell(Message::Answered(Box::new(reply)));
    }

    fn pass(&mut self, span: Duration) {
        let until = self.bench.now + span;
        let mut ticks = 0;
        while let Some(at) = self.bench.room.wake_at().filter(|at| *at <= until) {
            ticks += 1;
            assert!(ticks < 1_000, "a room at rest does not tick all the time: {:?}", self.bench.room);
            self.bench.now = at.max(self.bench.now + Duration::from_millis(1));
            self.tell(Message::Tick);
        }
        self.bench.now = until;
    }

    fn act(&mut self, (action, who, whom): (u8, u64, u64)) {
        match action {
            0..4 => self.client(action, (who, whom)),
            4..10 => {
                let message = self.clients.say(who, whom, kind(action));
                message.into_iter().for_each(|message| self.tell(message));
            }
            10..14 => self.answer(Fate::Applied { pushed: true }),
            14 => self.answer(Fate::Applied { pushed: false }),
            15 => self.answer(Fate::NotApplied),
            16 => self.answer(Fate::Unknown { applied: whom.is_multiple_of(2) }),
            17 => self.pass(Duration::from_millis(40 * who * whom)),
            18 => self.pass(Duration::from_millis(700 * who)),
            19 => {
                for push in self.model.remote(who, whom.is_multiple_of(2)) {
                    self.tell(pushed(push));
                }
            }
            20 => {
                self.model.epoch += 1;
                if whom.is_multiple_of(2) {
                    self.tell(Message::Epoch(self.model.epoch));
                }
            }
            21 => self.tell(Message::Fence(whom.is_multiple_of(2))),
            _ => self.tell(Message::Audit),
        }
    }

    fn client(&mut self, action: u8, (who, whom): (u64, u64)) {
        let message = match action {
            0 => self.clients.join(who),
            1 if whom == 1 => self.clients.leave(who, LeaveReason::Left),
            2 => self.clients.disconnect(who),
            _ => self.clients.resume(who),
        };
        message.into_iter().for_each(|message| self.tell(message));
    }

    /// The ledger answers everything from now on, and time passes.
    fn heal(&mut self) {
        self.tell(Message::Fence(false));
        for _ in 0..40 {
            while !self.calls.is_empty() {
                self.answer(Fate::Applied { pushed: true });
            }
            self.pass(Duration::from_secs(5));
        }
        while !self.calls.is_empty() {
            self.answer(Fate::Applied { pushed: true });
        }
    }
}

const fn kind(action: u8) -> Kind {
    match action {
        4 => Kind::Offer,
        5 => Kind::Answer,
        6 | 7 => Kind::IceCandidate,
        8 => Kind::Renegotiate,
        _ => Kind::ChatMessage,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn each_message_ends_once_and_nothing_waits_for_ever(
        actions in prop::collection::vec((0..23_u8, 1..4_u64, 1..4_u64), 0..160),
        is_auto in any::<bool>(),
    ) {
        let mut world = World::new(if is_auto { RoomMode::Auto } else { RoomMode::Mesh });
        for action in actions {
            world.act(action);
        }
        world.heal();
        prop_assert!(world.bench.room.is_quiet(), "something is under way: {:?}", world.bench.room);
        prop_assert_eq!(world.bench.room.candidate_bytes(), 0);
        prop_assert_eq!(world.clients.unsettled(), Vec::<String>::new());
        for session in world.clients.present() {
            let of = |(whose, data): &(SessionId, String)| (*whose == session).then(|| data.clone());
            let delivered: Vec<_> = world.clients.delivered.iter().filter_map(of).collect();
            let appended: Vec<_> = world.model.appended.iter().filter_map(of).collect();
            prop_assert_eq!(delivered, appended, "what {} has got", session);
        }
        let mut once = BTreeSet::new();
        for append in &world.model.appended {
            prop_assert!(once.insert(append), "{:?} twice", append);
        }
        for (data, outcome) in world.clients.outcomes() {
            let is_applied = world.model.applied.contains(&data);
            prop_assert!(outcome != Outcome::Refused || !is_applied, "{} was refused and applied", data);
            let is_settled = is_applied || world.model.undeliverable.contains(&data);
            prop_assert!(outcome != Outcome::Accepted || is_settled, "{} was lost", data);
        }
        for who in 1..4 {
            world.clients.disconnect(who).into_iter().for_each(|message| world.tell(message));
        }
        world.heal();
        prop_assert!(world.bench.room.is_idle(), "nobody is here: {:?}", world.bench.room);
    }

    #[test]
    fn rules_are_total(actions in prop::collection::vec((0..34_u8, 1..5_u64, 1..7_u64), 0..80)) {
        let mut bench = Bench::with_members(3, 2);
        for (action, who, what) in actions {
            bench.told(any_message(action, who, what));
            bench.now += Duration::from_millis(300 * what);
        }
    }
}

/// Anything at all, whether it fits or not.
fn any_message(action: u8, who: u64, what: u64) -> Message {
    use crate::{
        ledger::{Audited, Ended, Failure, Sent},
        protocol::Code,
    };
    let failure = match what {
        1 => unknown(100),
        2 => Failure::Epoch(who + what),
        _ => not_applied(500),
    };
    let reply = match action {
        0 => Reply::Join(join(who), Ok(seated(who, vec![]))),
        1 => Reply::Join(join(who), Err(failure)),
        2 => Reply::Resume(resume(who, what, 0), resumed_seat(resumed(who))),
        3 => Reply::Resume(resume(who, what, 0), Err(failure)),
        4 => Reply::Sent(id(who), Ok(Sent::Appended(vec![push(what, what, chat_entry())]))),
        5 => Reply::Sent(id(who), Ok(Sent::Fenced)),
        6 => Reply::Sent(id(who), Ok(Sent::ReceiverGone)),
        7 => Reply::Sent(id(who), Err(failure)),
        8 => Reply::Fact(what, Err(failure)),
        9 => Reply::Fact(what, Ok(vec![])),
        10 => Reply::Audit(vec![id(who), id(what)], Ok(vec![Audited::Gap])),
        11 => Reply::Audit(vec![id(who)], Err(failure)),
        12 => Reply::Claim(vec![id(who)], claimed(what, vec![held(vec![(what, chat_entry())])])),
        13 => Reply::Claim(vec![id(who)], Err(failure)),
        14 => Reply::Members(Ok(vec![member(what)])),
        15 => Reply::Held(Ok(vec![(id(who), session(what))])),
        16 => Reply::Repair(Err(failure)),
        17 => return pushed(push(who, what, crate::protocol::Entry::Joined(member(what).into()))),
        18 => return pushed(push(who, what, left(what))),
        19 => return pushed(ended(who, Ended::Freed(LeaveReason::Lost))),
        20 => return Message::Join(join(who)),
        21 => return Message::Resume(resume(who, what, what)),
        22 => return Message::Leave(if what == 1 { joining(who) } else { seat(who) }, LeaveReason::Left),
        23 => return Message::Disconnected(seat(who)),
        24 => return Message::Skipped { from: seat(who), cid: what, code: Code::RateLimited },
        25 => return Message::Acked { from: seat(who), seq: what, refused: what },
        26 => return Message::Fence(what.is_multiple_of(2)),
        27 => return chat(who, what),
        28 => return Message::Tick,
        29..34 => return any_of_media(action, (who, what)),
        _ => return signal(who, what, what, if what == 2 { Kind::Offer } else { Kind::IceCandidate }),
    };
    Message::Answered(Box::new(reply))
}

/// Anything about media, in a room of any mode.
fn any_of_media(action: u8, (who, what): (u64, u64)) -> Message {
    let epoch = who - 1;
    let at = (what > 2).then_some("m");
    match action {
        29 => {
            let mode = [RoomMode::Mesh, RoomMode::Sfu, RoomMode::Auto][usize::try_from(what % 3).expect("few")];
            Message::SettingsChanged(RoomSettings { mode, revision: 10, ..settings() })
        }
        30 => {
            let none = MediaError::Unavailable { why: "none".into(), retry_after: Duration::ZERO };
            let opened = if what > 3 { Ok(host("m")) } else { Err(none) };
            Message::MediaAnswered(Box::new(MediaReply::Opened(epoch, opened)))
        }
        31 => {
            let placed = Placed { hosting: hosting(epoch, at), is_won: what.is_multiple_of(2), pushes: vec![] };
            let asked = at.map(|at| Box::new(host(at)));
            Message::Answered(Box::new(Reply::Placed(asked, Ok(Box::new(placed)))))
        }
        32 => Message::MediaServers(Box::new(match what {
            1 => MediaServersChange::Back,
            2 => MediaServersChange::Draining(host("m")),
            _ => MediaServersChange::Lost(host("m")),
        })),
        _ => {
            let reason = if at.is_some() { MediaReason::Grown } else { MediaReason::Shrunk };
            let news = MediaNews::Changed { hosting: hosting(what, at), reason };
            pushed(push(who, what, crate::protocol::Entry::Media(news.into())))
        }
    }
}
