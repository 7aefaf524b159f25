//! `aldis api-key …`: keys that other people's backends sign tokens with. A running node is asked; without one, the database that
//! the configuration names is changed here. Must not know how keys are sealed or stored.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use hyper::Method;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use super::door::{self, Held, text};
use super::failure::Failure;
use super::flags::Flags;
use super::ring;
use crate::accounts::API_KEYS_MAX;
use crate::auth::{ApiKeyId, ApiKeyring, KeySecret, Sealing, keys::NewApiKey};
use crate::config::Config;
use crate::storage::{self, ApiKey, ApiKeys, api_keys};

#[derive(Debug, Args)]
#[command(after_help = "\
With an API key, a backend signs tokens for its own users (docs/api.md). All nodes know a new key, and refuse a revoked one and close
the sockets of its tokens, within a second.
Examples:
  aldis api-key new --name shop
  aldis api-key new --name shop --public-key shop.pem
  aldis api-key list
  aldis api-key revoke ak_00112233445566778899aabbccddeeff")]
pub(super) struct ApiKeyCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print a new key's id and secret, which is shown only now
    New(New),
    /// Print the keys: id, algorithm, when they were made, name
    List(Flags),
    /// Revoke a key: its tokens are refused, and the sockets that were opened with them are closed
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct New {
    /// Its name in lists
    #[arg(long, value_name = "NAME")]
    name: String,
    /// A public key of Ed25519 in PEM, whose private key signs [default: a random secret for HS256]
    #[arg(long, value_name = "PATH")]
    public_key: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The key's id, as `aldis api-key list` prints it
    id: ApiKeyId,
    #[command(flatten)]
    flags: Flags,
}

const PATH: &str = "/internal/api-keys";

impl ApiKeyCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::New(new) => {
                let config = new.flags.load()?.config;
                new.answer(&config, out).map_err(Failure::from)
            }
            Wish::List(flags) => list(&flags.load()?.config, out).map_err(Failure::from),
            Wish::Revoke(Revoke { id, flags }) => revoke(&flags.load()?.config, id).map_err(Failure::from),
        }
    }
}

impl New {
    fn answer(self, config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
        let read = |path: PathBuf| {
            std::fs::read_to_string(&path).with_context(|| format!("cannot read the public key {}", path.display()))
        };
        let public_key = self.public_key.map(read).transpose()?;
        let (id, secret) = match Keeper::of(config, true)? {
            Keeper::Node(socket) => {
                let wish = json!({ "name": self.name, "publicKey": public_key });
                let made = door::ask(&socket, &Method::POST, PATH, Some(&wish))?;
                let id = made["id"].as_str().context("the running node's answer has no id")?.to_owned();
                (id, made["secret"].as_str().map(str::to_owned))
            }
            Keeper::Database(database) => {
                let made = database.ring.make(&self.name, public_key.as_deref(), Timestamp::now())?;
                let NewApiKey { row, secret } = made;
                let is_added = database.wait(database.keys.add_api_key(&row, API_KEYS_MAX))?;
                ensure!(is_added, "there are {API_KEYS_MAX} API keys → revoke one first");
                (ApiKeyId(row.id).to_string(), secret.map(|secret| secret.expose_secret().to_owned()))
            }
        };
        match secret {
            Some(secret) => writeln!(out, "id      {id}\nsecret  {secret}\n\nThe secret is not shown again.")?,
            None => writeln!(out, "id      {id}")?,
        }
        Ok(())
    }
}

fn list(config: &Config, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut line = |id: &str, algorithm: &str, since: &str, name: &str| {
        writeln!(out, "{id}  {algorithm:5}  since {since}  {name}").map_err(anyhow::Error::from)
    };
    match Keeper::of(config, false)? {
        Keeper::Node(socket) => {
            let answer = door::ask(&socket, &Method::GET, PATH, None)?;
            for key in answer["apiKeys"].as_array().context("the running node's answer lists no API keys")? {
                let text = |field: &str| text(key, field);
                line(text("id")?, text("algorithm")?, text("createdAt")?, text("name")?)?;
            }
        }
        Keeper::Database(database) => {
            for ApiKey { id, name, algorithm, created_at, .. } in database.wait(database.keys.api_keys())? {
                line(&ApiKeyId(id).to_string(), algorithm.as_str(), &created_at.to_string(), &name)?;
            }
        }
    }
    Ok(())
}

fn revoke(config: &Config, id: ApiKeyId) -> anyhow::Result<()> {
    match Keeper::of(config, false)? {
        Keeper::Node(socket) => {
            door::ask(&socket, &Method::DELETE, &format!("{PATH}/{id}"), None)?;
        }
        Keeper::Database(database) => {
            let is_removed = database.wait(database.keys.remove_api_key(id.0))?;
            ensure!(is_removed, "there is no API key {id} → aldis api-key list");
        }
    }
    Ok(())
}

/// Who changes the keys.
enum Keeper {
    /// The running node at this socket.
    Node(PathBuf),
    /// This process.
    Database(Box<Database>),
}

/// The database that the configuration names, while no node runs on the data directory.
struct Database {
    keys: Arc<dyn ApiKeys>,
    ring: ApiKeyring,
    runtime: Runtime,
    /// Of the data directory, where the database is in it.
    _held: Option<Held>,
}

impl Keeper {
    /// `may_make`: the data directory and the database, before the first start.
    fn of(config: &Config, may_make: bool) -> anyhow::Result<Self> {
        let (shared, data) = (ring::shared(config), &config.node.data_dir);
        ensure!(
            may_make || shared.is_some() || data.is_dir(),
            "there is no data directory {} → name the node's with --data-dir",
            data.display()
        );
        // Looking makes no data directory.
        let held = if shared.is_none() || data.is_dir() { Some(door::hold(config, "api-key")?) } else { None };
        if let Some(Held::ByNode(socket)) = held {
            return Ok(Self::Node(socket));
        }
        let secret = config.auth.key_secret_file.as_deref().map(KeySecret::read).transpose()?;
        let runtime =
            Builder::new_multi_thread().worker_threads(1).enable_all().build().context("cannot start a runtime")?;
        let settings = storage::Settings::default();
        let keys = match shared {
            Some(url) => {
                ensure!(
                    secret.is_some(),
                    "the keys are in the database, sealed → set auth.key_secret_file as the nodes do"
                );
                let opened = runtime.block_on(api_keys::of_database(url.expose(), &settings));
                opened.context("cannot reach the database → is it running, and has a node been started on it?")?
            }
            None => {
                let url = config.database.url.as_ref().map(|url| url.expose());
                let store = runtime.block_on(storage::open(url, &config.node.data_dir, &settings))?;
                store as Arc<dyn ApiKeys>
            }
        };
        let own = || Sealing::own(&ring::folder(config));
        let ring = ApiKeyring::new(secret.map_or_else(own, |secret| Sealing::Given(Box::new(secret))));
        Ok(Self::Database(Box::new(Database { keys, ring, runtime, _held: held })))
    }
}

impl Database {
    fn wait<T>(&self, answer: impl Future<Output = Result<T, storage::StoreError>>) -> anyhow::Result<T> {
        match self.runtime.block_on(answer) {
            Ok(done) => Ok(done),
            Err(why) => bail!("{why} → try again; if it was a change, look first: aldis api-key list"),
        }
    }
}
