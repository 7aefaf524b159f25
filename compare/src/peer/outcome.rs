//! The results of all rounds: medians, spreads, errors, and the environment. Must not know how they are shown.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use tokio::process::Command;

use super::host::Place;
use super::kind::Kind;
use super::program::Package;
use super::work::{Figures, Size};
use benches::report::Machine;

/// All results.
#[derive(Debug, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) setting: Setting,
    pub(crate) servers: Vec<Server>,
}

/// The environment of the run.
#[derive(Debug, Serialize)]
pub(crate) struct Setting {
    pub(crate) machine: Machine,
    pub(crate) size: Size,
    /// The day, in UTC.
    pub(crate) day: String,
    /// The command line's arguments, without paths of this machine.
    pub(crate) node: Option<String>,
    versions: Vec<String>,
    /// Servers that are not installed here.
    pub(crate) left_out: Vec<Kind>,
}

/// One server's results by round.
#[derive(Debug, Serialize)]
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) version: String,
    pub(crate) rounds: Vec<Figures>,
    pub(crate) troubles: Vec<String>,
}

/// One number of a round.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) of: fn(&Figures) -> f64,
    /// Whether more is better.
    pub(crate) is_rate: bool,
}

/// The compared measures, in the order of the table.
pub(crate) const MEASURES: [Measure; 6] = [
    Measure { title: "CPU per message, 1 in flight", unit: "µs", of: |figures| figures.one.cpu_us, is_rate: false },
    Measure { title: "CPU per message, 16 in flight", unit: "µs", of: |figures| figures.many.cpu_us, is_rate: false },
    Measure { title: "p50", unit: "µs", of: |figures| figures.open.p50_us, is_rate: false },
    Measure { title: "p99", unit: "µs", of: |figures| figures.open.p99_us, is_rate: false },
    Measure {
        title: "Memory per idle connection",
        unit: "B",
        of: |figures| figures.bytes_per_connection,
        is_rate: false,
    },
    Measure {
        title: "Handshakes per second and core",
        unit: "/s",
        of: |figures| 1e6 / figures.handshake_cpu_us,
        is_rate: true,
    },
];

/// The smallest, the middle, the largest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Outcomes {
    pub(crate) fn new(kinds: &[Kind], mut setting: Setting) -> Self {
        let versions = std::mem::take(&mut setting.versions);
        let server = |(kind, version): (&Kind, String)| Server {
            kind: *kind,
            version,
            rounds: Vec::new(),
            troubles: Vec::new(),
        };
        Self { setting, servers: kinds.iter().zip(versions).map(server).collect() }
    }

    pub(crate) fn add(&mut self, kind: Kind, round: anyhow::Result<Figures>) {
        for server in self.servers.iter_mut().filter(|server| server.kind == kind) {
            match &round {
                Ok(figures) => server.rounds.push(*figures),
                Err(error) => server.troubles.push(format!("{}: {error:#}", kind.name())),
            }
        }
    }

    pub(crate) fn troubles(&self) -> impl Iterator<Item = &String> {
        self.servers.iter().flat_map(|server| &server.troubles)
    }

    /// The baseline's results, if it was measured.
    pub(crate) fn floor(&self, of: fn(&Figures) -> f64) -> Option<f64> {
        let floor = self.servers.iter().find(|server| server.kind == Kind::Echo)?;
        Some(floor.spread(of)?.median)
    }
}

impl Server {
    pub(crate) fn spread(&self, of: fn(&Figures) -> f64) -> Option<Spread> {
        let mut values: Vec<f64> = self.rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 { values[middle] } else { values[middle - 1].midpoint(values[middle]) };
        Some(Spread { least, median, most })
    }
}

impl Setting {
    /// Determines the versions of all servers.
    pub(crate) async fn find(
        (kinds, left_out): (&[Kind], &[Kind]),
        place: &Place,
        (machine, size): (Machine, Size),
    ) -> anyhow::Result<Self> {
        let is_node = kinds.iter().any(|kind| kind.node_server().is_some());
        let node = if is_node { Some(said(Command::new("node").arg("--version")).await?) } else { None };
        let mut versions = Vec::new();
        for kind in kinds {
            versions.push(version(*kind, place).await?);
        }
        let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        Ok(Self { machine, size, day, node, versions, left_out: left_out.to_vec() })
    }
}

