//! A single node's ledger across a restart: seats and undelivered entries, stored in a file from the drain to the next
//! start, so that clients resume their sessions.
//!
//! The file is used once: it is deleted before its content is used, so that a crash does not restore old seats.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use actors::{
    bytes::BufferedBytes,
    clock::Clock,
    ledger::{MemoryLedger, Snapshot},
};

use super::settings;
use crate::{config::Config, files::private};

/// A snapshot older than this is useless: every client has joined again, or stopped.
const STALE_AFTER: Duration = Duration::from_secs(120);
/// How far ahead of the clock a snapshot's time may be: a clock that was corrected in between is set back by less.
const AHEAD_MAX: Duration = Duration::from_secs(5);

/// The ledger of this node: restored from the last drain, if that is recent; else empty.
pub(super) fn open(config: &Config, clock: Arc<Clock>, bytes: Arc<BufferedBytes>) -> MemoryLedger {
    let limits = settings::ledger(config);
    let path = path(config);
    match take(&path) {
        Ok(Some(snapshot)) => {
            let (rooms, seats) = (snapshot.rooms(), snapshot.seats());
            tracing::info!(rooms, seats, "restored the sessions of the last run: their clients can resume");
            MemoryLedger::from_snapshot(limits, clock, bytes, snapshot)
        }
        Ok(None) => MemoryLedger::new(limits, clock, bytes),
        Err(why) => {
            tracing::warn!(file = %path.display(), why, "cannot restore the sessions of the last run: clients join again");
            MemoryLedger::new(limits, clock, bytes)
        }
    }
}

/// Saves the drained node's ledger for the next start.
pub(super) fn keep(config: &Config, ledger: &MemoryLedger) {
    let (path, snapshot) = (path(config), ledger.snapshot());
    if snapshot.is_empty() {
        return;
    }
    let written = snapshot
        .to_bytes()
        .map_err(|why| why.to_string())
        .and_then(|bytes| private::write(&path, &bytes).map_err(|why| why.to_string()));
    match written {
        Ok(()) => tracing::info!(seats = snapshot.seats(), "saved the sessions for the next start"),
        Err(why) => tracing::warn!(file = %path.display(), why, "cannot save the sessions: clients join again"),
    }
}

fn path(config: &Config) -> PathBuf {
    config.node.data_dir.join("ledger.snapshot")
}

/// Reads the file and removes it; `None` if there is none.
fn take(path: &Path) -> Result<Option<Snapshot>, String> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(format!("it cannot be read: {why}")),
    };
    let written = fs::metadata(path).and_then(|about| about.modified());
    fs::remove_file(path).map_err(|why| format!("it cannot be removed, so it might be used twice: {why}"))?;
    check_age(written.map_err(|why| format!("its age cannot be told: {why}"))?, SystemTime::now())?;
    Snapshot::from_bytes(&bytes).map(Some).map_err(|why| why.to_string())
}

/// Whether a snapshot of this time is recent enough to be used.
fn check_age(written: SystemTime, now: SystemTime) -> Result<(), String> {
    match now.duration_since(written) {
        Ok(age) if age < STALE_AFTER => Ok(()),
        Ok(age) => Err(format!("it is {} s old, and sessions are kept for {} s", age.as_secs(), STALE_AFTER.as_secs())),
        Err(ahead) if ahead.duration() <= AHEAD_MAX => Ok(()),
        Err(ahead) => Err(format!(
            "its time is {} s ahead of this machine's clock: the clock was set back, so its age cannot be told",
            ahead.duration().as_secs()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_used_once_and_a_damaged_one_is_reported_and_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.snapshot");
        assert!(matches!(take(&path), Ok(None)));
        let bytes = MemoryLedger::default().snapshot().to_bytes().expect("it serialises");
        private::write(&path, &bytes).expect("it is written");
        assert!(matches!(take(&path), Ok(Some(_))));
        assert!(matches!(take(&path), Ok(None)), "it is used once");
        private::write(&path, &bytes[..bytes.len() - 1]).expect("it is written");
        assert!(take(&path).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_snapshot_is_refused_by_its_age_and_one_from_the_future_by_name() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let (second, old) = (Duration::from_secs(1), Duration::from_secs(120));
        for recent in [now, now - old + second, now + second] {
            assert_eq!(check_age(recent, now), Ok(()));
        }
        let stale = check_age(now - old, now).expect_err("it is stale");
        assert_eq!(stale, "it is 120 s old, and sessions are kept for 120 s");
        let future = check_age(now + old, now).expect_err("it is from the future");
        assert!(future.starts_with("its time is 120 s ahead of this machine's clock"), "{future}");
    }
}
