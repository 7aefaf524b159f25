//! Sizes in bytes, written with a unit. Must not know what they limit.

use bytesize::ByteSize;

use super::{Text, text_serde};

/// A number of bytes, written with its unit: `"64KiB"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(usize);

const UNITS: [(&str, usize); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl Size {
    /// A size in KiB (1 024 bytes).
    #[must_use]
    pub const fn kib(n: usize) -> Self {
        Self(n * 1024)
    }

    /// The size in bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.0
    }
}

impl Text for Size {
    const FORM: &'static str = "a size with its unit, such as \"64KiB\" or \"1MiB\"";
    const PATTERN: &'static str = r"^[0-9]*\.?[0-9]*\s*([KkMmGgTtPpEe][Ii]?[Bb]?|[Bb])$";

    fn read(text: &str) -> Result<Self, String> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && !text.is_empty() {
            return Err("no unit".to_owned());
        }
        let size: ByteSize = text.parse().map_err(|_| "not a size".to_owned())?;
        usize::try_from(size.as_u64()).map(Self).map_err(|_| "more than this machine can address".to_owned())
    }

    fn write(&self) -> String {
        UNITS
            .iter()
            .find(|(_, bytes)| self.0 != 0 && self.0.is_multiple_of(*bytes))
            .map_or_else(|| format!("{}B", self.0), |(unit, bytes)| format!("{}{unit}", self.0 / bytes))
    }
}

text_serde!(Size);
