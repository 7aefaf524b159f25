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
    if snapshot.seats() == 0 {
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
    let age = fs::metadata(path).and_then(|about| about.modified()).map(|then| SystemTime::now().duration_since(then));
    fs::remove_file(path).map_err(|why| format!("it cannot be removed, so it might be used twice: {why}"))?;
    if !matches!(age, Ok(Ok(age)) if age < STALE_AFTER) {
        return Err(format!("it is older than {} s", STALE_AFTER.as_secs()));
    }
    Snapshot::from_bytes(&bytes).map(Some).map_err(|why| why.to_string())
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
}
