//! Seats that the ledger has given: who sits where, and what is told to whom.

use super::{
    Room,
    entering::{Entering, Exit, refuse_join},
    numbers::Numbers,
    rosters,
    seat::Seat,
    step::{SeatFact, Step},
};
use crate::{
    ledger::{Cursor, Fact, Failure, Joined, Resumed, ResumedSeat},
    messages::{
        room::{JoinRequest, ResumeRequest},
        socket::{RoomEvent, SessionEnd},
    },
    protocol::{Code, Epoch, JoinOrder, LeaveReason, SeatId, UserId, client::Cid, server::Refusal},
};

impl Room {
    pub(super) fn joined(&mut self, request: JoinRequest, answer: Result<Joined, Failure>, step: &mut Step<'_>) {
        let entering = self.take_entering((request.socket, request.session));
        match answer {
            Ok(Joined::Seated { seat, epoch, members, replaced, media, pushes }) => {
                if let Some(replaced) = replaced {
                    self.recall(Fact::Freed(replaced, LeaveReason::Replaced), step);
                }
                self.pushes(pushes, step);
                let Some(entering) = self.may_sit(entering, (seat, epoch), step) else { return };
                let places = members.iter().map(|member| (member.user.clone(), member.order));
                self.enrol_all(places.chain([(request.user, seat.order)]), step);
                let whose = (request.session, request.socket);
                let place = self.sit(Seat::new(seat, request.secret, whose, request.name), step);
                self.note_roster(place, rosters::told(&members, &[]));
                self.learn_media(media, step);
                let (replaced, media) = (replaced.is_some(), self.media_seen());
                let joined = RoomEvent::Joined { seat, members, mode: self.settings.mode, media, replaced };
                step.tell(request.socket, request.session, joined);
                self.seated_before(place, epoch, step);
                self.seated(seat, entering.unknown_since.is_some(), step);
            }
            Ok(Joined::Full) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    let max = self.settings.participants_max;
                    let text = format!("Room {} already has {max} of {max} participants.", self.id);
                    refuse_join(&request, Refusal::new(Code::RoomFull, text), step);
                }
            }
            Err(failure) => self.not_entered(entering, failure, step),
        }
    }

    pub(super) fn resumed(&mut self, request: ResumeRequest, answer: Result<Resumed, Failure>, step: &mut Step<'_>) {
        let entering = self.take_entering((request.socket, request.session));
        match answer {
            Ok(Resumed::Seated(resumed)) => {
                let ResumedSeat { seat, epoch, members, replay, sent, applied, skipped, heard, lost, media, pushes } =
                    *resumed;
                if let Some(place) = self.find(seat.order)
                    && self.seats[place].socket == request.socket
                {
                    self.remove(place); // the same socket takes its own seat
                }
                self.pushes(pushes, step);
                if self.may_sit(entering, (seat, epoch), step).is_none() {
                    return;
                }
                let places = members.iter().map(|member| (member.user.clone(), member.order));
                self.enrol_all(places.chain([(request.user, seat.order)]), step);
                let whose = (request.session, request.socket);
                let mut new = Seat::new(seat, request.secret, whose, request.name);
                new.cursor = Cursor::at(replay.last().map_or(request.last_seq, |(seq, _)| *seq));
                new.acknowledge(request.last_seq);
                new.sent = sent.iter().map(|sent| sent.cid).fold(applied, Cid::max);
                for to in sent.iter().filter(|sent| sent.described).filter_map(|sent| sent.to) {
                    new.describe(to);
                }
                if !skipped.is_empty() {
                    *new.numbers() = Numbers::resumed(&skipped);
                }
                let place = self.sit(new, step);
                let roster = rosters::told(&members, if lost { &replay } else { &[] });
                self.note_roster(place, roster);
                self.hear_all(seat.order, &heard);
                self.learn_media(media, step);
                let (last_cid, media) = (self.last_taken(place), self.media_seen());
                let resumed = RoomEvent::Resumed { seat, members, replay, last_cid, lost, media };
                step.tell(request.socket, request.session, resumed);
                self.seated_before(place, epoch, step);
                self.seated(seat, false, step);
                if lost {
                    self.resumed_after_loss(step);
                }
            }
            Ok(Resumed::Failed(why)) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    step.tell(request.socket, request.session, RoomEvent::ResumeFailed(why));
                }
            }
            Ok(Resumed::Moved) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    step.tell(request.socket, request.session, RoomEvent::Ended(SessionEnd::Moved));
                }
            }
            Err(failure) => self.not_entered(entering, failure, step),
        }
    }

    /// The ledger has a seat for this request. Whoever withdrew it leaves the seat at once.
    fn may_sit(
        &mut self,
        entering: Option<Entering>,
        (seat, epoch): (SeatId, Epoch),
        step: &mut Step<'_>,
    ) -> Option<Entering> {
        self.seated_in(epoch, step);
        let exit = entering.as_ref().map_or(Some(Exit::Disconnected), |entering| entering.exit);
        let fact = match exit {
            None => return entering,
            Some(Exit::Left(reason)) => SeatFact::Left(seat, reason),
            Some(Exit::Disconnected) => SeatFact::Disconnected(seat, Vec::new(), self.settings.seat_window),
        };
        self.fact(fact, step);
        self.deliver_strays(seat.order, step);
        None
    }

    fn enrol_all(&mut self, places: impl Iterator<Item = (UserId, JoinOrder)>, step: &mut Step<'_>) {
        for (user, order) in places {
            if let Some((older, end)) = self.enrol(user, order, step)
                && let Some(place) = self.find(older)
            {
                self.end(place, end, step);
            }
        }
    }

    /// Puts a seat in its place; answers which one that is.
    fn sit(&mut self, seat: Seat, step: &mut Step<'_>) -> usize {
        let order = seat.id.order;
        if let Some(place) = self.find(order) {
            self.end(place, SessionEnd::Moved, step);
        }
        self.members.unhear(order); // known from the seat itself, from now on
        for other in &mut self.seats {
            other.unhear(order);
        }
        let place = self.seats.partition_point(|other| other.id.order < order);
        self.seats.insert(place, seat);
        self.is_slack = true;
        self.plan_first_audit(step);
        place
    }

    /// A seat was told that it is taken: what came for it meanwhile follows.
    fn seated(&mut self, seat: SeatId, is_repeated: bool, step: &mut Step<'_>) {
        if is_repeated && let Some(place) = self.find(seat.order) {
            self.audit_soon(place, step);
        }
        self.deliver_strays(seat.order, step);
    }
}
