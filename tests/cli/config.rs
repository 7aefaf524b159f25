//! `aldis config`, and an invalid configuration with any command.

use std::fs;
use std::net::{TcpListener, UdpSocket};

use crate::{aldis, command, ended, nowhere};

#[test]
fn config_default_is_the_documented_file_byte_by_byte() {
    let printed = aldis(nowhere().path(), &["config", "default"]);
    let file =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/aldis.toml")).expect("the file is there");
    assert_eq!(printed.code, Some(0));
    assert!(printed.out == file, "config/aldis.toml differs from `aldis config default`");
}

#[test]
fn config_schema_is_a_json_schema_of_the_file() {
    let printed = aldis(nowhere().path(), &["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&printed.out).expect("JSON");
    assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], false);
    let bind = &schema["properties"]["http"]["properties"]["bind"];
    assert_eq!((&bind["type"], &bind["default"]), (&"string".into(), &"127.0.0.1:8080".into()), "{bind}");
}

#[test]
fn config_check_reports_what_it_checked() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["config", "check"]);
    assert_eq!((none.code, none.out.as_str()), (Some(0), "no file, the defaults: OK (keys set: 0)\n"));
    fs::write(dir.path().join("mine.toml"), "[http]\nbind = '0.0.0.0:0'\n").expect("writable");
    let named = aldis(dir.path(), &["config", "check", "mine.toml"]);
    assert_eq!((named.code, named.out.as_str()), (Some(0), "mine.toml: OK (keys set: 1)\n"));
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
    let ports = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"];
    let other =
        ended(command(dir.path(), &[&["config", "check"], &ports[..]].concat()).env("ALDIS_CONFIG", "other.toml"));
    assert_eq!((other.code, other.err.as_str()), (Some(0), ""));
}

#[test]
fn an_invalid_configuration_exits_with_2_for_any_command() {
    let dir = nowhere();
    fs::write(dir.path().join("wrong.toml"), "[http]\nbind = 8080\n").expect("writable");
    let expected = "error: wrong value for `http.bind`\n --> wrong.toml:2:8\n  |\n2 | bind = 8080\n  |        ^^^^ this is a bare number\n  |\n  \
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
fn an_unknown_variable_is_a_warning_and_those_of_kubernetes_are_ignored() {
    let dir = nowhere();
    let check = |name: &str, value: &str| ended(command(dir.path(), &["config", "check"]).env(name, value));
    let unknown = check("ALDIS_HTTP_BIND", "0.0.0.0:80");
    assert_eq!(unknown.code, Some(0), "{}", unknown.err);
    assert!(unknown.err.contains("help: did you mean ALDIS_HTTP__BIND?"), "{}", unknown.err);
    let link = check("ALDIS_PORT", "tcp://10.0.0.1:8080");
    assert_eq!(link.code, Some(0), "{}", link.err);
    assert!(link.err.contains("enableServiceLinks: false"), "{}", link.err);
}

#[test]
fn config_check_looks_at_files_directories_and_ports_and_tells_all_mistakes_at_once() {
    let dir = nowhere();
    fs::write(dir.path().join("file"), "").expect("writable");
    fs::write(dir.path().join("token"), "x".repeat(40)).expect("writable");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").to_string();
    let held = TcpListener::bind(&taken).expect("the same port");
    let arguments = [
        &["config", "check", "--bind", "192.0.2.1:8080", "--admin-bind", &taken, "--data-dir", "file/data"][..],
        &["--set", "http.tls_cert=no.crt", "--set", "http.tls_key=no.key", "--set", "admin.token_file=token"],
        &[
            "--set",
            "node.ready_file=file/ready.json",
            "--set",
            "room.participants_default=101",
            "--set",
            "auth.access_ttl=1s",
        ],
    ];
    let rules = aldis(dir.path(), &arguments.concat());
    assert_eq!(rules.code, Some(2));
    for key in ["room.participants_default", "auth.access_ttl"] {
        assert!(rules.err.contains(&format!("error: wrong value for `{key}`")), "{key}: {}", rules.err);
    }
    let found =
        aldis(dir.path(), &[arguments[0], arguments[1], &["--set", "node.ready_file=file/ready.json"]].concat());
    assert_eq!((found.code, found.out.as_str()), (Some(2), ""));
    for part in [
        "cannot listen on 192.0.2.1:8080",
        "no.crt",
        "file is not a directory",
        "token can be read by other users (mode 6",
        &format!("{taken} is in use now"),
        "5 mistakes in the configuration.",
    ] {
        assert!(found.err.contains(part), "{part}: {}", found.err);
    }
    drop(held);
}

#[test]
fn config_check_asks_the_services_if_told_to() {
    let dir = nowhere();
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let url = format!("ice.stun_urls=stun:127.0.0.1:{}", silent.local_addr().expect("an address").port());
    let ports = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--set", &url];
    let quiet = aldis(dir.path(), &[&["config", "check"], &ports[..]].concat());
    assert_eq!(quiet.code, Some(0), "{}", quiet.err);
    let probed = aldis(dir.path(), &[&["config", "check", "--probe"], &ports[..]].concat());
    assert_eq!(probed.code, Some(2));
    assert!(probed.err.contains("stun:127.0.0.1:") && probed.err.contains("does not answer"), "{}", probed.err);
}

#[test]
fn a_configuration_file_that_is_missing_is_named() {
    let wrong = aldis(nowhere().path(), &["--config", "no/such.toml"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.starts_with("error: cannot read the configuration file no/such.toml\n"), "{}", wrong.err);
}

#[test]
fn config_show_prints_sources_and_hides_secrets() {
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
    let memory = shown.out.lines().find_map(|line| line.strip_prefix("# memory_max is not set: "));
    let (number, set_by) = memory.and_then(|told| told.split_once(" MiB, ")).expect("what holds instead");
    assert!(number.parse::<u64>().is_ok_and(|number| number > 0) && !set_by.is_empty(), "{number}, {set_by}");
}
