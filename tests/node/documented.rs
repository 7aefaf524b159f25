//! Every shell line of README.md, SECURITY.md and docs/operate.md, in order: it is run against a node and does what the page says,
//! or the table says why it is not run here.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::Node;

/// What becomes of a line.
enum How {
    /// Run beside the node; its output has this text.
    Here(&'static str),
    /// Run in a directory of its own, where no node runs; its output has this text.
    Apart(&'static str),
    /// Run as [`How::Here`] once the node has stopped and its data directory was emptied.
    Stopped(&'static str),
    /// Not run, because …
    Not(&'static str),
}

use How::{Apart, Here, Not, Stopped};

/// Containers and services of a cluster.
const CLUSTER: &str =
    "`./test.sh deployment` runs the same files as processes; containers and services are not on every machine";

/// Whole lines with ids.
const OPERATED: &str = "it needs a room or an account; `operated.rs` runs it";

const LINES: &[(&str, How)] = &[
    ("cargo run --release", Not("it builds for minutes; each test of this folder starts the same program")),
    ("cp .env.example .env && config/secrets.sh", Apart("")),
    ("docker compose up --build --detach", Not(CLUSTER)),
    ("docker compose kill aldis-1", Not(CLUSTER)),
    ("docker compose up --detach --no-deps aldis-1", Not(CLUSTER)),
    ("./test.sh fast", Not("it runs this test")),
    ("./test.sh", Not("it runs this test")),
    ("./test.sh deployment", Not("a ring of its own")),
    ("curl --unix-socket data/admin.sock http://localhost/internal/tree", Here("\"kind\":\"user\"")),
    (
        "curl -H \"Authorization: Bearer $(cat data/admin.token)\" http://127.0.0.1:9090/internal/tree",
        Here("\"kind\":\"user\""),
    ),
    (
        "curl -H \"Authorization: Bearer $(cat data/admin.token)\" --json '{\"hostId\":\"auth0|ann\"}' http://127.0.0.1:9090/v1/rooms",
        Here("\"hostId\":\"auth0|ann\""),
    ),
    ("aldis --help", Apart("Usage: aldis")),
    ("aldis serve", Not("each test of this folder starts it")),
    ("aldis health", Here("healthy")),
    ("aldis config default", Apart("[http]")),
    ("aldis config schema", Apart("https://json-schema.org/draft/2020-12/schema")),
    ("aldis config schema > aldis.schema.json", Apart("")),
    ("aldis config check", Apart("OK")),
    ("aldis config check --probe", Apart("OK")),
    ("aldis node list", Here("it is alone")),
    ("aldis node drain", Not("it stops the node; `operated.rs` runs it")),
    ("ssh -L 9090:127.0.0.1:9090 call.example.org", Not("it needs another machine")),
    ("aldis keys", Not("`aldis keys list` and `rotate` are run")),
    ("aldis keys list", Here("current")),
    ("aldis keys rotate", Here("next")),
    ("aldis keys rotate --now", Here("current")),
    ("aldis keys rotate --leaked", Here("current")),
    ("aldis token mint", Here("eyJ")),
    ("aldis invite new", Here("/#/signup?invite=")),
    ("aldis invite new --data-dir /var/lib/aldis --email ann@example.org --expires 2d", Here("/#/signup?invite=")),
    ("aldis invite list --data-dir /var/lib/aldis", Here("ann@example.org")),
    ("aldis room list", Here(" seats")),
    ("aldis room show", Not(OPERATED)),
    ("aldis room close", Not(OPERATED)),
    ("aldis room kick", Not(OPERATED)),
    ("aldis user list", Here("ann@example.org")),
    ("aldis user show", Not(OPERATED)),
    ("aldis user disable", Not(OPERATED)),
    ("aldis user password", Not(OPERATED)),
    ("aldis user delete", Not(OPERATED)),
    ("aldis user logout", Not(OPERATED)),
    ("aldis room timeline abc-defg-hij", Not("timelines are off unless an operator wants them; `told.rs` runs it")),
    ("aldis webhook list", Here("0 wait, 0 were given up")),
    ("aldis webhook retry --all", Here("0 are sent again")),
    ("aldis api-key new --name shop", Here("secret  ")),
    ("aldis api-key list", Here("HS256")),
    ("aldis backup", Not("it needs a file's name; the whole line is run")),
    (
        "aldis backup --config /etc/aldis/aldis.toml --data-dir /var/lib/aldis /var/backups/aldis.tar --force",
        Here("made and read back"),
    ),
    ("aldis restore /var/backups/aldis.tar --data-dir /var/lib/aldis", Stopped("restored the backup")),
    ("openssl rand -base64 32 > /etc/aldis/keys.secret", Here("")),
    (
        "systemctl reload aldis",
        Not("systemd is not here; `./test.sh unit` reads the unit, and tests/edge/tls.rs changes certificates"),
    ),
    ("redis-cli --user operator --askpass replicaof no one", Not(CLUSTER)),
    ("pg_dump --format=custom", Not("PostgreSQL's own tool")),
];

/// Programs whose call in a sentence is a shell line, too.
const PROGRAMS: [&str; 9] =
    ["aldis", "curl", "docker", "cargo", "openssl", "systemctl", "redis-cli", "pg_dump", "./test.sh"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shell lines of a page: those of its blocks, and calls of these programs in sentences.
fn lines(page: &str) -> Vec<String> {
    let (mut all, mut block) = (Vec::new(), None);
    for line in page.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(language), None) => {
                assert!(!language.is_empty(), "a block without a language: is it a shell's?");
                block = Some(language);
            }
            (Some(_), Some(_)) => block = None,
            (None, Some("sh")) => all.extend(line.split(" && docker").enumerate().map(|(at, part)| {
                let part = part.split("  #").next().unwrap_or(part).trim();
                if at == 0 { part.to_owned() } else { format!("docker{part}", part = [" ", part].concat()) }
            })),
            (None, Some(_)) => {}
            (None, None) => {
                let spans = line.split('`').skip(1).step_by(2);
                let called =
                    spans.filter(|span| span.split_once(' ').is_some_and(|(first, _)| PROGRAMS.contains(&first)));
                all.extend(called.map(str::to_owned));
            }
        }
    }
    all
}

/// Runs a line with a shell; its output.
fn run(line: &str, at: &Path, binds: [&str; 2]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_aldis")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", line]).current_dir(at).env("PATH", path);
    let ran = shell.env("ALDIS_HTTP__BIND", binds[0]).env("ALDIS_ADMIN__BIND", binds[1]).output().expect("a shell");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (out, err) = (text(ran.stdout), text(ran.stderr));
    assert!(ran.status.success(), "{line}\n{out}{err}");
    out
}

