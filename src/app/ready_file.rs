//! The file with the node's real addresses, needed when it was started with port 0.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::Path};

use anyhow::Context as _;

/// Everybody may read it: addresses are no secret, and supervisors run as other users.
const MODE: u32 = 0o644;

/// Writes `{"http":"…","admin":"…"}` atomically: a reader never sees half of it.
pub(super) fn write(path: Option<&Path>, http: SocketAddr, admin: SocketAddr) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::json!({ "http": http, "admin": admin }).to_string();
    let beside = path.with_extension("part");
    let written = fs::write(&beside, text)
        .and_then(|()| fs::set_permissions(&beside, fs::Permissions::from_mode(MODE)))
        .and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("cannot write the ready file {} → check --ready-file", path.display()))
}

/// Removes the file: the node no longer serves.
pub(super) fn remove(path: Option<&Path>) {
    if let Some(path) = path {
        let _ = fs::remove_file(path); // it may have been removed already
    }
}
