//! The file that says where the node serves, for whoever started it with port 0.

use std::{fs, net::SocketAddr, path::Path};

use anyhow::Context as _;

/// Writes `{"http":"…","admin":"…"}`; whole or not at all, so that a reader never sees half of it.
pub(super) fn write(path: Option<&Path>, http: SocketAddr, admin: SocketAddr) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::json!({ "http": http, "admin": admin }).to_string();
    let beside = path.with_extension("part");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("cannot write the ready file {} → check --ready-file", path.display()))
}

/// The node no longer serves.
pub(super) fn remove(path: Option<&Path>) {
    if let Some(path) = path {
        let _ = fs::remove_file(path); // somebody may have removed it already
    }
}
