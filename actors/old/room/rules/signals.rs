//! What members say to each other: who may, what waits, and how each message is settled.

use super::*;

impl Room {
    pub(super) fn signal(
        &mut self,
        from: (Seat, Cid),
        to: UserId,
        what: (SignalKind, Message),
        now: Instant,
    ) -> Effects {
        let ((seat, cid), (kind, message)) = (from, what);
        let Some((sender, mine)) = self.placed(seat) else { return unheard() };
        let target = self.roster.get(&to).filter(|_| to != sender.user).copied();
        let Some(theirs) = target else { return refuse(seat, cid, self.stranger(to)) };
        if !roles::may_send(kind, mine.rev, theirs.rev) {
            return refuse(seat, cid, Refusal::new(Code::Glare, roles::why_not(kind)));
        }
        let pair = (seat.session, theirs.session);
        let mut messages = Vec::with_capacity(1);
        messages.push(message);
        match kind {
            SignalKind::IceCandidate => match self.candidates.admit(pair, (cid, messages[0].clone()), now) {
                Admission::Pass => {}
                Admission::Wait => return vec![Effect::Tell(seat.socket, RoomToSocket::Held(cid))],
                Admission::Overflow => {
                    return self
                        .overflowed(vec![(seat.session, cid)], "Too many candidates wait for a session description.");
                }
            },
            SignalKind::Offer | SignalKind::Answer => {
                messages.extend(self.candidates.waiting(pair).iter().map(|held| held.message.clone()));
            }
            SignalKind::Renegotiate => {}
        }
        let sending = Sending { from: seat, to: theirs.session, cid, kind };
        vec![Effect::Ask(Ask::Send(sending, sender, Address { user: to, session: theirs.session }, messages))]
    }

    pub(super) fn sent(&mut self, sending: Sending, answer: Result<Sent, Unavailable>) -> Effects {
        let Sending { from, to, cid, kind } = sending;
        match answer {
            Ok(Sent::Appended(pushes)) => {
                let mut effects = self.pushes(pushes);
                effects.push(Effect::Tell(from.socket, RoomToSocket::Accepted(cid)));
                effects.extend(self.released(from, to, kind));
                effects
            }
            Ok(Sent::Repeat) => {
                let mut effects = vec![Effect::Tell(from.socket, RoomToSocket::Accepted(cid))];
                effects.extend(self.released(from, to, kind));
                effects
            }
            Ok(Sent::SenderGone) => refuse(from, cid, not_in_room()),
            Ok(Sent::ReceiverGone) => {
                refuse(from, cid, Refusal::new(Code::PeerNotFound, "This peer has just left the room."))
            }
            Err(Unavailable) => refuse(from, cid, unavailable()),
        }
    }

    /// A description has passed, and with it what waited: those messages are accepted too.
    pub(super) fn released(&mut self, from: Seat, to: SessionId, kind: SignalKind) -> Effects {
        if !kind.is_description() {
            return Vec::new();
        }
        let waited = self.candidates.described((from.session, to));
        waited.into_iter().map(|cid| Effect::Tell(from.socket, RoomToSocket::Accepted(cid))).collect()
    }

    pub(super) fn chat(&self, from: Seat, cid: Cid, message: Message) -> Effects {
        match self.address(from) {
            Some(who) => vec![Effect::Ask(Ask::Broadcast(from, who, cid, message))],
            None => unheard(),
        }
    }

    pub(super) fn broadcasted(&mut self, from: Seat, cid: Cid, answer: Result<Sent, Unavailable>) -> Effects {
        match answer {
            Ok(Sent::Appended(pushes)) => {
                let mut effects = self.pushes(pushes);
                effects.push(Effect::Tell(from.socket, RoomToSocket::Accepted(cid)));
                effects
            }
            Ok(Sent::Repeat | Sent::ReceiverGone) => vec![Effect::Tell(from.socket, RoomToSocket::Accepted(cid))],
            Ok(Sent::SenderGone) => refuse(from, cid, not_in_room()),
            Err(Unavailable) => refuse(from, cid, unavailable()),
        }
    }

    pub(super) fn stranger(&self, user: UserId) -> Refusal {
        Refusal::new(Code::PeerNotFound, format!("{user} is not in room {}.", self.id))
    }
}