#[tokio::test]
async fn every_shell_line_of_the_documents_does_what_they_say_or_says_why_it_is_not_run() {
    let mut node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let apart = tempfile::tempdir().expect("a temporary directory");
    for name in [".env.example", "config"] {
        let copied = Command::new("cp").arg("-r").arg(root().join(name)).arg(apart.path()).status();
        assert!(copied.expect("cp runs").success());
    }
    fs::write(node.path("aldis.toml"), "").expect("writable");
    let here = |line: &str| {
        let line = line.replace("/etc/aldis/", "").replace("/var/lib/aldis", "data").replace("/var/backups/", "");
        line.replace("127.0.0.1:9090", &node.admin)
    };
    let (mut used, mut last) = (vec![false; LINES.len()], Vec::new());
    for page in ["README.md", "SECURITY.md", "docs/operate.md"] {
        for line in lines(&fs::read_to_string(root().join(page)).expect("the page")) {
            let known = LINES.iter().position(|(known, _)| *known == line);
            let known = known.unwrap_or_else(|| panic!("{page}: {line}: say here how it is run, or why it is not"));
            if std::mem::replace(&mut used[known], true) {
                continue;
            }
            let (says, out) = match &LINES[known].1 {
                Here(says) => (says, run(&here(&line), node.dir().path(), [&node.http, &node.admin])),
                Apart(says) => (says, run(&line, apart.path(), ["127.0.0.1:0"; 2])),
                Stopped(says) => {
                    last.push((here(&line), *says));
                    continue;
                }
                Not(why) => {
                    assert!(!why.is_empty());
                    continue;
                }
            };
            assert!(out.contains(says), "{page}: {line}: {says:?} is missing in {out}");
        }
    }
    let stale: Vec<_> = LINES.iter().zip(used).filter(|(_, used)| !used).map(|((line, _), _)| line).collect();
    assert!(stale.is_empty(), "in no document: {stale:?}");
    node.signal("-TERM");
    node.log_at_end().await;
    fs::rename(node.path("data"), node.path("before")).expect("moved");
    for (line, says) in last {
        let out = run(&line, node.dir().path(), ["127.0.0.1:0"; 2]);
        assert!(out.contains(says), "{line}: {says:?} is missing in {out}");
    }
    node.again().await;
    let url = format!("http://{}/api/rooms/{room}", node.http);
    let login = serde_json::json!({ "email": "ann@example.org", "password": "a long enough password" });
    let login = reqwest::Client::new().post(format!("http://{}/api/auth/login", node.http)).json(&login).send().await;
    let login: serde_json::Value = login.expect("an answer").json().await.expect("JSON");
    let token = login["accessToken"].as_str().expect("a token");
    let seen = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
    assert_eq!(seen.status(), 200, "the room is restored");
    let secrets: PathBuf = apart.path().join("secrets/key_secret");
    assert!(secrets.exists(), "config/secrets.sh makes secrets");
}
