//! Which media servers are alive: heard by a node a moment ago. Knows no rooms.

use std::{collections::BTreeMap, time::Instant};

use crate::protocol::media::Host;

/// Media servers that are remembered; each restart of one leaves one behind until its lease has run out.
const HOSTS_MAX: usize = 256;

/// When each was last heard.
#[derive(Debug, Default)]
pub(super) struct Hosts(BTreeMap<Host, Heard>);

#[derive(Debug)]
struct Heard {
    until: Instant,
    /// It takes no new rooms, and its rooms may move.
    is_draining: bool,
}

impl Hosts {
    /// A node hears it; so an earlier run of its process is over.
    pub(super) fn hear(&mut self, host: &Host, (now, until): (Instant, Instant), is_draining: bool) {
        let is_replaced = |other: &Host| other.server == host.server && other.instance != host.instance;
        self.0.retain(|other, heard| heard.until > now && !is_replaced(other));
        if self.0.len() < HOSTS_MAX || self.0.contains_key(host) {
            self.0.insert(host.clone(), Heard { until, is_draining });
        }
    }

    /// Whether rooms stay there.
    pub(super) fn keeps(&self, host: &Host, now: Instant) -> bool {
        self.0.get(host).is_some_and(|heard| heard.until > now && !heard.is_draining)
    }

    /// Nothing is known any more.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_media_server_is_alive_while_it_is_heard_and_keeps_its_rooms_unless_it_drains() {
        let (mut hosts, start) = (Hosts::default(), Clock::new().now().at);
        let (host, ttl) = (Host { server: "m".into(), instance: "1".into() }, Duration::from_secs(5));
        let restarted = Host { instance: "2".into(), ..host.clone() };
        assert!(!hosts.keeps(&host, start));
        hosts.hear(&host, (start, start + ttl), false);
        assert!(hosts.keeps(&host, start) && !hosts.keeps(&restarted, start) && !hosts.keeps(&host, start + ttl));
        hosts.hear(&host, (start, start + ttl), true);
        assert!(!hosts.keeps(&host, start));
        hosts.hear(&host, (start, start + ttl), false);
        hosts.hear(&restarted, (start, start + ttl), false);
        assert!(hosts.keeps(&restarted, start) && !hosts.keeps(&host, start), "whoever hears the new one");
    }
}
