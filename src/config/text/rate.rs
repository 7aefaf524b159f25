//! Rates: so many in such a time. Must not know what is counted, nor how.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Text, text_serde};

/// So many in such a time, written `"30/1m"`: all of them may come at once, then they grow back evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many may come at once.
    pub count: NonZeroU32,
    /// The time in which as many grow back. Never zero.
    pub per: Duration,
}

impl Rate {
    /// So many in so many minutes.
    #[must_use]
    pub(crate) const fn per_minutes(count: u32, minutes: u64) -> Self {
        Self { count: super::times(count), per: Duration::from_secs(60 * minutes) }
    }

    /// The time in which one grows back.
    #[must_use]
    pub fn every(self) -> Duration {
        self.per / self.count.get()
    }
}

impl Text for Rate {
    const FORM: &'static str = "a count and a time, such as \"30/1m\"";

    fn read(text: &str) -> Result<Self, String> {
        let (count, per) = text.split_once('/').ok_or_else(|| "no time".to_owned())?;
        let count = count.trim();
        let count = count.parse().map_err(|_| format!("`{count}` is no count from 1 to {}", u32::MAX))?;
        let per = Duration::read(per.trim()).map_err(|why| format!("the time: {why}"))?;
        let rate = Self { count, per };
        if rate.every().is_zero() { Err("the time is zero".to_owned()) } else { Ok(rate) }
    }

    fn write(&self) -> String {
        format!("{}/{}", self.count, self.per.write())
    }
}

text_serde!(Rate);
