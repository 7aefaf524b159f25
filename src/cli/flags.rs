//! The flags that set configuration keys: the last layer. Their values are checked with all others. Must not know what
//! the keys do.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{ConfigError, FlagValue, Loaded, Sources, load};

/// Flags that set keys, and the one that names the file.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Flags {
    /// Configuration file, which must exist [default: config/aldis.toml, if it exists]
    #[arg(long, short, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Public listener; port 0 takes a free one [http.bind, default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Admin listener [admin.bind, default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDRESS")]
    admin_bind: Option<String>,
    /// Directory of database and keys [node.data_dir, default: ./data]
    #[arg(long, value_name = "PATH")]
    data_dir: Option<String>,
    /// File to write the real addresses to, as JSON, once the node serves [node.ready_file]
    #[arg(long, value_name = "PATH")]
    ready_file: Option<String>,
    /// sqlite://PATH or postgres://USER@HOST/DATABASE [database.url, default: aldis.db in the data directory]
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// redis://HOST of the Redis that a cluster shares [ledger.redis_url, default: this node's memory]
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
    /// Log filter: a level, or levels by target [log.filter, default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// auto, pretty or json [log.format, default: auto]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any key, such as room.seat_window=10s; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("no `=`; write KEY=VALUE, such as room.seat_window=10s")?;
    Ok((pair.0.trim().to_owned(), pair.1.trim().to_owned()))
}

impl Flags {
    /// The keys set by flags; `--set` comes last and so takes precedence.
    pub(super) fn values(&self) -> Vec<FlagValue> {
        let flags = [
            ("--bind", "http.bind", &self.bind),
            ("--admin-bind", "admin.bind", &self.admin_bind),
            ("--data-dir", "node.data_dir", &self.data_dir),
            ("--ready-file", "node.ready_file", &self.ready_file),
            ("--database-url", "database.url", &self.database_url),
            ("--redis-url", "ledger.redis_url", &self.redis_url),
            ("--log", "log.filter", &self.log),
            ("--log-format", "log.format", &self.log_format),
        ];
        let value = |flag: &str, key: &str, text: &str| FlagValue {
            key: key.to_owned(),
            flag: flag.to_owned(),
            text: text.to_owned(),
        };
        let named = flags.iter().filter_map(|(flag, key, text)| Some(value(flag, key, text.as_ref()?)));
        let set = self.set.iter().map(|(key, text)| value(&format!("--set {key}"), key, text));
        named.chain(set).collect()
    }

    /// The effective configuration under these flags.
    pub(super) fn load(&self) -> Result<Loaded, ConfigError> {
        load(&self.sources(None)?)
    }

    /// All layers, with the file at `path` instead of the one named by `--config`.
    pub(super) fn sources(&self, path: Option<&Path>) -> Result<Sources, ConfigError> {
        Sources::gather(path.or(self.config.as_deref()), self.values())
    }
}
