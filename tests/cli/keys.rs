//! `aldis keys` and `aldis token`.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

use crate::{Ended, aldis, command, nowhere};

#[test]
fn keys_are_generated_rotated_and_listed_two_at_most() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["keys", "list"]);
    assert_eq!(none.code, Some(1));
    assert_eq!(none.err, "error: there is no key in ./data/keys yet; generate one: aldis keys generate\n");
    assert!(!dir.path().join("data").exists(), "looking makes nothing");

    let first = aldis(dir.path(), &["keys", "generate"]);
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    let again = aldis(dir.path(), &["keys", "generate"]);
    let ids = |said: &Ended| -> Vec<_> {
        said.out.lines().map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(ids(&first), ids(&again), "a second `generate` does nothing");
    aldis(dir.path(), &["keys", "rotate"]);
    let rotated = aldis(dir.path(), &["keys", "rotate"]);
    let roles: Vec<_> = rotated.out.lines().filter_map(|line| line.rsplit("  ").next()).collect();
    assert_eq!(roles, ["signs", "verifies"]);
    assert!(!ids(&rotated).contains(&ids(&first)[0]), "the third key pushes the first out");
    assert_eq!(aldis(dir.path(), &["keys", "list"]).out, rotated.out);
}

#[test]
fn a_minted_token_is_valid_until_its_key_is_removed() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["token", "mint"]);
    assert_eq!(none.code, Some(1));
    assert!(none.err.contains("aldis keys generate"), "{}", none.err);

    aldis(dir.path(), &["keys", "generate"]);
    let user = "0190e2f0-0000-7000-8000-000000000001";
    let minted = aldis(dir.path(), &["token", "mint", "--user", user, "--name", "Ada", "--ttl", "5m"]);
    let token = minted.out.trim();
    let good = aldis(dir.path(), &["token", "inspect", token]);
    assert_eq!(good.code, Some(0), "{}", good.err);
    assert!(good.out.contains(&format!("for Ada ({user})")) && good.out.contains("\"alg\": \"RS256\""), "{}", good.out);

    aldis(dir.path(), &["keys", "rotate"]);
    assert_eq!(aldis(dir.path(), &["token", "inspect", token]).code, Some(0), "the key before still verifies");
    aldis(dir.path(), &["keys", "rotate"]);
    let bad = aldis(dir.path(), &["token", "inspect", token]);
    assert_eq!(bad.code, Some(1));
    assert!(bad.err.starts_with("error: the token is not valid on this node\n  = why: "), "{}", bad.err);
    assert!(bad.out.contains("\"name\": \"Ada\""), "what it says is shown all the same: {}", bad.out);
}

#[test]
fn many_tokens_are_printed_one_a_line_for_different_users() {
    let dir = nowhere();
    aldis(dir.path(), &["keys", "generate"]);
    let many = aldis(dir.path(), &["token", "mint", "--count", "20", "--json"]);
    let lines = many.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let users: BTreeSet<_> = lines.map(|line| line["user"].to_string()).collect();
    assert_eq!(users.len(), 20);
    assert!(many.out.lines().last().is_some_and(|line| line.contains("\"name\":\"Guest 20\"")), "{}", many.out);
}

#[test]
fn a_token_is_read_from_standard_input_and_an_invalid_lifetime_is_reported() {
    let dir = nowhere();
    aldis(dir.path(), &["keys", "generate"]);
    let mut inspect = command(dir.path(), &["token", "inspect"]);
    let mut inspect = inspect.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("runs");
    inspect.stdin.take().expect("piped").write_all(b"not.a.token\n").expect("it reads");
    let output = inspect.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot read the token\n  = why: "));
    let long = aldis(dir.path(), &["token", "mint", "--ttl", "31d"]);
    assert_eq!(long.code, Some(2));
    assert!(long.err.contains("write a duration up to \"30d\""), "{}", long.err);
}
