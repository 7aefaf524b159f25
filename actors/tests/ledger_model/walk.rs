//! One walk: each operation is done to the ledger and to the model, and everything that can be seen of the
//! two must be equal; clients watch what arrives through a bad network of pushes.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    ledger::{
        Address, Answer, Broadcast, Claim, Join, Joined, Ledger, Limits, MemoryLedger, Push, Pushed, Resume, Resumed,
        Send, Sent,
    },
    protocol::{
        Entry, LeaveReason, Message, NodeId, RoomId, SessionId, UserId,
        client::{Cid, Seq},
        cluster::MessageKind,
    },
};

use crate::{
    naive::Naive,
    op::{Chance, Kind, Op},
    watch::{Watch, text},
};

const ROOMS: u8 = 3;
const USERS: u8 = 6;
const NODES: u8 = 3;
const MAX: u32 = 4;
const WINDOW: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(6);
const LIMITS: Limits = Limits { inbox_entries_max: 24, inbox_bytes_max: 200, rooms_max: ROOMS as usize };

/// A stay as its client remembers it.
#[derive(Debug, Clone, Copy)]
struct Ticket {
    who: Address,
    secret: u128,
}

/// What a stay has said, so that it can be said again.
#[derive(Default)]
struct Speech {
    cid: Cid,
    id: u64,
    /// To whom (`None`: to all), under which number, and the messages' own numbers.
    log: Vec<(Option<Address>, Option<Cid>, std::ops::Range<u64>)>,
}

/// Everything that one walk needs.
pub(crate) struct Walk {
    ledger: Arc<MemoryLedger>,
    naive: Naive,
    chance: Chance,
    /// What subscribers were told.
    away: Arc<Mutex<Vec<(NodeId, Push)>>>,
    tickets: BTreeMap<(RoomId, UserId), Vec<Ticket>>,
    speeches: BTreeMap<SessionId, Speech>,
    watches: BTreeMap<(RoomId, SessionId), Watch>,
    sessions: u128,
    pub(crate) steps: u64,
    pub(crate) seen: Seen,
}

