//! The `aldis` command line: output, its stream, and exit codes.

#[path = "cli/api_key.rs"]
mod api_key;
#[path = "cli/backup.rs"]
mod backup;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/documents.rs"]
mod documents;
#[path = "cli/health.rs"]
mod health;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/node.rs"]
mod node;
#[path = "cli/usage.rs"]
mod usage;

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A command's output and exit code.
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
