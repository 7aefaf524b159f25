//! What operators set: flags and their environment variables, each with its unit and reason. The only place that reads them.
//! Must not know the engine.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};

use crate::{http::Secret, limits::Limits};

/// A media server of Aldis: one process, one worker, about one core. Nodes speak to it over HTTP (docs/media.md).
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without it: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve.
    #[command(flatten)]
    pub serve: Serve,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve (the default).
    Serve(Box<Serve>),
    /// Ask a running server whether it is well; exit code 0 if it is.
    Health(Health),
}

/// How to serve.
#[derive(Debug, Args)]
pub struct Serve {
    /// Where nodes reach it: address and port. Plain HTTP, so on a private network or behind a TLS proxy. Port 0: any free one.
    #[arg(long, env = "ALDIS_MEDIA_BIND", default_value = "127.0.0.1:4443", value_name = "ADDRESS:PORT")]
    pub bind: SocketAddr,
    /// The secret.
    #[command(flatten)]
    pub secret: SecretFrom,
    /// Where browsers' media arrives: address and port, UDP and TCP alike. Open both in the firewall.
    #[arg(long, env = "ALDIS_MEDIA_RTC_BIND", default_value = "127.0.0.1:4440", value_name = "ADDRESS:PORT")]
    pub rtc_bind: SocketAddr,
    /// The address browsers are told: the public one behind a NAT, or a host name. Needed when --rtc-bind is 0.0.0.0 or ::.
    #[arg(long, env = "ALDIS_MEDIA_ANNOUNCE", value_name = "ADDRESS")]
    pub announce: Option<String>,
    /// Consumers at most: one for each stream that each browser receives. What one core forwards; measure it (docs/media.md).
    #[arg(long, env = "ALDIS_MEDIA_CONSUMERS_MAX", default_value_t = Limits::default().capacity, value_name = "NUMBER")]
    pub consumers_max: usize,
    /// Rooms at most. A room without media costs about 100 kB.
    #[arg(long, env = "ALDIS_MEDIA_ROOMS_MAX", default_value_t = Limits::default().rooms_max, value_name = "NUMBER")]
    pub rooms_max: usize,
    /// How long a peer may be without a connected transport before it is deleted; at least 1s.
    #[arg(long, env = "ALDIS_MEDIA_PEER_UNCONNECTED_FOR", default_value = "60s", value_parser = duration, value_name = "TIME")]
    pub peer_unconnected_for: Duration,
    /// How long a room may be without peers before it is deleted; at least 1s.
    #[arg(long, env = "ALDIS_MEDIA_ROOM_EMPTY_FOR", default_value = "10m", value_parser = duration, value_name = "TIME")]
    pub room_empty_for: Duration,
    /// How long it waits for its rooms after SIGTERM; a second signal ends it at once.
    #[arg(long, env = "ALDIS_MEDIA_DRAIN_FOR", default_value = "10m", value_parser = duration, value_name = "TIME")]
    pub drain_for: Duration,
    /// A file that gets the real address of --bind as JSON once the server serves: {"http":"127.0.0.1:4443"}.
    #[arg(long, env = "ALDIS_MEDIA_READY_FILE", value_name = "PATH")]
    pub ready_file: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, or one for each part, such as info,mediasoup=warn: the worker warns of each early packet.
    #[arg(long, env = "ALDIS_MEDIA_LOG", default_value = "info,mediasoup=error", value_name = "FILTER")]
    pub log: String,
}

/// How to ask.
#[derive(Debug, Args)]
pub struct Health {
    /// The server.
    #[arg(long, env = "ALDIS_MEDIA_BIND", default_value = "127.0.0.1:4443", value_name = "ADDRESS:PORT")]
    pub bind: SocketAddr,
    /// The secret.
    #[command(flatten)]
    pub secret: SecretFrom,
}

/// Where the secret is.
#[derive(Args)]
pub struct SecretFrom {
    /// A file with the secret that nodes send as bearer token, one a line while it is replaced; at least 16 bytes each.
    #[arg(long, env = "ALDIS_MEDIA_SECRET_FILE", value_name = "PATH")]
    pub secret_file: Option<PathBuf>,
    /// The secret itself. Only from the environment: others see a command line.
    #[arg(skip = std::env::var("ALDIS_MEDIA_SECRET").ok())]
    secret: Option<String>,
}

impl std::fmt::Debug for SecretFrom {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("SecretFrom").field("secret_file", &self.secret_file).finish_non_exhaustive()
    }
}

