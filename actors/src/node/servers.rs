//! A node's view of media servers. Knows no rooms.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{ledger::HOST_LEASE, protocol::media::Host};

/// Runs of media servers that are remembered; each restart of one leaves one behind.
const HOSTS_MAX: usize = 256;
/// How long rooms are told of a lost server often; afterwards less often.
const LOST_OFTEN: Duration = Duration::from_secs(30);
/// How long the ledger still counts a server as alive that this node has lost: time for the others, which are told, to say that they
/// hear it.
pub(super) const LOST_LEASE: Duration = Duration::from_millis(500);
/// When rooms are told of it: another node that has lost it a moment later has given it as long again.
const LOST_TOLD: Duration = Duration::from_millis(750);
/// How often rooms are told of a lost server, at most.
const OFTEN: Duration = Duration::from_secs(1);
/// The same, when it is not urgent.
const SELDOM: Duration = Duration::from_secs(5);

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Servers(Mutex<BTreeMap<Host, Server>>);

#[derive(Debug)]
struct Server {
    /// When it was heard last, or when it became known that a room is there.
    heard_at: Instant,
    /// This node has heard it.
    is_known: bool,
    /// Since when it is heard and does not drain; not set while it drains.
    well_since: Option<Instant>,
    /// Since when it is lost.
    lost_at: Option<Instant>,
    /// Nobody keeps rooms there: another run of its process was heard, or it was silent for so long.
    is_over: bool,
    /// When rooms were last told that it is lost.
    told_at: Option<Instant>,
}

/// What is to be told now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// To the ledger: heard, and whether they drain.
    pub(super) alive: Vec<(Host, bool)>,
    /// To rooms.
    pub(super) lost: Vec<Host>,
    /// To rooms without a media server: there is one.
    pub(super) is_back: bool,
}

impl Servers {
    /// It is heard; so an earlier run of its process is over.
    pub(super) fn heard(&self, host: Host, is_draining: bool, now: Instant) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (other, server) in servers.iter_mut() {
            if other.server == host.server && other.instance != host.instance {
                server.lose(now, true);
            }
        }
        let server = enter(&mut servers, host, now);
        if server.lost_at.take().is_some() {
            (server.well_since, server.told_at, server.is_over) = (None, None, false);
        }
        (server.heard_at, server.is_known) = (now, true);
        server.well_since = if is_draining { None } else { server.well_since.or(Some(now)) };
    }

    /// A room is there. If this node never hears it, it is lost like one that fell silent now: nobody else may be left who
    /// would say so.
    pub(super) fn expect(&self, host: Host, now: Instant) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        enter(&mut servers, host, now);
    }

    /// It does not answer any more. Whether it drained, if that is news.
    pub(super) fn lost(&self, host: &Host, now: Instant) -> Option<bool> {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let server = servers.get_mut(host).filter(|server| server.is_heard())?;
        let is_draining = server.well_since.is_none();
        server.lose(now, false);
        Some(is_draining)
    }

    /// Whether a server drains; `None`: it is not heard.
    pub(super) fn drains(&self, host: &Host) -> Option<bool> {
        let servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let server = servers.get(host).filter(|server| server.is_heard())?;
        Some(server.well_since.is_none())
    }

    /// What is to be told now; a server is back that has been well for `recover_after`.
    pub(super) fn look(&self, now: Instant, recover_after: Duration) -> Look {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut look = Look::default();
        for (host, server) in servers.iter_mut() {
            if now.saturating_duration_since(server.heard_at) >= HOST_LEASE {
                server.lose(now, true); // the adapter is silent
            }
            if let Some(lost_at) = server.lost_at {
                // Before that the ledger keeps rooms there.
                let (long, is_over) = (now.saturating_duration_since(lost_at), server.is_over);
                let is_left = is_over || long >= LOST_TOLD;
                if is_left && server.is_to_be_told(if long < LOST_OFTEN { OFTEN } else { SELDOM }, now) {
                    look.lost.push(host.clone());
                }
                continue;
            }
            if !server.is_known {
                continue; // the ledger is told only of those that are heard
            }
            look.alive.push((host.clone(), server.well_since.is_none()));
            if let Some(since) = server.well_since {
                look.is_back |= now.saturating_duration_since(since) >= recover_after;
            }
        }
        look
    }
}

/// What is known of a server, from now on if nothing was; the one that was heard longest ago makes place.
fn enter(servers: &mut BTreeMap<Host, Server>, host: Host, now: Instant) -> &mut Server {
    if servers.len() >= HOSTS_MAX && !servers.contains_key(&host) {
        let oldest = servers.iter().min_by_key(|(_, server)| server.heard_at).map(|(host, _)| host.clone());
        oldest.and_then(|oldest| servers.remove(&oldest));
    }
    let (well_since, lost_at, told_at) = (None, None, None);
    let new = Server { heard_at: now, is_known: false, well_since, lost_at, is_over: false, told_at };
    servers.entry(host).or_insert(new)
}

