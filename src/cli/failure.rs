//! Why a command did not do what it was asked, and the exit code that says so. Must not know commands.

use std::io;
use std::process::ExitCode;

use crate::config::ConfigError;

/// Why a command did not do what it was asked.
pub(super) enum Failure {
    /// It tried and failed: exit code 1.
    Failed(anyhow::Error),
    /// It was asked wrongly: exit code 2.
    Config(ConfigError),
}

impl Failure {
    /// Tells standard error, and gives the exit code.
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

/// What failed, and why, each cause on its own line.
fn causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).collect::<Vec<_>>().join("\n  = why: ")
}

/// Whether the reader of our output had enough, as `aldis config default | head` does.
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
