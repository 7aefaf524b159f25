//! `aldis backup` and `aldis restore`: a node's data in one file, and back. Must not know what is in it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::Timestamp;

use super::failure::Failure;
use super::flags::Flags;
use crate::backup::{self, Manifest, Place, Source};
use crate::config::{Config, DatabaseKind, load};

#[derive(Debug, Args)]
#[command(after_help = "\
The archive holds the database, the signing keys, the operators' token and the configuration file: whoever reads it can sign in
as anybody. Only its maker may read it (mode 0600). It is read back before it gets its name. The node may run meanwhile.
Not in it: files that the configuration names (certificates, secrets), and the sessions of calls.
Examples:
  aldis backup aldis-2026-11-29.tar
  aldis backup --config /etc/aldis/aldis.toml --data-dir /var/lib/aldis /var/backups/aldis.tar --force")]
pub(super) struct BackupCommand {
    /// The archive to write
    file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Args)]
#[command(after_help = "\
No node may run on the data directory. The whole archive is checked before anything is changed. Its configuration becomes
aldis.toml in the data directory, which no node reads by itself: compare it with yours.
Sessions that ended since the backup are valid again; people who signed in since then sign in once more.
Examples:
  aldis restore aldis-2026-11-29.tar --data-dir /var/lib/aldis
  aldis restore aldis-2026-11-29.tar --force")]
pub(super) struct RestoreCommand {
    /// The archive
    file: PathBuf,
    /// Restore although the data directory is not empty; what is there is renamed
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    flags: Flags,
}

impl BackupCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let sources = self.flags.sources(None)?;
        let config = load(&sources)?.config;
        let token = config.admin.token_file.clone().unwrap_or_else(|| config.node.data_dir.join("admin.token"));
        let source = Source { place: place(&config)?, token, config: sources.file.map(|(_, text)| text) };
        let made = wait(backup::create(&source, &self.file, self.force, Timestamp::now()))?;
        told(out, &format!("{}: made and read back", self.file.display()), &made)
    }
}

impl RestoreCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        let config = self.flags.load()?.config;
        let into = place(&config)?;
        let restored = wait(backup::restore(&self.file, &into, self.force, Timestamp::now()))?;
        let what = format!("{}: restored the backup of {:.0}", into.data_dir.display(), restored.made_at);
        told(out, &what, &restored)
    }
}

fn told(out: &mut dyn Write, what: &str, manifest: &Manifest) -> Result<(), Failure> {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    writeln!(out, "{what} (Aldis {}, {} files, {bytes} bytes)", manifest.aldis, manifest.files.len())?;
    for file in &manifest.files {
        writeln!(out, "  {}", file.name)?;
    }
    Ok(())
}

/// Where this configuration's data is.
fn place(config: &Config) -> anyhow::Result<Place> {
    let data_dir = config.node.data_dir.clone();
    let database = match &config.database.url {
        Some(url) if url.kind() == DatabaseKind::Postgres => bail!(
            "the database is PostgreSQL, which has tools of its own → pg_dump and pg_restore; and keep a copy of auth.key_secret_file, which opens the signing keys in it"
        ),
        Some(url) => url.file().context("the database's URL names no file")?.to_owned(),
        None => data_dir.join("aldis.db"),
    };
    Ok(Place { data_dir, database })
}

fn wait<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start a runtime")?.block_on(work)
}
