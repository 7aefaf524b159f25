//! `aldis token …`: access tokens for operators and load testers, signed with the node's own keys.
//! Must not know how tokens are signed.

use std::io::{BufWriter, Read, Write, stdin};
use std::sync::Arc;
use std::time::Duration;

use actors::protocol::UserId;
use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::failure::Failure;
use super::flags::Flags;
use super::ring::{self, Ring};
use crate::app;
use crate::auth::{Clock, LIFE_MAX, Settings, Subject, Tokens, token::TOKEN_BYTES_MAX};
use crate::config::{AccountsMode, Config, text::Text};

#[derive(Debug, Args)]
#[command(after_help = "\
A minted token lets its bearer use sockets and rooms as that user; it makes no account.
Examples:
  aldis token mint --name Ada --ttl 1h
  aldis token mint --count 1000 --json > tokens.jsonl
  aldis token inspect < token.txt")]
pub(super) struct TokenCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print tokens, one per line
    Mint(Mint),
    /// Print a token's content and whether it is valid; exit code 1 if not
    Inspect(Inspect),
}

#[derive(Debug, Args)]
struct Mint {
    /// The user's id, 1 to 128 printable ASCII characters without space, " and \ [default: a new UUID for each token]
    #[arg(long, value_name = "ID")]
    user: Option<UserId>,
    /// The user's name; of several, each gets a number
    #[arg(long, default_value = "Guest")]
    name: String,
    /// Lifetime of the tokens, at most 30d
    #[arg(long, default_value = "1h", value_parser = ttl)]
    ttl: Duration,
    /// How many
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    count: u32,
    /// Print {"user":…,"name":…,"token":…} instead of the token alone
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Inspect {
    /// The token [default: read from standard input, which no shell's history keeps]
    token: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

fn ttl(text: &str) -> Result<Duration, String> {
    let ttl = Duration::read(text).map_err(|why| format!("{why}; write {}", Duration::FORM))?;
    if ttl.is_zero() || ttl > LIFE_MAX { Err("write a duration up to \"30d\"".to_owned()) } else { Ok(ttl) }
}

impl TokenCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::Mint(mint) => mint.answer(out),
            Wish::Inspect(inspect) => inspect.answer(out),
        }
    }
}

impl Mint {
    fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let (tokens, _ring) = tokens(&self.flags.load()?.config)?;
        let mut out = BufWriter::new(out);
        for n in 1..=self.count {
            let user = self.user.clone().unwrap_or_else(|| Uuid::now_v7().into());
            let name = if self.count == 1 { self.name.clone() } else { format!("{} {n}", self.name) };
            let token = tokens
                .mint_for(Subject { user: user.clone(), name: &name, session: None }, self.ttl)
                .map_err(|why| anyhow!(why).context("cannot mint a token"))?;
            if self.json {
                writeln!(out, "{}", serde_json::json!({ "user": user, "name": name, "token": token }))?;
            } else {
                writeln!(out, "{token}")?;
            }
        }
        Ok(out.flush()?)
    }
}

impl Inspect {
    fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let token = match self.token {
            Some(token) => token,
            None => read_token()?,
        };
        let config = self.flags.load()?.config;
        let (tokens, _ring) = tokens(&config)?;
        let tokens = with_issuers(tokens, &config)?;
        let shown = tokens.inspect(token.trim()).map_err(|why| anyhow!(why).context("cannot read the token"))?;
        writeln!(out, "{:#}\n{:#}", shown.header, shown.claims)?;
        let identity = shown.verdict.map_err(|why| anyhow!(why).context("the token is not valid on this node"))?;
        Ok(writeln!(out, "valid until {}, for {} ({})", identity.expires, identity.name, identity.user)?)
    }
}

fn read_token() -> anyhow::Result<String> {
    let mut token = String::new();
    let most = TOKEN_BYTES_MAX as u64 + 2;
    stdin().take(most).read_to_string(&mut token).context("cannot read the token from standard input")?;
    Ok(token)
}

/// The same, which also verifies tokens of other issuers, whose keys are fetched now.
fn with_issuers(tokens: Tokens, config: &Config) -> anyhow::Result<Tokens> {
    let Some(issuers) = app::other_issuers(config)? else { return Ok(tokens) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (issuer, fetched) in runtime.block_on(issuers.fetch_all(&Clock::system())) {
        if let Err(why) = fetched {
            eprintln!("warning: cannot get the keys of {issuer}: {why}");
        }
    }
    Ok(tokens.with_issuers(issuers))
}

fn tokens(config: &Config) -> anyhow::Result<(Tokens, Ring)> {
    let settings = Settings {
        accounts: config.auth.accounts == AccountsMode::On,
        access_ttl: config.auth.access_ttl,
        leeway: config.auth.clock_leeway,
        issuer: config.auth.issuer.clone(),
        audience: config.auth.audience.clone(),
        ..Settings::default()
    };
    let ring = ring::read(config)?;
    Ok((Tokens::new(Arc::clone(&ring.keys), &settings, Clock::system()), ring))
}
