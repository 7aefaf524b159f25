//! Which media server a room gets: weighted rendezvous hashing (Thaler and Ravishankar, "A Name-Based Mapping Scheme for
//! Rendezvous", 1996). Nodes that see the same choose the same, and a server that goes moves its own rooms only. Pure.

use sha2::{Digest as _, Sha256};

/// The load that a server reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::media) struct Load {
    /// Consumers now.
    pub(in crate::media) consumers: u32,
    /// How many it takes.
    pub(in crate::media) consumers_max: u32,
    /// Whether it takes no new rooms.
    pub(in crate::media) is_draining: bool,
}

/// Consumers that a new room needs at least: three people who see and hear each other.
const ROOM: u32 = 12;
/// Free capacity counts in so many parts: nodes whose last lines differ by some consumers still choose the same.
const PARTS: u32 = 8;

impl Load {
    /// What is free, in whole parts, for a server that takes another room.
    fn free(&self) -> Option<u32> {
        let part = (self.consumers_max / PARTS).max(1);
        let free = self.consumers_max.checked_sub(self.consumers)?;
        let takes_room = !self.is_draining && free >= ROOM.min(part);
        takes_room.then(|| free.next_multiple_of(part))
    }
}

/// The servers that take another room, the best for this one first.
pub(in crate::media) fn ranked<'a>(room: &str, servers: impl Iterator<Item = (&'a str, Load)>) -> Vec<&'a str> {
    let scored = servers.filter_map(|(name, load)| Some((score(room, name, load.free()?), name)));
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by(|(one, a), (other, b)| other.total_cmp(one).then_with(|| a.cmp(b)));
    scored.into_iter().map(|(_, name)| name).collect()
}

/// Of all servers the one with the highest score is chosen with a probability in proportion to its weight.
fn score(room: &str, name: &str, weight: u32) -> f64 {
    let digest: [u8; 32] = Sha256::new().chain_update(room).chain_update([0]).chain_update(name).finalize().into();
    let bits = digest[..8].iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    #[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which a double holds")]
    let drawn = ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64; // between 0 and 1, and neither
    -f64::from(weight) / drawn.ln()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Load, ranked};

    fn load(consumers: u32, consumers_max: u32) -> Load {
        Load { consumers, consumers_max, is_draining: false }
    }

    fn first<'a>(room: &str, servers: &[(&'a str, Load)]) -> Option<&'a str> {
        ranked(room, servers.iter().copied()).first().copied()
    }

    #[test]
    fn full_and_draining_servers_get_no_room() {
        let draining = Load { is_draining: true, ..load(0, 400) };
        for (of, takes) in [
            (load(0, 400), true),
            (load(388, 400), true),
            (load(389, 400), false),
            (load(400, 400), false),
            (load(500, 400), false),
            (load(0, 0), false),
            (load(0, 1), true),
            (load(1, 1), false),
            (draining, false),
        ] {
            assert_eq!(first("abc-defg-hij", &[("a:1", of)]).is_some(), takes, "{of:?}");
        }
    }

    #[test]
    fn rooms_are_spread_in_proportion_to_what_is_free() {
        let servers = [("a:1", load(0, 400)), ("b:1", load(200, 400)), ("c:1", load(0, 400))];
        let mut counts = BTreeMap::<_, u32>::new();
        for n in 0..10_000 {
            *counts.entry(first(&format!("room-{n}"), &servers).expect("one")).or_default() += 1;
        }
        let (a, b, c) = (counts["a:1"], counts["b:1"], counts["c:1"]);
        assert!(
            (3_800..4_200).contains(&a) && (1_850..2_150).contains(&b) && (3_800..4_200).contains(&c),
            "{counts:?}"
        );
    }

    #[test]
    fn some_consumers_more_or_less_move_no_room() {
        let moved = (0..1_000).filter(|n| {
            let room = format!("room-{n}");
            let seen = |consumers| first(&room, &[("a:1", load(consumers, 400)), ("b:1", load(120, 400))]);
            seen(101) != seen(148)
        });
        assert_eq!(moved.count(), 0);
    }

    proptest! {
        #[test]
        fn a_server_that_goes_moves_only_its_own_rooms(room in "[a-z]{3}-[a-z]{4}-[a-z]{3}", gone in 0_usize..4) {
            let all = [("a:1", load(0, 400)), ("b:1", load(50, 300)), ("c:1", load(7, 100)), ("d:1", load(0, 800))];
            let order = ranked(&room, all.iter().copied());
            let left = ranked(&room, all.iter().copied().filter(|(name, _)| *name != all[gone].0));
            let expected: Vec<_> = order.into_iter().filter(|name| *name != all[gone].0).collect();
            prop_assert_eq!(left, expected);
        }
    }
}
