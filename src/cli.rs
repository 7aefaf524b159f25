//! The command line: subcommands and exit codes (0 success, 1 failure, 2 usage or configuration error). Must not know
//! how a node works.

mod api_key;
mod backup;
mod completions;
mod config;
mod door;
mod failure;
mod flags;
mod health;
mod invite;
mod keys;
mod node;
mod ring;
mod room;
mod serve;
mod stats;
mod token;
mod user;
mod webhook;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;
use flags::Flags;

const EXAMPLES: &str = "\
Examples:
  aldis                                         serve on http://localhost:8080, data in ./data
  aldis --bind 0.0.0.0:8080 --data-dir /var/lib/aldis
  aldis config default > config/aldis.toml      every setting with its rationale; edit, then:
  aldis config check
  ALDIS_ROOM__SEAT_WINDOW=10s aldis             any key by environment
  aldis --set room.seat_window=10s              any key by flag
  aldis backup aldis.tar                        database, keys and configuration, while the node runs
  aldis health                                  for probes of containers and load balancers

Exit codes: 0 success, 1 failure, 2 usage or configuration error.
Configuration: defaults < config/aldis.toml (or --config, ALDIS_CONFIG) < ALDIS_… environment < flags.";

/// WebRTC signaling in one binary: browsers find each other, exchange offers, answers and candidates, and chat.
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
    /// Serve the page, REST, WebSockets and, on the admin listener, metrics (the default command)
    #[command(after_help = serve::HELP)]
    Serve(Flags),
    /// Check, print or explain the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Generate, rotate or list the keys that sign access tokens; asks the running node, if there is one
    Keys(keys::KeysCommand),
    /// Make, list or revoke invites to sign up; asks the running node
    Invite(invite::InviteCommand),
    /// Make, list or revoke keys that other people's backends sign tokens with; asks the running node, if there is one
    ApiKey(api_key::ApiKeyCommand),
    /// List the nodes of the cluster; asks the running node
    Node(node::NodeCommand),
    /// List, show, close or open rooms, show what happened in one, or remove members; asks the running node
    Room(room::RoomCommand),
    /// List, show, disable or delete accounts, or set a password; asks the running node
    User(user::UserCommand),
    /// List, show or retry webhooks that were given up; asks the running node
    Webhook(webhook::WebhookCommand),
    /// Print what the running node does: sockets, rooms, messages a second, memory
    Stats(stats::StatsCommand),
    /// Mint access tokens for operators and load testers, or inspect one
    Token(token::TokenCommand),
    /// Write the database, keys and configuration of a node, which may run, into one file
    Backup(backup::BackupCommand),
    /// Restore such a file into an empty data directory
    Restore(backup::RestoreCommand),
    /// Check the health of a running node; exit code 0 if healthy, 1 if not
    Health(health::HealthCommand),
    /// Print a completion script for a shell
    #[command(after_help = completions::HELP)]
    Completions(completions::CompletionsCommand),
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Runs the command of the process's arguments and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let asked = Aldis::parse();
    // Whatever a command makes holds secrets, unless it says otherwise.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
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
            Some(Command::Invite(command)) => command.answer(out),
            Some(Command::ApiKey(command)) => command.answer(out),
            Some(Command::Node(command)) => command.answer(out),
            Some(Command::Room(command)) => command.answer(out),
            Some(Command::User(command)) => command.answer(out),
            Some(Command::Webhook(command)) => command.answer(out),
            Some(Command::Stats(command)) => command.answer(out),
            Some(Command::Token(command)) => command.answer(out),
            Some(Command::Backup(command)) => command.answer(out),
            Some(Command::Restore(command)) => command.answer(out),
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
    fn the_command_line_is_consistent() {
        Aldis::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default_and_takes_the_same_flags() {
        let bare = Aldis::try_parse_from(["aldis", "--bind", "0.0.0.0:1"]).expect("right");
        assert!(bare.command.is_none());
        let named = Aldis::try_parse_from(["aldis", "serve", "--bind", "0.0.0.0:1"]).expect("right");
        assert!(
            matches!(named.command, Some(Command::Serve(flags)) if flags.values()[0].text == bare.flags.values()[0].text)
        );
    }
}
