//! The machine of a run: figures of different machines cannot be compared. Must not know what was run.

use std::fs;
use std::time::SystemTime;

use serde::Serialize;

/// This machine, and when.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    processor: String,
    processors: usize,
    kernel: String,
    version: &'static str,
    /// Milliseconds since 1970.
    begun: u64,
}

impl Machine {
    /// As the kernel describes it; what it does not tell is left empty.
    #[must_use]
    pub fn this() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let known = read("/proc/cpuinfo");
        let of = |name: &str| {
            let lines = known.lines().filter_map(|line| line.split_once(':')).filter(|(key, _)| key.trim() == name);
            lines.map(|(_, value)| value.trim().to_owned()).collect::<Vec<_>>()
        };
        let begun = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        Self {
            processor: of("model name").into_iter().next().unwrap_or_default(),
            processors: of("processor").len(), // all of them, wherever this process may run
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            begun: u64::try_from(begun).unwrap_or_default(),
        }
    }

    /// In one line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} × {}, Linux {}, aldis-bench {}", self.processors, self.processor, self.kernel, self.version)
    }
}
