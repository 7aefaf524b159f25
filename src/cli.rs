//! The command line: what `aldis` may be asked, and what each answer exits with
//! (0 done, 1 failed, 2 asked wrongly: usage or configuration). Must not know how a node works.

mod completions;
mod config;
mod failure;
mod flags;
mod health;
mod keys;
mod serve;
mod token;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;
use flags::Flags;

const EXAMPLES: &str = "\
Examples:
  aldis                                         serve on http://localhost:8080, data in ./data
  aldis --bind 0.0.0.0:8080 --data-dir /var/lib/aldis
  aldis config default > config/aldis.toml      every key with its why; edit, then:
  aldis config check
  ALDIS_ROOM__SEAT_WINDOW=10s aldis             any key by environment
  aldis --set room.seat_window=10s              any key by flag
  aldis health                                  for probes of containers and load balancers

Exit codes: 0 done, 1 failed, 2 asked wrongly (usage or configuration).
Configuration: defaults < config/aldis.toml (or --config, ALDIS_CONFIG) < ALDIS_… environment < flags.";

/// WebRTC signaling in one binary: browsers find each other, exchange offers, answers and candidates, and talk.
#[derive(Debug, Parser)]
#[command(name = "aldis", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Aldis {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve: the page, REST, WebSockets and, for operators, metrics. What `aldis` alone does
    #[command(after_help = serve::HELP)]
    Serve(Flags),
    /// Check, print or explain the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Make, rotate or list the keys that sign access tokens
    Keys(keys::KeysCommand),
    /// Mint access tokens for operators and load testers, or look into one
    Token(token::TokenCommand),
    /// Ask a running node whether it is well; exit code 0 if it is, 1 if not
    Health(health::HealthCommand),
    /// Print a completion script for a shell
    #[command(after_help = completions::HELP)]
    Completions(completions::CompletionsCommand),
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Does what the process's arguments ask, and says how it went.
#[must_use]
pub fn run() -> ExitCode {
    let asked = Aldis::parse();
    match asked.answer(&mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

impl Aldis {
    fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.command {
            None => serve::serve(&self.flags),
            Some(Command::Serve(flags)) => serve::serve(&flags),
            Some(Command::Config(command)) => command.answer(out),
            Some(Command::Keys(command)) => command.answer(out),
            Some(Command::Token(command)) => command.answer(out),
            Some(Command::Health(command)) => command.answer(out),
            Some(Command::Completions(command)) => command.answer(&mut Self::command(), out),
            Some(Command::Man) => Ok(clap_mangen::Man::new(Self::command()).render(out)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_put_together_rightly() {
        Aldis::command().debug_assert();
    }

    #[test]
    fn serving_needs_no_word_and_takes_the_same_flags() {
        let bare = Aldis::try_parse_from(["aldis", "--bind", "0.0.0.0:1"]).expect("right");
        assert!(bare.command.is_none());
        let named = Aldis::try_parse_from(["aldis", "serve", "--bind", "0.0.0.0:1"]).expect("right");
        assert!(
            matches!(named.command, Some(Command::Serve(flags)) if flags.values()[0].text == bare.flags.values()[0].text)
        );
    }
}
