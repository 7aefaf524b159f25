//! One walk: each operation is done to the ledger and to the model, and everything that can be seen of the
//! two must be equal; clients watch what arrives through a bad network of pushes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    ledger::{Address, Answer, Claim, Ledger, Limits, MemoryLedger, Push, Pushed},
    protocol::{Entry, LeaveReason, NodeId, RoomId, SessionId, UserId, client::Seq},
};

pub(crate) use self::seen::Seen;
use self::talk::Speech;
use crate::{
    naive::Naive,
    op::{Chance, Kind, Op},
    watch::Watch,
};

mod seen;
mod stays;
mod talk;

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
