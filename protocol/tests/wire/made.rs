//! Generated files: compared with the code, or regenerated with `ALDIS_BLESS=1`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn is_blessed() -> bool {
    std::env::var_os("ALDIS_BLESS").is_some_and(|value| value == "1")
}

/// Fails if the file is not exactly this text; writes it where `ALDIS_BLESS=1`.
pub(crate) fn check(path: &str, made: &str) {
    let at = file(path);
    if is_blessed() {
        fs::create_dir_all(at.parent().expect("a folder")).expect("the folder can be made");
        fs::write(&at, made).unwrap_or_else(|why| panic!("{path} cannot be written: {why}"));
    }
    let found = fs::read_to_string(&at).unwrap_or_default();
    let differs = found.lines().zip(made.lines()).position(|(found, made)| found != made);
    let line = differs.unwrap_or_else(|| found.lines().count().min(made.lines().count()));
    assert!(
        found == made,
        "{path} is stale at line {}:\n  is:        {}\n  should be: {}\nMade from the code: \
         run ALDIS_BLESS=1 cargo test -p aldis-protocol --test wire, look at the change, commit it.",
        line + 1,
        found.lines().nth(line).unwrap_or("(nothing)"),
        made.lines().nth(line).unwrap_or("(nothing)"),
    );
}

/// The text with the part between each pair of markers replaced.
pub(crate) fn with_parts(text: &str, parts: &[(&str, String)]) -> String {
    parts.iter().fold(text.to_owned(), |text, (name, made)| {
        let (open, close) = (format!("<!-- made: {name} -->\n"), "<!-- end -->");
        let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("no marker {open:?} in the document"));
        let (_, after) = rest.split_once(close).unwrap_or_else(|| panic!("no {close:?} after {open:?}"));
        format!("{before}{open}\n{}\n\n{close}{after}", made.trim_end())
    })
}
