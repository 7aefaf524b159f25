//! Every kind of mistake, and its exact message. The table is `faults.txt`: `== what the case shows`, the
//! input (a file, or `NAME=value`, or `--flag key value`, `_` for a space in the flag), `--`, the answer.

use proptest::prelude::*;

use super::{file, flag, variable};
use crate::config::{Sources, load};

const TABLE: &str = include_str!("faults.txt");

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) input: &'static str,
    answer: &'static str,
}

pub(super) fn cases() -> Vec<Case> {
    let read = |case: &'static str| {
        let (name, rest) = case.split_once('\n').expect("a name");
        let (input, answer) = rest.split_once("\n--\n").expect("an input and an answer");
        Case { name, input, answer: answer.trim_end() }
    };
    TABLE.split("== ").skip(1).map(read).collect()
}

fn sources(input: &str) -> Sources {
    if input.starts_with("ALDIS_") {
        let mut sources = Sources::default();
        for (name, value) in input.lines().filter_map(|line| line.split_once('=')) {
            sources.environment.extend(variable(name, value).environment);
        }
        sources
    } else if let [name, key, text] = input.splitn(3, ' ').collect::<Vec<_>>()[..]
        && name.starts_with("--")
    {
        flag(&name.replace('_', " "), key, text)
    } else {
        file(input)
    }
}

fn answer(input: &str) -> String {
    match load(&sources(input)).map(|loaded| loaded.warnings) {
        Ok(warnings) if warnings.is_empty() => "right".to_owned(),
        Ok(warnings) => warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(error) => error.to_string().trim_end().to_owned(),
    }
}

#[test]
fn every_mistake_has_its_documented_message() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let wrong = cases.iter().filter(|case| answer(case.input) != case.answer);
    let wrong: String =
        wrong.map(|case| format!("== {}\n{}\n--\n{}\n\n", case.name, case.input, answer(case.input))).collect();
    assert!(wrong.is_empty(), "these are answered otherwise than faults.txt says:\n{wrong}");
}

#[test]
fn many_mistakes_are_counted_and_the_first_shown() {
    let text: String = (0..30).map(|n| format!("key{n} = 1\n")).collect();
    let answer = answer(&text);
    assert_eq!(answer.matches("error: unknown key").count(), 20);
    assert!(answer.ends_with("\n30 mistakes in the configuration, the first 20 shown."), "{answer}");
}

#[test]
fn a_long_line_is_cut_and_control_characters_are_replaced() {
    for text in ["\u{1b}[31m\u{7}\u{202e}\t\r\n".repeat(9), "x".repeat(100_000), format!("{}\u{0}", "é".repeat(9_000))]
    {
        for sources in [variable("ALDIS_HTTP__BIND", &text), file(&format!("[http]\nbind = '{text}"))] {
            let error = load(&sources).map(drop).expect_err(&text).to_string();
            let shown = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
            assert!(error.lines().count() < 12 && error.chars().all(shown), "{error}");
            assert!(error.lines().all(|line| line.chars().count() < 300), "{error}");
        }
    }
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let error = Sources::gather(Some("no/such.toml".as_ref()), Vec::new()).err().expect("no such file").to_string();
    assert_eq!(
        error,
        "error: cannot read the configuration file no/such.toml\n |\n = why: No such file or directory (os error 2)\n \
         = help: name a file that exists (--config, ALDIS_CONFIG), or print one with: aldis config default\n"
    );
}

#[test]
fn a_file_that_is_too_large_or_not_text_is_an_error() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("aldis.toml");
    std::fs::write(&path, vec![b'#'; (1 << 20) + 1]).expect("writable");
    let error = Sources::gather(Some(&path), Vec::new()).err().expect("too large").to_string();
    assert!(error.contains("= why: it is larger than 1048576 bytes"), "{error}");
    std::fs::write(&path, [0xff, 0xfe]).expect("writable");
    let error = Sources::gather(Some(&path), Vec::new()).err().expect("not UTF-8").to_string();
    assert!(error.contains("= why: stream did not contain valid UTF-8"), "{error}");
}

proptest! {
    #[test]
    fn no_file_makes_the_reader_panic(text in "(\\[(http|ice|room|x)\\]\n|[a-z_]{1,9}|bind|turn_secrets| = |['\"\\[\\]{},.=#é\u{0}\r\n]|[0-9]{1,20}){0,24}") {
        drop(load(&file(&text)).map_err(|error| error.to_string()));
    }

    #[test]
    fn no_variable_makes_the_reader_panic(name in "(HTTP|ROOM|ICE|__|_|[A-Z]{1,4}|é){0,6}", value in "\\PC{0,30}") {
        let answer = load(&variable(&format!("ALDIS_{name}"), &value));
        drop(answer.map(|loaded| loaded.warnings.iter().map(ToString::to_string).collect::<String>()).map_err(|error| error.to_string()));
    }
}
