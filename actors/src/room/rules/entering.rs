//! Requests to join or to resume, until the ledger has answered, including those that are withdrawn before.

use std::time::Instant;

use super::{
    Room,
    policy::banned,
    settling::retry_after,
    step::{LedgerCall, Step, Terms, UNAVAILABLE_RETRY, unavailable},
};
use crate::{
    bytes::Pressure,
    ledger::Failure,
    messages::{
        room::{JoinRequest, ResumeRequest, SeatRef},
        socket::RoomEvent,
    },
    ports::Noted,
    protocol::{Code, LeaveReason, SessionId, SocketId, server::Refusal},
    settings::RoomLimits,
};

/// A join or resume that is under way.
#[derive(Debug)]
pub(super) struct Entering {
    request: Request,
    since: Instant,
    /// It was withdrawn: what to do with the seat once it is known.
    pub(super) exit: Option<Exit>,
    pub(super) unknown_since: Option<Instant>,
    /// When to ask again; `None`: an answer is on its way.
    retry: Option<Instant>,
}

#[derive(Debug, Clone)]
enum Request {
    Join(Box<JoinRequest>),
    Resume(Box<ResumeRequest>),
}

/// How a member goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exit {
    Left(LeaveReason),
    Disconnected,
}

impl Entering {
    /// Whom it concerns.
    pub(super) const fn socket(&self) -> (SocketId, SessionId) {
        match &self.request {
            Request::Join(request) => (request.socket, request.session),
            Request::Resume(request) => (request.socket, request.session),
        }
    }

    /// When it is given up. A join of unknown outcome is repeated longer: the ledger may have a seat for it.
    fn deadline(&self, limits: &RoomLimits) -> Instant {
        match (&self.request, self.unknown_since) {
            (Request::Join(_), Some(since)) => since + limits.unknown_within,
            (Request::Join(_) | Request::Resume(_), _) => self.since + limits.hold_within,
        }
    }

    /// When it has something to do by itself.
    pub(super) fn due(&self, limits: &RoomLimits, is_held: bool) -> Option<Instant> {
        self.retry.map(|at| if is_held { self.deadline(limits) } else { at })
    }
}

impl Room {
    pub(super) fn join(&mut self, request: Box<JoinRequest>, step: &mut Step<'_>) {
        let refusal = if !self.settings.active {
            Some(self.closed())
        } else if self.bans(&request.user) {
            Some(banned(self.id))
        } else if step.pressure >= Pressure::ShedNewcomers {
            Some(unavailable(UNAVAILABLE_RETRY))
        } else {
            self.work().rate.take(step.budget, step.now).err().map(|wait| {
                let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
                Refusal::new(Code::RateLimited, "Too many join this room at once: join again a little later.")
                    .after_ms(ms)
            })
        };
        match refusal {
            Some(refusal) => refuse_join(&request, refusal, step),
            None => self.enter(Request::Join(request), step),
        }
    }

    /// Resumes count, but are never refused for their rate: returning members take priority over new ones.
    pub(super) fn resume(&mut self, request: Box<ResumeRequest>, step: &mut Step<'_>) {
        self.work().rate.note(step.budget, step.now);
        self.overtake((request.socket, request.session), step);
        self.enter(Request::Resume(request), step);
    }

    /// A client's newer connection comes before its older ones, also before what these have asked for: the seat would move
    /// back to a connection that the client has given up.
    fn overtake(&mut self, (newer, session): (SocketId, SessionId), step: &mut Step<'_>) {
        let is_older = |(socket, of): &(SocketId, SessionId)| *of == session && *socket < newer;
        let present = self.work().entering.iter().filter(|entering| entering.exit.is_none());
        let older: Vec<_> = present.map(Entering::socket).filter(is_older).collect();
        for (socket, session) in older {
            step.tell(socket, session, RoomEvent::ResumeUnavailable);
            self.withdraw(SeatRef { socket, session, seat: None }, Exit::Disconnected);
        }
    }

    fn enter(&mut self, request: Request, step: &mut Step<'_>) {
        let entering = Entering { request, since: step.now, exit: None, unknown_since: None, retry: Some(step.now) };
        let whose = entering.socket();
        if self.work().entering.iter().any(|other| other.socket() == whose) {
            return; // it is under way
        }
        self.work().entering.push(entering);
        self.ask_entering(whose, step);
    }

