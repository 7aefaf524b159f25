//! A server that comes as a program of somebody else's package: its name, the command that installs it, and where it is
//! found. Must not know which servers are compared.

use std::env;
use std::path::{Path, PathBuf};

/// Below the repository's root, where programs in Rust are installed for it alone.
pub(super) const ROOT: &str = "target/peers";

/// A program, and the package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: Package,
    /// The command that installs it, in the version that was tried where one can be named.
    pub(crate) install: &'static str,
}

/// Who packages it, and what its package is called there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Package {
    Cargo(&'static str),
    Debian(&'static str),
}

impl Program {
    /// Where it is installed for this repository, or where the shell looks.
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
