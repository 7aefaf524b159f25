//! The import graph of a crate, file by file. A path is followed through re-exports to the file that defines the item.
//! Tests are left out, and so are paths inside string literals (`#[serde(with = "…")]`). Must not know which imports are wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::page::Page;

/// The sources of one crate.
#[derive(Clone, Copy)]
pub(crate) struct Root {
    /// Their folder: `src`.
    pub folder: &'static str,
    /// The name by which its binaries import it: `aldis`.
    pub name: &'static str,
}

/// Each file, and the files it imports from.
pub(crate) type Imports = BTreeMap<String, BTreeSet<String>>;

/// A module's path from the root of its crate: `["ws", "http1"]`; empty for the crate itself.
type Module = Vec<String>;

/// One name that a `use` imports.
struct Used {
    name: String,
    path: Vec<String>,
    /// Whether others may import the name from here.
    is_public: bool,
}

/// One file, taken apart.
struct Source {
    file: String,
    module: Module,
    used: Vec<Used>,
    /// Paths outside of `use`: `super::text::Size`.
    paths: Vec<Vec<String>>,
}

/// The crates whose imports are checked.
pub(crate) const ROOTS: &[Root] = &[
    Root { folder: "actors/src", name: "actors" },
    Root { folder: "src", name: "aldis" },
    Root { folder: "api/src", name: "aldis_api" },
    Root { folder: "client/src", name: "client" },
    Root { folder: "benches/src", name: "benches" },
    Root { folder: "compare/src", name: "compare" },
    Root { folder: "media/server/src", name: "media_server" },
    Root { folder: "media/src", name: "aldis_media" },
];

/// The imports between the files of `root`. A re-export is no import: importing a re-exported name counts as importing
/// from the file that defines it.
pub(crate) fn imports(root: Root, pages: &[Page]) -> Imports {
    let of_root =
        pages.iter().filter(|page| page.path.starts_with(&format!("{}/", root.folder)) && page.tests_from > 0);
    let sources: Vec<_> = of_root.map(|page| Source::of(root, page)).collect();
    let modules = sources.iter().map(|source| (source.module.clone(), source)).collect();
    let crate_ = Crate { root, modules };
    sources.iter().map(|source| (source.file.clone(), crate_.imported_by(source))).collect()
}

/// A name is re-exported through fewer files than this; it also ends the search in code that does not compile.
const RE_EXPORTS_MAX: usize = 8;

struct Crate<'a> {
    root: Root,
    modules: BTreeMap<Module, &'a Source>,
}

impl Crate<'_> {
    fn imported_by(&self, source: &Source) -> BTreeSet<String> {
        let is_child = |file: &String| file.starts_with(&format!("{}/", source.file.trim_end_matches(".rs")));
        let used = source.used.iter().filter_map(|used| {
            let file = self.defines(self.absolute(source, &used.path)?)?;
            (!used.is_public || !is_child(&file)).then_some(file)
        });
        let paths = source.paths.iter().filter_map(|path| self.defines(self.absolute(source, path)?));
        used.chain(paths).filter(|file| *file != source.file).collect()
    }

    /// `path`, written in `source`, from the crate's root; `None` for another crate's.
    fn absolute(&self, source: &Source, path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let module = &source.module;
        let start = match first.as_str() {
            "crate" => Vec::new(),
            name if name == self.root.name => Vec::new(),
            "self" => module.clone(),
            "super" => {
                let supers = path.iter().take_while(|part| *part == "super").count();
                let up = module.len().checked_sub(supers)?;
                return Some([&module[..up], &path[supers..]].concat());
            }
            name => {
                let child = [module.as_slice(), &[name.to_owned()]].concat();
                if self.modules.contains_key(&child) {
                    child
                } else {
                    let used = source.used.iter().find(|used| used.name == name && used.path[0] != name)?;
                    self.absolute(source, &used.path)?
                }
            }
        };
        Some([start.as_slice(), rest].concat())
    }

    /// The file that defines what `path` (from the root) names: the deepest module on it, or where that re-exports it from.
    fn defines(&self, path: Module) -> Option<String> {
        let mut path = path;
        for _ in 0..RE_EXPORTS_MAX {
            let depth = (0..=path.len()).rev().find(|depth| self.modules.contains_key(&path[..*depth]))?;
            let source = self.modules[&path[..depth]];
            let used =
                path.get(depth).and_then(|item| source.used.iter().find(|used| used.is_public && used.name == *item));
            let Some(target) = used.and_then(|used| self.absolute(source, &used.path)) else {
                return Some(source.file.clone());
            };
            path = [target.as_slice(), &path[depth + 1..]].concat();
        }
        None
    }
}

impl Source {
    fn of(root: Root, page: &Page) -> Self {
        let code = page.code[..page.tests_from].join("\n");
        let inside = page.path[root.folder.len() + 1..].trim_end_matches(".rs");
        let module = if inside == "lib" { Vec::new() } else { inside.split('/').map(str::to_owned).collect() };
        let (uses, rest) = split_uses(&code);
        let used = uses.iter().flat_map(|(is_public, tree)| {
            let leaves = leaves(tree, &[]).into_iter();
            leaves.map(|(path, name)| Used { name, path, is_public: *is_public })
        });
        Self { file: page.path.clone(), module, used: used.collect(), paths: paths(&rest) }
    }
}

