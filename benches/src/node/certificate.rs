//! A certificate for a node started by this run: self-signed, ECDSA P-256, deleted with its folder. Must not know who
//! trusts it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The certificate and its key, as PEM files.
pub(super) struct Certificate {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

impl Certificate {
    /// For a node on loopback.
    pub(super) fn make(folder: &Path) -> anyhow::Result<Self> {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).context("cannot make a certificate")?;
        let (cert, key) = (folder.join("tls.crt"), folder.join("tls.key"));
        fs::write(&cert, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        Ok(Self { cert, key })
    }

    /// The node's settings for serving with this certificate.
    pub(super) fn settings(&self) -> [String; 2] {
        [format!("http.tls_cert={}", self.cert.display()), format!("http.tls_key={}", self.key.display())]
    }
}
