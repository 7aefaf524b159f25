//! The documented file is the defaults, whole and readable.

use super::file;
use crate::config::rules::breaches;
use crate::config::schema::SCHEMA;
use crate::config::{Config, DEFAULT_FILE, load};

#[test]
fn reading_the_documented_file_gives_the_defaults() {
    let loaded = load(&file(DEFAULT_FILE)).expect("the documented file is right");
    assert_eq!(loaded.config, Config::default());
}

#[test]
fn the_defaults_break_no_rule() {
    assert_eq!(breaches(&Config::default()), []);
}

#[test]
fn the_documented_file_has_every_key_once_in_the_order_of_the_structs() {
    let mut section = "";
    let mut keys = Vec::new();
    for line in DEFAULT_FILE.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        } else if let Some((name, _)) = line.trim_start_matches("# ").split_once(" = ")
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            keys.push(format!("{section}.{name}"));
        }
    }
    assert_eq!(keys, SCHEMA.keys);
}

#[test]
fn every_key_of_the_documented_file_has_a_rationale_above() {
    let lines: Vec<_> = DEFAULT_FILE.lines().collect();
    let is_key =
        |line: &str| line.trim_start_matches("# ").split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_key(line)) {
        let above = lines[..at].iter().rev().find(|line| !is_key(line)).copied().unwrap_or_default();
        assert!(above.starts_with("# ") && above.ends_with(['.', ')']), "line {}: `{line}` follows `{above}`", at + 1);
    }
}

#[test]
fn commented_keys_of_the_documented_file_are_valid_when_uncommented() {
    let commented = |line: &str| {
        line.strip_prefix("# ").and_then(|line| line.split_once(" = ")).is_some_and(|(name, _)| !name.contains(' '))
    };
    let examples: Vec<_> = DEFAULT_FILE.lines().filter(|line| commented(line)).collect();
    assert!(examples.len() >= 9, "{examples:?}");
    for example in examples {
        let with = DEFAULT_FILE.replace(example, example.trim_start_matches("# "));
        let error = load(&file(&with)).err().map(|error| error.to_string()).unwrap_or_default();
        let needs_another = ["tls_", "_file", "smtps://", "https://backend", "redis_cert", "redis_key", "# secret"]
            .iter()
            .any(|known| example.contains(known));
        assert!(error.is_empty() || needs_another, "{error}");
        assert!(!error.contains("unknown key"), "{error}");
    }
}

#[test]
fn what_show_prints_can_be_read_again() {
    let first = load(&file("[http]\nbind = '0.0.0.0:80'\n[log]\nformat = 'json'")).expect("right");
    let again = load(&file(&first.to_string())).expect("show prints TOML");
    assert_eq!(first.config, again.config);
}