/// The `use` declarations of `code` (whether public, and the tree), and the code without them.
fn split_uses(code: &str) -> (Vec<(bool, String)>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    for statement in code.split_inclusive([';', '{', '}']) {
        // A tree has braces of its own: it was cut there, and goes on until its semicolon.
        let open = uses.last_mut().filter(|(_, tree): &&mut (bool, String)| !tree.ends_with(';'));
        if let Some((_, tree)) = open {
            tree.push_str(statement);
        } else if let Some((before, tree)) = cut_use(statement) {
            rest.push_str(before);
            uses.push((before.trim_end().ends_with("pub") || before.trim_end().ends_with(')'), tree.to_owned()));
        } else {
            rest.push_str(statement);
        }
    }
    (uses, rest)
}

/// A statement that is a `use`, as what is before the word and what is after it.
fn cut_use(statement: &str) -> Option<(&str, &str)> {
    let at = statement.match_indices("use ").map(|(at, _)| at).find(|at| {
        let before = statement[..*at].trim_end();
        let starts = before.is_empty() || before.ends_with("pub") || before.ends_with([')', ']']);
        starts && (*at == 0 || statement[..*at].ends_with(char::is_whitespace))
    })?;
    Some((&statement[..at], &statement[at + 4..]))
}

/// Every path of a `use` tree with the name it imports.
fn leaves(tree: &str, prefix: &[String]) -> Vec<(Vec<String>, String)> {
    let parts = |path: &str| {
        path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect::<Vec<_>>()
    };
    let tree = tree.trim().trim_end_matches(';').trim();
    if let Some((before, inside)) = tree.split_once('{') {
        let prefix = [prefix, &parts(before)].concat();
        let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
        return split_top(inside).into_iter().flat_map(|branch| leaves(branch, &prefix)).collect();
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let mut path = [prefix, &parts(path)].concat();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let Some(last) = path.last().cloned() else { return Vec::new() };
    vec![(path, alias.map_or(last, str::to_owned))]
}

/// The branches between commas outside inner braces.
fn split_top(inside: &str) -> Vec<&str> {
    let (mut depth, mut from, mut branches) = (0_usize, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                branches.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&inside[from..]);
    branches
}

/// Every `a::b` of `code`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let chains = code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let parts = |chain: &str| {
        chain
            .split("::")
            .map(|part| part.trim_matches(':').to_owned())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
    };
    chains.filter(|chain| chain.contains("::")).map(parts).filter(|path| path.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: Root = Root { folder: "src", name: "ship" };

    fn graph(files: &[(&str, &str)]) -> Vec<String> {
        let pages: Vec<_> = files.iter().map(|(path, text)| Page::of(path, text)).collect();
        let imports = imports(ROOT, &pages).into_iter();
        imports.flat_map(|(from, to)| to.into_iter().map(move |to| format!("{from} {to}"))).collect()
    }

    #[test]
    fn paths_of_every_form_are_followed() {
        let lamp = "use super::{mast, flag::{self, Flag as F}};\nfn f() { crate::hull::Keel::new(); flag::hoist(); mast::up() }";
        let files = [
            ("src/lib.rs", "mod lamp;"),
            ("src/main.rs", "fn main() { ship::hull::float(); }"),
            ("src/deck.rs", "mod lamp;\npub(crate) mod mast;\nmod flag;"),
            ("src/deck/lamp.rs", lamp),
            ("src/deck/mast.rs", "//! A mast."),
            ("src/deck/flag.rs", "//! A flag."),
            ("src/hull.rs", "use tokio::time;"),
        ];
        let expected = [
            "src/deck/lamp.rs src/deck/flag.rs",
            "src/deck/lamp.rs src/deck/mast.rs",
            "src/deck/lamp.rs src/hull.rs",
            "src/main.rs src/hull.rs",
        ];
        assert_eq!(graph(&files), expected);
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines_the_name() {
        let files = [
            ("src/deck.rs", "mod lamp;\npub(crate) use lamp::{Lamp, Oil as Fuel};\nstruct Plank;"),
            ("src/deck/lamp.rs", "use super::Plank;"),
            ("src/hull.rs", "use crate::deck::{Fuel, Plank};"),
        ];
        let expected = ["src/deck/lamp.rs src/deck.rs", "src/hull.rs src/deck.rs", "src/hull.rs src/deck/lamp.rs"];
        assert_eq!(graph(&files), expected);
    }

    #[test]
    fn tests_comments_and_texts_import_nothing() {
        let text = "// crate::hull::Keel\nconst A: &str = \"crate::hull\";\n#[cfg(test)]\nmod tests {\n    use crate::hull::Keel;\n}";
        assert_eq!(
            graph(&[("src/deck.rs", text), ("src/deck/tests.rs", "use crate::hull;"), ("src/hull.rs", "//! A hull.")]),
            [""; 0]
        );
    }
}
