//! A file as tidy rules see it: its text, its code without comments and literals, and which lines are tests.
//! Must not know the rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 8] =
    ["target", "node_modules", "dist", "data", "corpus", "artifacts", "test-results", "test-artefacts"];

/// A file.
pub(crate) struct Page {
    /// Its path from the root of the repository, with slashes.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its lines with comments and literals blanked; all blank when it is no Rust.
    pub code: Vec<String>,
    /// The first line (from 0) of its tests: 0 when all of it is, past the end when none is.
    pub tests_from: usize,
}

impl Page {
    pub(crate) fn read(path: String) -> Self {
        let bytes = fs::read(root().join(&path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
        Self::of(&path, &String::from_utf8_lossy(&bytes))
    }

    pub(crate) fn of(path: &str, text: &str) -> Self {
        let code: Vec<_> =
            if path.ends_with(".rs") { code_of(text).lines().map(str::to_owned).collect() } else { Vec::new() };
        let all_tests = path.starts_with("tests/")
            || path.contains("/tests/")
            || path.ends_with("tests.rs")
            || path.contains("/contract");
        // Tests close a file: the first `#[cfg(test)]` before a module with a body begins them.
        let opens =
            |pair: &[String]| pair[0].trim() == "#[cfg(test)]" && pair[1].contains("mod ") && pair[1].contains('{');
        let begin = code.windows(2).position(opens).unwrap_or(code.len());
        Self { path: path.to_owned(), text: text.to_owned(), tests_from: if all_tests { 0 } else { begin }, code }
    }

    /// Paths of the files that its `mod` lines may name: beside it, in its folder, or as `#[path]` says.
    pub(crate) fn modules(&self) -> Vec<String> {
        let (folder, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let own = name.trim_end_matches(".rs");
        let (mut paths, mut lines) = (Vec::new(), self.text.lines().map(str::trim));
        while let Some(line) = lines.next() {
            if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
                paths.push(format!("{folder}/{path}"));
                lines.next();
            } else if let Some(module) =
                line.strip_suffix(';').and_then(|line| line.split_once("mod ")).map(|(_, it)| it)
            {
                paths.extend([format!("{folder}/{module}.rs"), format!("{folder}/{own}/{module}.rs")]);
            }
        }
        paths
    }
}

/// The repository's root; asked at run time, so that the test may be run over another copy of it.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// Paths of all files of the repository, sorted.
pub(crate) fn repository_files() -> Vec<String> {
    let mut paths = Vec::new();
    walk(&root(), &mut paths);
    paths.sort();
    paths
}

fn walk(folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").map_while(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let hidden = name.starts_with('.') && !matches!(name.as_str(), ".clippy.toml" | ".ci" | ".github");
        if path.is_dir() && !hidden && !SKIPPED.contains(&name.as_str()) {
            walk(&path, paths);
        } else if path.is_file() && !hidden {
            let path = path.strip_prefix(root()).expect("under the root");
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// Whether this file is written by hand, not generated.
pub(crate) fn is_text(path: &str) -> bool {
    let ends = [
        ".rs",
        ".toml",
        ".md",
        ".sh",
        ".ts",
        ".tsx",
        ".js",
        ".mjs",
        ".html",
        ".css",
        ".yml",
        ".yaml",
        ".conf",
        ".service",
        ".lua",
        ".sql",
        ".py",
        ".json",
        "Dockerfile",
        "/run",
    ];
    ends.iter().any(|end| path.ends_with(end)) && !path.ends_with("-lock.json")
}

/// Names of the files in `folder`.
pub(crate) fn names_in(folder: &str) -> BTreeSet<String> {
    let prefix = format!("{folder}/");
    repository_files().iter().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect()
}

/// Whether `place` is in `line` at the start of a path.
pub(crate) fn starts_a_path(line: &str, place: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '}' | '~' | ')' | '*');
    line.match_indices(place).any(|(at, _)| !line[..at].ends_with(inside))
}

/// `text` with everything in comments and literals replaced by blanks, line by line.
fn code_of(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_or_comment(&chars, at);
        for c in &chars[at..end.max(at)] {
            code.push(if *c == '\n' { '\n' } else { ' ' });
        }
        if end == at {
            code.push(chars[at]);
            at += 1;
        } else {
            at = end;
        }
    }
    code
}

/// Where the literal or comment that starts at `at` ends; `at` itself when none starts there.
fn literal_or_comment(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c));
    let part_of_name = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let until = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        (from..chars.len()).find(|at| chars[*at..].starts_with(&end)).map_or(chars.len(), |at| at + end.len())
    };
    match chars[at] {
        '/' if starts("//") => (at..chars.len()).find(|at| chars[*at] == '\n').unwrap_or(chars.len()),
        '/' if starts("/*") => until(at + 2, "*/"),
        '"' => quoted_end(chars, at),
        'r' if !part_of_name && (starts("r\"") || starts("r#")) => {
            let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
            let is_text = chars.get(at + 1 + hashes) == Some(&'"');
            if is_text { until(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes))) } else { at }
        }
        '\'' if starts("'\\") => until(at + 3, "'"),
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

/// Where the text that opens at `at` ends.
fn quoted_end(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(chars.len())
}

#[test]
fn comments_and_literals_are_blank_and_code_stays() {
    let text = "let a = \"sqlx::x \\\" y\"; // redis::z\nlet b = r#\"tokio \" \"#; let c = 'x'; let d: &'static str = f('\\'');\n/* a\nb */ code();";
    let code = code_of(text);
    assert_eq!(code.lines().count(), text.lines().count());
    for gone in ["sqlx", "redis", "tokio", "y\""] {
        assert!(!code.contains(gone), "{gone}: {code}");
    }
    for kept in ["let a =", "let b =", "&'static str = f(", "code();"] {
        assert!(code.contains(kept), "{kept}: {code}");
    }
}

#[test]
fn tests_at_the_end_of_a_file_are_distinguished_from_its_code() {
    let page = Page::of("src/x.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n");
    assert_eq!(page.tests_from, 2);
    assert_eq!(Page::of("src/x/tests.rs", "fn a() {}\n").tests_from, 0);
    assert_eq!(Page::of("src/x.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n").tests_from, 3);
}
