//! Where a run ran: figures of another machine are other figures. Must not know what was run.

use std::fs;
use std::time::SystemTime;

use serde::Serialize;

/// This machine, and when.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    processor: String,
    processors: usize,
    kernel: String,
    version: &'static str,
    /// Milliseconds since 1970.
    begun: u64,
}

impl Machine {
    /// As the kernel describes it; what it does not tell is left empty.
    pub(crate) fn this() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo")
            .lines()
            .find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()));
        let begun = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
        Self {
            processor: processor.unwrap_or_default(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            begun: u64::try_from(begun).unwrap_or_default(),
        }
    }

    pub(super) fn line(&self) -> String {
        format!("{} × {}, Linux {}, aldis-bench {}", self.processors, self.processor, self.kernel, self.version)
    }
}
