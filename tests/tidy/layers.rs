//! The layers of each crate as a table, lowest first: a lower layer never imports a higher one, and the parts of one layer do
//! not import each other. Must not know how imports are found.

use super::imports::Imports;

/// The layers of one crate.
#[derive(Clone, Copy)]
pub(crate) struct Layers {
    /// The folder of its sources.
    pub folder: &'static str,
    /// The parts of each layer, as modules of the crate: `http` is `http.rs` and all below `http/`. Lowest layer first.
    pub layers: &'static [&'static [&'static str]],
}

pub(crate) const LAYERS: &[Layers] = &[
    Layers {
        folder: "actors/src",
        layers: &[
            &["executor"],
            &["bytes", "clock", "settings"],
            &["ports"],
            &["metrics"],
            &["in_flight", "ledger"],
            &["messages"],
            &["room", "socket", "user"],
            &["node"],
        ],
    },
    Layers {
        folder: "src",
        layers: &[
            &["files", "net"],
            &["config"],
            &["telemetry"],
            &["ice", "ledger", "live", "load", "mail", "media", "storage"],
            &["auth", "changes", "history"],
            &["rooms", "webhooks"],
            &["accounts"],
            &["backup", "http"],
            &["ws"],
            &["app"],
            &["cli"],
            &["main"],
        ],
    },
    Layers {
        folder: "client/src",
        layers: &[&["limits"], &["messages", "wire"], &["connection", "reconnect", "session"]],
    },
    Layers {
        folder: "benches/src",
        layers: &[
            &["clock", "limits", "ramp", "show", "wakeful"],
            &["latency"],
            &["oracle"],
            &["tally"],
            &["member", "node"],
            &["attacker", "crowd", "newcomers", "pace", "report"],
            &["options"],
            &["scenario"],
            &["cli"],
            &["bin"],
        ],
    },
];

/// A file's forbidden imports, and files that belong to no layer. The crate's own file, `lib.rs`, is above all.
pub(crate) fn broken(layers: Layers, imports: &Imports) -> Vec<String> {
    let mut found = Vec::new();
    for (file, imported) in imports.iter().filter(|(file, _)| !is_crate(layers, file)) {
        let Some((height, part)) = layers.of(file) else {
            found.push(format!(
                "{file}:1: belongs to no layer of {}. Nobody can tell who may import it: add its module to the table in tests/tidy/layers.rs.",
                layers.folder
            ));
            continue;
        };
        let wrong = imported.iter().filter_map(|other| Some((other, layers.of(other)?)));
        let wrong = wrong.filter(|(_, (above, other))| *above > height || (*above == height && *other != part));
        found.extend(wrong.map(|(other, (_, of))| {
            format!(
                "{file}:1: imports {other}, but `{part}` is not above `{of}`. A lower layer never imports a higher one, nor one beside it: move the item down, or hand its value over from above."
            )
        }));
    }
    found
}

fn is_crate(layers: Layers, file: &str) -> bool {
    file.strip_prefix(layers.folder) == Some("/lib.rs")
}

impl Layers {
    /// The layers as documents state them.
    pub(crate) fn sentence(self) -> String {
        self.layers.iter().map(|parts| parts.join(", ")).collect::<Vec<_>>().join(" < ")
    }

    /// The layer of `file`, counted from the lowest, and its part there.
    fn of(self, file: &str) -> Option<(usize, &'static str)> {
        let inside = file.strip_prefix(self.folder)?.strip_prefix('/')?;
        let is_in =
            |part: &&&str| inside.strip_prefix(**part).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
        self.layers.iter().enumerate().find_map(|(height, parts)| Some((height, *parts.iter().find(is_in)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIP: Layers = Layers { folder: "src", layers: &[&["hull"], &["deck", "mast"], &["lamp"]] };

    fn found(imports: &[(&str, &str)]) -> Vec<String> {
        let mut graph = Imports::new();
        for (from, to) in imports {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        broken(SHIP, &graph)
    }

    #[test]
    fn imports_downwards_or_within_a_part_are_allowed() {
        let imports =
            [("src/lamp.rs", "src/hull/keel.rs"), ("src/deck.rs", "src/deck/plank.rs"), ("src/lib.rs", "src/lamp.rs")];
        assert_eq!(found(&imports), [""; 0]);
    }

    #[test]
    fn imports_upwards_or_sideways_are_found() {
        let up = found(&[("src/hull/keel.rs", "src/lamp.rs")]);
        assert!(up.len() == 1 && up[0].starts_with("src/hull/keel.rs:1: imports src/lamp.rs"), "{up:?}");
        assert_eq!(found(&[("src/deck.rs", "src/mast.rs")]).len(), 1);
    }

    #[test]
    fn a_file_outside_all_layers_is_found() {
        let outside = found(&[("src/lamps.rs", "src/hull.rs")]);
        assert!(outside.len() == 1 && outside[0].starts_with("src/lamps.rs:1: belongs to no layer"), "{outside:?}");
    }
}
