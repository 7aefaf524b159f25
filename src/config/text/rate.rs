//! Rates: a count per period. Must not know what is counted, nor how.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Text, text_serde};

/// A count per period, written `"30/1m"`: the burst size, which refills evenly over the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The size of a burst.
    pub count: NonZeroU32,
    /// The period in which a whole burst refills. Never zero.
    pub per: Duration,
}

impl Rate {
    /// A count per number of minutes.
    #[must_use]
    pub(crate) const fn per_minutes(count: u32, minutes: u64) -> Self {
        Self { count: super::times(count), per: Duration::from_secs(60 * minutes) }
    }

    /// The time in which one refills.
    #[must_use]
    pub fn every(self) -> Duration {
        self.per / self.count.get()
    }
}

impl Text for Rate {
    const FORM: &'static str = "a count and a time, such as \"30/1m\"";
    const PATTERN: &'static str = r"^\s*\+?0*[1-9][0-9]*\s*/\s*[0-9].*[a-zµ]\s*$";

    fn read(text: &str) -> Result<Self, String> {
        let (count, per) = text.split_once('/').ok_or_else(|| "no time".to_owned())?;
        let count = count.trim();
        let count = count.parse().map_err(|_| format!("`{count}` is not a number from 1 to {}", u32::MAX))?;
        let per = Duration::read(per.trim()).map_err(|why| format!("the time: {why}"))?;
        let rate = Self { count, per };
        if rate.every().is_zero() { Err("the time is zero".to_owned()) } else { Ok(rate) }
    }

    fn write(&self) -> String {
        format!("{}/{}", self.count, self.per.write())
    }
}

text_serde!(Rate);
