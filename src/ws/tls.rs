//! The node's certificate: loaded from PEM files, replaced at run time. Connections keep the one they started with.

mod session;
mod stream;
#[cfg(test)]
pub(in crate::ws) mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

pub(crate) use stream::TlsStream;

use crate::files::Stamp;

/// The certificate chain and key of new connections.
#[derive(Debug)]
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    config: ArcSwap<ServerConfig>,
    /// Both files as they were when they were last read; `None` for one that was not there.
    seen: Mutex<[Option<Stamp>; 2]>,
}

/// Files that cannot be used for TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Not readable, or not PEM.
    #[error("cannot read {what} from {path}: {source} → give a readable PEM file")]
    File {
        /// "the certificate chain" or "the private key".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// PEM without a certificate.
    #[error("no certificate in {path} → give the PEM file that holds the chain, the leaf first")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not match, or cannot be used for TLS.
    #[error("certificate {cert} and key {key} cannot be used: {source} → check that they belong together")]
    Unusable {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

impl Certificates {
    /// Loads the chain and key from PEM files.
    ///
    /// # Errors
    /// [`TlsError`] with the faulty file.
    pub fn load(cert: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Arc<Self>, TlsError> {
        let (cert, key) = (cert.into(), key.into());
        let seen = Mutex::new(stamps(&cert, &key)); // before they are read: a change meanwhile is seen later
        let config = ArcSwap::from_pointee(read(&cert, &key)?);
        Ok(Arc::new(Self { cert, key, config, seen }))
    }

    /// Reloads the same files, for new connections, if one of them changed since it was last read: programs that renew
    /// certificates send no signal, and write one file after the other. `None`: nothing changed.
    ///
    /// # Errors
    /// [`TlsError`]; the previous certificate stays in use, and the files are read again when they change again.
    pub fn reload_changed(&self) -> Option<Result<(), TlsError>> {
        let found = stamps(&self.cert, &self.key);
        let before = std::mem::replace(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner), found);
        (before != found).then(|| {
            self.config.store(Arc::new(read(&self.cert, &self.key)?));
            Ok(())
        })
    }

    /// The configuration of a new connection.
    pub(crate) fn now(&self) -> Arc<ServerConfig> {
        self.config.load_full()
    }
}

fn stamps(cert: &Path, key: &Path) -> [Option<Stamp>; 2] {
    [cert, key].map(|path| Stamp::of(path).ok())
}

fn read(cert: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let file = |what, path: &Path, source| TlsError::File { what, path: path.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(|source| file("the certificate chain", cert, source))?;
    if chain.is_empty() {
        return Err(TlsError::Empty { path: cert.to_owned() });
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|source| file("the private key", key, source))?;
    let unusable = |source| TlsError::Unusable { cert: cert.to_owned(), key: key.to_owned(), source };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(unusable)?;
    // WebSocket over HTTP/2 is not supported.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Resumption by ticket: the node stores nothing for clients that may reconnect.
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(unusable)?;
    Ok(config)
}