/// How often things happened, so that a walk which avoids a case is noticed.
#[derive(Default)]
pub(crate) struct Seen(BTreeMap<&'static str, u64>);

const EVERYTHING: [&str; 16] = [
    "joined",
    "full",
    "left",
    "resumed",
    "resume BadToken",
    "resume SeatGone",
    "resume Gap",
    "appended",
    "repeat",
    "sender gone",
    "receiver gone",
    "lost",
    "node died",
    "hole filled",
    "push lost",
    "push doubled",
];

impl Seen {
    fn mark(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    pub(crate) fn check_that_everything_happened(&self) {
        for what in EVERYTHING {
            assert!(self.0.contains_key(what), "\"{what}\" never happened: {self}");
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(what, times)| write!(f, "{what}: {times}; "))
    }
}

/// Memory answers at once.
fn now<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Now(answer) => answer.expect("memory is never away"),
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

fn node(number: u8) -> NodeId {
    NodeId::new(["a", "b", "c"][usize::from(number % NODES)])
}

fn room(number: u8) -> RoomId {
    RoomId::from_letters([number % ROOMS; 10])
}

fn user(number: u8) -> UserId {
    UserId::from_u128((number % USERS).into())
}

impl Walk {
    pub(crate) fn new(seed: u64) -> Self {
        let (ledger, away) = (Arc::new(MemoryLedger::new(LIMITS)), Arc::new(Mutex::new(Vec::new())));
        for number in 0..NODES {
            let away = away.clone();
            let tell = move |push| away.lock().expect("no panic before").push((node(number), push));
            ledger.subscribe(node(number), Arc::new(tell));
        }
        Self {
            ledger,
            naive: Naive::new(LIMITS),
            chance: Chance(!seed),
            away,
            tickets: BTreeMap::new(),
            speeches: BTreeMap::new(),
            watches: BTreeMap::new(),
            sessions: 0,
            steps: 0,
            seen: Seen::default(),
        }
    }

    /// Does one operation to both, and compares them.
    pub(crate) async fn step(&mut self, op: Op) {
        self.steps += 1;
        let (room, asker) = (room(op.room), node(op.node));
        let pushes = match op.kind {
            Kind::Pass => self.pass(Duration::from_millis(10 * u64::from(op.dice))).await,
            Kind::Join => self.join(room, op),
            Kind::Leave => self.leave(room, op),
            Kind::Gone => self.gone(room, op),
            Kind::Resume => self.resume(room, op),
            Kind::Send => self.send(room, op),
            Kind::Repeat => self.repeat(room, op),
            Kind::Broadcast => self.broadcast(room, op),
            Kind::Acked => self.acked(room, op),
            Kind::CatchUp => self.catch_up(room),
            Kind::Renew => self.renew(&asker),
            Kind::Reap => self.reap(room, &asker),
            Kind::Close => self.close(room, &asker),
            Kind::Reassert => self.reassert(room, &asker),
        };
        self.compare(room, &asker, pushes);
    }

    /// Everybody catches up, and every room is looked at once more.
    pub(crate) fn finish(&mut self) {
        for number in 0..ROOMS {
            self.catch_up(room(number));
            self.compare(room(number), &node(0), Vec::new());
        }
    }

    /// Mostly somebody who sits in the room, else any user's newest stay or the one before it.
    fn ticket(&self, room: RoomId, number: u8, dice: u8) -> Option<Ticket> {
        let stays = self.naive.stays(room);
        let present = stays.get(usize::from(number) % stays.len().max(1)).filter(|_| !dice.is_multiple_of(5));
        let tickets = self.tickets.get(&(room, present.map_or(user(number), |stay| stay.who.user)))?;
        let newest = tickets.len() - 1;
        let back = usize::from(dice.is_multiple_of(9));
        tickets.get(newest.saturating_sub(back)).copied()
    }

    async fn pass(&mut self, time: Duration) -> Vec<Push> {
        tokio::time::advance(time).await;
        self.naive.now += time;
        Vec::new()
    }

    fn join(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        self.sessions += 1;
        let (user, session, secret) = (user(op.user), SessionId::from_u128(self.sessions), self.sessions ^ 0xa1d15);
        let ask =
            Join { user, name: "somebody".into(), session, secret, node: node(op.node), max: MAX, window: WINDOW };
        let expected = self.naive.join(room, ask.clone());
        let (rev, members, pushes) = match now(self.ledger.join(room, ask)) {
            Joined::Full => {
                assert_eq!(expected, None, "a full room refuses");
                self.seen.mark("full");
                return Vec::new();
            }
            Joined::Seated { rev, members, pushes } => (rev, members, pushes),
        };
        assert_eq!(expected, Some((rev, members.clone())));
        let who = Address { user, session };
        let tickets = self.tickets.entry((room, user)).or_default();
        tickets.push(Ticket { who, secret });
        if tickets.len() > 2 {
            let over = tickets.remove(0);
            self.watches.remove(&(room, over.who.session));
            self.speeches.remove(&over.who.session);
        }
        self.watches.insert((room, session), Watch::new(who, &members));
        self.speeches.insert(session, Speech::default());
        self.seen.mark("joined");
        pushes
    }

    fn leave(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(ticket) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let reason = if op.dice.is_multiple_of(2) { LeaveReason::Left } else { LeaveReason::Kicked };
        self.naive.leave(room, ticket.who, reason, &node(op.node));
        self.seen.mark("left");
        now(self.ledger.leave(room, ticket.who, reason, &node(op.node)))
    }

    fn gone(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(ticket) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let its_own = self.naive.stay(room, ticket.who).map(|stay| stay.node.clone());
        let asker = its_own.filter(|_| !op.dice.is_multiple_of(5)).unwrap_or_else(|| node(op.node));
        self.naive.gone(room, ticket.who, WINDOW, &asker);
        now(self.ledger.gone(room, ticket.who, WINDOW, &asker));
        Vec::new()
    }

    fn resume(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(Ticket { who, secret }) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let Some(watch) = self.watches.get_mut(&(room, who.session)) else { return Vec::new() };
        let last_seq = if op.dice.is_multiple_of(7) { (op.other % 32).into() } else { watch.cursor.seq() };
        let secret = secret ^ u128::from(op.dice.is_multiple_of(13));
        let ask = Resume { user: who.user, session: who.session, secret, node: node(op.node), last_seq };
        let expected = self.naive.resume(room, ask.clone());
        let (rev, members, replay, mut said, pushes) = match now(self.ledger.resume(room, ask)) {
            Resumed::Failed(why) => {
                assert_eq!(expected, Err(why));
                self.seen.mark(match why {
                    actors::protocol::server::ResumeFailure::BadToken => "resume BadToken",
                    actors::protocol::server::ResumeFailure::SeatGone => "resume SeatGone",
                    actors::protocol::server::ResumeFailure::Gap => "resume Gap",
                    actors::protocol::server::ResumeFailure::RoomClosed => panic!("the ledger knows no closed rooms"),
                });
                return Vec::new();
            }
            Resumed::Seated { rev, members, replay, said, pushes } => (rev, members, replay, said, pushes),
        };
        said.sort_by_key(|said| said.to);
        let expected = expected.map(|(rev, members, replay, mut said)| {
            said.sort_by_key(|said| said.to);
            (rev, members, replay, said)
        });
        assert_eq!(expected, Ok((rev, members, replay.clone(), said)));
        assert_eq!(pushes, [], "a resume is seen by nobody else");
        let ledger = self.ledger.clone();
        for (seq, entry) in &replay {
            watch.deliver(*seq, entry, &|who, seq| now(ledger.read(room, who, seq)));
        }
        self.seen.mark("resumed");
        pushes
    }

    fn send(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let from = self.ticket(room, op.user, op.dice);
        let to = self.ticket(room, op.other, op.dice >> 3);
        let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
        self.speak(room, from.who, Some(to.who), 1 + u64::from(op.dice % 3), &node(op.node))
    }

    fn broadcast(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(from) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        self.speak(room, from.who, None, 1, &node(op.node))
    }

    /// Says something new: every other stay numbers what it says.
    fn speak(&mut self, room: RoomId, from: Address, to: Option<Address>, count: u64, asker: &NodeId) -> Vec<Push> {
        let speech = self.speeches.entry(from.session).or_default();
        speech.cid += 1;
        let cid = from.session.as_u128().is_multiple_of(2).then_some(speech.cid);
        let ids = speech.id + 1..speech.id + 1 + count;
        speech.id += count;
        if cid.is_some() {
            speech.log.push((to, cid, ids.clone()));
        }
        self.say(room, from, to, cid, ids, asker)
    }

    /// Says something again, as who does not know whether it was heard.
    fn repeat(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(from) = self.ticket(room, op.user, 1) else { return Vec::new() };
        let log = self.speeches.get(&from.who.session).map_or(&[][..], |speech| &speech.log);
        let recent = log.len().saturating_sub(1 + usize::from(op.dice % 8));
        let Some((to, cid, ids)) = log.get(recent).cloned() else { return Vec::new() };
        self.say(room, from.who, to, cid, ids, &node(op.node))
    }

    fn say(
        &mut self,
        room: RoomId,
        from: Address,
        to: Option<Address>,
        cid: Option<Cid>,
        ids: std::ops::Range<u64>,
        asker: &NodeId,
    ) -> Vec<Push> {
        let kind = if ids.start.is_multiple_of(3) { MessageKind::Offer } else { MessageKind::ChatMessage };
        let mut messages: Vec<Message> = ids.map(|id| Message { kind, data: text(from.session, id).into() }).collect();
        let (expected, sent) = match to {
            Some(to) => {
                let send = Send { from, to, cid, messages };
                (self.naive.send(room, &send), now(self.ledger.send(room, send, asker)))
            }
            None => {
                let broadcast = Broadcast { from, cid, message: messages.remove(0) };
                (self.naive.broadcast(room, &broadcast), now(self.ledger.broadcast(room, broadcast, asker)))
            }
        };
        let (outcome, pushes) = match sent {
            Sent::Appended(pushes) => ("appended", pushes),
            Sent::Repeat => ("repeat", Vec::new()),
            Sent::SenderGone => ("sender gone", Vec::new()),
            Sent::ReceiverGone => ("receiver gone", Vec::new()),
        };
        let expected = match expected {
            Sent::Appended(_) => "appended",
            Sent::Repeat => "repeat",
            Sent::SenderGone => "sender gone",
            Sent::ReceiverGone => "receiver gone",
        };
        assert_eq!(outcome, expected);
        self.seen.mark(outcome);
        pushes
    }

    fn acked(&mut self, room: RoomId, op: Op) -> Vec<Push> {
        let Some(ticket) = self.ticket(room, op.user, op.dice) else { return Vec::new() };
        let Some(watch) = self.watches.get(&(room, ticket.who.session)) else { return Vec::new() };
        let seq = if op.dice.is_multiple_of(31) { op.other.into() } else { watch.cursor.seq() };
        self.naive.acked(room, ticket.who, seq);
        now(self.ledger.acked(room, ticket.who, seq));
        Vec::new()
    }

    /// Everybody in the room reads what has not arrived, and then sees what is.
    fn catch_up(&mut self, room: RoomId) -> Vec<Push> {
        let ledger = self.ledger.clone();
        let read = |who, seq| now(ledger.read(room, who, seq));
        for stay in self.naive.stays(room) {
            let Some(watch) = self.watches.get_mut(&(room, stay.who.session)) else { continue };
            watch.catch_up(&read);
            if watch.is_over {
                continue;
            }
            assert_eq!(watch.cursor.seq(), stay.sent.len() as Seq, "all has arrived");
            let members = self.naive.members(room).into_iter().filter(|member| member.user != stay.who.user);
            let others: BTreeMap<UserId, SessionId> = members.map(|member| (member.user, member.session)).collect();
            assert_eq!(watch.view, others, "who caught up sees who is there");
        }
        Vec::new()
    }

    fn renew(&mut self, asker: &NodeId) -> Vec<Push> {
        self.naive.renew(asker, LEASE);
        now(self.ledger.renew(asker, LEASE));
        Vec::new()
    }

    fn reap(&mut self, room: RoomId, asker: &NodeId) -> Vec<Push> {
        let due = now(self.ledger.due());
        assert_eq!(due, self.naive.due());
        if !due.dead.is_empty() {
            self.seen.mark("node died");
        }
        let before = self.naive.stays(room).len();
        self.naive.reap(room, &due.dead);
        if self.naive.stays(room).len() < before {
            self.seen.mark("lost");
        }
        now(self.ledger.reap(room, &due.dead, asker))
    }

    fn close(&mut self, room: RoomId, asker: &NodeId) -> Vec<Push> {
        self.naive.close(room, LeaveReason::Closed);
        now(self.ledger.close(room, LeaveReason::Closed, asker))
    }

    /// Seats that are there stay as they are.
    fn reassert(&mut self, room: RoomId, asker: &NodeId) -> Vec<Push> {
        let members = self.naive.members(room);
        let claim = |member: &actors::protocol::Member| Claim {
            user: member.user,
            name: member.name.clone(),
            session: member.session,
            secret: 1,
            rev: member.rev,
            last_seq: 0,
            window: WINDOW,
        };
        let claims: Vec<Claim> = members.iter().map(claim).collect();
        assert_eq!(now(self.ledger.reassert(room, claims, asker)), members);
        Vec::new()
    }

    /// What nodes were told is what they should have been told; who sits there and what they hold likewise.
    fn compare(&mut self, room: RoomId, asker: &NodeId, here: Vec<Push>) {
        let mut told = std::mem::take(&mut *self.away.lock().expect("no panic before"));
        assert!(told.iter().all(|(node, _)| node != asker), "what the asking node is told comes with its answer");
        told.extend(here.into_iter().map(|push| (asker.clone(), push)));
        let mut expected = std::mem::take(&mut self.naive.told);
        let order = |(_, push): &(NodeId, Push)| match &push.what {
            Pushed::Entry(seq, _) => (push.to, *seq),
            Pushed::Ended(_) => (push.to, Seq::MAX),
        };
        told.sort_by_key(order);
        expected.sort_by_key(order);
        assert_eq!(told, expected);
        self.deliver(told);
        let members = now(self.ledger.members(room));
        assert!(members.len() <= MAX as usize, "a room never holds more than its limit");
        assert_eq!(members, self.naive.members(room));
        for stay in self.naive.stays(room) {
            let floor = stay.floor(&self.naive.limits);
            let held: Option<Vec<(Seq, Entry)>> = self.naive.read(room, stay.who, floor);
            assert_eq!(now(self.ledger.read(room, stay.who, floor)), held);
            if let Some(before) = floor.checked_sub(1) {
                assert_eq!(now(self.ledger.read(room, stay.who, before)), None);
            }
        }
    }

    /// Brings pushes to who they are for, through a network that loses and doubles them.
    fn deliver(&mut self, told: Vec<(NodeId, Push)>) {
        let ledger = self.ledger.clone();
        for (_, Push { room, to, what }) in told {
            let Some(watch) = self.watches.get_mut(&(room, to)) else { continue };
            let read = |who, seq| now(ledger.read(room, who, seq));
            let times = match (self.chance.one_in(8), self.chance.one_in(8)) {
                (true, _) => 0,
                (false, true) => 2,
                (false, false) => 1,
            };
            self.seen.mark(["push lost", "push arrived", "push doubled"][times]);
            for _ in 0..times {
                match &what {
                    Pushed::Entry(seq, entry) if !watch.is_over => watch.deliver(*seq, entry, &read),
                    Pushed::Entry(..) => {}
                    Pushed::Ended(_) => watch.is_over = true,
                }
            }
            for _ in 0..std::mem::take(&mut watch.holes_filled) {
                self.seen.mark("hole filled");
            }
        }
    }
}
