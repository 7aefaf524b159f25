//! The data directory before anything in it is opened: it exists, it is this process's alone, and it can be trusted.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;

use super::permissions;
use crate::{
    backup,
    config::Config,
    files::{Holder, Lock, private},
};

/// Creates the data directory if there is none, and holds it; also returns whether it is new.
///
/// # Errors
/// It cannot be created, another process holds it, a restore into it was interrupted, or others may change what is in it.
pub(super) fn take(config: &Config) -> anyhow::Result<(Lock, bool)> {
    let data = &config.node.data_dir;
    let is_new = !data.is_dir();
    private::make_folder(data).with_context(|| {
        format!("cannot create the data directory {} → choose another with --data-dir", data.display())
    })?;
    let lock = Lock::take(data, Holder::this("serve", Timestamp::now()))?;
    ensure!(
        !backup::is_unfinished(data),
        "a restore into {} was interrupted, and what is there is not whole → repeat it: aldis restore FILE",
        data.display()
    );
    permissions::check(config)?;
    Ok((lock, is_new))
}
