//! The `aldis` command as operators type it: what it prints, where, and what it exits with.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

/// What a command said and how it ended.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// An empty directory, so that no configuration file is there by chance.
fn nowhere() -> TempDir {
    tempfile::tempdir().expect("a temporary directory")
}

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aldis"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ALDIS_")) {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(dir).stdin(Stdio::null());
    command
}

fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("aldis runs");
    let text = |bytes| String::from_utf8(bytes).expect("aldis writes UTF-8");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn aldis(dir: &Path, arguments: &[&str]) -> Ended {
    ended(&mut command(dir, arguments))
}

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
        "Exit codes: 0 done, 1 failed, 2",
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
fn config_default_is_the_documented_file_byte_by_byte() {
    let printed = aldis(nowhere().path(), &["config", "default"]);
    let file =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/aldis.toml")).expect("the file is there");
    assert_eq!(printed.code, Some(0));
    assert!(printed.out == file, "config/aldis.toml differs from `aldis config default`");
}

#[test]
fn config_check_says_what_it_checked() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["config", "check"]);
    assert_eq!(
        (none.code, none.out.as_str()),
        (Some(0), "no file, the defaults: right (keys set by file and environment: 0)\n")
    );
    fs::write(dir.path().join("mine.toml"), "[http]\nbind = '0.0.0.0:80'\n").expect("writable");
    let named = aldis(dir.path(), &["config", "check", "mine.toml"]);
    assert_eq!((named.code, named.out.as_str()), (Some(0), "mine.toml: right (keys set by file and environment: 1)\n"));
}

#[test]
fn config_check_finds_the_usual_file_and_the_one_named_by_the_environment() {
    let dir = nowhere();
    fs::create_dir(dir.path().join("config")).expect("writable");
    fs::write(dir.path().join("config/aldis.toml"), "[htpt]\n").expect("writable");
    let usual = aldis(dir.path(), &["config", "check"]);
    assert_eq!((usual.code, usual.out.as_str()), (Some(2), ""));
    assert!(
        usual.err.contains("--> config/aldis.toml:1:2\n") && usual.err.contains("did you mean `http`?"),
        "{}",
        usual.err
    );
    fs::write(dir.path().join("other.toml"), "").expect("writable");
    let other = ended(command(dir.path(), &["config", "check"]).env("ALDIS_CONFIG", "other.toml"));
    assert_eq!((other.code, other.err.as_str()), (Some(0), ""));
}

#[test]
fn a_wrong_configuration_exits_with_2_whatever_was_asked() {
    let dir = nowhere();
    fs::write(dir.path().join("wrong.toml"), "[http]\nbind = 8080\n").expect("writable");
    let expected = "error: wrong value for `http.bind`\n --> wrong.toml:2:8\n  |\n2 | bind = 8080\n  |        ^^^^ this is a bare number\n  \
                    = help: write an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"\n";
    for arguments in [
        &["config", "check", "wrong.toml"][..],
        &["config", "show", "-c", "wrong.toml"],
        &["--config", "wrong.toml"],
        &["serve", "-c", "wrong.toml"],
        &["health", "-c", "wrong.toml"],
    ] {
        let wrong = aldis(dir.path(), arguments);
        assert_eq!((wrong.code, wrong.out.as_str(), wrong.err.as_str()), (Some(2), "", expected), "{arguments:?}");
    }
}

#[test]
fn an_unknown_variable_stops_the_start() {
    let wrong = ended(command(nowhere().path(), &["serve"]).env("ALDIS_HTTP_BIND", "0.0.0.0:80"));
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("help: did you mean ALDIS_HTTP__BIND?"), "{}", wrong.err);
}

