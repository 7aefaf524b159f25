//! Random operations, mostly such as nodes ask for, some such as only a fault or an old node would.

use actors::{
    ledger::SeatsMax,
    protocol::{Fence, Kind, Message, client::Seq},
};

use super::{
    pair::{NODES, Pair},
    *,
};

mod losses;
mod media;
mod telling;

/// What its holder remembers of a seat.
#[derive(Debug, Clone)]
struct Held {
    room: usize,
    node: usize,
    user: UserId,
    session: SessionId,
    secret: u128,
    id: SeatId,
    cid: u64,
    seen: Seq,
}

/// Where the operations come from.
pub(super) struct Draw {
    entropy: SeededEntropy,
    users: Vec<UserId>,
    rooms: Vec<RoomId>,
    epochs: Vec<Epoch>,
    /// The media epoch of each room, as it was last told.
    media: Vec<u64>,
    held: Vec<Held>,
    leases: u64,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        let entropy = SeededEntropy::new(seed);
        let long = "x".repeat(UserId::BYTES_MAX);
        let others = ["|", "a:b%20{c}'", long.as_str()].map(|text| text.parse().expect("an id"));
        let users = (1..=2).map(UserId::from_u128).chain(others).collect();
        let rooms = (0..3).map(|letter| RoomId::from_letters([letter; 10])).collect();
        Self { entropy, users, rooms, epochs: vec![0; 3], media: vec![0; 3], held: Vec::new(), leases: 0 }
    }

    pub(super) fn below(&self, bound: u64) -> u64 {
        self.entropy.next() % bound.max(1)
    }

    fn one<'a, T>(&self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len() as u64) as usize)
    }

    fn seat(&self) -> Option<Held> {
        self.one(&self.held).cloned()
    }

    fn window(&self) -> Duration {
        Duration::from_millis(100 + self.below(900))
    }

    /// Some numbers of a session that were not applied.
    fn skipped(&self, cid: u64) -> Vec<Skipped> {
        let mut all = Vec::new();
        if self.below(4) == 0 {
            let refused = (self.below(2) == 0).then_some(actors::protocol::Code::RateLimited);
            all.push(Skipped { cid: cid.saturating_sub(1 + self.below(3)).max(1), refused });
        }
        all
    }

    fn message(&self) -> Message {
        let kinds = [Kind::Offer, Kind::Answer, Kind::IceCandidate, Kind::ChatMessage];
        let kind = *self.one(&kinds).expect("there are some");
        Message { kind, data: "x".repeat(1 + self.below(30) as usize).into() }
    }

    /// The epoch that is brought: mostly the one that is known.
    fn epoch(&self, room: usize) -> Epoch {
        match self.below(12) {
            0 => 0,
            1 => self.epochs[room].saturating_sub(1),
            _ => self.epochs[room],
        }
    }

    fn learn<T>(&mut self, room: usize, answer: &Result<T, Failure>) {
        if let Err(Failure::Epoch(epoch)) = answer {
            self.epochs[room] = *epoch;
        }
    }

    /// One operation.
    pub(super) fn step(&mut self, pair: &mut Pair) {
        match self.below(100) {
            0..12 => self.join(pair),
            12..15 => self.place_media(pair),
            15..20 => self.publish(pair),
            20 => self.hear(pair),
            21..40 => self.send(pair),
            40..52 => self.broadcast(pair),
            52..62 => self.audit(pair),
            62..70 => self.resume(pair),
            70..76 => self.gone(pair),
            76..80 => self.leave(pair),
            80..90 => self.reap(pair),
            90..93 => self.renew(pair),
            93..97 => self.claim(pair),
            97 => self.rare(pair),
            98 if self.below(2) == 0 => self.announce(pair),
            98 => self.repair(pair),
            _ => {
                if self.below(4) == 0 {
                    self.lose(pair);
                } else {
                    pair.copy();
                }
            }
        }
    }

    fn join(&mut self, pair: &mut Pair) {
        let (room, node) = (self.below(3) as usize, self.below(3) as usize);
        let again = self.seat().filter(|_| self.below(5) == 0);
        let user =
            again.as_ref().map_or_else(|| self.one(&self.users).expect("some").clone(), |held| held.user.clone());
        let (room, node) = again.as_ref().map_or((room, node), |held| (held.room, held.node));
        let bits = u128::from(self.entropy.next());
        let session = again.as_ref().map_or(SessionId::from_u128(bits), |held| held.session);
        let secret = again.as_ref().map_or(bits, |held| held.secret);
        let own = if self.below(12) == 0 { 0 } else { 2 + self.below(4) as u32 };
        let max =
            SeatsMax { own, unplaced: own.min(2 + self.below(4) as u32), mesh: own.min(1 + self.below(4) as u32) };
        let (window, revision, attributes) = (self.window(), self.below(4), self.attributes());
        let (id, at_node, epoch) = (self.rooms[room], NodeId::new(NODES[node]), self.epoch(room));
        let join = Join { user: user.clone(), name: "Ann".into(), session, secret, max, window, revision, attributes };
        let answer = pair.ask(format!("join {room} {at_node} {epoch} {join:?}"), |ledger| {
            let answer = ledger.join(At { room: id, node: &at_node, epoch }, join.clone());
            Box::pin(answer)
        });
        self.learn(room, &answer);
        if let Ok(Joined::Seated { seat, epoch, media, .. }) = answer {
            self.epochs[room] = epoch;
            self.media[room] = media.map_or(0, |media| media.hosting.epoch);
            if again.is_none() {
                self.held.push(Held { room, node, user, session, secret, id: seat, cid: 0, seen: 0 });
            }
            if self.held.len() > 24 {
                self.held.remove(0);
            }
        }
    }

    fn send(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let to = self.one(&self.held).map_or(0, |other| other.id.order) + u64::from(self.below(20) == 0);
        let cid = self.number(&held);
        let skipped = cid.map(|cid| self.skipped(cid)).unwrap_or_default();
        let released = self.skipped(held.cid).iter().map(|skipped| skipped.cid).collect();
        let messages = (0..=self.below(2)).map(|_| self.message()).collect();
        let send = Send { from: self.stale(held.id), to, cid, skipped, released, messages };
        let answer = self.on(pair, &held, format!("{send:?}"), |ledger, at| Box::pin(ledger.send(at, send.clone())));
        self.learn(held.room, &answer);
    }

    fn announce(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let message = self.message();
        let to = (self.below(2) == 0).then(|| self.one(&self.users).expect("some").clone());
        let what = format!("announce {message:?} to {to:?}");
        let answer =
            self.on(pair, &held, what, |ledger, at| Box::pin(ledger.announce(at, message.clone(), to.clone())));
        self.learn(held.room, &answer);
    }

    fn broadcast(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let cid = self.number(&held);
        let skipped = cid.map(|cid| self.skipped(cid)).unwrap_or_default();
        let changes = (self.below(3) == 0).then(|| self.changes());
        let broadcast = Broadcast { from: self.stale(held.id), cid, skipped, message: self.message(), changes };
        let what = format!("{broadcast:?}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.broadcast(at, broadcast.clone())));
        self.learn(held.room, &answer);
    }

    /// A number: mostly the next one, sometimes an older one, sometimes none.
    fn number(&mut self, held: &Held) -> Option<u64> {
        match self.below(6) {
            0 => None,
            1 => Some(1 + self.below(held.cid + 1)),
            _ => {
                let next = held.cid + 1 + self.below(2);
                let of = self.held.iter_mut().filter(|other| other.session == held.session);
                of.for_each(|other| other.cid = next);
                Some(next)
            }
        }
    }

    /// Mostly the seat as it is, sometimes an older or a newer generation.
    fn stale(&self, id: SeatId) -> SeatId {
        let fence: Fence = match self.below(12) {
            0 => id.fence.saturating_sub(1),
            1 => id.fence + 1,
            _ => id.fence,
        };
        SeatId { fence, ..id }
    }

    fn audit(&mut self, pair: &mut Pair) {
        let Some(first) = self.seat() else { return };
        let mut audits = Vec::new();
        for held in self.held.iter().filter(|held| held.room == first.room) {
            let (last_seq, acked) = (self.below(12), self.below(6) * self.below(4));
            audits.push(Audit { seat: self.stale(held.id), last_seq, acked });
        }
        let what = format!("{audits:?}");
        let answer = self.on(pair, &first, what, |ledger, at| Box::pin(ledger.audit(at, audits.clone())));
        self.learn(first.room, &answer);
    }

    fn resume(&mut self, pair: &mut Pair) {
        let Some(mut held) = self.seat() else { return };
        held.node = self.below(3) as usize;
        let Held { user, session, secret, id, .. } = held.clone();
        let reclaims = (self.below(3) == 0).then_some(id.fence);
        let secret = if self.below(12) == 0 { secret ^ 1 } else { secret };
        let last_seq = self.below(20);
        let resume = Resume { user, order: id.order, session, secret, last_seq, reclaims };
        let what = format!("{resume:?}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.resume(at, resume.clone())));
        self.learn(held.room, &answer);
        if let Ok(Resumed::Seated(seated)) = answer {
            self.epochs[held.room] = seated.epoch;
            for other in self.held.iter_mut().filter(|other| other.session == session) {
                (other.id, other.node, other.seen) = (seated.seat, held.node, last_seq);
            }
        }
    }

    fn gone(&mut self, pair: &mut Pair) {
        let Some(held) = self.seat() else { return };
        let (seat, window, skipped) = (self.stale(held.id), self.window(), self.skipped(held.cid));
        let what = format!("gone {seat:?} {window:?} {skipped:?}");
        let answer = self.on(pair, &held, what, |ledger, at| Box::pin(ledger.gone(at, seat, window, skipped.clone())));
        self.learn(held.room, &answer);
    }

    fn leave(&mut self, pair: &mut Pair) {
        let Some(mut held) = self.seat() else { return };
        if self.below(3) == 0 {
            held.node = self.below(3) as usize;
        }
        let (seat, is_evicted) = (self.stale(held.id), self.below(3) == 0);
        let what = format!("leave {seat:?}, evicted: {is_evicted}");
        let answer = self.on(pair, &held.clone(), what, |ledger, at| {
            Box::pin(if is_evicted {
                ledger.evict(at, held.user.clone(), seat.order, LeaveReason::Kicked)
            } else {
                ledger.leave(at, seat, LeaveReason::Left)
            })
        });
        self.learn(held.room, &answer);
    }

    fn reap(&mut self, pair: &mut Pair) {
        let due = pair.ask("due".to_owned(), |ledger| Box::pin(ledger.due(10))).expect("the ledger answers");
        let mut dead = due.dead;
        if self.below(10) == 0 {
            dead.push(NodeId::new(NODES[self.below(3) as usize]));
        }
        for room in due.rooms {
            let place = self.rooms.iter().position(|known| *known == room).expect("one of these");
            let node = NodeId::new(NODES[self.below(3) as usize]);
            let _ = pair.ask(format!("reap {place} {node} {dead:?}"), |ledger| {
                Box::pin(ledger.reap(At { room, node: &node, epoch: 0 }, &dead))
            });
        }
    }

    fn renew(&mut self, pair: &mut Pair) {
        self.leases += 1;
        let (node, known) = (NodeId::new(NODES[self.below(3) as usize]), self.below(4));
        if self.below(8) == 0 {
            let _ = pair.ask(format!("release {node}"), |ledger| Box::pin(ledger.release(&node)));
            return;
        }
        self.renew_of(pair, &node, known);
    }

    fn renew_of(&mut self, pair: &mut Pair, node: &NodeId, known: u64) {
        let ttl = Duration::from_millis(500 + self.below(1_500));
        let _ = pair.ask(format!("renew {node} {ttl:?}"), |ledger| Box::pin(ledger.renew(node, ttl, known)));
    }

    fn on<T>(
        &self,
        pair: &mut Pair,
        held: &Held,
        what: String,
        ask: impl Fn(&dyn Ledger, At<'_>) -> std::pin::Pin<Box<Answer<T>>>,
    ) -> Result<T, Failure>
    where
        T: std::fmt::Debug + PartialEq + Unpin + core::marker::Send + 'static,
    {
        let (room, node, epoch) = (self.rooms[held.room], NodeId::new(NODES[held.node]), self.epoch(held.room));
        pair.ask(format!("{} {node} {epoch}: {what}", held.room), |ledger| ask(ledger, At { room, node: &node, epoch }))
    }

    /// Compares members, inboxes, what nodes hold and what they were told.
    pub(super) fn compare_all(&self, pair: &mut Pair) {
        for (place, room) in self.rooms.iter().enumerate() {
            let members = pair.ask(format!("members {place}"), |ledger| Box::pin(ledger.members(*room)));
            assert!(members.is_ok());
            for node in NODES.map(NodeId::new) {
                let at = At { room: *room, node: &node, epoch: 0 };
                let held = pair.ask(format!("held {place}"), |ledger| Box::pin(ledger.held(at)));
                if let Ok(held) = held {
                    assert_eq!(pair.is_indexed(*room, &node), !held.is_empty(), "index of {node} in room {place}");
                }
            }
            pair.compare_logs(*room);
            let node = NodeId::new("nobody");
            for held in self.held.iter().filter(|held| held.room == place) {
                let audit = Audit { seat: held.id, last_seq: held.seen, acked: 0 };
                let at = At { room: *room, node: &node, epoch: 0 };
                let _ = pair.ask(format!("audit {place} {audit:?}"), |ledger| Box::pin(ledger.audit(at, vec![audit])));
            }
        }
        pair.compare_events();
    }

    /// Closes every room.
    pub(super) fn close_all(&self, pair: &mut Pair) {
        for room in &self.rooms {
            let node = NodeId::new("a");
            let at = At { room: *room, node: &node, epoch: 0 };
            pair.ask("close".to_owned(), |ledger| Box::pin(ledger.close(at, LeaveReason::Closed, 9)))
                .expect("it closes");
        }
        pair.compare_events();
    }
}
