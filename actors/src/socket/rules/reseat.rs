//! The room's cell was restarted: sockets reclaim their seats and resend unsettled messages, transparently for the client.
//! Bounded: if a room keeps failing, its members lose their connection, not their session.

use super::{
    ANSWER_WITHIN, Connection, Cx, Effect, Phase, RESTARTS_MAX, error, room,
    session::{Answer, Session},
};
use crate::{
    messages::{Key, room::ResumeRequest, socket::Lookup},
    ports::{RoomSettings, Unavailable},
    protocol::{
        Close, Code, SessionId,
        server::{Refusal, ResumeFailure},
    },
};

impl Connection {
    pub(super) fn room_restarted(&mut self, cx: &mut Cx<'_>) {
        self.forget_asks(&super::asks::restarting(), cx);
        match &mut self.phase {
            Phase::Entering(entering) if entering.restarts < RESTARTS_MAX => {
                entering.restarts += 1;
                cx.out.push(entering.look_up());
            }
            Phase::Entering(entering) if entering.is_join() => {
                self.withdraw(Refusal::new(Code::Internal, "The room failed; it has been logged: join again."), cx);
            }
            // A message that was already resent may cause the room's failure. It may have been accepted, too: only a
            // resume can tell.
            Phase::InRoom(session) if session.restarts < RESTARTS_MAX && !session.outstanding.is_repeated() => {
                session.restarts += 1;
                session.outstanding.reseat_before(cx.now.at + ANSWER_WITHIN);
                cx.out.push(Effect::LookUp(session.room, Lookup::Reseat(session.id)));
            }
            Phase::Entering(_) | Phase::InRoom(_) => self.close(Close::Internal, None, cx),
            Phase::Opened(_) | Phase::Ready | Phase::Closed => {}
        }
    }

    /// A cell has ended without a word; perhaps that of this client's room or user.
    pub(super) fn lost(&mut self, key: &Key, cx: &mut Cx<'_>) {
        match key {
            Key::Room(id) if self.place().is_some_and(|(room, _)| room == *id) => self.room_lost(cx),
            Key::User(id) if self.user() == Some(id) => self.attach(cx),
            Key::Room(_) | Key::User(_) | Key::Socket(_) => {}
        }
    }

    /// The room's cell has ended without a word: another one takes its place, as after a restart. Several messages may say so.
    pub(super) fn room_lost(&mut self, cx: &mut Cx<'_>) {
        let is_known = matches!(&self.phase, Phase::InRoom(session) if session.outstanding.reseat_by().is_some());
        if !is_known {
            self.room_restarted(cx);
        }
    }

    /// The settings of a restarted room were looked up. Only the ledger is needed: the database may be unavailable.
    pub(super) fn found_again(
        &mut self,
        id: SessionId,
        settings: Result<Option<RoomSettings>, Unavailable>,
        cx: &mut Cx<'_>,
    ) {
        let (Phase::InRoom(session), Some(identity)) = (&self.phase, &self.identity) else { return };
        if session.id != id || session.outstanding.reseat_by().is_none() {
            return;
        }
        if settings == Ok(None) {
            return self.end_session(Some(ResumeFailure::RoomClosed), cx);
        }
        let (secret, &Session { room, seat, delivered, .. }) = (session.secret(), session);
        let request = ResumeRequest {
            user: identity.user.clone(),
            name: identity.name.clone(),
            order: seat.order,
            session: id,
            secret,
            socket: self.id,
            last_seq: delivered,
            reclaims: Some(seat.fence),
        };
        let message = room::Message::Resume(Box::new(request));
        cx.out.push(Effect::Open(room, settings.ok().flatten(), message));
    }

    /// The restarted room has the seat again: resends unsettled messages, and refusals it does not know.
    pub(super) fn reseated(&mut self, answer: Answer, cx: &mut Cx<'_>) {
        let Answer { seat, missed, lost, .. } = answer;
        if lost {
            // The client's members may differ from the ledger's: a resume resynchronises them.
            return self.close(Close::Overload, None, cx);
        }
        let Phase::InRoom(session) = &mut self.phase else { return };
        session.seat = seat;
        session.outstanding.reseated();
        session.replay(missed, cx);
        for _ in 0..session.outstanding.without_number() {
            let text = "The room failed while it handled this message, or another one; it may not have been delivered.";
            cx.out.push(error(Refusal::new(Code::Internal, text)));
        }
        let (room, from) = (session.room, session.seat_ref(self.id));
        let refusals = session.outstanding.refusals();
        cx.out.extend(refusals.map(|(cid, code)| Effect::Tell(room, room::Message::Skipped { from, cid, code })));
        let again = session.outstanding.repeat();
        cx.out.extend(again.map(|(number, outgoing)| Effect::Tell(room, outgoing.told(from, number))));
        session.outstanding.tidy();
    }
}
