//! The ledger as one would explain it: every session remembers everything it was ever sent and has ever sent.
//!
//! Written without regard to cost, and without looking at the real one. Here: seats. `naive/session.rs`: one of them. `naive/messages.rs`: what is sent.
//! `naive/epochs.rs`: what is lost and claimed. `naive/leases.rs`: who is alive.

use std::{collections::BTreeMap, time::Duration};

use actors::{
    ledger::{Ended, Join, Push, Pushed, Resume, Sequence, Skipped, Source},
    protocol::{
        Attributes, Entry, Epoch, JoinOrder, LeaveReason, Member, NodeId, RoomId, SeatId, SessionId, UserId,
        client::{Cid, Seq},
        media::{Host, Hosting},
        server::ResumeFailure,
    },
    settings::LedgerLimits,
};

use self::leases::Leases;

mod epochs;
mod leases;
mod media;
mod messages;
mod session;

pub(crate) use session::Session;

/// An answer, or in a word why there is none.
pub(crate) type Answer<T> = Result<T, &'static str>;
/// Waits, or what memory keeps of freed seats.
pub(crate) const NOT_NOW: &str = "not applied";
pub(crate) const OLD_EPOCH: &str = "epoch";
const ENDED_MAX: usize = 16;

/// Everything, since the start.
#[derive(Clone)]
pub(crate) struct Naive {
    pub(crate) limits: LedgerLimits,
    /// Time since the start.
    pub(crate) now: Duration,
    pub(crate) epoch: Epoch,
    /// Until when the present epoch settles.
    settles: Duration,
    pub(crate) rooms: BTreeMap<RoomId, Room>,
    leases: Leases,
    /// Until when media servers count as alive.
    pub(crate) heard: BTreeMap<Host, Duration>,
    /// Peers to be deleted since this was last taken.
    pub(crate) unhosted: Vec<(JoinOrder, Host, Option<SessionId>)>,
    /// What nodes were to be told since this was last taken.
    pub(crate) told: Vec<(NodeId, Push)>,
}

#[derive(Clone, Default)]
pub(crate) struct Room {
    pub(crate) sessions: Vec<Session>,
    /// Its epoch settles then, and it was not reaped since.
    unsettled: Option<Duration>,
    ended: Vec<(SeatId, LeaveReason)>,
    /// The newest settings by which somebody has joined.
    revision: u64,
    hosting: Option<Hosting>,
}

/// What a resume is answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Resumed {
    pub(crate) seat: SeatId,
    pub(crate) members: Vec<Member>,
    pub(crate) replay: Vec<(Seq, Entry)>,
    pub(crate) sent: Vec<Sequence>,
    pub(crate) applied: Cid,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) heard: Vec<Source>,
    pub(crate) lost: bool,
    pub(crate) attributes: Attributes,
}

impl Room {
    pub(crate) fn hosting(&self) -> Option<&Hosting> {
        self.hosting.as_ref()
    }
}

impl Naive {
    pub(crate) fn new(limits: LedgerLimits) -> Self {
        let (now, settles, rooms) = (Duration::ZERO, Duration::ZERO, BTreeMap::new());
        let (leases, heard, unhosted) = (Leases::default(), BTreeMap::new(), Vec::new());
        Self { limits, now, epoch: 1, settles, rooms, leases, heard, unhosted, told: Vec::new() }
    }

    /// A media server counts as alive for so long; so its earlier runs are over.
    pub(crate) fn hear_host(&mut self, host: Host, lease: Duration) {
        self.heard.retain(|other, _| other.server != host.server);
        self.heard.insert(host, self.now + lease);
    }

    pub(crate) fn judge(&self, known: Epoch) -> Answer<()> {
        if known == 0 || known == self.epoch { Ok(()) } else { Err(OLD_EPOCH) }
    }

    pub(crate) fn sessions(&self, room: RoomId) -> &[Session] {
        self.rooms.get(&room).map_or(&[], |room| &room.sessions)
    }

    pub(crate) fn session(&self, room: RoomId, order: JoinOrder) -> Option<&Session> {
        self.sessions(room).iter().find(|session| session.order == order)
    }

    fn session_mut(&mut self, room: RoomId, order: JoinOrder) -> Option<&mut Session> {
        self.rooms.get_mut(&room)?.sessions.iter_mut().find(|session| session.order == order)
    }

    /// Once the epoch has settled, without those whom nobody has claimed.
    pub(crate) fn known_members(&self, room: RoomId) -> Vec<Member> {
        let unsettled = self.rooms.get(&room).and_then(|room| room.unsettled);
        let has_settled = unsettled.is_some_and(|settles| settles <= self.now);
        let members = self.members(room).into_iter();
        members.filter(|member| !(has_settled && self.is_unclaimed(room, member.order))).collect()
    }

