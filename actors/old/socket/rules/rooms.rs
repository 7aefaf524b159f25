//! A socket's dealings with rooms: joining, resuming, leaving, and what rooms say back.

use std::time::Instant;

use super::{
    ACK_WITHIN, Acks, Cid, Close, Code, Effect, Effects, Joiner, LeaveReason, Peer, PeerState, Phase, Question,
    Refusal, ResumeFailed, ResumeFailure, ResumeToken, ResumeTokenOf, Resumed, Resumer, RoomId, RoomJoined,
    RoomSettings, RoomToSocket, Search, Seq, ServerToClient, Session, SessionId, Stay, Unavailable, error, room,
};
use crate::protocol::Member;

impl Session {
    pub(super) fn join(&self, room: RoomId, cid: Option<Cid>) -> Effects {
        match self.phase {
            Phase::Ready => vec![find(Search::Join(room, cid))],
            Phase::Greeting { .. }
            | Phase::Joining { .. }
            | Phase::Resuming { .. }
            | Phase::InRoom(_)
            | Phase::Over => {
                let text = "This socket is in a room, or on its way into one: leave it first.";
                vec![error(Refusal::new(Code::AlreadyInRoom, text).of(cid))]
            }
        }
    }

    pub(super) fn leave(&mut self, cid: Option<Cid>) -> Effects {
        let Phase::InRoom(stay) = self.phase else {
            return vec![error(Refusal::new(Code::NotInRoom, "There is no room to leave.").of(cid))];
        };
        self.out_of_room();
        vec![Effect::Tell(stay.room, room::Command::Leave(self.seat(&stay), LeaveReason::Left))]
    }

    pub(super) fn resume(&self, resume: &crate::protocol::client::Resume) -> Effects {
        let Ok(ResumeToken { room, session, secret }) = resume.resume_token.parse() else {
            return vec![resume_failed(ResumeFailure::BadToken)];
        };
        vec![find(Search::Resume(ResumeTokenOf { room, session, secret }, resume.seq))]
    }

    pub(super) fn found(
        &mut self,
        search: Search,
        settings: Result<Option<RoomSettings>, Unavailable>,
        fresh: (SessionId, u128),
    ) -> Effects {
        match (search, settings) {
            (Search::Join(room, cid), Ok(Some(settings))) => self.ask_for_seat(room, settings, cid, fresh),
            (Search::Join(room, cid), Ok(None)) => {
                vec![error(Refusal::new(Code::RoomNotFound, format!("There is no room {room}.")).of(cid))]
            }
            (Search::Join(_, cid), Err(Unavailable)) => {
                let text = "Rooms cannot be looked up just now: join again.";
                vec![error(Refusal::new(Code::Unavailable, text).of(cid).after_ms(1_000))]
            }
            (Search::Resume(token, seq), Ok(Some(settings))) => self.ask_to_resume(token, settings, seq),
            (Search::Resume(..), Ok(None)) => vec![resume_failed(ResumeFailure::RoomClosed)],
            (Search::Resume(..), Err(Unavailable)) => self.close(Close::Overload, None),
        }
    }

    fn ask_for_seat(
        &mut self,
        room: RoomId,
        settings: RoomSettings,
        cid: Option<Cid>,
        fresh: (SessionId, u128),
    ) -> Effects {
        let again = matches!(self.phase, Phase::Joining { again: true, .. });
        let (session, secret) = fresh;
        self.phase = Phase::Joining { room, session, secret, cid, again };
        let Some(identity) = &self.identity else { return Vec::new() };
        let (user, name) = (identity.user, identity.name.clone());
        let joiner = Joiner { user, name, session, secret, socket: self.id, cid };
        vec![Effect::Open(room, settings, room::Command::Join(joiner))]
    }

    fn ask_to_resume(&mut self, token: ResumeTokenOf, settings: RoomSettings, last_seq: Seq) -> Effects {
        let ResumeTokenOf { room, session, secret } = token;
        let Some(user) = self.user() else { return Vec::new() };
        if !matches!(self.phase, Phase::InRoom(_)) {
            let again = matches!(self.phase, Phase::Resuming { again: true, .. });
            self.delivered = last_seq;
            self.phase = Phase::Resuming { stay: Stay { room, session, secret }, again };
        }
        let resumer = Resumer { user, session, secret, socket: self.id, last_seq };
        vec![Effect::Open(room, settings, room::Command::Resume(resumer))]
    }

