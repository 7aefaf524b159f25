//! The servers that come as programs of somebody else's packages: what each is called, the command that installs it,
//! and where it is found. Must not know how they are started, nor what is measured.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum as _;

use super::kind::Kind;

/// Where `cargo install --root target/peers` puts them.
const FOLDER: &str = "target/peers/bin";

/// A program, and the package that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The command, with the version that was tried.
    pub(crate) install: &'static str,
}

/// Those that are here.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programs {
    found: Vec<(Kind, PathBuf)>,
}

impl Programs {
    /// Looks for all of them: where a path was given, there; else where they are installed for this repository, else
    /// where the shell looks.
    pub(crate) fn find(given: &[(Kind, PathBuf)]) -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<_> = [PathBuf::from(FOLDER)].into_iter().chain(env::split_paths(&path)).collect();
        let found = Kind::value_variants().iter().filter_map(|kind| {
            let name = kind.program()?.name;
            let given = given.iter().find(|(other, _)| other == kind).map(|(_, path)| path.clone());
            Some((*kind, given.or_else(|| first(&folders, name))?))
        });
        Self { found: found.collect() }
    }

    pub(crate) fn of(&self, kind: Kind) -> Option<&Path> {
        self.found.iter().find(|(other, _)| *other == kind).map(|(_, path)| path.as_path())
    }

    /// Those that shall be measured, and those that are left out because they are not installed. Who is named must be
    /// there; when nobody is named, it is everybody who is.
    pub(crate) fn choose(&self, named: &[Kind]) -> anyhow::Result<(Vec<Kind>, Vec<Kind>)> {
        let lacks = |kind: &Kind| kind.program().is_some() && self.of(*kind).is_none();
        if named.is_empty() {
            return Ok(Kind::value_variants().iter().copied().partition(|kind| !lacks(kind)));
        }
        for kind in named.iter().filter(|kind| lacks(kind)) {
            let Some(Program { name, install }) = kind.program() else { continue };
            bail!("--only: {name} is neither in {FOLDER} nor in PATH → {install}");
        }
        Ok((named.to_vec(), Vec::new()))
    }
}

fn first(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_installed_is_left_out_unless_named() {
        let here = Programs { found: vec![(Kind::Matchbox, PathBuf::from("matchbox_server"))] };
        let (chosen, left_out) = here.choose(&[]).expect("a choice");
        assert!(chosen.contains(&Kind::Matchbox) && chosen.contains(&Kind::Echo), "{chosen:?}");
        assert!(left_out.contains(&Kind::Spreed) && !chosen.contains(&Kind::Spreed), "{left_out:?}");
        let named = here.choose(&[Kind::Echo, Kind::Matchbox]).expect("both are here");
        assert_eq!(named, (vec![Kind::Echo, Kind::Matchbox], Vec::new()));
        let refused = here.choose(&[Kind::Spreed]).expect_err("it is not here").to_string();
        assert!(refused.ends_with("→ apt-get install --no-install-recommends nextcloud-spreed-signaling"), "{refused}");
    }

    #[test]
    fn a_path_that_is_given_comes_before_every_folder() {
        let given = [(Kind::Matchbox, PathBuf::from("elsewhere/matchbox_server"))];
        assert_eq!(Programs::find(&given).of(Kind::Matchbox), Some(Path::new("elsewhere/matchbox_server")));
        let (folder, name) = (env!("CARGO_MANIFEST_DIR"), "Cargo.toml");
        let folders = [PathBuf::from("no-folder"), PathBuf::from(folder)];
        assert_eq!(first(&folders, name), Some(Path::new(folder).join(name)));
        assert_eq!(first(&folders, "no-program"), None);
    }
}
