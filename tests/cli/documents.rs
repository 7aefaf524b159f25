//! What the documents tell operators and backends to type: every command, key, metric and configuration in them exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{aldis, nowhere};

const DOCUMENTS: [&str; 7] = [
    "README.md",
    "docs/operate.md",
    "SECURITY.md",
    "docs/embed.md",
    "docs/webhooks.md",
    "docs/api.md",
    "docs/media.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(document: &str) -> String {
    fs::read_to_string(root().join(document)).expect("the document is there")
}

/// The texts between backticks on one line.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("\n```").next().expect("an end")).collect()
}

#[test]
fn every_command_of_the_documents_is_understood() {
    let dir = nowhere();
    let mut commands = 0;
    for document in DOCUMENTS {
        let text = text(document);
        let lines = text.lines().map(str::trim).chain(spans(&text));
        for command in lines.filter_map(|line| line.strip_prefix("aldis ")) {
            let words = command.split(['#', '>', '<']).next().unwrap_or_default();
            let known = words.split_whitespace().filter(|word| !word.starts_with("\"$")); // a shell's variable
            let arguments: Vec<_> = known.chain(["--help"]).collect();
            let ran = aldis(dir.path(), &arguments);
            assert_eq!(ran.code, Some(0), "{document}: aldis {command}: {}", ran.err);
            commands += 1;
        }
    }
    assert!(commands >= 8, "{commands} commands were found");
}

#[test]
fn every_configuration_of_the_documents_can_be_read() {
    let dir = nowhere();
    for name in ["tls.crt", "tls.key", "admin.token", "turn.secret", "keys.secret"] {
        fs::write(dir.path().join(name), "a secret of more than thirty-two characters").expect("writable");
    }
    fs::write(dir.path().join("media.secret"), "a-secret-without-spaces").expect("writable");
    fs::write(dir.path().join("database.url"), "postgres://aldis:canary@db.internal/aldis").expect("writable");
    fs::write(dir.path().join("mail.url"), "smtps://user:password@mail.example.org").expect("writable");
    let mut found = Vec::new();
    for document in DOCUMENTS {
        let text = text(document);
        for block in blocks(&text, "toml") {
            let here = block.replace("/etc/aldis/", &format!("{}/", dir.path().display()));
            fs::write(dir.path().join("a.toml"), here).expect("writable");
            let read = aldis(dir.path(), &["config", "show", "-c", "a.toml"]);
            assert_eq!(read.code, Some(0), "{document}: {block}: {}", read.err);
            found.push(document);
        }
    }
    for document in ["docs/operate.md", "docs/embed.md", "docs/webhooks.md", "docs/media.md"] {
        assert!(found.contains(&document), "no configuration was found in {document}");
    }
}

#[test]
fn every_key_and_metric_of_the_documents_exists() {
    let default = aldis(nowhere().path(), &["config", "default"]).out;
    let mut keys = BTreeSet::new();
    let mut section = "";
    for line in default.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if let Some((name, _)) = line.trim_start_matches("# ").split_once(" = ") {
            keys.insert(format!("{section}.{name}"));
        }
    }
    let sections: BTreeSet<_> = keys.iter().filter_map(|key| key.split('.').next()).collect();
    let sources = sources();
    for document in DOCUMENTS {
        let text = text(document);
        for span in spans(&text) {
            let word = span.split(" = ").next().unwrap_or_default();
            let is_name =
                |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if let Some((section, name)) = word.split_once('.')
                && sections.contains(section)
                && is_name(name)
            {
                let is_event = || sources.contains(&format!("\"{word}\""));
                assert!(keys.contains(word) || is_event(), "{document}: there is no key and no event `{word}`");
            }
            for name in
                span.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).filter(|name| name.starts_with("aldis_"))
            {
                assert!(sources.contains(&format!("\"{name}\"")), "{document}: there is no metric `{name}`");
            }
        }
    }
}

/// All Rust sources of the node.
fn sources() -> String {
    let (mut folders, mut text) = (vec![root().join("src"), root().join("actors/src")], String::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                text += &fs::read_to_string(path).expect("a source");
            }
        }
    }
    text
}
