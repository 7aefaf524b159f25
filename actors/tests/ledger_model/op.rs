//! What a walk does next: six bytes, so that a seed gives millions of them and proptest can shrink them.

/// One operation; the numbers are taken modulo what there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Op {
    pub(crate) kind: Kind,
    pub(crate) room: u8,
    pub(crate) user: u8,
    pub(crate) other: u8,
    pub(crate) node: u8,
    /// Decides what else there is to decide.
    pub(crate) dice: u8,
}

/// What kind of operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Pass,
    Join,
    JoinAgain,
    Leave,
    Evict,
    Disconnect,
    Resume,
    Send,
    Resend,
    Skip,
    Broadcast,
    Audit,
    CatchUp,
    Renew,
    Release,
    Reap,
    Close,
    Wipe,
    Copy,
    GoBack,
    Claim,
    Place,
    Publish,
}

/// How often each happens, in 256ths.
const WEIGHTS: [(Kind, u8); 23] = [
    (Kind::Pass, 22),
    (Kind::Join, 26),
    (Kind::JoinAgain, 3),
    (Kind::Leave, 8),
    (Kind::Evict, 3),
    (Kind::Disconnect, 16),
    (Kind::Resume, 22),
    (Kind::Send, 42),
    (Kind::Resend, 14),
    (Kind::Skip, 6),
    (Kind::Broadcast, 14),
    (Kind::Audit, 12),
    (Kind::CatchUp, 14),
    (Kind::Renew, 14),
    (Kind::Release, 1),
    (Kind::Reap, 10),
    (Kind::Close, 1),
    (Kind::Wipe, 1),
    (Kind::Copy, 3),
    (Kind::GoBack, 1),
    (Kind::Claim, 15),
    (Kind::Place, 2),
    (Kind::Publish, 6),
];

impl From<[u8; 6]> for Op {
    fn from([which, room, user, other, node, dice]: [u8; 6]) -> Self {
        let mut left = which;
        let chosen = WEIGHTS.iter().find(|(_, weight)| {
            let is_it = left < *weight;
            left = left.wrapping_sub(*weight);
            is_it
        });
        Self { kind: chosen.map_or(Kind::Pass, |(kind, _)| *kind), room, user, other, node, dice }
    }
}

/// A small generator of numbers (SplitMix64), the same everywhere for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn bytes(&mut self) -> [u8; 6] {
        let [a, b, c, d, e, f, ..] = self.next().to_le_bytes();
        [a, b, c, d, e, f]
    }

    /// Whether something that happens once in `n` times happens.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}
