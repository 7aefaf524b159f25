//! Enforces the architecture rules that the compiler and clippy cannot check, over the text of the repository.
//! Each failure names the place, the rule, its reason and the remedy. A test shows that every rule finds violations.

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/page.rs"]
mod page;
#[path = "tidy/rules.rs"]
mod rules;

use std::collections::BTreeSet;

use circles::circles;
use imports::{ROOTS, imports};
use layers::{LAYERS, broken};
use page::{Page, is_text, names_in, repository_files};
use rules::{RULES, type_names};

/// Maximum lines of a hand-written Rust file; a longer one has two responsibilities.
const LINES_MAX: usize = 350;
/// The same for the web client's languages.
const LINES_MAX_WEB: usize = 400;
/// From here on, look for a second responsibility.
const LINES_WARN: usize = 300;

fn pages(of: impl Fn(&str) -> bool) -> Vec<Page> {
    let pages: Vec<_> = repository_files().into_iter().filter(|path| of(path)).map(Page::read).collect();
    assert!(!pages.is_empty(), "no file was read: the test looks in the wrong place");
    pages
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

fn none(found: &[String]) {
    assert!(found.is_empty(), "{} found:\n{}\n", found.len(), found.join("\n"));
}

#[test]
fn restricted_code_is_in_its_one_place() {
    let pages = pages(is_rust);
    none(&RULES.iter().flat_map(|rule| pages.iter().flat_map(|page| rule.broken_by(page))).collect::<Vec<_>>());
}

#[test]
fn every_rule_finds_what_it_forbids_and_nothing_else() {
    for rule in RULES {
        let bad = Page::of(rule.bad.0, rule.bad.1);
        assert_eq!(rule.broken_by(&bad).len(), 1, "the rule \"{}\" does not find {:?}", rule.name, rule.bad);
        let good = Page::of(rule.good.0, rule.good.1);
        assert_eq!(rule.broken_by(&good), Vec::<String>::new());
    }
}

#[test]
fn documents_state_the_layers_of_the_table() {
    let sentence = LAYERS[0].sentence();
    for path in ["actors/src/lib.rs", "docs/architecture.md"] {
        let text = std::fs::read_to_string(path).expect("it exists");
        let is_stated = text.contains(&format!("`{sentence}`"));
        assert!(is_stated, "{path}: does not state the layers of tests/tidy/layers.rs: write `{sentence}` there");
    }
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let pages = pages(is_rust);
    let circle = |steps| {
        format!(
            "{steps}: an import circle. Neither part can be read, tested or moved alone: move the shared code below both."
        )
    };
    none(&ROOTS.iter().flat_map(|root| circles(&imports(*root, &pages))).map(circle).collect::<Vec<_>>());
}

#[test]
fn lower_layers_import_no_higher_ones() {
    let pages = pages(is_rust);
    let root = |folder| *ROOTS.iter().find(|root| root.folder == folder).expect("a crate whose imports are checked");
    none(&LAYERS.iter().flat_map(|of| broken(*of, &imports(root(of.folder), &pages))).collect::<Vec<_>>());
}

#[test]
fn every_file_begins_with_its_purpose() {
    let bare = pages(is_rust).into_iter().filter(|page| !page.text.starts_with("//! "));
    let say = |page: Page| {
        format!(
            "{}:1: begins without `//!`. Describe what the file owns and what it must not know, in 2–6 lines.",
            page.path
        )
    };
    none(&bare.map(say).collect::<Vec<_>>());
}

#[test]
fn every_file_is_compiled() {
    let pages = pages(is_rust);
    let named: BTreeSet<_> = pages.iter().flat_map(Page::modules).collect();
    let packages = repository_files().into_iter().filter(|path| path.ends_with("Cargo.toml"));
    let packages: Vec<_> = packages.map(|path| path[..path.len() - "Cargo.toml".len()].to_owned()).collect();
    let is_root = |path: &str| {
        let roots = ["tests", "benches", "examples", "src/bin", "fuzz_targets"];
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        ["lib.rs", "main.rs", "build.rs"].contains(&name)
            || packages.iter().any(|package| roots.iter().any(|root| folder == format!("{package}{root}")))
    };
    let orphans = pages.iter().filter(|page| !is_root(&page.path) && !named.contains(&page.path));
    none(
        &orphans
            .map(|page| format!("{}:1: no `mod` names it, so it is not compiled. Name it, or delete it.", page.path))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_file_is_too_long() {
    let generated = |page: &Page| {
        page.path.contains("/gen/") || page.text.lines().take(3).any(|line| line.to_lowercase().contains("generated"))
    };
    let is_source = |path: &str| [".rs", ".ts", ".tsx", ".lua", ".sql"].iter().any(|end| path.ends_with(end));
    let mut long: Vec<_> = pages(is_source)
        .into_iter()
        .filter(|page| !generated(page))
        .map(|page| (page.text.lines().count(), page.path))
        .collect();
    long.retain(|(lines, _)| *lines > LINES_WARN);
    long.sort_unstable();
    for (lines, path) in &long {
        eprintln!("{path}: {lines} lines; does it have two responsibilities?");
    }
    let max = |path: &str| if is_rust(path) { LINES_MAX } else { LINES_MAX_WEB };
    let past = long.iter().filter(|(lines, path)| *lines > max(path));
    none(&past.map(|(lines, path)| format!("{path}:{0}: {lines} lines, more than {0}. Long files become hard to maintain: split it by responsibility.", max(path))).collect::<Vec<_>>());
}

#[test]
fn a_folder_has_its_module_file_beside_it() {
    let doors = repository_files().into_iter().filter(|path| path.ends_with("/mod.rs"));
    none(&doors.map(|path| format!("{path}:1: is a mod.rs. The module file is beside its folder, so that open files have distinct names: write room.rs beside room/.")).collect::<Vec<_>>());
}

#[test]
fn types_are_nouns_of_the_design() {
    let vague = |page: &Page| {
        let names = type_names(page).into_iter();
        names
            .map(|(line, name, word)| {
                format!(
                    "{}:{line}: `{name}` is a {word}. The name is meaningless: use a noun of the design.",
                    page.path
                )
            })
            .collect::<Vec<_>>()
    };
    none(&pages(is_rust).iter().flat_map(vague).collect::<Vec<_>>());
    let found = |text| type_names(&Page::of("src/x.rs", text)).len();
    assert_eq!(
        found("pub struct RoomManager;\nenum Util {}\npub(crate) trait SocketHandler {}\nmod helpers;\ntype C = X;"),
        4
    );
    assert_eq!(
        found("struct Room;\nimpl Room {}\nuse axum::handler::Handler;\n// struct RoomManager\nstruct Hubble;"),
        0
    );
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| names_in(&format!("migrations/{database}"));
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "migrations/sqlite is empty");
    let differ: BTreeSet<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(
        differ.is_empty(),
        "only one of migrations/sqlite and migrations/postgres has {differ:?}. Each concern has one file in both: add the other."
    );
}

#[test]
fn no_file_contains_a_machine_path() {
    // In pieces, so that this file does not find itself.
    let places = [["/wor", "k/"], ["/roo", "t/"], ["/tm", "p/"], ["/hom", "e/"]].map(|parts| parts.concat());
    let named = |page: &Page| {
        let lines = page.text.lines().enumerate();
        let hits = lines.filter(|(_, line)| places.iter().any(|place| page::starts_a_path(line, place)));
        hits.map(|(n, _)| {
            format!(
                "{}:{}: names a path of one machine. It means nothing elsewhere: use a relative path, or a variable.",
                page.path,
                n + 1
            )
        })
        .collect::<Vec<_>>()
    };
    none(&pages(is_text).iter().flat_map(named).collect::<Vec<_>>());
    assert!(page::starts_a_path(&format!("cd {}x", places[0]), &places[0]));
    assert!(!page::starts_a_path(&format!("https://example.org{}x", places[0]), &places[0]));
}

#[test]
fn lock_files_name_public_registries_only() {
    let public = ["registry+https://github.com/rust-lang/crates.io-index", "https://registry.npmjs.org/"];
    let is_lock = |path: &str| path.ends_with("Cargo.lock") || path.ends_with("package-lock.json");
    let source = |line: &str| {
        let (name, rest) = line.trim().split_once([':', '='])?;
        let named = matches!(name.trim().trim_matches('"'), "source" | "resolved");
        named.then(|| rest.trim().trim_matches(['"', ',']).to_owned())
    };
    for page in pages(is_lock) {
        let sources = page.text.lines().filter_map(source);
        let other =
            sources.filter(|source| source.contains("://") && !public.iter().any(|public| source.starts_with(public)));
        let say = |source| {
            format!(
                "{}: `{source}` is no public registry. Nobody else can build from it: lock again with the usual one.",
                page.path
            )
        };
        none(&other.map(say).collect::<Vec<_>>());
    }
    assert_eq!(
        source(" \"resolved\": \"https://mirror.example/x.tgz\",").as_deref(),
        Some("https://mirror.example/x.tgz")
    );
    assert_eq!(
        source("source = \"registry+https://mirror.example/index\"").as_deref(),
        Some("registry+https://mirror.example/index")
    );
}
