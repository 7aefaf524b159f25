//! When a delivery that failed is tried again. Pure.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_secs(1);
/// The longest one.
const MAX: Duration = Duration::from_secs(60 * 60);

/// The pause after so many attempts in vain: from half of it to all of it, as `draw` says, which is between 0 and 1.
pub(super) fn pause(attempts: u32, draw: f64) -> Duration {
    let whole = FIRST.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX)).min(MAX);
    whole / 2 + (whole / 2).mul_f64(draw.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_second_to_an_hour_and_are_spread() {
        let whole: Vec<_> = [0, 1, 2, 3, 12, 13, 40, u32::MAX].map(|attempts| pause(attempts, 1.0).as_secs()).into();
        assert_eq!(whole, [1, 1, 2, 4, 2_048, 3_600, 3_600, 3_600]);
        assert_eq!(pause(3, 0.0), Duration::from_secs(2));
        assert_eq!(pause(3, 0.5), Duration::from_secs(3));
    }
}
