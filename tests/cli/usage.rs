//! Help, usage, completions.

use std::process::Stdio;

use crate::{aldis, command, nowhere};

#[test]
fn help_names_every_command_its_examples_and_its_exit_codes() {
    let help = aldis(nowhere().path(), &["--help"]);
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
    for part in [
        "serve ",
        "config ",
        "health ",
        "completions ",
        "--bind <ADDRESS>",
        "Examples:",
        "Exit codes: 0 success, 1 failure, 2",
    ] {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
}

#[test]
fn every_command_has_help_of_its_own() {
    for arguments in [
        &["serve", "--help"][..],
        &["config", "--help"],
        &["config", "check", "--help"],
        &["config", "default", "--help"],
        &["config", "show", "--help"],
        &["keys", "--help"],
        &["keys", "rotate", "--help"],
        &["token", "--help"],
        &["token", "mint", "--help"],
        &["token", "inspect", "--help"],
        &["health", "--help"],
        &["completions", "--help"],
    ] {
        let help = aldis(nowhere().path(), arguments);
        assert_eq!(help.code, Some(0), "{arguments:?}: {}", help.err);
        assert!(help.out.contains("Usage: aldis "), "{arguments:?}: {}", help.out);
    }
}

#[test]
fn the_version_is_the_crates() {
    assert_eq!(aldis(nowhere().path(), &["--version"]).out, format!("aldis {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_exits_with_2_and_names_what_is_wrong() {
    for (arguments, complaint) in [
        (&["--bnid", "x"][..], "unexpected argument '--bnid'"),
        (&["srve"], "unrecognized subcommand 'srve'"),
        (&["config"], "Usage: aldis config <COMMAND>"),
        (&["completions", "tcsh"], "invalid value 'tcsh'"),
        (&["--set", "http.bind"], "no `=`; write KEY=VALUE"),
    ] {
        let wrong = aldis(nowhere().path(), arguments);
        assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(wrong.err.contains(complaint), "{arguments:?}: {}", wrong.err);
    }
}

#[test]
fn completions_are_written_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = aldis(nowhere().path(), &["completions", shell]);
        assert_eq!(script.code, Some(0), "{}", script.err);
        assert!(script.out.contains("aldis") && script.out.contains("admin-bind"), "{shell}: {}", script.out);
    }
}

#[test]
fn the_manual_page_has_the_commands() {
    let page = aldis(nowhere().path(), &["man"]);
    assert!(page.out.contains(".TH aldis 1") && page.out.contains("aldis\\-config"), "{}", page.out);
}

#[test]
fn a_closed_output_is_no_failure() {
    let dir = nowhere();
    let mut child = command(dir.path(), &["config", "default"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("aldis runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("aldis ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