#[test]
fn a_file_that_is_not_there_is_an_error_that_names_it() {
    let wrong = aldis(nowhere().path(), &["--config", "no/such.toml"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.starts_with("error: cannot read the configuration file no/such.toml\n"), "{}", wrong.err);
}

#[test]
fn what_is_not_supported_yet_is_refused_by_name_before_anything_starts() {
    for (arguments, complaint) in [
        (["serve", "--redis-url", "redis://127.0.0.1:6379"], "clusters over Redis are not supported yet"),
        (["serve", "--database-url", "postgres://aldis@127.0.0.1/aldis"], "PostgreSQL is not supported yet"),
    ] {
        let dir = nowhere();
        let refused = aldis(dir.path(), &arguments);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert!(refused.err.contains(complaint), "{}", refused.err);
        assert!(!dir.path().join("data").exists());
    }
}

#[test]
fn config_show_says_who_said_what_and_hides_secrets() {
    let dir = nowhere();
    fs::write(
        dir.path().join("a.toml"),
        "[ice]\nturn_urls = ['turn:t.example']\nturn_secrets = ['canary-canary-canary']\n",
    )
    .expect("writable");
    let mut show = command(
        dir.path(),
        &["config", "show", "-c", "a.toml", "--bind", "127.0.0.1:1", "--set", "room.seat_window=7s"],
    );
    let shown = ended(show.env("ALDIS_LOG__FORMAT", "json"));
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""));
    for line in [
        "bind = \"127.0.0.1:1\"  # flag --bind",
        "seat_window = \"7s\"  # flag --set room.seat_window",
        "format = \"json\"  # environment ALDIS_LOG__FORMAT",
        "turn_urls = [\"turn:t.example\"]  # a.toml:2",
        "turn_secrets = [\"[redacted]\"]  # a.toml:3",
        "ping_every = \"10s\"  # default",
        "# public_url is not set",
    ] {
        assert!(shown.out.lines().any(|shown| shown == line), "{line}: {}", shown.out);
    }
    assert!(!shown.out.contains("canary"), "{}", shown.out);
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
fn a_reader_that_had_enough_is_no_failure() {
    let dir = nowhere();
    let mut child = command(dir.path(), &["config", "default"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("aldis runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("aldis ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// A node's stand-in that answers one request, and its address. The thread gives the request back.
fn stand_in(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a probe");
        let mut request = [0; 1024];
        let read = stream.read(&mut request).expect("a request");
        stream.write_all(answer.as_bytes()).expect("an answer is taken");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    (address, served)
}

#[test]
fn health_exits_with_0_when_the_node_is_well_and_with_1_when_not() {
    let (address, served) = stand_in("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let well = aldis(nowhere().path(), &["health", "--url", &format!("http://{address}")]);
    assert_eq!((well.code, well.out), (Some(0), format!("http://{address}/health/ready: 200, well\n")));
    let request = served.join().expect("served");
    assert!(
        request.starts_with("GET /health/ready HTTP/1.1\r\n") && request.contains(&format!("\r\nHost: {address}\r\n")),
        "{request}"
    );

    let (address, served) = stand_in("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    let unwell = aldis(nowhere().path(), &["health", "--live", "--bind", &address]);
    assert_eq!((unwell.code, unwell.out.as_str()), (Some(1), ""));
    assert!(unwell.err.starts_with(&format!("error: http://{address}/health/live answered 503")), "{}", unwell.err);
    assert!(served.join().expect("served").starts_with("GET /health/live HTTP/1.1\r\n"));
}

#[test]
fn health_of_a_node_that_is_not_there_exits_with_1() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let away = aldis(nowhere().path(), &["health", "--bind", &free.to_string()]);
    assert_eq!(away.code, Some(1));
    assert!(away.err.contains("is the node running?"), "{}", away.err);
}

#[test]
fn a_node_says_in_one_json_line_where_it_serves_and_ends_with_0_when_told_to_stop() {
    let dir = nowhere();
    let mut node = command(dir.path(), &["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--data-dir", "d"]);
    let mut node = node.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("aldis runs");
    let lines = BufReader::new(node.stderr.take().expect("piped")).lines().map_while(Result::ok);
    let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("every log line is JSON"));
    let mut lines = lines.inspect(|line| assert!(line["level"] != "error", "{line}"));
    let serving = lines.find(|line| line["message"] == "serving").expect("the node says that it serves");
    assert_eq!((&serving["first_start"], &serving["data_dir"]), (&true.into(), &"d".into()));
    assert!(serving["page"].as_str().is_some_and(|page| page.starts_with("http://localhost:")), "{serving}");
    let stop = Command::new("kill").args(["-INT", &node.id().to_string()]).status().expect("kill runs");
    assert!(stop.success());
    lines.for_each(drop);
    assert_eq!(node.wait().expect("the node ends").code(), Some(0));
}

#[test]
fn keys_are_made_rotated_and_listed_two_at_most() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["keys", "list"]);
    assert_eq!(none.code, Some(1));
    assert_eq!(none.err, "error: there is no key in ./data/keys yet; make one: aldis keys generate\n");
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
fn a_minted_token_is_good_until_its_key_is_gone() {
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
    assert!(bad.err.starts_with("error: the token is not good for this node\n  = why: "), "{}", bad.err);
    assert!(bad.out.contains("\"name\": \"Ada\""), "what it says is shown all the same: {}", bad.out);
}

#[test]
fn many_tokens_are_one_a_line_each_for_somebody_else() {
    let dir = nowhere();
    aldis(dir.path(), &["keys", "generate"]);
    let many = aldis(dir.path(), &["token", "mint", "--count", "20", "--json"]);
    let lines = many.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let users: std::collections::BTreeSet<_> = lines.map(|line| line["user"].to_string()).collect();
    assert_eq!(users.len(), 20);
    assert!(many.out.lines().last().is_some_and(|line| line.contains("\"name\":\"Guest 20\"")), "{}", many.out);
}

#[test]
fn a_token_may_come_by_standard_input_and_a_wrong_life_is_told() {
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