    pub(crate) fn members(&self, room: RoomId) -> Vec<Member> {
        self.sessions(room).iter().map(Session::member).collect()
    }

    fn append(&mut self, room: RoomId, to: JoinOrder, (entry, source): (&Entry, Option<Source>)) {
        let epoch = self.epoch;
        let Some(session) = self.session_mut(room, to) else { return };
        session.sent.push(entry.clone());
        if session.is_connected() && session.marks.is_empty() {
            let what = Pushed::Entry { seq: session.last(), entry: entry.clone(), source };
            let told = (session.node.clone(), Push { room, to, epoch, what });
            self.told.push(told);
        }
    }

    fn append_to_all_but(&mut self, room: RoomId, but: JoinOrder, entry: (&Entry, Option<Source>)) {
        let all: Vec<JoinOrder> = self.sessions(room).iter().map(|session| session.order).collect();
        all.into_iter().filter(|order| *order != but).for_each(|to| self.append(room, to, entry));
    }

    fn tell_ended(&mut self, room: RoomId, order: JoinOrder, ended: Ended) {
        let Some(session) = self.session(room, order) else { return };
        if session.is_connected() || session.is_orphaned {
            let push = Push { room, to: order, epoch: self.epoch, what: Pushed::Ended(session.fence, ended) };
            self.told.push((session.node.clone(), push));
        }
    }

    /// Frees a seat whose holder has not asked for it.
    fn end(&mut self, room: RoomId, order: JoinOrder, reason: LeaveReason) {
        self.tell_ended(room, order, Ended::Freed(reason));
        let id = self.session(room, order).map(Session::id);
        if let Some(id) = id.filter(|_| reason != LeaveReason::Lost) {
            self.remember(room, id, reason);
        }
        self.free(room, order, reason);
    }

    fn remember(&mut self, room: RoomId, seat: SeatId, reason: LeaveReason) {
        let ended = &mut self.rooms.entry(room).or_default().ended;
        ended.push((seat, reason));
        if ended.len() > ENDED_MAX {
            ended.remove(0);
        }
    }

    fn free(&mut self, room: RoomId, order: JoinOrder, reason: LeaveReason) {
        let Some(session) = self.session(room, order) else { return };
        let (user, is_unclaimed, is_connected) =
            (session.user.clone(), !session.marks.is_empty(), session.is_connected());
        let (peer, is_shown) = (session.session, session.is_shown());
        self.unhosted.extend(self.host(room).map(|host| (order, host, Some(peer))));
        let now = self.now;
        let content = self.rooms.entry(room).or_default();
        let is_settling = content.unsettled.is_some_and(|settles| now < settles || is_connected);
        let is_told = is_shown && !(is_settling && is_unclaimed);
        content.sessions.retain(|session| session.order != order);
        for session in &mut content.sessions {
            session.past = session.applied();
            session.said.retain(|(to, ..)| *to != Some(order));
        }
        if is_told {
            self.append_to_all_but(room, order, (&Entry::Left { user, order, reason }, None));
        }
    }

    /// A room without seats is forgotten, at the end of each operation.
    pub(crate) fn forget_empty(&mut self, room: RoomId) {
        if self.sessions(room).is_empty() {
            self.rooms.remove(&room);
        }
    }

    /// Gives a seat with this order, which the ledger has chosen.
    #[expect(clippy::type_complexity, reason = "the parts of an answer, in a test")]
    pub(crate) fn join(
        &mut self,
        room: RoomId,
        (join, node, known): (Join, &NodeId, Epoch),
        order: Option<JoinOrder>,
    ) -> Answer<Option<(SeatId, Vec<Member>, Option<SeatId>)>> {
        self.judge(known)?;
        if let Some(there) = self.sessions(room).iter().find(|there| there.session == join.session) {
            let (members, replaced) = there.joined.clone();
            return Ok(Some((SeatId { order: there.order, fence: 1 }, members, replaced)));
        }
        let unsettled = self.rooms.get(&room).is_some_and(|room| room.unsettled.is_some());
        if self.is_settling() || unsettled && self.sessions(room).iter().any(|it| self.is_unclaimed(room, it.order)) {
            return Err(NOT_NOW);
        }
        let older = self.sessions(room).iter().find(|there| there.user == join.user).map(Session::id);
        let hosting = self.rooms.get(&room).and_then(Room::hosting);
        let max = if older.is_some() { join.max.own } else { join.max.now(hosting) };
        if self.sessions(room).len() - older.iter().len() >= max as usize {
            return Ok(None);
        }
        if let Some(older) = older {
            self.end(room, older.order, LeaveReason::Replaced);
        }
        let (order, members) = (order.expect("there is a seat"), self.members(room));
        assert!(members.iter().all(|member| member.order < order), "the newest has the greatest order");
        let revision = join.revision;
        let session = Session::new(join, node, order, (members.clone(), older));
        if session.is_shown() {
            self.append_to_all_but(room, order, (&Entry::Joined(session.member().into()), None));
        }
        let id = session.id();
        let content = self.rooms.entry(room).or_default();
        content.revision = content.revision.max(revision);
        content.sessions.push(session);
        self.connected(node);
        Ok(Some((id, members, older)))
    }

