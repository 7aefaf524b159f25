//! Threads at one ledger at once: the limit holds, and each stay hears each other in order, once, without
//! holes, although pushes of concurrent steps arrive in any order.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use actors::{
    ledger::{
        Address, Answer, Broadcast, Cursor, Join, Joined, Ledger, Limits, MemoryLedger, Push, Pushed, Send, Sent,
        cursor::Step,
    },
    protocol::{
        Data, Entry, LeaveReason, Message, NodeId, RoomId, SessionId, UserId, client::Seq, cluster::MessageKind,
    },
};

/// One user each, on a node of their own; more than a room holds.
const THREADS: u128 = 8;
const MAX: u32 = 4;
const ROUNDS: u64 = 400;
/// What each stay says to each other member and to all.
const WORDS: u64 = 12;

fn now<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Now(answer) => answer.expect("memory is never away"),
        Answer::Later(_) => panic!("memory answers at once"),
    }
}

/// One user on one thread.
struct Sitter {
    ledger: Arc<MemoryLedger>,
    room: RoomId,
    node: NodeId,
    user: UserId,
    pushes: mpsc::Receiver<Push>,
}

/// What one stay is told.
struct Stay {
    who: Address,
    cursor: Cursor,
    others: BTreeMap<UserId, SessionId>,
    /// The last word heard of each stay.
    heard: BTreeMap<SessionId, u64>,
}

impl Stay {
    fn observe(&mut self, entry: &Entry) {
        match entry {
            Entry::Joined(member) => {
                assert_eq!(self.others.insert(member.user, member.session), None, "nobody joins twice");
                assert!(self.others.len() < MAX as usize, "no stay ever sees more than the limit");
            }
            Entry::Left { user, session, .. } => {
                assert_eq!(self.others.remove(user), Some(*session), "only who is there leaves");
            }
            Entry::Message(message) => {
                let (from, word) = message.data.rest().split_once(' ').expect("our own text");
                let (from, word): (u128, u64) = (from.parse().expect("a stay"), word.parse().expect("a number"));
                let from = SessionId::from_u128(from);
                assert!(self.others.values().any(|there| *there == from), "only members are heard");
                let last = self.heard.insert(from, word).unwrap_or(word - 1);
                assert_eq!(last + 1, word, "in order, once, without holes");
            }
        }
    }
}

impl Sitter {
    /// Sits down, talks to everybody, hears everybody, leaves. Whether there was a seat.
    fn round(&self, round: u64) -> bool {
        let session = SessionId::from_u128(self.user.as_u128() << 64 | u128::from(round));
        let (name, node, window) = ("somebody".into(), self.node.clone(), Duration::from_secs(5));
        let ask = Join { user: self.user, name, session, secret: 0, node, max: MAX, window };
        let Joined::Seated { members, pushes, .. } = now(self.ledger.join(self.room, ask)) else { return false };
        assert!(pushes.is_empty(), "nobody else is on this node");
        assert!(members.len() < MAX as usize, "a room never holds more than its limit");
        let others = members.iter().map(|member| (member.user, member.session)).collect();
        let who = Address { user: self.user, session };
        let mut stay = Stay { who, cursor: Cursor::default(), others, heard: BTreeMap::new() };
        for word in 1..=WORDS {
            self.say(&stay, word);
            self.hear(&mut stay);
            assert!(now(self.ledger.members(self.room)).len() <= MAX as usize, "nor at any time");
        }
        self.catch_up(&mut stay);
        now(self.ledger.leave(self.room, who, LeaveReason::Left, &self.node));
        true
    }

    /// A word to everybody, said twice as if the first had been lost, alternately to each and to all.
    fn say(&self, stay: &Stay, word: u64) {
        let data = Data::from(format!("{} {word}", stay.who.session.as_u128()));
        let (kind, from, cid) = (MessageKind::ChatMessage, stay.who, Some(word));
        for _ in 0..2 {
            let message = Message { kind, data: data.clone() };
            let sent = now(self.ledger.broadcast(self.room, Broadcast { from, cid, message }, &self.node));
            assert!(matches!(sent, Sent::Appended(_) | Sent::Repeat), "a member may speak");
        }
        let Some((user, session)) = stay.others.iter().next() else { return };
        let to = Address { user: *user, session: *session };
        let messages = vec![Message { kind, data }];
        let sent = now(self.ledger.send(self.room, Send { from, to, cid, messages }, &self.node));
        assert!(matches!(sent, Sent::Repeat | Sent::ReceiverGone), "all who are there have got it by then");
    }

    fn hear(&self, stay: &mut Stay) {
        while let Ok(push) = self.pushes.try_recv() {
            let Pushed::Entry(seq, entry) = push.what else { panic!("nobody takes this seat: {push:?}") };
            if push.to != stay.who.session {
                continue;
            }
            match stay.cursor.step(seq) {
                Step::Next => stay.observe(&entry),
                Step::Repeat => {}
                Step::Hole(_) => self.catch_up(stay),
            }
        }
    }

    fn catch_up(&self, stay: &mut Stay) {
        let entries: Option<Vec<(Seq, Entry)>> = now(self.ledger.read(self.room, stay.who, stay.cursor.seq()));
        for (seq, entry) in entries.expect("all of it is held") {
            assert_eq!(stay.cursor.step(seq), Step::Next, "an inbox has no holes");
            stay.observe(&entry);
        }
        now(self.ledger.acked(self.room, stay.who, stay.cursor.seq()));
    }
}

#[test]
fn many_threads_at_one_room_keep_its_limit_and_its_order() {
    // A thread may stand still while the others say a lot; here it must miss nothing for that.
    let limits = Limits { inbox_entries_max: 1_000_000, inbox_bytes_max: 1 << 30, ..Limits::default() };
    let (ledger, start) = (Arc::new(MemoryLedger::new(limits)), Arc::new(Barrier::new(THREADS as usize)));
    let refused = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let (tell, pushes) = mpsc::channel();
            let node = NodeId::new(&format!("node-{number}"));
            // A stay that ended on its thread may be told a last word; nobody listens any more.
            let told = move |push| drop(tell.send(push));
            ledger.subscribe(node.clone(), Arc::new(told));
            let (room, user) = (RoomId::from_letters([0; 10]), UserId::from_u128(number));
            let sitter = Sitter { ledger: ledger.clone(), room, node, user, pushes };
            let (start, refused) = (start.clone(), &refused);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    while !sitter.round(round) {
                        refused.fetch_add(1, Ordering::Relaxed);
                        std::thread::yield_now();
                    }
                }
            });
        }
    });
    let refused = refused.into_inner();
    eprintln!("{} stays, {refused} refusals", THREADS as u64 * ROUNDS);
    assert_eq!(ledger.rooms(), 0, "everybody left");
}
