//! One walk: each operation is done to the ledger and to the model, and everything that can be seen of the two must be
//! equal; clients watch what arrives through a bad network of pushes, and their holders claim after losses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{Answer, At, Audit, Audited, Event, Fact, Failure, Ledger, MemoryLedger, Push, Pushed, Snapshot},
    protocol::{Epoch, JoinOrder, LeaveReason, NodeId, RoomId, UserId, client::Seq, media::RoomMedia},
    settings::LedgerLimits,
};

pub(crate) use self::seen::Seen;
use crate::{
    naive::{self, Naive},
    op::{Chance, Kind, Op},
    watch::{Missed, Watch},
};

mod losses;
mod media;
mod messages;
mod seats;
mod seen;

const ROOMS: u8 = 3;
const USERS: u8 = 6;
const NODES: u8 = 3;
const MAX: u32 = 4;
pub(crate) const WINDOW: Duration = Duration::from_secs(5);
const LEASE: Duration = Duration::from_secs(6);
const SETTLE: Duration = Duration::from_secs(3);
const PAGE: usize = 100;

fn limits() -> LedgerLimits {
    let rooms_max = ROOMS.into();
    LedgerLimits { inbox_entries_max: 24, inbox_bytes_max: 200, rooms_max, settle_within: SETTLE, events_max: 0 }
}

/// Everything that one walk needs.
pub(crate) struct Walk {
    ledger: Arc<MemoryLedger>,
    bytes: Arc<BufferedBytes>,
    naive: Naive,
    copy: Option<(Snapshot, Naive)>,
    chance: Chance,
    /// What subscribers were told.
    away: Arc<Mutex<Vec<(NodeId, Push)>>>,
    watches: BTreeMap<(RoomId, JoinOrder), Watch>,
    /// Each user's newest seats in each room, the newest last.
    seats: BTreeMap<(RoomId, UserId), Vec<JoinOrder>>,
    /// What happened in the last moments.
    facts: Vec<(RoomId, Fact)>,
    /// Where media was before the last loss.
    media: BTreeMap<RoomId, Box<RoomMedia>>,
    sessions: u128,
    pub(crate) steps: u64,
    pub(crate) seen: Seen,
}

/// Memory answers at once.
fn now<T>(answer: Answer<T>) -> naive::Answer<T> {
    let Answer::Now(answer) = answer else { panic!("memory answers at once") };
    answer.map_err(|failure| match failure {
        Failure::NotApplied { .. } => naive::NOT_NOW,
        Failure::Epoch(_) => naive::OLD_EPOCH,
        Failure::Unknown { .. } => panic!("memory knows every outcome"),
    })
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

fn at(room: RoomId, node: &NodeId, epoch: Epoch) -> At<'_> {
    At { room, node, epoch }
}

/// What is missing of a watched seat, as its holder finds it.
fn read(ledger: &MemoryLedger, watch: &Watch) -> Option<Missed> {
    let audit = Audit { seat: watch.seat, last_seq: watch.cursor.seq(), acked: 0 };
    match now(ledger.audit(at(watch.room, &watch.node, watch.epoch), vec![audit])) {
        Err(_) => Some((Vec::new(), Vec::new())), // its holder has to claim it first
        Ok(mut audited) => match audited.remove(0) {
            Audited::Held(entries, heard) => Some((entries, heard)),
            Audited::Gap | Audited::Ended(_) => None,
        },
    }
}

impl Walk {
    pub(crate) fn new(seed: u64) -> Self {
        let bytes = Arc::new(BufferedBytes::new(1 << 30));
        let ledger = Arc::new(MemoryLedger::new(limits(), Arc::new(Clock::new()), bytes.clone()));
        let away = Arc::new(Mutex::new(Vec::new()));
        for number in 0..NODES {
            let away = away.clone();
            let tell = move |event| {
                if let Event::Push(push) = event {
                    away.lock().expect("no panic before").push((node(number), push));
                }
                true
            };
            ledger.subscribe(&node(number), Arc::new(tell));
        }
        Self {
            ledger,
            bytes,
            naive: Naive::new(limits()),
            copy: None,
            chance: Chance(!seed),
            away,
            watches: BTreeMap::new(),
            seats: BTreeMap::new(),
            facts: Vec::new(),
            media: BTreeMap::new(),
            sessions: 0,
            steps: 0,
            seen: Seen::default(),
        }
    }

    /// Does one operation to both, and compares them.
    pub(crate) async fn step(&mut self, op: Op) {
        self.steps += 1;
        let (room, asker) = (room(op.room), node(op.node));
        let (asker, pushes) = match op.kind {
            Kind::Pass => self.pass(Duration::from_millis(10 * u64::from(op.dice))).await,
            Kind::Join => self.join(room, op),
            Kind::JoinAgain => self.join_again(room, op),
            Kind::Leave => self.leave(room, op),
            Kind::Evict => self.evict(room, op),
            Kind::Disconnect => self.disconnect(room, op),
            Kind::Resume => self.resume(room, op),
            Kind::Send => self.send(room, op),
            Kind::Resend => self.resend(room, op),
            Kind::Skip => self.skip(room, op),
            Kind::Broadcast => self.broadcast(room, op),
            Kind::Audit => self.audit(room, op),
            Kind::CatchUp => self.catch_up(room, op),
            Kind::Renew => self.renew(asker),
            Kind::Release => self.release(asker),
            Kind::Reap => self.reap(room, asker),
            Kind::Close => self.close(room, asker, u64::from(op.dice % 4)),
            Kind::Wipe if op.dice.is_multiple_of(4) => self.wipe(asker),
            Kind::GoBack if op.dice.is_multiple_of(3) => self.go_back(asker),
            Kind::Wipe | Kind::GoBack | Kind::Copy => self.copy(asker),
            Kind::Claim => self.claim(room, op),
            Kind::Place => self.place(room, op),
            Kind::Publish => self.publish(room, op),
        };
        self.naive.forget_empty(room);
        self.compare(room, &asker, pushes);
    }

