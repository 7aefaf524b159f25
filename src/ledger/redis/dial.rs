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

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    net::{TcpStream, UnixStream},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    sentinel::{self, Sentinels},
    stream::{DialError, Login, Stream},
};

/// How long a connection may be silent before the kernel asks whether the other side is there.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Opens a stream; called for each connection, each time anew, so that a name is resolved again.
pub type Dial = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>> + Send + Sync>;

/// Where a Redis is, and with whose certificates it is spoken to.
#[derive(Debug, Clone, Default)]
pub struct RedisAddress {
    /// `redis://[user:password@]host[:port][/db]`, `redis+sentinel://[user:password@]host[:port],…/master[/db]`, both with
    /// `rediss` for TLS, or `redis+unix://path`.
    pub url: String,
    /// For TLS: a PEM file of the authorities that are trusted. Absent: those of the system.
    pub ca: Option<PathBuf>,
    /// For TLS: PEM files of this client's certificate and its key, for a server that asks for them.
    pub client: Option<(PathBuf, PathBuf)>,
    /// What `CLIENT LIST` calls the connections: no spaces.
    pub name: Option<String>,
}

impl From<String> for RedisAddress {
    fn from(url: String) -> Self {
        Self { url, ..Self::default() }
    }
}

impl RedisAddress {
    /// As whom to log in, and the function that dials it.
    ///
    /// # Errors
    /// [`DialError`] if the URL cannot be read.
    pub fn dial(&self) -> Result<(Login, Dial), DialError> {
        let unreadable = || DialError::Unfit(format!("its address is not written as {FORM}"));
        let (scheme, rest) = self.url.split_once("://").ok_or_else(unreadable)?;
        let login = |info: ConnectionInfo| Login { settings: info.redis_settings().clone(), name: self.name.clone() };
        let files = scheme.starts_with("rediss").then(|| Arc::new((self.ca.clone(), self.client.clone())));
        if scheme.ends_with("+sentinel") {
            let sentinels = Sentinels::read(rest).ok_or_else(unreadable)?;
            let info = sentinels.login.as_str().into_connection_info()?;
            let sentinels = Arc::new(sentinels);
            let dial: Dial = Arc::new(move || {
                let (sentinels, files) = (Arc::clone(&sentinels), files.clone());
                Box::pin(async move { master(&sentinels, files.as_deref()).await })
            });
            return Ok((login(info), dial));
        }
        // The crate that reads it is built without TLS of its own.
        let info = self.url.replacen("rediss://", "redis://", 1).into_connection_info()?;
        let dial: Dial = match info.addr().clone() {
            ConnectionAddr::Tcp(host, port) => Arc::new(move || {
                let (host, files) = (host.clone(), files.clone());
                Box::pin(async move { tcp(&host, port, files.as_deref()).await })
            }),
            ConnectionAddr::Unix(path) => Arc::new(move || {
                let path = path.clone();
                Box::pin(async move { Ok(Box::new(UnixStream::connect(path).await?) as Box<dyn Stream>) })
            }),
            ConnectionAddr::TcpTls { .. } | _ => return Err(unreadable()),
        };
        Ok((login(info), dial))
    }
}

/// The forms of an address.
const FORM: &str =
    "redis://host:port, redis+sentinel://host:port,host:port/master (rediss… for TLS) or redis+unix://path";

/// For TLS: the authorities, and the client's certificate and key.
type Files = (Option<PathBuf>, Option<(PathBuf, PathBuf)>);

/// The master, as the first sentinel says whose master can be reached. All are asked at once: one that is gone without a word
/// must not keep the others from being asked.
async fn master(sentinels: &Sentinels, files: Option<&Files>) -> io::Result<Box<dyn Stream>> {
    let ask = async |(host, port): &(String, u16)| {
        let reached = async {
            let (host, port) = sentinel::ask(tcp(host, *port, files).await?, &sentinels.master).await?;
            tcp(&host, port, files).await
        };
        let reached = timeout(sentinel::ANSWER_WITHIN, reached).await;
        let reached = reached.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        reached.map_err(|why| io::Error::new(why.kind(), format!("sentinel {host}:{port}: {why}")))
    };
    let mut asked: FuturesUnordered<_> = sentinels.hosts.iter().map(ask).collect();
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    while let Some(reached) = asked.next().await {
        match reached {
            Ok(stream) => return Ok(stream),
            Err(why) => last = why,
        }
    }
    Err(last)
}

async fn tcp(host: &str, port: u16, files: Option<&Files>) -> io::Result<Box<dyn Stream>> {
    let stream = plain(host, port).await?;
    match files {
        None => Ok(Box::new(stream)),
        Some(files) => Ok(Box::new(encrypted(host, stream, files).await?)),
    }
}

async fn plain(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE);
    SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// The files of the authorities and of the client are read at each dial, so that renewed ones are used.
async fn encrypted(host: &str, stream: TcpStream, (ca, client): &Files) -> io::Result<TlsStream<TcpStream>> {
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
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
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
