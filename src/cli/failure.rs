//! Why a command failed, and its exit code. Must not know commands.

use std::io;
use std::process::ExitCode;

use crate::config::ConfigError;

/// Why a command failed.
pub(super) enum Failure {
    /// A failure: exit code 1.
    Failed(anyhow::Error),
    /// A configuration error: exit code 2.
    Config(ConfigError),
}

impl Failure {
    /// Prints the failure to standard error and returns the exit code.
    pub(super) fn report(self) -> ExitCode {
        match self {
            Self::Failed(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
            Self::Failed(error) => {
                eprintln!("error: {}", causes(&error));
                ExitCode::from(1)
            }
            Self::Config(error) => {
                eprint!("{error}");
                ExitCode::from(2)
            }
        }
    }
}

/// What failed and why, each cause on its own line.
fn causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join("\n  = why: ")
}

/// Whether the reader closed our output, as `aldis config default | head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
