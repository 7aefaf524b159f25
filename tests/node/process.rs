//! A node in a separate process, and its clients.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// Timeout of every wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running node; killed when the test is done with it.
pub(super) struct Node {
    child: Child,
    dir: TempDir,
    pub(super) http: String,
    pub(super) admin: String,
}

/// A user's socket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Node {
    /// Starts a node on free ports with these further arguments.
    pub(super) async fn start(arguments: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_aldis")), arguments, None).await
    }

    /// The same, with at most this many open files.
    pub(super) async fn start_with_files(files: u32, arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n $0 && exec \"$@\"", &files.to_string(), env!("CARGO_BIN_EXE_aldis")]);
        Self::start_by(shell, arguments, None).await
    }

    /// The same, with this standard error instead of a log file.
    pub(super) async fn start_with_stderr(stderr: Stdio, arguments: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_aldis")), arguments, Some(stderr)).await
    }

    async fn start_by(command: Command, arguments: &[&str], stderr: Option<Stdio>) -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary directory"), command, arguments, stderr).await
    }

    /// The same, in this directory.
    pub(super) async fn start_with_dir(dir: TempDir, arguments: &[&str]) -> Self {
        Self::start_in(dir, Command::new(env!("CARGO_BIN_EXE_aldis")), arguments, None).await
    }

    /// Kills the node and starts it again with its data.
    pub(super) async fn killed_and_restarted(mut self, arguments: &[&str]) -> Self {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it has ended");
        std::fs::remove_file(self.path("ready.json")).expect("it served");
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().expect("a temporary directory"));
        Self::start_in(dir, Command::new(env!("CARGO_BIN_EXE_aldis")), arguments, None).await
    }

    async fn start_in(dir: TempDir, mut command: Command, arguments: &[&str], stderr: Option<Stdio>) -> Self {
        // Built with the whole workspace, the HTTP client of these tests has TLS, and wants to know whose.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let ready = dir.path().join("ready.json");
        let log = std::fs::File::create(dir.path().join("log")).expect("a log file");
        let child = command
            .args(["serve", "--bind", "127.0.0.1:0", "--data-dir", "data"])
            .args(if arguments.contains(&"--admin-bind") { &[][..] } else { &["--admin-bind", "127.0.0.1:0"] })
            .args(["--ready-file", "ready.json"])
            .args(arguments)
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stderr(stderr.unwrap_or_else(|| log.into()))
            .spawn()
            .expect("aldis starts");
        let mut node = Self { child, dir, http: String::new(), admin: String::new() };
        let addresses = node.until_ready(&ready).await;
        let address = |name: &str| addresses[name].as_str().expect("an address").to_owned();
        (node.http, node.admin) = (address("http"), address("admin"));
        node
    }

    async fn until_ready(&mut self, ready: &Path) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(text) = std::fs::read_to_string(ready) {
                return serde_json::from_str(&text).expect("the ready file is JSON");
            }
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(ended.is_none() && Instant::now() < until, "the node does not serve:\n{}", self.log());
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
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

    async fn log_at_end(&mut self) -> String {
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a child can be asked").is_none() {
            assert!(Instant::now() < until, "the node does not end:\n{}", self.log());
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
        self.log()
    }

    pub(super) async fn get(&self, address: &str, path: &str) -> (u16, String) {
        let answer = reqwest::get(format!("http://{address}{path}")).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
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

    /// A new room of this host.
    pub(super) async fn room(&self, token: &str) -> String {
        let url = format!("http://{}/api/rooms", self.http);
        let answer = reqwest::Client::new().post(url).bearer_auth(token).json(&json!({})).send().await;
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
        while let Some(Ok(frame)) = timeout(PATIENCE, socket.0.next()).await.expect("the socket is closed") {
            match frame {
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    heard.push(message["type"].as_str().expect("a type").to_owned());
                }
                Message::Close(frame) => return (heard, frame.map(|frame| frame.code.into())),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
        (heard, None)
    }

    async fn greeting(&self, token: &str) -> Socket {
        let mut request = format!("ws://{}/ws", self.http).into_client_request().expect("a request");
        let protocol = "aldis.v1".parse().expect("a header");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, answer) = tokio_tungstenite::connect_async(request).await.expect("a socket");
        assert_eq!(answer.headers()["sec-websocket-protocol"], "aldis.v1");
        let mut socket = Socket(socket);
        socket.says(json!({ "type": "hello", "data": { "token": token } })).await;
        socket
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

impl Socket {
    pub(super) async fn says(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.expect("sent");
    }

    /// The next message of this type; others before it are skipped.
    pub(super) async fn hears(&mut self, kind: &str) -> Value {
        let hearing = async {
            loop {
                let heard = self.0.next().await.unwrap_or_else(|| panic!("closed before {kind}"));
                if let Message::Text(text) = heard.expect("a frame") {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    if message["type"] == kind {
                        return message;
                    }
                }
            }
        };
        timeout(PATIENCE, hearing).await.unwrap_or_else(|_| panic!("{kind} does not come"))
    }

    pub(super) async fn joins(&mut self, room: &str) -> Value {
        self.says(json!({ "type": "join_room", "data": { "roomId": room } })).await;
        self.hears("room_joined").await["data"].clone()
    }

    /// That the node still answers.
    pub(super) async fn is_alive(&mut self) {
        self.says(json!({ "type": "heartbeat", "data": {} })).await;
        self.hears("heartbeat_ack").await;
    }

    /// The close code with which the node ends the socket.
    pub(super) async fn is_closed(&mut self) -> Option<u16> {
        let closing = async {
            while let Some(heard) = self.0.next().await {
                if let Ok(Message::Close(frame)) = heard {
                    return frame.map(|frame| frame.code.into());
                }
            }
            None
        };
        timeout(PATIENCE, closing).await.expect("the socket is closed")
    }
}
