//! A node in a separate process.

use std::{
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{interval, timeout};

use crate::socket::Socket;

/// Timeout of every wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How often the node's files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running node; killed when the test is done with it.
pub(super) struct Node {
    child: Child,
    dir: Arc<TempDir>,
    arguments: Vec<String>,
    pub(super) http: String,
    pub(super) admin: String,
}

impl Node {
    /// Starts a node on free ports with these further arguments.
    pub(super) async fn start(arguments: &[&str]) -> Self {
        Self::start_by(aldis(), arguments, None).await
    }

    /// The same, with at most this many open files.
    pub(super) async fn start_with_files(files: u32, arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n $0 && exec \"$@\"", &files.to_string(), env!("CARGO_BIN_EXE_aldis")]);
        Self::start_by(shell, arguments, None).await
    }

    /// The same, with this standard error instead of a log file.
    pub(super) async fn start_with_stderr(stderr: Stdio, arguments: &[&str]) -> Self {
        Self::start_by(aldis(), arguments, Some(stderr)).await
    }

    /// The same, in the directory of an earlier one or of several.
    pub(super) async fn start_in(dir: Arc<TempDir>, arguments: &[&str]) -> Self {
        Self::spawn(dir, aldis(), arguments, None).await
    }

    /// The same, as this user: root alone can.
    pub(super) async fn start_as(user: u32, dir: Arc<TempDir>, arguments: &[&str]) -> Self {
        let mut command = aldis();
        command.uid(user).gid(user);
        Self::spawn(dir, command, arguments, None).await
    }

    /// Kills the node and starts it again with its data.
    pub(super) async fn killed_and_restarted(mut self) -> Self {
        self.signal("-KILL");
        self.again().await;
        self
    }

    async fn start_by(command: Command, arguments: &[&str], stderr: Option<Stdio>) -> Self {
        let dir = Arc::new(tempfile::tempdir().expect("a temporary directory"));
        Self::spawn(dir, command, arguments, stderr).await
    }

    async fn spawn(dir: Arc<TempDir>, command: Command, arguments: &[&str], stderr: Option<Stdio>) -> Self {
        // Built with the whole workspace, the HTTP client of these tests has TLS, and wants to know whose.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let _ = std::fs::remove_file(dir.path().join("log")); // an earlier node's
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let child = spawn(command, dir.path(), &arguments, stderr);
        let mut node = Self { child, dir, arguments, http: String::new(), admin: String::new() };
        node.is_ready().await;
        node
    }

    /// Starts it again on the same data, when it has ended; its addresses are other ones.
    pub(super) async fn again(&mut self) {
        self.log_at_end().await;
        self.child = spawn(aldis(), self.dir.path(), &self.arguments, None);
        self.is_ready().await;
    }

    /// Access tokens of this many new users.
    pub(super) fn tokens(&self, count: usize) -> Vec<String> {
        let mut command = aldis();
        command.args(["token", "mint", "--json", "--data-dir", "data", "--count", &count.to_string()]);
        command.args(&self.arguments); // which database has the keys
        let minted = command.current_dir(self.dir.path()).output().expect("aldis starts");
        let lines = String::from_utf8(minted.stdout).expect("text");
        let token =
            |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["token"].as_str().map(str::to_owned);
        let tokens: Vec<_> = lines.lines().filter_map(token).collect();
        assert_eq!(tokens.len(), count, "{}", String::from_utf8_lossy(&minted.stderr));
        tokens
    }

    async fn is_ready(&mut self) {
        let ready = self.dir.path().join("ready.json");
        let addresses = self.until_ready(&ready).await;
        let address = |name: &str| addresses[name].as_str().expect("an address").to_owned();
        (self.http, self.admin) = (address("http"), address("admin"));
    }

    async fn until_ready(&mut self, ready: &Path) -> Value {
        let (until, mut look) = (Instant::now() + PATIENCE, interval(LOOK_EVERY));
        loop {
            if let Some(addresses) = std::fs::read(ready).ok().and_then(|text| serde_json::from_slice(&text).ok()) {
                return addresses; // it may be half written at first
            }
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none() && Instant::now() < until, "the node does not serve:\n{}", self.log());
            look.tick().await;
        }
    }

    /// The directory that the node was started in.
    pub(super) fn dir(&self) -> Arc<TempDir> {
        Arc::clone(&self.dir)
    }

    /// Another command in that directory, run to its end: its exit code, output and errors.
    pub(super) fn aldis(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let ran = Command::new(env!("CARGO_BIN_EXE_aldis")).args(arguments).current_dir(self.dir.path()).output();
        let ran = ran.expect("aldis runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (ran.status.code(), text(ran.stdout), text(ran.stderr))
    }

    /// A file in the directory that the node was started in.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A file in the node's data directory.
    pub(super) fn data(&self, name: &str) -> PathBuf {
        self.path("data").join(name)
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).expect("the log is there")
    }

    /// Waits until the log has this text.
    pub(super) async fn until_logged(&self, text: &str) {
        let (until, mut look) = (Instant::now() + 2 * PATIENCE, interval(LOOK_EVERY));
        while !self.log().contains(text) {
            assert!(Instant::now() < until, "the log does not say `{text}`: {}", self.log());
            look.tick().await;
        }
    }

    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits until the process ends by itself.
    pub(super) async fn ended(mut self) -> (ExitStatus, String) {
        self.end().await
    }

    /// The same; the node's files stay until it is dropped.
    pub(super) async fn end(&mut self) -> (ExitStatus, String) {
        let log = self.log_at_end().await;
        (self.child.wait().expect("it has ended"), log)
    }

    /// Its log, once it has ended.
    pub(super) async fn log_at_end(&mut self) -> String {
        let (until, mut look) = (Instant::now() + PATIENCE, interval(LOOK_EVERY));
        while self.child.try_wait().expect("a child can be asked").is_none() {
            assert!(Instant::now() < until, "the node does not end:\n{}", self.log());
            look.tick().await;
        }
        self.log()
    }

    pub(super) async fn get(&self, address: &str, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{address}{path}")).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }

    /// Waits until readiness is answered with this status; how long it took.
    pub(super) async fn until_ready_is(&self, status: u16) -> Duration {
        let begun = Instant::now();
        while self.get(&self.admin, "/health/ready").await.0 != status {
            assert!(begun.elapsed() < PATIENCE, "readiness does not become {status}");
        }
        begun.elapsed()
    }

    /// A new account; answers its access token.
    pub(super) async fn sign_up(&self, name: &str) -> String {
        let body =
            json!({ "email": format!("{name}@example.org"), "password": "a long enough password", "name": name });
        let client = reqwest::Client::new();
        let url = format!("http://{}/api/auth/signup", self.http);
        let answer = client.post(url).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 201);
        let answer: Value = answer.json().await.expect("JSON");
        answer["accessToken"].as_str().expect("a token").to_owned()
    }

    /// Who has this token: the answer's status, and the account.
    pub(super) async fn me(&self, token: &str) -> (u16, Value) {
        let url = format!("http://{}/api/auth/me", self.http);
        let answer = reqwest::Client::new().get(url).bearer_auth(token).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// The ids of the keys that it publishes, the signing one first.
    pub(super) async fn keys(&self) -> Vec<String> {
        let (_, text) = self.get(&self.http, "/.well-known/jwks.json").await;
        let published: Value = serde_json::from_str(&text).expect("JSON");
        let keys = published["keys"].as_array().expect("keys").iter();
        keys.map(|key| key["kid"].as_str().expect("an id").to_owned()).collect()
    }

    /// The operators' token.
    pub(super) fn operator(&self) -> String {
        let token = std::fs::read_to_string(self.data("admin.token")).expect("made at the first start");
        token.trim().to_owned()
    }

    /// A new room of this host.
    pub(super) async fn room(&self, token: &str) -> String {
        self.room_with(token, json!({})).await
    }

    /// The same, with these settings.
    pub(super) async fn room_with(&self, token: &str, settings: Value) -> String {
        let url = format!("http://{}/api/rooms", self.http);
        let answer = reqwest::Client::new().post(url).bearer_auth(token).json(&settings).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        answer["roomId"].as_str().expect("a room id").to_owned()
    }

    /// A socket that has sent hello.
    pub(super) async fn socket(&self, token: &str) -> Socket {
        let mut socket = self.greeting(token).await;
        socket.hears("welcome").await;
        socket
    }

    /// What a socket hears whose hello is refused, and the close code.
    pub(super) async fn refused_socket(&self, token: &str) -> (Vec<String>, Option<u16>) {
        let mut socket = self.greeting(token).await;
        let mut heard = Vec::new();
        loop {
            match timeout(PATIENCE, socket.next()).await.expect("the socket is closed") {
                Ok(message) => heard.push(message["type"].as_str().expect("a type").to_owned()),
                Err(code) => return (heard, code),
            }
        }
    }

    async fn greeting(&self, token: &str) -> Socket {
        let socket = Socket::open(&self.http, false).await.expect("a socket");
        socket.says(json!({ "type": "hello", "data": { "token": token } }));
        socket
    }
}

fn aldis() -> Command {
    Command::new(env!("CARGO_BIN_EXE_aldis"))
}

/// Starts a node in this directory, its data in `data` and its ports free ones unless the arguments say otherwise.
fn spawn(mut command: Command, dir: &Path, arguments: &[String], stderr: Option<Stdio>) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(dir.join("log")).expect("a log file");
    let _ = std::fs::remove_file(dir.join("ready.json")); // a killed node leaves it behind
    let unless_named = |flag: &'static str, value: &'static str| {
        let is_named = arguments.iter().any(|argument| argument == flag);
        [flag, value].into_iter().filter(move |_| !is_named)
    };
    command
        .args(["serve", "--bind", "127.0.0.1:0"])
        .args(unless_named("--data-dir", "data"))
        .args(unless_named("--admin-bind", "127.0.0.1:0"))
        .args(["--ready-file", "ready.json"])
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(stderr.unwrap_or_else(|| log.into()))
        .spawn()
        .expect("aldis starts")
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}
