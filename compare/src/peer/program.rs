//! A server installed from a third-party package: its name, its install command, and where it is found. Must not know
//! which servers are compared.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of programs in Rust that are installed for this repository only.
pub(super) const ROOT: &str = "target/peers";

/// A program and its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: Package,
    /// The install command, with the tested version where possible.
    pub(crate) install: &'static str,
}

/// The kind and name of its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Package {
    Cargo(&'static str),
    Debian(&'static str),
}

impl Program {
    /// Searches the repository's folder, or `PATH`.
    pub(super) fn seek(&self) -> Option<PathBuf> {
        match self.package {
            Package::Cargo(_) => first([Path::new(ROOT).join("bin")], self.name),
            Package::Debian(_) => first(env::split_paths(&env::var_os("PATH")?), self.name),
        }
    }
}

fn first(folders: impl IntoIterator<Item = PathBuf>, name: &str) -> Option<PathBuf> {
    folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_that_has_it_wins() {
        let (folder, name) = (env!("CARGO_MANIFEST_DIR"), "Cargo.toml");
        let folders = [PathBuf::from("no-folder"), PathBuf::from(folder)];
        assert_eq!(first(folders.clone(), name), Some(Path::new(folder).join(name)));
        assert_eq!(first(folders, "no-program"), None);
    }
}
