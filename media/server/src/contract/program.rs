//! A media server as a process of a case's own: started at free ports, sent signals, killed when the case ends.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::{interval, timeout},
};

use super::Client;

/// The secret of every server of the suite.
pub(super) const SECRET: &str = "a secret of the contract suite";
const WITHIN: Duration = Duration::from_secs(20);

/// A program that speaks the contract.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

/// A running one. It is killed when dropped.
pub struct Running {
    /// Speaks to it.
    pub client: Client,
    process: Child,
}

impl Program {
    /// The program at this path.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self(path.as_ref().to_owned())
    }

    /// Runs it with these flags, until it has ended: exit code, and what it logged.
    ///
    /// # Panics
    /// It does not start, or does not end.
    pub async fn ends(&self, flags: &[&str], secret: Option<&str>) -> (i32, String) {
        let mut command = self.command(flags);
        if let Some(secret) = secret {
            command.env("ALDIS_MEDIA_SECRET", secret);
        }
        let output = timeout(WITHIN, command.output()).await.expect("it ends in time").expect("it starts");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
    }

    /// Starts it with these flags, besides those that every case needs.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(&self, flags: &[&str]) -> Running {
        let ready = std::env::temp_dir().join(format!("aldis-media-{}.json", uuid::Uuid::new_v4()));
        let log = if flags.contains(&"--log") { &[][..] } else { &["--log", "debug"] };
        let mut process = self
            .command(&["--bind", "127.0.0.1:0", "--rtc-bind", "127.0.0.1:0"])
            .args(log)
            .args(flags)
            .arg("--ready-file")
            .arg(&ready)
            .env("ALDIS_MEDIA_SECRET", SECRET)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let address = async {
            let mut look = interval(Duration::from_millis(10));
            loop {
                look.tick().await;
                if let Ok(text) = std::fs::read_to_string(&ready) {
                    return text;
                }
                if process.try_wait().expect("a child").is_some() {
                    return String::new();
                }
            }
        };
        let text = timeout(WITHIN, address).await.expect("it serves in time");
        let _ = std::fs::remove_file(&ready);
        let address: serde_json::Value = serde_json::from_str(&text).expect("its address; it may have ended at once");
        let base = format!("http://{}", address["http"].as_str().expect("an address"));
        Running { client: Client::new(base, SECRET), process }
    }

    fn command(&self, flags: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(flags).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

impl Running {
    /// Sends it a signal: `TERM`, `KILL`.
    ///
    /// # Panics
    /// It has ended before.
    pub async fn signal(&self, name: &str) {
        let pid = self.process.id().expect("it runs").to_string();
        let sent = Command::new("kill").arg(format!("-{name}")).arg(pid).status().await;
        assert!(sent.expect("kill runs").success());
    }

    /// Waits until it has ended: exit code, and all it logged.
    ///
    /// # Panics
    /// It does not end.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        let mut stderr = self.process.stderr.take().expect("piped");
        let read = stderr.read_to_string(&mut log);
        timeout(WITHIN, read).await.expect("it ends in time").expect("text");
        (self.process.wait().await.expect("a child").code(), log)
    }
}
