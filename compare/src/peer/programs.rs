//! Which of the compared servers are installed here. Must not know how they are started, nor what is measured.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum as _;

use super::kind::Kind;

/// Installed programs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Programs {
    found: Vec<(Kind, PathBuf)>,
}

impl Programs {
    /// Searches for all programs; a given path is used as it is.
    pub(crate) fn find(given: &[(Kind, PathBuf)]) -> Self {
        let found = Kind::value_variants().iter().filter_map(|kind| {
            let program = kind.program()?;
            let given = given.iter().find(|(other, _)| other == kind).map(|(_, path)| path.clone());
            Some((*kind, given.or_else(|| program.seek())?))
        });
        Self { found: found.collect() }
    }

    pub(crate) fn of(&self, kind: Kind) -> Option<&Path> {
        self.found.iter().find(|(other, _)| *other == kind).map(|(_, path)| path.as_path())
    }

    /// The servers to measure, and those left out because they are not installed. Named servers must be installed; if
    /// none is named, all installed ones are measured.
    pub(crate) fn choose(&self, named: &[Kind]) -> anyhow::Result<(Vec<Kind>, Vec<Kind>)> {
        let lacks = |kind: &Kind| kind.program().is_some() && self.of(*kind).is_none();
        if named.is_empty() {
            return Ok(Kind::value_variants().iter().copied().partition(|kind| !lacks(kind)));
        }
        if let Some(program) = named.iter().find(|kind| lacks(kind)).and_then(|kind| kind.program()) {
            bail!("--only: {} is not installed → {}", program.name, program.install);
        }
        Ok((named.to_vec(), Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::program::{Package, Program, ROOT};
    use super::*;

    #[test]
    fn missing_servers_are_left_out_unless_requested() {
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
    fn an_explicit_path_takes_precedence() {
        let given = [(Kind::Matchbox, PathBuf::from("elsewhere/matchbox_server"))];
        assert_eq!(Programs::find(&given).of(Kind::Matchbox), Some(Path::new("elsewhere/matchbox_server")));
    }

    #[test]
    fn what_cargo_installs_is_where_it_is_looked_for() {
        let programs = Kind::value_variants().iter().filter_map(|kind| kind.program());
        for Program { package, install, .. } in programs {
            let (begun, name) = match package {
                Package::Cargo(name) => (format!("cargo install --locked --root {ROOT} {name}@"), name),
                Package::Debian(name) => ("apt-get install ".to_owned(), name),
            };
            assert!(install.contains(&begun) && install.contains(name), "{install}");
        }
    }
}