    /// Everybody catches up, every room is looked at once more, and in the end nothing is left.
    pub(crate) fn finish(&mut self) {
        for number in 0..ROOMS {
            self.catch_up(room(number), Op::from([0; 6]));
            self.compare(room(number), &node(0), Vec::new());
            let (asker, pushes) = self.close(room(number), node(0), 9);
            self.compare(room(number), &asker, pushes);
        }
        assert_eq!((self.ledger.rooms(), self.bytes.total()), (0, 0), "nothing is left");
    }

    /// Mostly somebody who sits in the room, else any user's newest session or the one before it.
    fn watched(&self, room: RoomId, number: u8, dice: u8) -> Option<JoinOrder> {
        let sessions = self.naive.sessions(room);
        let present = sessions.get(usize::from(number) % sessions.len().max(1)).filter(|_| !dice.is_multiple_of(5));
        let seats = self.seats.get(&(room, present.map_or(user(number), |session| session.user.clone())))?;
        let newest = seats.len().checked_sub(1)?;
        let back = usize::from(dice.is_multiple_of(9));
        seats.get(newest.saturating_sub(back)).copied()
    }

    fn watch(&mut self, room: RoomId, number: u8, dice: u8) -> Option<&mut Watch> {
        let order = self.watched(room, number, dice)?;
        self.watches.get_mut(&(room, order))
    }

    fn remember(&mut self, room: RoomId, fact: Fact) {
        self.facts.push((room, fact));
        if self.facts.len() > 8 {
            self.facts.remove(0);
        }
    }

    async fn pass(&mut self, time: Duration) -> (NodeId, Vec<Push>) {
        tokio::time::advance(time).await;
        self.naive.now += time;
        (node(0), Vec::new())
    }

    fn close(&mut self, room: RoomId, asker: NodeId, revision: u64) -> (NodeId, Vec<Push>) {
        self.naive.close(room, LeaveReason::Closed, revision);
        let pushes = now(self.ledger.close(at(room, &asker, 0), LeaveReason::Closed, revision)).expect("in any epoch");
        (asker, pushes)
    }

    /// What nodes were told is what they should have been told, and the members are the same.
    fn compare(&mut self, room: RoomId, asker: &NodeId, here: Vec<Push>) {
        let mut told = std::mem::take(&mut *self.away.lock().expect("no panic before"));
        assert!(told.iter().all(|(node, _)| node != asker), "what the asking node is told comes with its answer");
        let here = self.compare_unhosted(here);
        told.extend(here.into_iter().map(|push| (asker.clone(), push)));
        let mut expected = std::mem::take(&mut self.naive.told);
        let order = |(node, push): &(NodeId, Push)| match &push.what {
            Pushed::Entry { seq, .. } => (push.to, *seq, node.clone()),
            Pushed::Ended(..) | Pushed::Unhosted(..) => (push.to, Seq::MAX, node.clone()),
        };
        told.sort_by_key(order);
        expected.sort_by_key(order);
        assert_eq!(told, expected);
        self.deliver(told);
        let members = now(self.ledger.members(room)).expect("members are always answered");
        assert_eq!(members, self.naive.known_members(room));
        if self.naive.epoch == 1 {
            assert!(members.len() <= MAX as usize, "a room never holds more than its limit");
        }
    }

    /// A node that has freed a seat is told what to delete at its media server; answers the other pushes.
    fn compare_unhosted(&mut self, here: Vec<Push>) -> Vec<Push> {
        let (mut unhosted, mut others) = (Vec::new(), Vec::new());
        for push in here {
            match push.what {
                Pushed::Unhosted(host, peer) => unhosted.push((push.to, *host, peer)),
                Pushed::Entry { .. } | Pushed::Ended(..) => others.push(push),
            }
        }
        let mut expected = std::mem::take(&mut self.naive.unhosted);
        unhosted.sort();
        expected.sort();
        assert_eq!(unhosted, expected);
        others
    }

    /// Brings pushes to who they are for, through a network that loses and doubles them.
    fn deliver(&mut self, told: Vec<(NodeId, Push)>) {
        let ledger = self.ledger.clone();
        for (node, Push { room, to, epoch, what }) in told {
            let Some(watch) = self.watches.get_mut(&(room, to)) else { continue };
            let times = match (self.chance.one_in(8), self.chance.one_in(8)) {
                (true, _) => 0,
                (false, true) => 2,
                (false, false) => 1,
            };
            self.seen.mark(["push lost", "push arrived", "push doubled"][times]);
            for _ in 0..times {
                match &what {
                    Pushed::Entry { seq, entry, source } => {
                        if watch.is_live && !watch.is_over && watch.node == node && watch.epoch == epoch {
                            watch.deliver(*seq, entry, *source, &|watch| read(&ledger, watch));
                        }
                    }
                    Pushed::Ended(fence, _) => watch.is_over |= *fence >= watch.seat.fence,
                    Pushed::Unhosted(..) => panic!("only whoever has freed a seat is told"),
                }
            }
            for _ in 0..std::mem::take(&mut watch.holes_filled) {
                self.seen.mark("hole filled");
                let audit = Audit { seat: watch.seat, last_seq: watch.cursor.seq(), acked: 0 };
                let _same = self.naive.audit(room, audit, &node);
            }
            for _ in 0..std::mem::take(&mut watch.repeats) {
                self.seen.mark("repeat after a loss during an absence");
            }
        }
    }
}
