//! A Redis of a test's own: a process on a socket in a folder of its own, stopped when it is dropped.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// Where its socket is, and what it persists.
    pub(crate) folder: tempfile::TempDir,
    /// What it is started with beside that, also the next time.
    pub(crate) arguments: Vec<String>,
}

impl Server {
    /// Starts one, without persistence.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with these further arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { process: run(&folder, &arguments), folder, arguments }
    }

    /// Kills it; what it does not persist is lost.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it runs");
    }

    /// Starts it again, empty but for what it persists.
    pub(crate) fn restart(&mut self) {
        std::fs::remove_file(self.folder.path().join("s")).expect("the socket of the one before");
        self.process = run(&self.folder, &self.arguments);
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("s").display())
    }
}

fn run(folder: &tempfile::TempDir, arguments: &[String]) -> Child {
    let socket = folder.path().join("s");
    let process = Command::new("redis-server")
        .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
        .arg(&socket)
        .arg("--dir")
        .arg(folder.path())
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server runs: apt-get install redis-server");
    let until = Instant::now() + Duration::from_secs(10);
    while std::os::unix::net::UnixStream::connect(&socket).is_err() {
        assert!(Instant::now() < until, "redis-server answers within ten seconds");
        std::thread::yield_now();
    }
    process
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
