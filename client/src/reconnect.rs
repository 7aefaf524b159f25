//! How a client reconnects: back-off, and the hello that resumes. Must not know why the connection was lost.

use std::time::Duration;

use aldis_protocol::client::Seq;
use tokio::time::timeout;

use crate::limits::OPEN_WITHIN;
use crate::messages;
use crate::wire::{self, Reader, Upgrade, Way, WriteHalf};

/// The back-off of reconnects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Reconnect {
    /// At once; when that fails, with pauses as below
    Immediate,
    /// As the web client does: each pause anywhere below a ceiling that doubles
    Jittered,
}

/// The web client's first ceiling, and its last while a seat is kept.
const FIRST: Duration = Duration::from_millis(300);
/// See [`FIRST`].
const CEILING: Duration = Duration::from_secs(1);

impl Reconnect {
    /// The pause before this attempt, of which 0 is the first; `seed` is the member's own.
    #[must_use]
    pub fn pause(self, attempt: u32, seed: u64) -> Duration {
        let ceiling = CEILING.min(FIRST * (1 << attempt.min(4)));
        match (self, attempt) {
            (Self::Immediate, 0) => Duration::ZERO,
            (Self::Immediate | Self::Jittered, _) => ceiling.mul_f64(fraction(seed ^ u64::from(attempt))),
        }
    }
}

/// A number in 0 … 1, the same for the same seed (splitmix64).
fn fraction(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    f64::from(u32::try_from((mixed ^ (mixed >> 27)) >> 33).unwrap_or(0)) / f64::from(1_u32 << 31)
}

/// Connects and asks to resume the session of this resume token, of which everything up to this number was received; the
/// reader receives the node's answer.
///
/// # Errors
///
/// The node cannot be reached, refuses the upgrade, or does not answer it within [`OPEN_WITHIN`].
pub async fn resume(way: Way, token: &str, stay: (&str, Seq)) -> anyhow::Result<(Reader, WriteHalf)> {
    let mut opened = timeout(OPEN_WITHIN, wire::open(way, &Upgrade::aldis_resume())).await??;
    let mut hello = String::new();
    messages::hello_again(&mut hello, token, stay);
    opened.send(&hello).await?;
    let (read, write) = opened.stream.into_split();
    Ok((Reader::new(read, opened.early), write))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_below_a_ceiling_that_doubles_and_differ_from_member_to_member() {
        for (attempt, ceiling) in [(0, 300), (1, 600), (2, 1_000), (9, 1_000)] {
            let pauses: Vec<_> = (0..50).map(|seed| Reconnect::Jittered.pause(attempt, seed)).collect();
            assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(ceiling)));
            let (least, most) = (pauses.iter().min(), pauses.iter().max());
            assert!(most.zip(least).is_some_and(|(most, least)| *most > *least * 2), "{least:?} to {most:?}");
        }
        assert_eq!(Reconnect::Immediate.pause(0, 7), Duration::ZERO);
        assert_eq!(Reconnect::Immediate.pause(1, 7), Reconnect::Jittered.pause(1, 7));
    }
}