/// What was measured, and its version.
pub(crate) async fn version(kind: Kind, place: &Place) -> anyhow::Result<String> {
    if let Some(program) = kind.program() {
        return match program.package {
            Package::Cargo(name) => Ok(installed(place.programs.of(kind), name)),
            Package::Debian(name) => packaged(name).await,
        };
    }
    match kind.node_server() {
        Some(server) => module(&place.peers.join(server.folder(place.which.cluster().is_some())), server.package),
        None if kind == Kind::Aldis => said(Command::new(place.which.program()?).arg("--version")).await,
        None => Ok(concat!("aldis-compare ", env!("CARGO_PKG_VERSION")).to_owned()),
    }
}

/// The version of the package that a Node server's folder has installed.
fn module(folder: &Path, package: &str) -> anyhow::Result<String> {
    #[derive(serde::Deserialize)]
    struct Module {
        version: String,
    }
    let file = folder.join("node_modules").join(package).join("package.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let Module { version } = serde_json::from_str(&text)?;
    Ok(format!("{package} {version}"))
}

/// The version recorded by `cargo install`, because not every program prints its own.
fn installed(program: Option<&Path>, name: &str) -> String {
    let notes = program.and_then(Path::parent).and_then(Path::parent).map(|root| root.join(".crates.toml"));
    let notes = notes.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    format!("{name} {}", noted(&notes, name).unwrap_or("of an unknown version"))
}

/// The version in such notes: `"NAME VERSION (SOURCE)" = [PROGRAMS]`, a package a line.
fn noted<'a>(notes: &'a str, name: &str) -> Option<&'a str> {
    notes.lines().find_map(|line| line.strip_prefix('"')?.strip_prefix(name)?.strip_prefix(' ')?.split(' ').next())
}

/// The version of the Debian package; unknown elsewhere.
async fn packaged(package: &str) -> anyhow::Result<String> {
    let asked = Command::new("dpkg-query").args(["--show", "--showformat=${Version}", package]).output().await;
    let version = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    Ok(format!("{package} {}", if version.is_empty() { "of an unknown version" } else { &version }))
}

async fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().await.context("cannot ask for a version: the program is missing")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::super::work::{Closed, Open};
    use super::*;

    /// Figures that all grow with a number.
    pub(crate) fn figures(x: f64) -> Figures {
        let closed = Closed { cpu_us: x, per_second: 1e6 / x, cpu_percent: 90.0 };
        let open = Open { p50_us: 10.0 * x, p99_us: 20.0 * x, lag_p99_us: 3.0, per_second: 10_000.0 };
        Figures { one: closed, many: closed, open, bytes_per_connection: 1_000.0 * x, handshake_cpu_us: 10.0 * x }
    }

    pub(crate) fn outcomes() -> Outcomes {
        let second = Duration::from_secs(1);
        let size = Size {
            pairs: 5,
            rate: 100.0,
            connections: 50,
            payload: 255,
            ramp: 10,
            warm: second,
            span: second,
            rest: second,
        };
        let (machine, day) = (Machine::this(), "2026-01-02".to_owned());
        let versions = vec!["aldis-compare 1".to_owned(), "aldis 1".to_owned()];
        let kinds = [Kind::Echo, Kind::Aldis];
        let mut outcomes =
            Outcomes::new(&kinds, Setting { machine, size, day, node: None, versions, left_out: vec![Kind::Matchbox] });
        for x in [2.0, 9.0, 4.0] {
            outcomes.add(Kind::Echo, Ok(figures(x)));
        }
        outcomes.add(Kind::Aldis, Ok(figures(6.0)));
        outcomes.add(Kind::Aldis, Ok(figures(10.0)));
        outcomes.add(Kind::Aldis, Err(anyhow::anyhow!("caller 3 got message 8 instead of 7")));
        outcomes
    }

    #[test]
    fn a_version_is_found_in_what_cargo_noted() {
        let notes = "[v1]\n\"matchbox 0.1.0 (x)\" = []\n\"matchbox_server 0.15.0 (registry+https://…)\" = [\"matchbox_server\"]\n";
        assert_eq!(noted(notes, "matchbox_server"), Some("0.15.0"));
        assert_eq!((noted(notes, "matchbox"), noted(notes, "sockudo")), (Some("0.1.0"), None));
    }

    #[test]
    fn the_median_is_between_minimum_and_maximum() {
        let outcomes = outcomes();
        let of: fn(&Figures) -> f64 = |figures| figures.one.cpu_us;
        let spreads: Vec<_> = outcomes.servers.iter().map(|server| server.spread(of)).collect();
        assert_eq!(spreads[0], Some(Spread { least: 2.0, median: 4.0, most: 9.0 }));
        assert_eq!(spreads[1], Some(Spread { least: 6.0, median: 8.0, most: 10.0 }));
        assert_eq!((outcomes.floor(of), outcomes.troubles().count()), (Some(4.0), 1));
    }
}
