//! Tokens in the format of `aldis token mint --json`, one per line. Must not know how they are signed.

use actors::protocol::UserId;
use anyhow::Context as _;
use serde::Deserialize;

/// A user's access token.
#[derive(Debug, Deserialize)]
pub struct Token {
    /// Whose.
    pub user: UserId,
    /// As a hello carries it.
    pub token: String,
}

pub(super) fn parse(lines: &str) -> anyhow::Result<Vec<Token>> {
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line)
            .with_context(|| format!("line {} of the tokens is not {{\"user\":…,\"token\":…}}", n + 1))
    };
    lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}