    fn ask_entering(&mut self, whose: (SocketId, SessionId), step: &mut Step<'_>) {
        let (is_held, is_active) = (self.is_held(), self.settings.active);
        let entering = &mut self.work().entering;
        let Some(place) = entering.iter().position(|entering| entering.socket() == whose) else { return };
        let is_late = is_held && entering[place].deadline(step.limits) <= step.now;
        if is_late {
            let entering = entering.remove(place);
            return self.give_up_entering(&entering, unavailable(UNAVAILABLE_RETRY), step);
        }
        if is_held {
            let at = entering[place].deadline(step.limits);
            return self.wake_by(at);
        }
        entering[place].retry = None;
        match entering[place].request.clone() {
            Request::Join(_) if !is_active && entering[place].unknown_since.is_none() => {
                let entering = entering.remove(place);
                self.give_up_entering(&entering, self.closed(), step);
            }
            Request::Join(request) => {
                let (max, window) = (self.max_for(&request.user, step.limits), self.settings.seat_window);
                let terms = Terms { max, window, revision: self.settings.revision };
                self.call(LedgerCall::Join(request, terms), step);
            }
            Request::Resume(request) => self.call(LedgerCall::Resume(request), step),
        }
    }

    /// Asks again for those whose time has come, or for `all` that wait.
    pub(super) fn continue_entering(&mut self, all: bool, step: &mut Step<'_>) {
        let is_held = self.is_held();
        let Some(work) = &self.work else { return };
        let is_due = |entering: &&Entering| {
            let due = entering.due(step.limits, is_held);
            due.is_some_and(|at| at <= step.now || all)
        };
        let due: Vec<_> = work.entering.iter().filter(is_due).map(Entering::socket).collect();
        for whose in due {
            self.ask_entering(whose, step);
        }
    }

    /// Withdraws a join or resume; whether there was one.
    pub(super) fn withdraw(&mut self, of: SeatRef, exit: Exit) -> bool {
        let Some(work) = &mut self.work else { return false };
        let whose = (of.socket, of.session);
        let Some(place) = work.entering.iter().position(|entering| entering.socket() == whose) else { return false };
        let entering = &mut work.entering[place];
        if entering.retry.is_some() && entering.unknown_since.is_none() {
            work.entering.remove(place); // there is no seat
        } else {
            entering.exit = Some(exit);
        }
        true
    }

    /// Whom the ledger has answered. A session has several, if its client reconnects before an answer has come.
    pub(super) fn take_entering(&mut self, whose: (SocketId, SessionId)) -> Option<Entering> {
        let entering = &mut self.work().entering;
        let place = entering.iter().position(|entering| entering.socket() == whose)?;
        self.is_slack = true;
        Some(self.work().entering.remove(place))
    }

    /// A join or resume has failed: it is asked for again, or given up.
    pub(super) fn not_entered(&mut self, entering: Option<Entering>, failure: Failure, step: &mut Step<'_>) {
        let Some(mut entering) = entering else { return };
        let wait = match failure {
            Failure::NotApplied { wait } => wait,
            Failure::Unknown { wait } => {
                entering.unknown_since.get_or_insert(step.now);
                wait
            }
            Failure::Epoch(_) => step.limits.hole_within,
        };
        let at = step.now + retry_after(wait);
        let is_withdrawn = entering.exit.is_some() && entering.unknown_since.is_none();
        if is_withdrawn || at >= entering.deadline(step.limits) {
            self.give_up_entering(&entering, unavailable(wait), step);
        } else {
            entering.retry = Some(at);
            self.work().entering.push(entering);
            self.wake_by(at);
        }
        if let Failure::Epoch(epoch) = failure {
            self.learn_epoch(epoch, step);
        }
    }

    fn give_up_entering(&mut self, entering: &Entering, refusal: Refusal, step: &mut Step<'_>) {
        if entering.unknown_since.is_some() {
            self.reconcile_soon(step); // there may be a seat
        }
        self.is_slack = true;
        match &entering.request {
            Request::Join(_) | Request::Resume(_) if entering.exit.is_some() => {}
            Request::Join(request) => refuse_join(request, refusal, step),
            Request::Resume(request) => step.tell(request.socket, request.session, RoomEvent::ResumeUnavailable),
        }
    }

    fn closed(&self) -> Refusal {
        Refusal::new(Code::RoomClosed, format!("Room {} is closed.", self.id))
    }
}

pub(super) fn refuse_join(request: &JoinRequest, refusal: Refusal, step: &mut Step<'_>) {
    step.note(|| Noted::JoinRefused { user: request.user.clone(), code: refusal.code });
    step.tell(request.socket, request.session, RoomEvent::JoinRefused(refusal.of(request.cid)));
}
