//! A node's data in one file, and back: database, signing keys, operators' token, configuration.
//!
//! The archive is a tar file that begins with its manifest; `manifest` says what may be in it, `archive` reads and writes
//! it, `create` and `restore` are what operators ask for. Must not know nodes, HTTP, or what the files mean.

mod archive;
mod create;
mod manifest;
mod restore;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use create::{Source, create};
pub use manifest::Manifest;
pub use restore::{is_unfinished, restore};

/// Where a node's data is.
#[derive(Clone, Debug)]
pub struct Place {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The file of the database, in the data directory or elsewhere.
    pub database: PathBuf,
}
