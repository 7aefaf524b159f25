//! How a server is reached: an address becomes a function that opens byte streams to it, over TCP, TLS or a UNIX socket. Knows
//! no Redis.

use std::{
    future::Future,
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_rustls::TlsConnector;

use super::handshake::DialError;

/// How long a connection may be silent before the kernel asks whether the other side is there.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// A byte stream to a server.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Opens a stream; called for each connection, each time anew, so that a name is resolved again.
pub type Dial = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>> + Send + Sync>;

/// Where a Redis is, and with whose certificates it is spoken to.
#[derive(Debug, Clone, Default)]
pub struct RedisAddress {
    /// `redis://`, `rediss://` (TLS) `[user:password@]host[:port][/db]`, or `redis+unix://path`.
    pub url: String,
    /// For TLS: a PEM file of the authorities that are trusted. Absent: those of the system.
    pub ca: Option<PathBuf>,
    /// For TLS: PEM files of this client's certificate and its key, for a server that asks for them.
    pub client: Option<(PathBuf, PathBuf)>,
}

impl From<String> for RedisAddress {
    fn from(url: String) -> Self {
        Self { url, ..Self::default() }
    }
}

impl RedisAddress {
    /// Its login and database, and the function that dials it.
    ///
    /// # Errors
    /// [`DialError`] if the URL cannot be read.
    pub fn dial(&self) -> Result<(ConnectionInfo, Dial), DialError> {
        let tls = self.url.strip_prefix("rediss://").map(|rest| format!("redis://{rest}"));
        let is_tls = tls.is_some();
        let info = tls.as_deref().unwrap_or(&self.url).into_connection_info()?;
        let dial: Dial = match info.addr().clone() {
            ConnectionAddr::Tcp(host, port) if is_tls => {
                let files = Arc::new((self.ca.clone(), self.client.clone()));
                Arc::new(move || {
                    let (host, files) = (host.clone(), Arc::clone(&files));
                    Box::pin(async move { boxed(encrypted(&host, port, &files).await) })
                })
            }
            ConnectionAddr::Tcp(host, port) => Arc::new(move || {
                let host = host.clone();
                Box::pin(async move { boxed(plain(&host, port).await) })
            }),
            ConnectionAddr::Unix(path) => Arc::new(move || {
                let path = path.clone();
                Box::pin(async move { boxed(UnixStream::connect(path).await) })
            }),
            ConnectionAddr::TcpTls { .. } | _ => {
                return Err(DialError::Unfit(
                    "its address is none of redis://, rediss:// and redis+unix://".to_owned(),
                ));
            }
        };
        Ok((info, dial))
    }
}

fn boxed(stream: io::Result<impl Stream + 'static>) -> io::Result<Box<dyn Stream>> {
    stream.map(|stream| Box::new(stream) as Box<dyn Stream>)
}

async fn plain(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// The files of the authorities and of the client are read at each dial, so that renewed ones are used.
async fn encrypted(
    host: &str,
    port: u16,
    (ca, client): &(Option<PathBuf>, Option<(PathBuf, PathBuf)>),
) -> io::Result<impl Stream + use<>> {
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
    let builder = ClientConfig::builder().with_root_certificates(roots(ca.as_deref())?);
    let config = match client {
        Some((cert, key)) => {
            let chain = certificates(cert)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|why| wrong(key, &why))?;
            builder.with_client_auth_cert(chain, key).map_err(|why| wrong(cert, &why))?
        }
        None => builder.with_no_client_auth(),
    };
    TlsConnector::from(Arc::new(config)).connect(name, plain(host, port).await?).await
}

fn roots(ca: Option<&Path>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|why| wrong(path, &why))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(io::Error::other("no certificate authority is trusted: name one with ledger.redis_ca"));
    }
    Ok(roots)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    read.map_err(|why| wrong(path, &why))
}

fn wrong(path: &Path, why: &dyn std::error::Error) -> io::Error {
    io::Error::other(format!("{}: {why}", path.display()))
}