impl SecretFrom {
    /// Reads it.
    ///
    /// # Errors
    /// There is none, or it can be guessed.
    pub fn read(&self) -> anyhow::Result<Secret> {
        let (from, text) = match (&self.secret_file, &self.secret) {
            (Some(path), _) => {
                let read = std::fs::read_to_string(path);
                (
                    path.display().to_string(),
                    read.with_context(|| format!("the secret cannot be read from {}", path.display()))?,
                )
            }
            (None, Some(secret)) => ("ALDIS_MEDIA_SECRET".to_owned(), secret.clone()),
            (None, None) => bail!("there is no secret: give --secret-file, or set ALDIS_MEDIA_SECRET"),
        };
        Secret::lines(&text)
            .map_err(|why| anyhow::anyhow!("the secret in {from} is refused: {why} → openssl rand -base64 32"))
    }
}

impl Serve {
    /// The limits, with those that were set.
    ///
    /// # Errors
    /// Nothing may be made at all.
    pub fn limits(&self) -> anyhow::Result<Limits> {
        let numbers = [("--consumers-max", self.consumers_max), ("--rooms-max", self.rooms_max)];
        if let Some((flag, _)) = numbers.into_iter().find(|&(_, number)| number == 0) {
            bail!("{flag} is 0, so that the server could not be used: give at least 1");
        }
        Ok(Limits {
            capacity: self.consumers_max,
            rooms_max: self.rooms_max,
            peer_unconnected_for: self.peer_unconnected_for,
            room_empty_for: self.room_empty_for,
            drain_for: self.drain_for,
            ..Limits::default()
        })
    }

    /// The address browsers are told, if it is another than the one bound.
    ///
    /// # Errors
    /// Every address is bound, and none was named.
    pub fn announced(&self) -> anyhow::Result<Option<&str>> {
        let address = self.announce.as_deref().filter(|address| !address.is_empty());
        if address.is_none() && self.rtc_bind.ip().is_unspecified() {
            bail!(
                "--rtc-bind is {}, which no browser can reach: give --announce with the address or host name they use",
                self.rtc_bind
            );
        }
        let good = |address: &str| {
            address.parse::<IpAddr>().is_ok_and(|ip| !ip.is_unspecified())
                || (address.contains(|c: char| c.is_ascii_alphabetic())
                    && !address.contains(|c: char| " /:".contains(c)))
        };
        if let Some(wrong) = address.filter(|address| !good(address)) {
            bail!("--announce is `{wrong}`, which is neither an address nor a host name: give one without port");
        }
        Ok(address)
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text)
        .map_err(|error| format!("{error}: write a time with its unit, such as 60s or 10m"))?;
    if read < Duration::from_secs(1) { Err("at least 1s".to_owned()) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Serve};

    fn serve(flags: &[&str]) -> Result<Serve, String> {
        let flags = ["aldis-media"].iter().chain(flags);
        Cli::try_parse_from(flags).map(|cli| cli.serve).map_err(|error| error.to_string())
    }

    #[test]
    fn every_flag_has_help_and_a_variable() {
        let command = Cli::command();
        command.clone().debug_assert();
        for flag in command
            .get_arguments()
            .filter(|flag| flag.get_long().is_some_and(|long| !["help", "version"].contains(&long)))
        {
            assert!(flag.get_help().is_some(), "{flag:?}");
            let variable = flag.get_env().and_then(|name| name.to_str()).unwrap_or_default();
            assert!(variable.starts_with("ALDIS_MEDIA_"), "{flag:?}");
        }
    }

    #[test]
    fn every_address_needs_one_that_is_announced() {
        let all = serve(&["--rtc-bind", "0.0.0.0:4440"]).expect("flags");
        assert!(all.announced().is_err());
        for (address, good) in [
            ("192.0.2.1", true),
            ("media.example.org", true),
            ("2001:db8::1", true),
            ("0.0.0.0", false),
            ("a b", false),
            ("h:1", false),
        ] {
            let all = serve(&["--rtc-bind", "0.0.0.0:4440", "--announce", address]).expect("flags");
            assert_eq!(all.announced().is_ok(), good, "{address}");
        }
    }

    #[test]
    fn a_time_has_a_unit_and_is_not_too_short() {
        assert!(serve(&["--drain-for", "5m"]).is_ok());
        for bad in ["5", "0s", "10ms", "-1s"] {
            assert!(serve(&["--drain-for", bad]).is_err(), "{bad}");
        }
        assert!(serve(&["--rooms-max", "0"]).expect("flags").limits().is_err());
    }
}
