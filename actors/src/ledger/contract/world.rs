//! What the cases are told in: people by name on nodes by name, and everything that can be seen, as text.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Make, Stand};
use crate::{
    ledger::{
        Address, Answer, Broadcast, Claim, Due, Join, Joined, Limits, Push, Pushed, Resume, Resumed, Said, Send, Sent,
    },
    protocol::{
        Entry, LeaveReason, Member, Message, NodeId, RoomId, SessionId, UserId,
        client::{Cid, Seq},
        cluster::MessageKind,
        server::ResumeFailure,
    },
};

/// How long seats are kept in the cases; short, because some ledgers must truly wait.
pub(super) const WINDOW: Duration = Duration::from_millis(600);
/// How long leases last in the cases.
pub(super) const LEASE: Duration = Duration::from_millis(600);

type Pushes = Arc<Mutex<Vec<Push>>>;

/// One room of one ledger, and the nodes around it.
pub(super) struct World {
    stand: Stand,
    pub(super) room: RoomId,
    nodes: BTreeMap<&'static str, (NodeId, Pushes)>,
    names: BTreeMap<UserId, &'static str>,
    sessions: BTreeMap<SessionId, &'static str>,
}

/// A seat as its owner remembers it.
#[derive(Debug, Clone)]
pub(super) struct Seat {
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) secret: u128,
    pub(super) name: &'static str,
    pub(super) node: &'static str,
    pub(super) rev: u64,
    /// Who was there before, by name.
    pub(super) before: Vec<String>,
}

/// What a stay that goes on is told.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) rev: u64,
    pub(super) members: Vec<String>,
    pub(super) replay: Vec<String>,
    pub(super) said: Vec<Said>,
}

impl Seat {
    pub(super) fn address(&self) -> Address {
        Address { user: self.user, session: self.session }
    }

    /// What the owner claims after the ledger came back empty.
    pub(super) fn claim(&self, last_seq: Seq) -> Claim {
        let Self { user, session, secret, name, rev, .. } = self.clone();
        Claim { user, name: name.into(), session, secret, rev, last_seq, window: WINDOW }
    }
}

/// A message of this kind and text.
pub(super) fn message(kind: MessageKind, text: &str) -> Message {
    Message { kind, data: text.into() }
}

impl World {
    /// A fresh room in a ledger with the usual bounds.
    pub(super) async fn new(make: Make) -> Self {
        Self::with(make, Limits::default()).await
    }

    /// A fresh room in a ledger with these bounds.
    pub(super) async fn with(make: Make, limits: Limits) -> Self {
        let stand = make(limits).await;
        let (nodes, names, sessions) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { stand, room: RoomId::random(), nodes, names, sessions }
    }

    /// Another room of the same ledger, with the same nodes and people.
    pub(super) async fn in_room<T>(&mut self, room: RoomId, act: impl AsyncFnOnce(&mut Self) -> T) -> T {
        let here = std::mem::replace(&mut self.room, room);
        let answer = act(self).await;
        self.room = here;
        answer
    }

    /// A node's id; a node that is named for the first time subscribes.
    pub(super) fn node(&mut self, name: &'static str) -> NodeId {
        let (node, _) = self.nodes.entry(name).or_insert_with(|| {
            let node = NodeId::new(&format!("{name}-{}", SessionId::random()));
            let pushes = Pushes::default();
            let told = pushes.clone();
            let tell = move |push| told.lock().unwrap_or_else(PoisonError::into_inner).push(push);
            self.stand.ledger.subscribe(node.clone(), Arc::new(tell));
            (node, pushes)
        });
        node.clone()
    }

    /// The node hears nothing any more.
    pub(super) fn deafen(&mut self, name: &'static str) {
        let node = self.node(name);
        self.stand.ledger.unsubscribe(&node);
    }

    pub(super) async fn pass(&self, time: Duration) {
        self.stand.time.pass(time).await;
    }

    async fn ask<T: Unpin>(&self, answer: Answer<T>) -> T {
        answer.await.expect("the ledger answers")
    }

    fn keep(&mut self, node: &'static str, pushes: Vec<Push>) {
        self.node(node);
        self.nodes[node].1.lock().unwrap_or_else(PoisonError::into_inner).extend(pushes);
    }