    pub(super) fn room_says(&mut self, what: RoomToSocket, now: Instant) -> Effects {
        match what {
            RoomToSocket::Deliver(session, seq, entry) => {
                if !self.is_in(session) || seq <= self.delivered {
                    return Vec::new();
                }
                self.delivered = seq;
                let mut effects = Vec::with_capacity(2);
                effects.push(Effect::Deliver(seq, entry));
                effects.extend(self.ack_along(now));
                effects
            }
            RoomToSocket::Accepted(cid) => {
                let since = self.acks.settle(cid);
                let mut effects = Vec::with_capacity(2);
                effects.extend(self.ack(now));
                effects.extend(since.map(|since| Effect::Settled(now.saturating_duration_since(since))));
                effects
            }
            RoomToSocket::Refused(cid, refusal) => {
                let pending = self.acks.settle(cid);
                let mut effects: Effects = pending.map(|_| error(refusal)).into_iter().collect();
                effects.extend(self.ack(now));
                effects
            }
            RoomToSocket::Held(cid) => {
                self.acks.hold(cid);
                Vec::new()
            }
            RoomToSocket::Joined { session, rev, members, mode } => self.joined(session, rev, (members, mode)),
            RoomToSocket::JoinRefused(refusal) => {
                self.phase = Phase::Ready;
                vec![error(refusal)]
            }
            RoomToSocket::Resumed { session, members, replay, said } => self.resumed(session, &members, replay, said),
            RoomToSocket::ResumeFailed(why) => {
                self.out_of_room();
                vec![resume_failed(why)]
            }
            RoomToSocket::ResumeUnavailable => self.close(Close::Overload, None),
            RoomToSocket::Ended(session, reason) => self.ended(session, reason),
            RoomToSocket::Restarted(room) => self.room_restarted(room),
        }
    }

    fn joined(&mut self, session: SessionId, rev: u64, room: (Vec<Member>, crate::protocol::server::Mode)) -> Effects {
        let Phase::Joining { room: room_id, session: asked, secret, .. } = self.phase else { return Vec::new() };
        if asked != session {
            return Vec::new();
        }
        let stay = Stay { room: room_id, session, secret };
        self.enter(stay, 0, 0);
        let (members, mode) = room;
        let joined = RoomJoined {
            room_id,
            existing_peers: members.iter().map(|member| member.user).collect(),
            peers: members.iter().map(peer).collect(),
            rev,
            session_id: session,
            resume_token: ResumeToken { room: room_id, session, secret }.to_string(),
            mode,
            ice_servers: Vec::new(),
        };
        self.user().map(|user| Effect::Joined(user, Box::new(joined))).into_iter().collect()
    }

    fn resumed(
        &mut self,
        session: SessionId,
        members: &[Member],
        replay: Vec<(Seq, crate::protocol::Entry)>,
        said: Cid,
    ) -> Effects {
        let mut effects = Vec::with_capacity(replay.len() + 1);
        match self.phase {
            Phase::Resuming { stay, .. } if stay.session == session => {
                let from_seq = self.delivered + 1;
                self.enter(stay, self.delivered, said);
                effects.push(Effect::Send(ServerToClient::Resumed(Resumed {
                    peers: members.iter().map(peer).collect(),
                    from_seq,
                })));
            }
            // The room was restarted: the client need not know.
            Phase::InRoom(stay) if stay.session == session => {}
            Phase::Greeting { .. }
            | Phase::Ready
            | Phase::Joining { .. }
            | Phase::Resuming { .. }
            | Phase::InRoom(_)
            | Phase::Over => {
                return effects;
            }
        }
        for (seq, entry) in replay {
            if seq > self.delivered {
                self.delivered = seq;
                effects.push(Effect::Deliver(seq, entry));
            }
        }
        effects.extend(self.say_again());
        effects
    }

