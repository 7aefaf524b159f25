//! One media server as a node sees it: its event stream, its load, the probes, and the breaker that follows from them. Pure.
//!
//! The stream shows at once that a process is gone, but cannot tell that from a broken network path: so when a stream breaks, one
//! probe decides whether the server is lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    breaker::{Breaker, Failure, Position},
    choice::Load,
};

/// The first pause before a stream that broke is opened again, while the server answers; each further one is twice as long.
const REOPEN_FIRST: Duration = Duration::from_millis(250);
/// The longest of these.
const REOPEN_LAST: Duration = Duration::from_secs(8);
/// A stream that lived so long begins the pauses anew.
const LIVED: Duration = Duration::from_secs(10);

/// An event that the rules handle.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::media) enum Event {
    /// The node begins to listen.
    Begun,
    /// The time of [`Life::wake_at`] has come.
    Woken,
    /// The stream has begun: which run of the server's process it is.
    Hello(Arc<str>),
    /// The stream has told the load, as each second.
    Load(Load),
    /// The stream has told something else.
    Alive,
    /// The stream could not be opened, or has ended.
    Ended,
    /// A probe was answered by this run of the process; `None`: it failed.
    Probed(Option<Arc<str>>),
    /// A request has failed.
    Failed(Failure),
}

/// An action to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) enum Act {
    /// Open the stream, after a pause of about that length.
    Open(Duration),
    /// Give the stream up.
    Close,
    /// Ask whether the server is well.
    Probe,
    /// Tell that this run of the server is heard.
    Heard {
        /// The run.
        instance: Arc<str>,
        /// Whether it takes no new rooms.
        is_draining: bool,
    },
    /// Tell that this run of the server is gone.
    Lost(Arc<str>),
}

/// The state of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    /// There is none until a probe succeeds.
    None,
    /// It is being opened.
    Opening,
    /// It is open; silence until then ends it.
    Open { silent_at: Instant, since: Instant },
    /// It broke, and a probe decides whether the server is lost.
    Doubted,
}

/// See the module.
#[derive(Debug)]
pub(in crate::media) struct Life {
    breaker: Breaker,
    stream: Stream,
    silent_max: Duration,
    /// A probe is under way.
    is_probing: bool,
    /// The run that was heard, until it is told to be lost.
    instance: Option<Arc<str>>,
    load: Option<Load>,
    /// Streams that ended soon, one after the other.
    short: u32,
}

impl Life {
    /// A server that is not listened to yet; `instance`: the run that was heard before, if one was.
    pub(in crate::media) fn new(silent_max: Duration, instance: Option<Arc<str>>) -> Self {
        let (breaker, stream) = (Breaker::default(), Stream::None);
        Self { breaker, stream, silent_max, is_probing: false, instance, load: None, short: 0 }
    }

    /// The position of its breaker.
    pub(in crate::media) fn position(&self) -> Position {
        self.breaker.position()
    }

    /// When it is probed next, while its breaker is open.
    pub(in crate::media) fn probe_at(&self) -> Option<Instant> {
        self.breaker.probe_at()
    }

    /// The run that is known.
    pub(in crate::media) fn instance(&self) -> Option<&Arc<str>> {
        self.instance.as_ref()
    }

    /// The load that the stream has told; none while there is no stream.
    pub(in crate::media) fn load(&self) -> Option<Load> {
        self.load
    }

    /// When to say [`Event::Woken`].
    pub(in crate::media) fn wake_at(&self) -> Option<Instant> {
        let silent_at = match self.stream {
            Stream::Open { silent_at, .. } => Some(silent_at),
            Stream::None | Stream::Opening | Stream::Doubted => None,
        };
        let probe_at = self.breaker.probe_at().filter(|_| !self.is_probing);
        silent_at.into_iter().chain(probe_at).min()
    }