    /// What the node was told since this was last asked, as text, seat by seat.
    pub(super) async fn pushed(&mut self, node: &'static str) -> Vec<String> {
        self.node(node);
        self.stand.time.settle().await;
        let mut pushes = std::mem::take(&mut *self.nodes[node].1.lock().unwrap_or_else(PoisonError::into_inner));
        pushes.sort_by_key(|push| self.sessions[&push.to]);
        let text = |push: &Push| {
            assert_eq!(push.room, self.room, "a push names its room");
            match &push.what {
                Pushed::Entry(seq, entry) => format!("{} {}", self.sessions[&push.to], self.numbered(*seq, entry)),
                Pushed::Ended(reason) => format!("{} ended {reason:?}", self.sessions[&push.to]).to_lowercase(),
            }
        };
        pushes.iter().map(text).collect()
    }

    fn numbered(&self, seq: Seq, entry: &Entry) -> String {
        match entry {
            Entry::Joined(member) => format!("{seq} joined {}", self.names[&member.user]),
            Entry::Left { user, reason, .. } => {
                format!("{seq} left {} {}", self.names[user], format!("{reason:?}").to_lowercase())
            }
            Entry::Message(message) => format!("{seq} {}", message.data),
        }
    }

    fn listed(members: &[Member]) -> Vec<String> {
        members.iter().map(|member| format!("{}{}", member.name, if member.on { "" } else { " (gone)" })).collect()
    }

    /// A seat for this person in a room of four, on this node.
    pub(super) async fn join(&mut self, name: &'static str, node: &'static str) -> Seat {
        self.join_of(name, node, 4).await.expect("there is a seat")
    }

    /// A seat for this person where there are `max`, or `None` if the room is full.
    pub(super) async fn join_of(&mut self, name: &'static str, node: &'static str, max: u32) -> Option<Seat> {
        let known = self.names.iter().find(|(_, known)| **known == name).map(|(user, _)| *user);
        let user = known.unwrap_or_else(UserId::random);
        let (session, secret) = (SessionId::random(), UserId::random().as_u128());
        self.names.insert(user, name);
        self.sessions.insert(session, name);
        let at = self.node(node);
        let join = Join { user, name: name.into(), session, secret, node: at, max, window: WINDOW };
        let joined = self.ask(self.stand.ledger.join(self.room, join)).await;
        let Joined::Seated { rev, members, pushes } = joined else { return None };
        self.keep(node, pushes);
        Some(Seat { user, session, secret, name, node, rev, before: Self::listed(&members) })
    }

    pub(super) async fn leave(&mut self, seat: &Seat, reason: LeaveReason) {
        self.put_out(seat, reason, seat.node).await;
    }

    /// Frees a seat, asked by this node.
    pub(super) async fn put_out(&mut self, seat: &Seat, reason: LeaveReason, node: &'static str) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.leave(self.room, seat.address(), reason, &at)).await;
        self.keep(node, pushes);
    }

    pub(super) async fn gone(&mut self, seat: &Seat) {
        self.gone_on(seat, seat.node).await;
    }

    /// This node says that the seat's socket is lost.
    pub(super) async fn gone_on(&mut self, seat: &Seat, node: &'static str) {
        let node = self.node(node);
        self.ask(self.stand.ledger.gone(self.room, seat.address(), WINDOW, &node)).await;
    }

    /// Goes on with a stay that can go on.
    pub(super) async fn resume(&mut self, seat: &Seat, node: &'static str, last_seq: Seq) -> Back {
        self.try_resume(seat, node, last_seq).await.expect("the stay goes on")
    }

    /// Goes on with a stay on this node, or says why not.
    pub(super) async fn try_resume(
        &mut self,
        seat: &Seat,
        node: &'static str,
        last_seq: Seq,
    ) -> Result<Back, ResumeFailure> {
        let (user, session, secret, at) = (seat.user, seat.session, seat.secret, self.node(node));
        let resume = Resume { user, session, secret, node: at, last_seq };
        match self.ask(self.stand.ledger.resume(self.room, resume)).await {
            Resumed::Failed(why) => Err(why),
            Resumed::Seated { rev, members, replay, said, pushes } => {
                self.keep(node, pushes);
                let replay = replay.iter().map(|(seq, entry)| self.numbered(*seq, entry)).collect();
                Ok(Back { rev, members: Self::listed(&members), replay, said })
            }
        }
    }

