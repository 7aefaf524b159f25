//! The arguments of `cargo bench` and `cargo test` when they start the generator. Must not know scenarios.

use std::ffi::OsString;

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// These arguments, for the command line.
    Run(Vec<OsString>),
    /// Nothing.
    Nothing,
}

/// `cargo bench` appends `--bench` to the caller's arguments, `cargo test` does not; and the arguments may be a filter
/// for other benches. So only a task that `is_known`, started by `cargo bench`, is run.
pub(super) fn asked(arguments: impl IntoIterator<Item = OsString>, is_known: impl Fn(&str) -> bool) -> Asked {
    let (marks, rest): (Vec<_>, Vec<_>) = arguments.into_iter().partition(|argument| argument == "--bench");
    let task = rest.get(1).and_then(|task| task.to_str());
    let is_meant = task.is_some_and(|task| is_known(task) || matches!(task, "--help" | "-h" | "--version" | "-V"));
    if marks.is_empty() || !is_meant { Asked::Nothing } else { Asked::Run(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_scenario_that_cargo_bench_asks_for_is_run() {
        let of = |text: &str| asked(text.split(' ').map(OsString::from), |task| task == "relay");
        for nothing in ["load --bench", "load", "load relay", "load codec --bench", "load --test-threads=1"] {
            assert_eq!(of(nothing), Asked::Nothing, "{nothing}");
        }
        let run = |text: &str| Asked::Run(text.split(' ').map(OsString::from).collect());
        assert_eq!(of("load relay --pairs 2 --bench"), run("load relay --pairs 2"));
        assert_eq!(of("load --help --bench"), run("load --help"));
    }
}