    pub(crate) fn leave(&mut self, room: RoomId, seat: SeatId, reason: LeaveReason, node: &NodeId) {
        let Some(session) = self.session(room, seat.order).filter(|session| session.fence <= seat.fence) else {
            return;
        };
        if session.node == *node {
            self.free(room, seat.order, reason);
        } else {
            self.end(room, seat.order, reason);
        }
    }

    pub(crate) fn evict(&mut self, room: RoomId, user: UserId, reason: LeaveReason) {
        if let Some(order) = self.sessions(room).iter().find(|session| session.user == user).map(|it| it.order) {
            self.end(room, order, reason);
        }
    }

    pub(crate) fn close(&mut self, room: RoomId, reason: LeaveReason, revision: u64) {
        if self.rooms.get(&room).is_some_and(|content| content.revision > revision) {
            return;
        }
        let all: Vec<JoinOrder> = self.sessions(room).iter().map(|session| session.order).collect();
        let is_there = !all.is_empty();
        all.into_iter().for_each(|order| self.tell_ended(room, order, Ended::Freed(reason)));
        self.unhosted.extend(self.host(room).filter(|_| is_there).map(|host| (0, host, None)));
        self.rooms.remove(&room);
    }

    pub(crate) fn gone(&mut self, room: RoomId, seat: SeatId, window: Duration, skipped: &[Skipped]) {
        self.disconnect(room, seat, window);
        let session = self.session_mut(room, seat.order).filter(|session| session.fence <= seat.fence);
        let Some(session) = session else { return };
        session.confirm();
        session.skipped.extend(skipped.iter().map(|skipped| (skipped.cid, skipped.refused)));
    }

    fn disconnect(&mut self, room: RoomId, seat: SeatId, window: Duration) {
        let until = self.now + window;
        let session = self.session_mut(room, seat.order).filter(|session| session.fence <= seat.fence);
        let Some(session) = session else { return };
        if session.fence < seat.fence || session.is_connected() || session.is_orphaned {
            (session.fence, session.until, session.is_orphaned) = (seat.fence, Some(until), false);
        }
    }

    pub(crate) fn resume(
        &mut self,
        room: RoomId,
        resume: &Resume,
        node: &NodeId,
    ) -> Result<Resumed, Option<ResumeFailure>> {
        let limits = self.limits;
        let session = self.session(room, resume.order).ok_or(Some(ResumeFailure::SeatGone))?;
        if session.user != resume.user || session.session != resume.session || session.secret != resume.secret {
            return Err(Some(ResumeFailure::BadToken));
        }
        let unsettled = self.rooms.get(&room).and_then(|room| room.unsettled).filter(|at| self.now < *at);
        if unsettled.is_some() && !session.marks.is_empty() && leases::is_past(session, unsettled, self.now) {
            return Err(Some(ResumeFailure::SeatGone)); // it may have been freed before the loss
        }
        let is_held = session.is_connected() && session.node == *node;
        if resume.reclaims.is_some_and(|fence| fence < session.fence) && !is_held {
            return Err(None); // it has moved
        }
        let mut settled = session.clone();
        settled.settle(resume.last_seq, 0, &limits);
        let replay = settled.after(resume.last_seq, &limits).ok_or(Some(ResumeFailure::Gap))?;
        self.tell_ended(room, resume.order, Ended::Moved);
        settled.acked = settled.acked.max(resume.last_seq);
        settled.fence += 1;
        (settled.node, settled.until, settled.is_orphaned) = (node.clone(), None, false);
        let lost = settled.lost.is_some();
        settled.lost = settled.lost.map(|_| true);
        let answer = Resumed {
            seat: settled.id(),
            members: self.members(room).into_iter().filter(|member| member.order != resume.order).collect(),
            replay,
            sent: self.sent_by(room, &settled),
            applied: settled.applied(),
            skipped: settled.skipped.iter().map(|(cid, refused)| Skipped { cid: *cid, refused: *refused }).collect(),
            heard: self.heard_by(room, resume.order),
            lost,
            attributes: settled.attributes(),
        };
        *self.session_mut(room, resume.order).expect("it was found") = settled;
        self.connected(node);
        Ok(answer)
    }
}
