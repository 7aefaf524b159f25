//! `aldis keys` and `aldis token`.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

use crate::{Ended, aldis, command, ended, nowhere};

/// The ids and roles of printed keys.
fn printed(said: &Ended) -> Vec<(String, String)> {
    let words = said.out.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.map(|words| (words[0].clone(), words[1].clone())).collect()
}

fn roles(said: &Ended) -> Vec<String> {
    printed(said).into_iter().map(|(_, role)| role).collect()
}

#[test]
fn keys_are_generated_rotated_and_listed() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["keys", "list"]);
    assert_eq!(none.code, Some(1));
    assert_eq!(none.err, "error: there is no key in ./data/keys → generate one: aldis keys generate\n");
    assert!(!dir.path().join("data").exists(), "looking makes nothing");

    let first = aldis(dir.path(), &["keys", "generate"]);
    assert_eq!((first.code, first.err.as_str(), roles(&first)), (Some(0), "", vec!["current".to_owned()]));
    let again = aldis(dir.path(), &["keys", "generate"]);
    assert_eq!(again.out, first.out, "a second `generate` does nothing");
    let rotated = aldis(dir.path(), &["keys", "rotate"]);
    assert_eq!(roles(&rotated), ["current", "next"], "{}", rotated.err);
    assert_eq!(printed(&rotated)[0], printed(&first)[0]);
    assert!(rotated.out.contains("  next      signs from "), "{}", rotated.out);
    assert_eq!(aldis(dir.path(), &["keys", "rotate"]).out, rotated.out, "it is published already");
    let now = aldis(dir.path(), &["keys", "rotate", "--now"]);
    assert_eq!(roles(&now), ["current", "previous"], "{}", now.err);
    assert_eq!(printed(&now)[0].0, printed(&rotated)[1].0, "the published key signs");
    assert_eq!(aldis(dir.path(), &["keys", "list"]).out, now.out);
    let leaked = aldis(dir.path(), &["keys", "rotate", "--leaked"]);
    assert_eq!(roles(&leaked), ["current"], "{}", leaked.err);
    assert!(!now.out.contains(&printed(&leaked)[0].0), "a new one");
}

#[test]
fn a_minted_token_is_valid_until_its_key_is_given_up() {
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

    for arguments in [&["keys", "rotate"][..], &["keys", "rotate", "--now"], &["keys", "rotate", "--now"]] {
        aldis(dir.path(), arguments);
        let inspected = aldis(dir.path(), &["token", "inspect", token]);
        assert_eq!(inspected.code, Some(0), "no rotation signs anybody out: {}", inspected.err);
    }
    aldis(dir.path(), &["keys", "rotate", "--leaked"]);
    let bad = aldis(dir.path(), &["token", "inspect", token]);
    assert_eq!(bad.code, Some(1));
    assert!(bad.err.starts_with("error: the token is not valid on this node\n  = why: "), "{}", bad.err);
    assert!(bad.out.contains("\"name\": \"Ada\""), "what it says is shown all the same: {}", bad.out);
}

#[test]
fn a_full_disk_leaves_the_keys_as_they_were() {
    let dir = nowhere();
    aldis(dir.path(), &["keys", "generate"]);
    let before = aldis(dir.path(), &["keys", "list"]);
    for arguments in [&["keys", "rotate"][..], &["keys", "rotate", "--now"], &["keys", "rotate", "--leaked"]] {
        // No byte can be written to any file, as on a full disk.
        let mut full = std::process::Command::new("sh");
        full.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_aldis")]);
        let refused = ended(full.args(arguments).current_dir(dir.path()));
        assert_eq!(refused.code, Some(1), "{}", refused.err);
        assert!(
            refused.err.contains("cannot write the key") && refused.err.contains("is the disk full"),
            "{}",
            refused.err
        );
        assert_eq!(aldis(dir.path(), &["keys", "list"]).out, before.out);
        let files = std::fs::read_dir(dir.path().join("data/keys")).expect("the folder").count();
        assert_eq!(files, 1, "nothing half-written is left");
    }
}

#[test]
fn a_killed_rotation_leaves_keys_that_work() {
    let dir = nowhere();
    aldis(dir.path(), &["keys", "generate"]);
    for n in 0..24 {
        let arguments = [&["keys", "rotate", "--leaked"][..], &["keys", "rotate", "--now"]][n % 2];
        let mut rotating = command(dir.path(), arguments);
        let mut rotating = rotating.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("aldis runs");
        // Killed at another point each time: after so many looks at what it has done.
        let looks = 1 + n * 400;
        for _ in 0..looks {
            if rotating.try_wait().expect("a child").is_some() {
                break;
            }
            let _ = std::fs::read_dir(dir.path().join("data/keys")).map(Iterator::count);
        }
        let _ = rotating.kill(); // it may have ended
        rotating.wait().expect("it has ended");
        let listed = aldis(dir.path(), &["keys", "list"]);
        let current = roles(&listed).iter().filter(|role| *role == "current").count();
        assert_eq!((listed.code, current), (Some(0), 1), "after {looks} looks: {}{}", listed.out, listed.err);
    }
    assert_eq!(aldis(dir.path(), &["keys", "rotate", "--leaked"]).code, Some(0), "the lock ended with its holder");
    assert_eq!(aldis(dir.path(), &["token", "mint"]).code, Some(0));
}

#[test]
fn what_root_makes_for_a_node_belongs_to_the_node_s_user() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let dir = nowhere();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).expect("made");
    // As /var/lib/aldis under systemd; nobody but root can give it away.
    if chown(&data, Some(65_534), Some(65_534)).is_err() {
        return;
    }
    assert_eq!(aldis(dir.path(), &["keys", "rotate"]).code, Some(0));
    assert_eq!(aldis(dir.path(), &["keys", "rotate"]).code, Some(0));
    let mut folders = vec![data];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let about = path.metadata().expect("there");
            assert_eq!((about.uid(), about.gid(), about.mode() & 0o077), (65_534, 65_534, 0), "{}", path.display());
            found += 1;
            folders.extend(about.is_dir().then_some(path));
        }
    }
    assert_eq!(found, 4, "the lock, the folder of keys, two keys");
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
