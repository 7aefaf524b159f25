//! The ledger as one would explain it: every stay remembers everything it was ever sent and has ever said.
//!
//! Written without regard to cost, and without looking at the real one.

use std::{collections::BTreeMap, time::Duration};

use actors::{
    ledger::{Address, Broadcast, Due, Join, Limits, Push, Pushed, Resume, Said, Send, Sent},
    protocol::{
        Entry, LeaveReason, Member, NodeId, RoomId, SessionId,
        client::{Cid, Seq},
        server::ResumeFailure,
    },
};

/// Everything, since the start.
pub(crate) struct Naive {
    pub(crate) limits: Limits,
    /// Time since the start.
    pub(crate) now: Duration,
    rooms: BTreeMap<RoomId, Vec<Stay>>,
    revs: BTreeMap<RoomId, u64>,
    leases: BTreeMap<NodeId, Duration>,
    /// What nodes were to be told since this was last taken.
    pub(crate) told: Vec<(NodeId, Push)>,
}

/// One stay, while it lasts.
pub(crate) struct Stay {
    pub(crate) who: Address,
    name: std::sync::Arc<str>,
    secret: u128,
    pub(crate) node: NodeId,
    rev: u64,
    window: Duration,
    gone_until: Option<Duration>,
    /// Every entry ever sent to it; the first is number 1.
    pub(crate) sent: Vec<Entry>,
    acked: Seq,
    /// Every message ever said: to whom, its number, whether it was a description.
    said: Vec<(SessionId, Option<Cid>, bool)>,
}

impl Stay {
    fn member(&self) -> Member {
        let Self { who, name, rev, gone_until, .. } = self;
        Member { user: who.user, name: name.clone(), session: who.session, rev: *rev, on: gone_until.is_none() }
    }

    /// The newest number that is no longer held: acknowledged, or pushed out by what came later.
    pub(crate) fn floor(&self, limits: &Limits) -> Seq {
        let (mut entries, mut bytes, mut held) = (0, 0, self.sent.len() as Seq);
        for entry in self.sent.iter().rev() {
            entries += 1;
            bytes += match entry {
                Entry::Message(message) => message.data.len(),
                Entry::Joined(member) => member.name.len(),
                Entry::Left { .. } => 0,
            };
            if entries > limits.inbox_entries_max || bytes > limits.inbox_bytes_max {
                break;
            }
            held -= 1;
        }
        held.max(self.acked)
    }

    fn after(&self, seq: Seq, limits: &Limits) -> Option<Vec<(Seq, Entry)>> {
        let is_held = seq >= self.floor(limits) && seq <= self.sent.len() as Seq;
        is_held.then(|| (1..).zip(self.sent.iter().cloned()).skip(seq as usize).collect())
    }

    fn has_said(&self, to: SessionId, cid: Option<Cid>) -> bool {
        cid.is_some() && self.said.iter().any(|(whom, used, _)| *whom == to && *used >= cid)
    }
}

impl Naive {
    pub(crate) fn new(limits: Limits) -> Self {
        let (rooms, revs, leases) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { limits, now: Duration::ZERO, rooms, revs, leases, told: Vec::new() }
    }

