//! Seats that the ledger has given: which session has which seat, and who is told what.

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
    ports::Noted,
    protocol::{Epoch, LeaveReason, Member, SeatId, UserId, client::Cid},
};

impl Room {
    pub(super) fn joined(&mut self, request: JoinRequest, answer: Result<Joined, Failure>, step: &mut Step<'_>) {
        let entering = self.take_entering((request.socket, request.session));
        match answer {
            Ok(Joined::Seated { seat, epoch, mut members, replaced, media, pushes }) => {
                if let Some(replaced) = replaced {
                    self.recall(Fact::Freed(replaced, LeaveReason::Replaced), step);
                }
                self.pushes(pushes, step);
                let Some(entering) = self.may_sit(entering, (seat, epoch), step) else { return };
                members.retain(|member| !member.is_hidden());
                let whose = (request.session, request.socket);
                let mut new = Seat::new(seat, request.secret, whose, request.name);
                new.tells(&request.user, request.attributes.clone());
                self.enrol_all(&members, &new, request.user, step);
                let place = self.sit(new, step);
                self.note_roster(place, rosters::told(&members, &[]));
                let (mode, seen) = self.media_seen(media.as_deref());
                self.learn_media(media, step);
                let (replaced, media, policy) = (replaced.is_some(), seen, self.settings.policy.clone());
                let attributes = request.attributes;
                let joined = RoomEvent::Joined { seat, members, mode, media, replaced, policy, attributes };
                step.tell(request.socket, request.session, joined);
                self.seated_before(place, epoch, step);
                self.seated(seat, entering.unknown_since.is_some(), step);
                self.evict_banned(step);
            }
            Ok(Joined::Full) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    refuse_join(&request, self.no_seat(&request.user), step);
                }
            }
            Ok(Joined::Crowded) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    refuse_join(&request, self.crowded(), step);
                }
            }
            Err(failure) => self.not_entered(entering, failure, step),
        }
    }

    pub(super) fn resumed(&mut self, request: ResumeRequest, answer: Result<Resumed, Failure>, step: &mut Step<'_>) {
        let entering = self.take_entering((request.socket, request.session));
        match answer {
            Ok(Resumed::Seated(resumed)) => self.seated_again(request, entering, *resumed, step),
            Ok(Resumed::Failed(why)) => {
                if entering.is_some_and(|entering| entering.exit.is_none()) {
                    step.note(|| Noted::ResumeFailed { user: request.user.clone(), reason: why });
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

    /// The ledger has given a seat back.
    fn seated_again(
        &mut self,
        request: ResumeRequest,
        entering: Option<Entering>,
        resumed: ResumedSeat,
        step: &mut Step<'_>,
    ) {
        let (seat, epoch, lost) = (resumed.seat, resumed.epoch, resumed.lost);
        if let Some(place) = self.find(seat.order)
            && self.seats[place].socket == request.socket
        {
            self.remove(place); // the same socket takes its own seat
        }
        self.pushes(resumed.pushes, step);
        if self.may_sit(entering, (seat, epoch), step).is_none() {
            return;
        }
        let ResumedSeat { mut members, replay, sent, applied, skipped, heard, media, attributes, .. } = resumed;
        members.retain(|member| !member.is_hidden());
        let whose = (request.session, request.socket);
        let mut new = Seat::new(seat, request.secret, whose, request.name);
        new.tells(&request.user, attributes.clone());
        self.enrol_all(&members, &new, request.user, step);
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
        let (_, seen) = self.media_seen(media.as_deref());
        self.learn_media(media, step);
        let (last_cid, media) = (self.last_taken(place), seen);
        let policy = self.settings.policy.clone();
        let resumed = RoomEvent::Resumed { seat, members, replay, last_cid, lost, media, policy, attributes };
        step.tell(request.socket, request.session, resumed);
        self.seated_before(place, epoch, step);
        self.seated(seat, false, step);
        self.evict_banned(step);
        if lost {
            self.resumed_after_loss(step);
        }
    }

    /// The ledger has a seat for this request. If the request was withdrawn, the seat is given up at once.
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

    /// Notes whom a new seat is told of, and its own member, unless they are hidden.
    fn enrol_all(&mut self, members: &[Member], new: &Seat, user: UserId, step: &mut Step<'_>) {
        let others = members.iter().map(|member| (member.user.clone(), member.order));
        let own = new.hidden().is_none().then_some((user, new.id.order));
        for (user, order) in others.chain(own) {
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