    fn ended(&mut self, session: SessionId, reason: LeaveReason) -> Effects {
        if !self.is_in(session) {
            return Vec::new();
        }
        self.out_of_room();
        match reason {
            LeaveReason::Replaced => self.close(Close::Replaced, None),
            LeaveReason::Kicked => self.close(Close::Forbidden, None),
            LeaveReason::Closed => {
                let mut effects = vec![Effect::Send(ServerToClient::RoomClosed(reason))];
                effects
                    .extend(self.close(Close::RoomGone, Some(Refusal::new(Code::RoomClosed, "The room was closed."))));
                effects
            }
            // The ledger no longer has the seat, though the socket stands: the client is told, and joins again.
            LeaveReason::Lost | LeaveReason::Left => vec![resume_failed(ResumeFailure::SeatGone)],
        }
    }

    /// The room's actor was started anew, and what was in its mailbox is lost: take the seat again, then say again
    /// what was not answered.
    fn room_restarted(&mut self, room: RoomId) -> Effects {
        match &mut self.phase {
            Phase::InRoom(stay) if stay.room == room => {
                let token = ResumeTokenOf { room, session: stay.session, secret: stay.secret };
                vec![find(Search::Resume(token, self.delivered))]
            }
            Phase::Joining { room: asked, cid, again, .. } if *asked == room && !*again => {
                *again = true;
                vec![find(Search::Join(room, *cid))]
            }
            Phase::Resuming { stay, again } if stay.room == room && !*again => {
                *again = true;
                let token = ResumeTokenOf { room, session: stay.session, secret: stay.secret };
                vec![find(Search::Resume(token, self.delivered))]
            }
            Phase::Joining { room: asked, cid, .. } if *asked == room => {
                let refusal = Refusal::new(Code::Internal, "The room failed; it has been logged: join again.").of(*cid);
                self.phase = Phase::Ready;
                vec![error(refusal)]
            }
            Phase::Resuming { stay, .. } if stay.room == room => self.close(Close::Internal, None),
            Phase::Greeting { .. }
            | Phase::Ready
            | Phase::Joining { .. }
            | Phase::Resuming { .. }
            | Phase::InRoom(_)
            | Phase::Over => Vec::new(),
        }
    }

    fn say_again(&mut self) -> Effects {
        let Phase::InRoom(stay) = self.phase else { return Vec::new() };
        let (again, given_up) = self.acks.repeat();
        let refusal =
            |cid| Refusal::new(Code::Internal, "The room failed over this message; it has been logged.").of(Some(cid));
        let mut effects: Effects = given_up.into_iter().map(|cid| error(refusal(cid))).collect();
        effects.extend(again.into_iter().map(|(cid, saying)| self.tell(&stay, cid, saying)));
        effects
    }

    /// An `ack` at once if many messages wait for one, else within a second.
    fn ack(&mut self, now: Instant) -> Option<Effect> {
        if let Some(cid) = self.acks.due(self.limits.ack_every) {
            return Some(Effect::Send(ServerToClient::Ack(cid)));
        }
        if self.ack_by.is_none() && self.acks.is_owed() {
            self.ack_by = Some(now + ACK_WITHIN);
        }
        None
    }

    /// An `ack` that has waited long enough goes with what is written anyway: alone it would cost a write of its own.
    fn ack_along(&mut self, now: Instant) -> Option<Effect> {
        self.ack_by.take_if(|by| now + ACK_WITHIN / 2 >= *by)?;
        self.acks.due(1).map(|cid| Effect::Send(ServerToClient::Ack(cid)))
    }

    fn enter(&mut self, stay: Stay, delivered: Seq, said: Cid) {
        self.phase = Phase::InRoom(stay);
        self.acks = Acks::after(said);
        self.delivered = delivered;
        self.acked = delivered;
    }

    fn out_of_room(&mut self) {
        self.phase = Phase::Ready;
        self.acks = Acks::default();
        self.delivered = 0;
        self.acked = 0;
    }

    fn is_in(&self, session: SessionId) -> bool {
        matches!(self.phase, Phase::InRoom(stay) if stay.session == session)
    }
}

fn peer(member: &Member) -> Peer {
    let state = if member.on { PeerState::On } else { PeerState::Gone };
    Peer { user_id: member.user, name: member.name.clone(), rev: member.rev, state }
}

fn resume_failed(reason: ResumeFailure) -> Effect {
    Effect::Send(ServerToClient::ResumeFailed(ResumeFailed { reason }))
}

const fn find(search: Search) -> Effect {
    Effect::Ask(Question::Find(search))
}
