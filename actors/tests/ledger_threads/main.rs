//! Threads at one ledger at once: the limit holds, and each session hears each other in order, once, without holes, although
//! pushes of concurrent steps arrive in any order, sockets that were taken over still speak, and the ledger is wiped.

mod losses;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{
        Answer, At, Audit, Audited, Broadcast, Cursor, Ended, Event, Failure, Join, Joined, Ledger, MemoryLedger,
        Pushed, Resume, Resumed, Send, Sent, Skipped, Source, cursor::Step,
    },
    protocol::{
        Attributes, Data, Entry, Epoch, JoinOrder, Kind, LeaveReason, Message, NodeId, RoomId, SeatId, SessionId,
        UserId,
        client::{Cid, Seq},
    },
    settings::LedgerLimits,
};

/// One user each, on a node of their own; more than a room holds.
const THREADS: u128 = 8;
const MAX: u32 = 4;
const ROUNDS: u64 = 300;
/// What each session sends to each other member and to all.
const WORDS: u64 = 12;
const WINDOW: Duration = Duration::from_secs(5);

fn now<T>(answer: Answer<T>) -> Result<T, Failure> {
    match answer {
        Answer::Now(answer) => answer,
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

/// A thread may stand still while the others say a lot; here it must miss nothing for that.
fn ledger() -> (Arc<MemoryLedger>, Arc<BufferedBytes>) {
    let settle_within = Duration::from_millis(5);
    let limits = LedgerLimits {
        inbox_entries_max: 1_000_000,
        inbox_bytes_max: 1 << 30,
        settle_within,
        ..LedgerLimits::default()
    };
    let bytes = Arc::new(BufferedBytes::new(1 << 40));
    (Arc::new(MemoryLedger::new(limits, Arc::new(Clock::new()), bytes.clone())), bytes)
}

/// One user on one thread.
struct Participant {
    ledger: Arc<MemoryLedger>,
    room: RoomId,
    node: NodeId,
    user: UserId,
    events: mpsc::Receiver<Event>,
}

/// One session, as its client and its holder know it.
struct Session {
    seat: SeatId,
    session: SessionId,
    epoch: Epoch,
    cursor: Cursor,
    others: BTreeMap<JoinOrder, UserId>,
    /// The last word heard of each session.
    heard: BTreeMap<SessionId, u64>,
    sources: BTreeMap<(JoinOrder, bool), Cid>,
    sent: Cid,
    has_lost: bool,
}

impl Session {
    fn observe(&mut self, entry: &Entry) {
        match entry {
            Entry::Joined(member) => {
                let before = self.others.insert(member.order, member.user.clone());
                assert!(before.is_none() || self.has_lost, "nobody joins twice");
                assert!(self.others.len() < MAX as usize || self.has_lost, "nobody ever sees more than the limit");
            }
            Entry::Left { user, order, .. } => {
                let before = self.others.remove(order);
                assert!(before == Some(user.clone()) || self.has_lost, "only members leave");
            }
            Entry::Media(_) => panic!("nobody has asked for a media server"),
            Entry::Message(message) => {
                let (from, word) = message.data.rest().split_once(' ').expect("our own text");
                let (from, word): (u128, u64) = (from.parse().expect("a session"), word.parse().expect("a number"));
                let last = self.heard.insert(SessionId::from_u128(from), word).unwrap_or(word - 1);
                if self.has_lost {
                    assert!(last < word, "in order and once: {word} after {last}");
                } else {
                    assert_eq!(last + 1, word, "in order, once, without holes");
                }
            }
        }
    }

    fn receive(&mut self, entries: Vec<(Seq, Entry)>) {
        for (seq, entry) in entries {
            assert_eq!(self.cursor.step(seq), Step::Next, "an inbox has no holes");
            self.observe(&entry);
        }
    }

    fn hear(&mut self, sources: &[Source]) {
        for source in sources {
            let newest = self.sources.entry((source.from, source.broadcast)).or_default();
            *newest = source.cid.max(*newest);
        }
    }
}

impl Participant {
    fn new(ledger: &Arc<MemoryLedger>, number: u128) -> Self {
        let (tell, events) = mpsc::channel();
        let node = NodeId::new(&format!("node-{number}"));
        // A session that ended on its thread may be told a last word; nobody listens any more.
        ledger.subscribe(&node, Arc::new(move |event| tell.send(event).is_ok()));
        let (room, user) = (RoomId::from_letters([0; 10]), UserId::from_u128(number));
        Self { ledger: ledger.clone(), room, node, user, events }
    }

    fn at(&self, epoch: Epoch) -> At<'_> {
        At { room: self.room, node: &self.node, epoch }
    }

    fn join(&self, round: u64) -> Option<Session> {
        let session = SessionId::from_u128(self.user.as_u128().unwrap_or_default() << 64 | u128::from(round));
        let join = Join {
            user: self.user.clone(),
            name: "somebody".into(),
            session,
            secret: 0,
            max: MAX.into(),
            window: WINDOW,
            attributes: Attributes::default(),
            revision: 1,
        };
        let Ok(Joined::Seated { seat, epoch, members, pushes, .. }) = now(self.ledger.join(self.at(0), join)) else {
            return None;
        };
        let is_own =
            |push: &actors::ledger::Push| matches!(push.what, Pushed::Ended(_, Ended::Freed(LeaveReason::Replaced)));
        assert!(pushes.iter().all(is_own), "nobody else is on this node");
        let others = members.iter().map(|member| (member.order, member.user.clone())).collect();
        let (cursor, heard, sources) = (Cursor::default(), BTreeMap::new(), BTreeMap::new());
        Some(Session { seat, session, epoch, cursor, others, heard, sources, sent: 0, has_lost: false })
    }

    /// Joins, talks to everybody, hears everybody, moves once, leaves. Whether there was a seat.
    fn round(&self, round: u64) -> bool {
        let Some(mut session) = self.join(round) else { return false };
        for word in 1..=WORDS {
            self.say(&session, word);
            self.listen(&mut session);
            if word == WORDS / 2 {
                self.move_on(&mut session);
            }
            let members = now(self.ledger.members(self.room)).expect("always answered");
            assert!(members.len() <= MAX as usize, "a room never holds more than its limit");
        }
        self.catch_up(&mut session);
        now(self.ledger.leave(self.at(session.epoch), session.seat, LeaveReason::Left)).expect("in this epoch");
        true
    }

    /// The session is resumed, and the socket before it still speaks.
    fn move_on(&self, session: &mut Session) {
        let old = session.seat;
        let (user, last_seq) = (self.user.clone(), session.cursor.seq());
        let resume = Resume { user, order: old.order, session: session.session, secret: 0, last_seq, reclaims: None };
        let Ok(Resumed::Seated(resumed)) = now(self.ledger.resume(self.at(0), resume)) else {
            panic!("a live session can be resumed")
        };
        session.seat = resumed.seat;
        session.receive(resumed.replay);
        let message = Message { kind: Kind::ChatMessage, data: "0 0".into() };
        let broadcast = Broadcast { from: old, cid: Some(1_000_000), skipped: Vec::new(), message, changes: None };
        assert_eq!(now(self.ledger.broadcast(self.at(0), broadcast)), Ok(Sent::Fenced));
        now(self.ledger.leave(self.at(0), old, LeaveReason::Left)).expect("in this epoch");
        let audit = Audit { seat: old, last_seq: 0, acked: Seq::MAX };
        assert_eq!(now(self.ledger.audit(self.at(0), vec![audit])), Ok(vec![Audited::Ended(Ended::Moved)]));
    }

    /// A word to everybody, sent twice as if the first had been lost; a number before it was refused.
    fn say(&self, session: &Session, word: u64) {
        let data = Data::from(format!("{} {word}", session.session.as_u128()));
        let (kind, from, cid) = (Kind::ChatMessage, session.seat, Some(2 * word));
        let skipped = vec![Skipped { cid: 2 * word - 1, refused: None }];
        for expected in [Sent::Appended(Vec::new()), Sent::Duplicate] {
            let (skipped, message) = (skipped.clone(), Message { kind, data: data.clone() });
            let sent = now(self.ledger.broadcast(self.at(0), Broadcast { from, cid, skipped, message, changes: None }));
            assert_eq!(sent, Ok(expected), "a member may speak, and each number counts once");
        }
        let messages = vec![Message { kind, data: "nobody hears it".into() }];
        let (skipped, released) = (Vec::new(), Vec::new());
        let send = Send { from, to: from.order, cid, skipped, released, messages };
        assert_eq!(now(self.ledger.send(self.at(0), send)), Ok(Sent::ReceiverGone), "nobody sends to themselves");
    }

    fn listen(&self, session: &mut Session) {
        while let Ok(event) = self.events.try_recv() {
            let Event::Push(push) = event else { continue };
            if push.to != session.seat.order || push.epoch != session.epoch {
                continue;
            }
            let Pushed::Entry { seq, entry, source } = push.what else { continue };
            match session.cursor.step(seq) {
                Step::Next => {
                    session.hear(source.as_slice());
                    session.observe(&entry);
                }
                Step::Repeat => {}
                Step::Hole(_) => self.catch_up(session),
            }
        }
    }

    fn catch_up(&self, session: &mut Session) {
        let last_seq = session.cursor.seq();
        let audit = Audit { seat: session.seat, last_seq, acked: last_seq };
        let Ok(mut audited) = now(self.ledger.audit(self.at(session.epoch), vec![audit])) else { return };
        match audited.remove(0) {
            Audited::Held(entries, heard) => {
                session.receive(entries);
                session.hear(&heard);
            }
            Audited::Gap | Audited::Ended(_) => panic!("all of it is stored"),
        }
    }
}

#[test]
fn many_threads_at_one_room_keep_its_limit_and_its_order() {
    let ((ledger, bytes), start) = (ledger(), Arc::new(Barrier::new(THREADS as usize)));
    let refused = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let participant = Participant::new(&ledger, number);
            let (start, refused) = (start.clone(), &refused);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    while !participant.round(round) {
                        refused.fetch_add(1, Ordering::Relaxed);
                        std::thread::yield_now();
                    }
                }
            });
        }
    });
    eprintln!("{} sessions, {} refusals", THREADS as u64 * ROUNDS, refused.into_inner());
    assert_eq!((ledger.rooms(), bytes.total()), (0, 0), "everybody left");
}