    /// One chat message from one to another.
    pub(super) async fn say(
        &mut self,
        from: &Seat,
        to: &Seat,
        cid: impl Into<Option<Cid>>,
        text: &str,
    ) -> &'static str {
        self.send(from, to, cid.into(), vec![message(MessageKind::ChatMessage, text)]).await
    }

    /// Messages from one to another in one step; what became of them.
    pub(super) async fn send(
        &mut self,
        from: &Seat,
        to: &Seat,
        cid: Option<Cid>,
        messages: Vec<Message>,
    ) -> &'static str {
        let at = self.node(from.node);
        let send = Send { from: from.address(), to: to.address(), cid, messages };
        let sent = self.ask(self.stand.ledger.send(self.room, send, &at)).await;
        self.outcome(from.node, sent)
    }

    /// One chat message from one to all others; what became of it.
    pub(super) async fn say_to_all(&mut self, from: &Seat, cid: impl Into<Option<Cid>>, text: &str) -> &'static str {
        let at = self.node(from.node);
        let message = message(MessageKind::ChatMessage, text);
        let broadcast = Broadcast { from: from.address(), cid: cid.into(), message };
        let sent = self.ask(self.stand.ledger.broadcast(self.room, broadcast, &at)).await;
        self.outcome(from.node, sent)
    }

    fn outcome(&mut self, node: &'static str, sent: Sent) -> &'static str {
        match sent {
            Sent::Appended(pushes) => {
                self.keep(node, pushes);
                "appended"
            }
            Sent::Repeat => "repeat",
            Sent::SenderGone => "sender gone",
            Sent::ReceiverGone => "receiver gone",
        }
    }

    /// All that this seat was sent, as text.
    pub(super) async fn inbox(&mut self, seat: &Seat) -> Vec<String> {
        self.inbox_after(seat, 0).await.expect("all of the inbox is held")
    }

    /// What this seat was sent after this number, as text.
    pub(super) async fn inbox_after(&mut self, seat: &Seat, seq: Seq) -> Option<Vec<String>> {
        let entries = self.ask(self.stand.ledger.read(self.room, seat.address(), seq)).await?;
        Some(entries.iter().map(|(seq, entry)| self.numbered(*seq, entry)).collect())
    }

    pub(super) async fn acked(&mut self, seat: &Seat, seq: Seq) {
        self.ask(self.stand.ledger.acked(self.room, seat.address(), seq)).await;
    }

    pub(super) async fn close(&mut self, node: &'static str) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.close(self.room, LeaveReason::Closed, &at)).await;
        self.keep(node, pushes);
    }

    /// Who sits in the room, by name.
    pub(super) async fn members(&mut self) -> Vec<String> {
        let members = self.ask(self.stand.ledger.members(self.room)).await;
        assert!(members.is_sorted_by_key(|member| member.rev), "members are listed in join order");
        Self::listed(&members)
    }

    pub(super) async fn reassert(&mut self, node: &'static str, claims: Vec<Claim>) -> Vec<String> {
        let at = self.node(node);
        Self::listed(&self.ask(self.stand.ledger.reassert(self.room, claims, &at)).await)
    }

    pub(super) async fn renew(&mut self, node: &'static str) {
        let at = self.node(node);
        self.ask(self.stand.ledger.renew(&at, LEASE)).await;
    }

    pub(super) async fn due(&mut self) -> Due {
        self.ask(self.stand.ledger.due()).await
    }

    /// Whether this world's room waits to be reaped.
    pub(super) async fn is_due(&mut self) -> bool {
        self.due().await.rooms.contains(&self.room)
    }

    /// What every node does from time to time: asks what is due and reaps this world's room if it is.
    pub(super) async fn reap(&mut self, node: &'static str) {
        let Due { rooms, dead } = self.due().await;
        if rooms.contains(&self.room) {
            self.reap_of(node, &dead).await;
        }
    }

    /// Reaps this world's room as if these nodes had been found dead.
    pub(super) async fn reap_nodes(&mut self, node: &'static str, dead: &[&'static str]) {
        let dead: Vec<NodeId> = dead.iter().map(|name| self.node(name)).collect();
        self.reap_of(node, &dead).await;
    }

    async fn reap_of(&mut self, node: &'static str, dead: &[NodeId]) {
        let at = self.node(node);
        let pushes = self.ask(self.stand.ledger.reap(self.room, dead, &at)).await;
        self.keep(node, pushes);
    }
}