    pub(crate) fn stays(&self, room: RoomId) -> &[Stay] {
        self.rooms.get(&room).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn stay(&self, room: RoomId, who: Address) -> Option<&Stay> {
        self.stays(room).iter().find(|stay| stay.who == who)
    }

    fn stay_mut(&mut self, room: RoomId, who: Address) -> Option<&mut Stay> {
        self.rooms.get_mut(&room)?.iter_mut().find(|stay| stay.who == who)
    }

    pub(crate) fn members(&self, room: RoomId) -> Vec<Member> {
        self.stays(room).iter().map(Stay::member).collect()
    }

    pub(crate) fn read(&self, room: RoomId, who: Address, seq: Seq) -> Option<Vec<(Seq, Entry)>> {
        self.stay(room, who)?.after(seq, &self.limits)
    }

    fn append(&mut self, room: RoomId, to: SessionId, entry: &Entry) {
        let stays = self.rooms.get_mut(&room).into_iter().flatten();
        for stay in stays.filter(|stay| stay.who.session == to) {
            stay.sent.push(entry.clone());
            if stay.gone_until.is_none() {
                let what = Pushed::Entry(stay.sent.len() as Seq, entry.clone());
                self.told.push((stay.node.clone(), Push { room, to, what }));
            }
        }
    }

    fn append_to_all_but(&mut self, room: RoomId, but: SessionId, entry: &Entry) {
        let all: Vec<SessionId> = self.stays(room).iter().map(|stay| stay.who.session).collect();
        all.into_iter().filter(|session| *session != but).for_each(|to| self.append(room, to, entry));
    }

    fn end(&mut self, room: RoomId, who: Address, reason: LeaveReason) {
        self.rooms.entry(room).or_default().retain(|stay| stay.who != who);
        let left = Entry::Left { user: who.user, session: who.session, reason };
        self.append_to_all_but(room, who.session, &left);
        self.forget_empty_room(room);
    }

    fn forget_empty_room(&mut self, room: RoomId) {
        if self.stays(room).is_empty() {
            self.revs.remove(&room);
        }
    }

    fn tell_ended(&mut self, room: RoomId, who: Address, reason: LeaveReason) {
        let Some(stay) = self.stay(room, who).filter(|stay| stay.gone_until.is_none()) else { return };
        let push = Push { room, to: who.session, what: Pushed::Ended(reason) };
        self.told.push((stay.node.clone(), push));
    }

    pub(crate) fn join(&mut self, room: RoomId, ask: Join) -> Option<(u64, Vec<Member>)> {
        let older = self.stays(room).iter().map(|stay| stay.who).find(|who| who.user == ask.user);
        if self.stays(room).len() - older.iter().len() >= ask.max as usize {
            return None;
        }
        // The count goes on even where nobody but the replaced one sat: somebody still does.
        let rev = self.revs.get(&room).copied().unwrap_or_default() + 1;
        if let Some(older) = older {
            self.tell_ended(room, older, LeaveReason::Replaced);
            self.end(room, older, LeaveReason::Replaced);
        }
        self.revs.insert(room, rev);
        let members = self.members(room);
        let who = Address { user: ask.user, session: ask.session };
        let Join { name, secret, node, window, .. } = ask;
        let (sent, said) = (Vec::new(), Vec::new());
        let stay = Stay { who, name, secret, node, rev, window, gone_until: None, sent, acked: 0, said };
        self.append_to_all_but(room, who.session, &Entry::Joined(stay.member()));
        self.rooms.entry(room).or_default().push(stay);
        Some((rev, members))
    }

    pub(crate) fn leave(&mut self, room: RoomId, who: Address, reason: LeaveReason, node: &NodeId) {
        let Some(stay) = self.stay(room, who) else { return };
        if stay.node != *node {
            self.tell_ended(room, who, reason);
        }
        self.end(room, who, reason);
    }

    pub(crate) fn close(&mut self, room: RoomId, reason: LeaveReason) {
        let all: Vec<Address> = self.stays(room).iter().map(|stay| stay.who).collect();
        all.into_iter().for_each(|who| self.tell_ended(room, who, reason));
        self.rooms.remove(&room);
        self.revs.remove(&room);
    }

    pub(crate) fn gone(&mut self, room: RoomId, who: Address, window: Duration, node: &NodeId) {
        let until = self.now + window;
        let Some(stay) = self.stay_mut(room, who) else { return };
        if stay.node == *node && stay.gone_until.is_none() {
            stay.gone_until = Some(until);
        }
    }

    #[expect(clippy::type_complexity, reason = "the parts of an answer, in a test")]
    pub(crate) fn resume(
        &mut self,
        room: RoomId,
        ask: Resume,
    ) -> Result<(u64, Vec<Member>, Vec<(Seq, Entry)>, Vec<Said>), ResumeFailure> {
        let limits = self.limits;
        let all: Vec<SessionId> = self.stays(room).iter().map(|stay| stay.who.session).collect();
        let stays = self.rooms.get_mut(&room).into_iter().flatten();
        let found = stays.into_iter().find(|stay| stay.who.session == ask.session);
        let stay = found.ok_or(ResumeFailure::SeatGone)?;
        if stay.who.user != ask.user || stay.secret != ask.secret {
            return Err(ResumeFailure::BadToken);
        }
        let replay = stay.after(ask.last_seq, &limits).ok_or(ResumeFailure::Gap)?;
        stay.acked = stay.acked.max(ask.last_seq);
        stay.node = ask.node;
        stay.gone_until = None;
        let rev = stay.rev;
        let said_to = |to: SessionId| {
            let said: Vec<_> = stay.said.iter().filter(|(whom, ..)| *whom == to).collect();
            let cid = said.iter().filter_map(|(_, cid, _)| *cid).max().unwrap_or_default();
            (!said.is_empty()).then(|| Said { to, cid, described: said.iter().any(|(.., described)| *described) })
        };
        let said = all.into_iter().filter_map(said_to).collect();
        let members = self.members(room).into_iter().filter(|member| member.session != ask.session).collect();
        Ok((rev, members, replay, said))
    }

    pub(crate) fn send(&mut self, room: RoomId, send: &Send) -> Sent {
        let Send { from, to, cid, messages } = send;
        let Some(sender) = self.stay(room, *from) else { return Sent::SenderGone };
        if self.stay(room, *to).is_none() || from == to {
            return Sent::ReceiverGone;
        }
        if sender.has_said(to.session, *cid) {
            return Sent::Repeat;
        }
        for message in messages {
            let said = (to.session, *cid, message.kind.is_description());
            self.stay_mut(room, *from).into_iter().for_each(|sender| sender.said.push(said));
            self.append(room, to.session, &Entry::Message(message.clone()));
        }
        Sent::Appended(Vec::new())
    }

    pub(crate) fn broadcast(&mut self, room: RoomId, broadcast: &Broadcast) -> Sent {
        let Broadcast { from, cid, message } = broadcast;
        if self.stay(room, *from).is_none() {
            return Sent::SenderGone;
        }
        let others: Vec<Address> =
            self.stays(room).iter().map(|stay| stay.who).filter(|who| who.session != from.session).collect();
        let sends = others.into_iter().map(|to| Send { from: *from, to, cid: *cid, messages: vec![message.clone()] });
        let outcomes: Vec<Sent> = sends.map(|send| self.send(room, &send)).collect();
        let is_repeat = !outcomes.is_empty() && outcomes.iter().all(|sent| *sent == Sent::Repeat);
        if is_repeat { Sent::Repeat } else { Sent::Appended(Vec::new()) }
    }

    pub(crate) fn acked(&mut self, room: RoomId, who: Address, seq: Seq) {
        if let Some(stay) = self.stay_mut(room, who) {
            stay.acked = stay.acked.max(seq.min(stay.sent.len() as Seq));
        }
    }

    pub(crate) fn renew(&mut self, node: &NodeId, ttl: Duration) {
        self.leases.insert(node.clone(), self.now + ttl);
    }

    fn is_dead(&self, node: &NodeId) -> bool {
        self.leases.get(node).is_some_and(|until| *until <= self.now)
    }

    pub(crate) fn due(&self) -> Due {
        let mut due = Due::default();
        for (room, stays) in &self.rooms {
            let is_past = |stay: &&Stay| stay.gone_until.is_some_and(|until| until <= self.now);
            let on_dead: Vec<&Stay> =
                stays.iter().filter(|stay| stay.gone_until.is_none() && self.is_dead(&stay.node)).collect();
            if stays.iter().any(|stay| is_past(&stay)) || !on_dead.is_empty() {
                due.rooms.push(*room);
            }
            due.dead.extend(on_dead.iter().map(|stay| stay.node.clone()));
        }
        due.dead.sort();
        due.dead.dedup();
        due
    }

    pub(crate) fn reap(&mut self, room: RoomId, dead: &[NodeId]) {
        let now = self.now;
        for stay in self.rooms.get_mut(&room).into_iter().flatten() {
            if stay.gone_until.is_none() && dead.contains(&stay.node) {
                stay.gone_until = Some(now + stay.window);
            }
        }
        let past = |stay: &Stay| stay.gone_until.is_some_and(|until| until <= now);
        while let Some(who) = self.stays(room).iter().find(|stay| past(stay)).map(|stay| stay.who) {
            self.end(room, who, LeaveReason::Lost);
        }
    }
}