    /// The effects of an event.
    pub(in crate::media) fn handle(&mut self, event: Event, now: Instant) -> Vec<Act> {
        let mut acts = Vec::new();
        match event {
            Event::Begun => self.open(Duration::ZERO, &mut acts),
            Event::Hello(instance) => self.hello(instance, now, &mut acts),
            Event::Load(load) => {
                if self.alive(now) {
                    self.load = Some(load);
                    let heard = |instance: &Arc<str>| Act::Heard {
                        instance: Arc::clone(instance),
                        is_draining: load.is_draining,
                    };
                    acts.extend(self.instance.as_ref().map(heard));
                }
            }
            Event::Alive => {
                self.alive(now);
            }
            Event::Ended => self.ended(now, &mut acts),
            Event::Failed(failure) => self.breaker.failed(failure, now),
            Event::Probed(Some(instance)) => self.is_well(instance, now, &mut acts),
            Event::Probed(None) => self.is_away(now, &mut acts),
            Event::Woken => {}
        }
        if matches!(self.stream, Stream::Open { silent_at, .. } if silent_at <= now) {
            acts.push(Act::Close);
            self.ended(now, &mut acts);
        }
        if !self.is_probing && self.breaker.probe_at().is_some_and(|at| at <= now) {
            self.probe(&mut acts);
        }
        acts
    }

    fn open(&mut self, after: Duration, acts: &mut Vec<Act>) {
        self.stream = Stream::Opening;
        acts.push(Act::Open(after));
    }

    fn probe(&mut self, acts: &mut Vec<Act>) {
        self.is_probing = true;
        acts.push(Act::Probe);
    }

    /// The one that is known is another: it is gone.
    fn meets(&mut self, instance: Arc<str>, acts: &mut Vec<Act>) {
        if let Some(known) = self.instance.take().filter(|known| *known != instance) {
            self.load = None;
            acts.push(Act::Lost(known));
        }
        self.instance = Some(instance);
    }

    fn hello(&mut self, instance: Arc<str>, now: Instant, acts: &mut Vec<Act>) {
        if self.stream == Stream::Opening {
            self.stream = Stream::Open { silent_at: now + self.silent_max, since: now };
            self.meets(instance, acts);
        }
    }

    /// Whether there is a stream, which has told something.
    fn alive(&mut self, now: Instant) -> bool {
        match &mut self.stream {
            Stream::Open { silent_at, .. } => {
                *silent_at = now + self.silent_max;
                true
            }
            Stream::None | Stream::Opening | Stream::Doubted => false,
        }
    }

    fn ended(&mut self, now: Instant, acts: &mut Vec<Act>) {
        let has_lived = match self.stream {
            Stream::Open { since, .. } => now.saturating_duration_since(since) >= LIVED,
            Stream::Opening => false,
            Stream::None | Stream::Doubted => return,
        };
        self.short = if has_lived { 0 } else { self.short.saturating_add(1) };
        self.load = None;
        self.stream = Stream::Doubted;
        // While the breaker is open, its next probe decides.
        if !self.is_probing && self.breaker.probe_at().is_none() {
            self.probe(acts);
        }
    }

    fn is_well(&mut self, instance: Arc<str>, now: Instant, acts: &mut Vec<Act>) {
        self.is_probing = false;
        self.meets(instance, acts);
        self.breaker.probed(true, now);
        let is_closed = self.breaker.probe_at().is_none();
        if is_closed && matches!(self.stream, Stream::None | Stream::Doubted) {
            let doubled = REOPEN_FIRST.saturating_mul(1 << self.short.saturating_sub(1).min(16));
            self.open(doubled.min(REOPEN_LAST), acts);
        }
    }

    fn is_away(&mut self, now: Instant, acts: &mut Vec<Act>) {
        self.is_probing = false;
        if matches!(self.stream, Stream::None | Stream::Doubted) {
            self.stream = Stream::None;
            acts.extend(self.instance.take().map(Act::Lost));
            if self.breaker.probe_at().is_none() {
                self.breaker.open(now);
                return;
            }
        }
        self.breaker.probed(false, now);
    }
}

#[cfg(test)]
mod tests;
