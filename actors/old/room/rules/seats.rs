//! Who has a seat: joins, resumes, departures, and what the room remembers of everybody.

use super::*;

impl Room {
    pub(super) fn join(&self, joiner: Joiner) -> Effects {
        if !self.settings.active {
            let refusal = Refusal::new(Code::RoomClosed, format!("Room {} is closed.", self.id)).of(joiner.cid);
            return vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(refusal))];
        }
        vec![Effect::Ask(Ask::Join(joiner, self.settings))]
    }

    pub(super) fn joined(&mut self, joiner: &Joiner, answer: Result<Joined, Unavailable>) -> Effects {
        match answer {
            Ok(Joined::Seated { rev, members, pushes }) => {
                let mut effects = self.pushes(pushes);
                self.enrol(&members);
                self.roster.insert(joiner.user, Place { session: joiner.session, rev });
                self.seat(
                    joiner.session,
                    Local { user: joiner.user, socket: joiner.socket, cursor: Cursor::default() },
                );
                let joined = RoomToSocket::Joined { session: joiner.session, rev, members, mode: self.settings.mode };
                effects.push(Effect::Tell(joiner.socket, joined));
                effects
            }
            Ok(Joined::Full) => {
                let max = self.settings.participants_max;
                let text = format!("Room {} already has {max} of {max} participants.", self.id);
                let refusal = Refusal::new(Code::RoomFull, text).of(joiner.cid);
                vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(refusal))]
            }
            Err(Unavailable) => {
                vec![Effect::Tell(joiner.socket, RoomToSocket::JoinRefused(unavailable().of(joiner.cid)))]
            }
        }
    }

    pub(super) fn resumed(&mut self, resumer: &Resumer, answer: Result<Resumed, Unavailable>) -> Effects {
        match answer {
            Ok(Resumed::Seated { rev, members, replay, said, pushes }) => {
                let mut effects = self.pushes(pushes);
                self.enrol(&members);
                self.roster.insert(resumer.user, Place { session: resumer.session, rev });
                self.recall(resumer.session, &said);
                let last = replay.last().map_or(resumer.last_seq, |(seq, _)| *seq);
                let local = Local { user: resumer.user, socket: resumer.socket, cursor: Cursor::at(last) };
                if let Some(before) = self.seat(resumer.session, local).filter(|before| *before != resumer.socket) {
                    effects.push(Effect::Tell(before, RoomToSocket::Ended(resumer.session, LeaveReason::Replaced)));
                }
                let said = said.iter().map(|said| said.cid).max().unwrap_or(0);
                let resumed = RoomToSocket::Resumed { session: resumer.session, members, replay, said };
                effects.push(Effect::Tell(resumer.socket, resumed));
                effects
            }
            Ok(Resumed::Failed(why)) => vec![Effect::Tell(resumer.socket, RoomToSocket::ResumeFailed(why))],
            Err(Unavailable) => vec![Effect::Tell(resumer.socket, RoomToSocket::ResumeUnavailable)],
        }
    }

    /// What this session said before it came here decides which candidates may pass.
    pub(super) fn recall(&mut self, session: SessionId, said: &[Said]) {
        for said in said.iter().filter(|said| said.described) {
            self.candidates.described((session, said.to));
        }
    }

    pub(super) fn enrol(&mut self, members: &[Member]) {
        for member in members {
            self.roster.insert(member.user, Place { session: member.session, rev: member.rev });
        }
    }

    /// Puts a socket on a seat; answers the socket that was there.
    pub(super) fn seat(&mut self, session: SessionId, local: Local) -> Option<SocketId> {
        self.local.insert(session, local).map(|before| before.socket)
    }

    /// The ledger says that this stay is over.
    pub(super) fn end(&mut self, session: SessionId, reason: LeaveReason) -> Effects {
        let Some(local) = self.local.remove(&session) else { return Vec::new() };
        if self.roster.get(&local.user).is_some_and(|place| place.session == session) {
            self.roster.remove(&local.user);
        }
        let stranded = self.candidates.forget(session);
        let mut effects = self.stranded(stranded);
        effects.push(Effect::Tell(local.socket, RoomToSocket::Ended(session, reason)));
        effects
    }

    /// Takes the socket off its seat here for good; the ledger is still to be told.
    pub(super) fn vacate(&mut self, seat: Seat, reason: LeaveReason) -> Effects {
        let Some(who) = self.address(seat) else { return Vec::new() };
        self.local.remove(&seat.session);
        let stranded = self.candidates.forget(seat.session);
        let mut effects = self.stranded(stranded);
        effects.push(Effect::Ask(Ask::Leave(who, reason)));
        effects
    }

    /// The socket is lost; the seat is kept, and what the others say to it goes on into its inbox.
    pub(super) fn lost(&mut self, seat: Seat) -> Effects {
        let Some(who) = self.address(seat) else { return Vec::new() };
        self.local.remove(&seat.session);
        self.candidates.lost(seat.session);
        vec![Effect::Ask(Ask::Gone(who, self.settings))]
    }
}
