//! `aldis completions SHELL`: a script that completes commands and flags. Must not know commands.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use super::failure::Failure;

pub(super) const HELP: &str = "\
Examples:
  aldis completions bash > /etc/bash_completion.d/aldis
  aldis completions zsh > \"${fpath[1]}/_aldis\"
  aldis completions fish > ~/.config/fish/completions/aldis.fish";

#[derive(Debug, Args)]
pub(super) struct CompletionsCommand {
    /// The shell
    shell: Shell,
}

impl CompletionsCommand {
    pub(super) fn answer(self, command: &mut clap::Command, out: &mut dyn Write) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "aldis", &mut script);
        Ok(out.write_all(&script)?)
    }
}