impl Server {
    fn is_heard(&self) -> bool {
        self.is_known && self.lost_at.is_none()
    }

    fn lose(&mut self, now: Instant, is_over: bool) {
        self.is_over |= is_over;
        if self.lost_at.is_none() {
            (self.lost_at, self.well_since, self.told_at) = (Some(now), None, None);
        }
    }

    fn is_to_be_told(&mut self, every: Duration, now: Instant) -> bool {
        let is_due = self.told_at.is_none_or(|told_at| now.saturating_duration_since(told_at) >= every);
        if is_due {
            self.told_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL_FOR: Duration = Duration::from_secs(15);

    fn run(instance: &str) -> Host {
        Host { server: "m".into(), instance: instance.into() }
    }

    fn start() -> Instant {
        crate::clock::Clock::new().now().at
    }

    #[test]
    fn a_server_is_alive_until_it_is_lost_or_silent_and_rooms_are_told_until_it_is_heard() {
        let (servers, start) = (Servers::default(), start());
        let at = |seconds| start + Duration::from_secs(seconds);
        servers.heard(run("1"), false, at(0));
        assert_eq!(servers.look(at(1), WELL_FOR).alive, [(run("1"), false)]);
        assert_eq!((servers.lost(&run("1"), at(2)), servers.lost(&run("1"), at(2))), (Some(false), None));
        assert_eq!(servers.drains(&run("1")), None);
        let soon = at(2) + LOST_LEASE;
        assert_eq!(servers.look(soon, WELL_FOR), Look::default(), "others may hear it");
        for seconds in [3, 4, 5, 6] {
            assert_eq!(servers.look(at(seconds), WELL_FOR), Look { lost: vec![run("1")], ..Look::default() });
            let between = at(seconds) + Duration::from_millis(250);
            assert_eq!(servers.look(between, WELL_FOR), Look::default(), "once a second");
        }
        servers.heard(run("1"), false, at(7));
        assert_eq!(servers.look(at(7), WELL_FOR).lost, []);
        assert_eq!(servers.look(at(12), WELL_FOR).lost, [run("1")], "nobody has heard it for five seconds");
        let later: usize = (43..=62).map(|seconds| servers.look(at(seconds), WELL_FOR).lost.len()).sum();
        assert_eq!(later, 4, "every five seconds");
    }

    #[test]
    fn a_draining_server_is_alive_and_rooms_leave_an_earlier_run() {
        let (servers, start) = (Servers::default(), start());
        servers.heard(run("1"), true, start);
        assert_eq!(servers.look(start, WELL_FOR), Look { alive: vec![(run("1"), true)], ..Look::default() });
        servers.heard(run("2"), false, start);
        let look = servers.look(start, WELL_FOR);
        assert_eq!((look.alive, look.lost), (vec![(run("2"), false)], vec![run("1")]));
    }

    #[test]
    fn rooms_go_back_once_a_server_was_well_for_a_while() {
        let (servers, start) = (Servers::default(), start());
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in 0..20 {
            servers.heard(run("1"), seconds == 3, at(seconds));
            assert_eq!(servers.look(at(seconds), WELL_FOR).is_back, seconds >= 19, "after {seconds} s");
        }
    }
    #[test]
    fn a_server_that_was_never_heard_is_lost_after_the_usual_time_and_never_told_to_the_ledger() {
        let (servers, start) = (Servers::default(), start());
        let at = |seconds| start + Duration::from_secs(seconds);
        for seconds in 0..5 {
            servers.expect(run("1"), at(seconds));
            assert_eq!(servers.look(at(seconds), WELL_FOR), Look::default(), "it may be heard yet");
        }
        servers.expect(run("1"), at(5));
        assert_eq!(servers.look(at(5), WELL_FOR), Look { lost: vec![run("1")], ..Look::default() });
        servers.heard(run("1"), false, at(6));
        assert_eq!(servers.look(at(6), WELL_FOR), Look { alive: vec![(run("1"), false)], ..Look::default() });
    }

    #[test]
    fn an_earlier_run_that_was_never_heard_is_over_once_the_present_one_is_heard() {
        let (servers, start) = (Servers::default(), start());
        servers.expect(run("1"), start);
        servers.heard(run("2"), false, start);
        assert_eq!(servers.look(start, WELL_FOR).lost, [run("1")]);
    }
}
