//! Memory (`smaps_rollup`) and CPU time (`stat`) of a process, see proc(5). Must not know whose process it is.

use std::fs;
use std::iter::Sum;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// A process on this machine.
#[derive(Debug, Clone)]
pub struct Process {
    folder: PathBuf,
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// All pages that are present.
    pub rss: u64,
    /// The same, pages shared with others counted in parts.
    pub pss: u64,
    /// Anonymous pages: heap and stacks.
    pub anonymous: u64,
}

impl Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self { rss: 0, pss: 0, anonymous: 0 }, |sum, one| Self {
            rss: sum.rss + one.rss,
            pss: sum.pss + one.pss,
            anonymous: sum.anonymous + one.anonymous,
        })
    }
}

impl Process {
    /// The process with this number.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        ensure!(folder.is_dir(), "there is no process {pid} on this machine → check --pid");
        Ok(Self { folder })
    }

    /// The generator itself.
    pub(crate) fn own() -> Self {
        Self { folder: PathBuf::from("/proc/self") }
    }

    /// Its memory, exactly.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub fn memory(&self) -> anyhow::Result<Memory> {
        memory(&self.read("smaps_rollup")?)
    }

    /// Anonymous memory in bytes, from the kernel's counters: it costs the process nothing, for use during
    /// measurements. `memory` walks all its pages under a lock, and is exact.
    pub(crate) fn anonymous(&self) -> anyhow::Result<u64> {
        kib(&self.read("status")?, "RssAnon").context("status has no RssAnon")
    }

    /// The most bytes that were present at once (the high-water mark of its resident set).
    pub(crate) fn peak(&self) -> anyhow::Result<u64> {
        kib(&self.read("status")?, "VmHWM").context("status has no VmHWM")
    }

    /// User and system time of all threads, living and ended.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let ticks = ticks(&self.read("stat")?)?;
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        Ok(Duration::from_millis(ticks.saturating_mul(1_000) / per_second))
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        let path = self.folder.join(file);
        fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}: is the process gone, or another user's?", path.display()))
    }
}

fn memory(rollup: &str) -> anyhow::Result<Memory> {
    let of = |name: &str| kib(rollup, name).with_context(|| format!("smaps_rollup has no {name}"));
    Ok(Memory { rss: of("Rss")?, pss: of("Pss")?, anonymous: of("Anonymous")? })
}

/// A line such as `Rss:   12 kB`, in bytes.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1_024)
}

/// `utime` + `stime`. The command's name is in parentheses and may contain anything, parentheses and blanks too.
fn ticks(stat: &str) -> anyhow::Result<u64> {
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_ascii_whitespace());
    let numbers = fields.map(|fields| fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()));
    let numbers: Vec<u64> = numbers.into_iter().flatten().collect();
    ensure!(numbers.len() == 2, "stat has no utime and stime");
    Ok(numbers.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_rollup() {
        let rollup = "55-7f ---p 00000000 00:00 0  [rollup]\nRss:                1000 kB\nPss:                 900 kB\nPss_Dirty: 5 kB\nAnonymous:           800 kB\n";
        let expected = Memory { rss: 1_024_000, pss: 921_600, anonymous: 819_200 };
        assert_eq!(memory(rollup).expect("all there"), expected);
        assert!(memory("Rss: 1 kB\n").is_err());
    }

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0 1 2 3";
        assert_eq!(ticks(stat).expect("both there"), 300);
        assert!(ticks("7 (a) S 1").is_err());
    }

    #[test]
    fn the_kernel_of_this_machine_answers() {
        let own = Process::own();
        assert!(own.memory().expect("our own memory").rss > 0);
        assert!(own.cpu().is_ok());
    }
}
