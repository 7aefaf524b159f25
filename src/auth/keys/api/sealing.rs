//! Where the secret is that seals API keys: the file that seals the signing keys in a shared database, or, for a node that is
//! alone, one beside its signing keys, made when the first API key is. Must not know what is sealed.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context as _, bail};
use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{auth::KeySecret, files::private};

/// The file in the folder of the signing keys.
const FILE: &str = "api.secret";

/// See the module.
pub enum Sealing {
    /// There is none.
    None,
    /// `auth.key_secret_file`.
    Given(Box<KeySecret>),
    /// The node's own.
    Own(Own),
}

/// The secret of a node that is alone.
pub struct Own {
    path: PathBuf,
    read: OnceLock<KeySecret>,
}

impl Sealing {
    /// The secret in the folder of a node's signing keys; it may not be there yet.
    #[must_use]
    pub fn own(keys: &Path) -> Self {
        Self::Own(Own { path: keys.join(FILE), read: OnceLock::new() })
    }

    /// The secret; a node's own is made if there is none. May block.
    ///
    /// # Errors
    /// There is none, or its file cannot be read or made.
    pub(super) fn to_seal(&self) -> anyhow::Result<&KeySecret> {
        if let Self::Own(own) = self
            && own.read.get().is_none()
            && !own.path.exists()
        {
            own.make()?;
        }
        self.to_open()
    }

    /// The secret. May block the first time.
    ///
    /// # Errors
    /// There is none, or its file cannot be read.
    pub(super) fn to_open(&self) -> anyhow::Result<&KeySecret> {
        match self {
            Self::None => bail!("there is no secret that seals API keys → set auth.key_secret_file"),
            Self::Given(secret) => Ok(secret),
            Self::Own(own) => {
                if let Some(secret) = own.read.get() {
                    return Ok(secret);
                }
                let secret = KeySecret::read(&own.path)?;
                Ok(own.read.get_or_init(|| secret))
            }
        }
    }
}

impl Own {
    fn make(&self) -> anyhow::Result<()> {
        let cannot = || format!("cannot write the secret that seals API keys to {}", self.path.display());
        private::make_folder(private::folder_of(&self.path)).with_context(cannot)?;
        let text = format!("{}\n", BASE64_STANDARD.encode(rand::random::<[u8; 32]>()));
        private::write(&self.path, text.as_bytes()).with_context(cannot)
    }
}
