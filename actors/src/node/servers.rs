//! What a node has heard of media servers. Knows no rooms.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{ledger::HOST_LEASE, protocol::media::Host};

/// Runs of media servers that are remembered; each restart of one leaves one behind.
const HOSTS_MAX: usize = 256;
/// How long rooms are told of a lost server with each look; afterwards less often.
const LOST_OFTEN: Duration = Duration::from_secs(30);
/// How often rooms are told the same, when it is not urgent.
const SELDOM: Duration = Duration::from_secs(5);

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Servers(Mutex<BTreeMap<Host, Server>>);

#[derive(Debug)]
struct Server {
    heard_at: Instant,
    /// Since when it is heard and does not drain; not set while it drains.
    well_since: Option<Instant>,
    /// Since when it is lost.
    lost_at: Option<Instant>,
    /// When rooms were last told that it is lost, or drains.
    told_at: Option<Instant>,
}

/// What is to be told now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// To the ledger: heard, and whether they drain.
    pub(super) alive: Vec<(Host, bool)>,
    /// To rooms.
    pub(super) lost: Vec<Host>,
    /// To rooms.
    pub(super) draining: Vec<Host>,
    /// To rooms without a media server: there is one.
    pub(super) is_back: bool,
}

impl Servers {
    /// It is heard; so an earlier run of its process is over.
    pub(super) fn heard(&self, host: Host, is_draining: bool, now: Instant) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (other, server) in servers.iter_mut() {
            if other.server == host.server && other.instance != host.instance {
                server.lose(now);
            }
        }
        if servers.len() >= HOSTS_MAX && !servers.contains_key(&host) {
            let oldest = servers.iter().min_by_key(|(_, server)| server.heard_at).map(|(host, _)| host.clone());
            oldest.and_then(|oldest| servers.remove(&oldest));
        }
        let new = Server { heard_at: now, well_since: None, lost_at: None, told_at: None };
        let server = servers.entry(host).or_insert(new);
        if server.lost_at.take().is_some() {
            (server.well_since, server.told_at) = (None, None);
        }
        server.heard_at = now;
        server.well_since = if is_draining { None } else { server.well_since.or(Some(now)) };
    }

    /// It does not answer any more.
    pub(super) fn lost(&self, host: &Host, now: Instant) {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get_mut(host) {
            server.lose(now);
        }
    }

    /// What is to be told now; a server is back that has been well for `recover_after`.
    pub(super) fn look(&self, now: Instant, recover_after: Duration) -> Look {
        let mut servers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut look = Look::default();
        for (host, server) in servers.iter_mut() {
            if now.saturating_duration_since(server.heard_at) >= HOST_LEASE {
                server.lose(now); // the adapter is silent
            }
            if let Some(lost_at) = server.lost_at {
                let is_new = now.saturating_duration_since(lost_at) < LOST_OFTEN;
                if server.is_to_be_told(if is_new { Duration::ZERO } else { SELDOM }, now) {
                    look.lost.push(host.clone());
                }
                continue;
            }
            look.alive.push((host.clone(), server.well_since.is_none()));
            if let Some(since) = server.well_since {
                look.is_back |= now.saturating_duration_since(since) >= recover_after;
            } else if server.is_to_be_told(SELDOM, now) {
                look.draining.push(host.clone());
            }
        }
        look
    }
}

impl Server {
    fn lose(&mut self, now: Instant) {
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
        servers.lost(&run("1"), at(2));
        for seconds in [2, 3, 4] {
            assert_eq!(servers.look(at(seconds), WELL_FOR), Look { lost: vec![run("1")], ..Look::default() });
        }
        servers.heard(run("1"), false, at(5));
        assert_eq!(servers.look(at(5), WELL_FOR).lost, []);
        assert_eq!(servers.look(at(10), WELL_FOR).lost, [run("1")], "nobody has heard it for five seconds");
        let later: usize = (41..=60).map(|seconds| servers.look(at(seconds), WELL_FOR).lost.len()).sum();
        assert_eq!(later, 4, "every five seconds");
    }

    #[test]
    fn rooms_leave_a_draining_server_and_an_earlier_run() {
        let (servers, start) = (Servers::default(), start());
        servers.heard(run("1"), true, start);
        let look = servers.look(start, WELL_FOR);
        assert_eq!((look.alive, look.draining), (vec![(run("1"), true)], vec![run("1")]));
        assert_eq!(servers.look(start + Duration::from_secs(1), WELL_FOR).draining, []);
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
}
