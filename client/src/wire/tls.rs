//! TLS 1.3 as a client: trusted certificates, and one session over TCP shared by reader and writer. Must not know
//! WebSockets.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use anyhow::{Context as _, ensure};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

/// The trusted certificates, and the name that the node's certificate must have.
#[derive(Debug)]
pub struct Trust {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Trust {
    /// Trusts the certificates of a PEM file only.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds no certificate; or `host` is no name.
    pub fn in_file(file: &Path, host: &str) -> anyhow::Result<Self> {
        let pem = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates.with_context(|| format!("{} is not PEM", file.display()))?;
        ensure!(!certificates.is_empty(), "{} holds no certificate", file.display());
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).with_context(|| format!("a certificate of {} is no root", file.display()))?;
        }
        Self::in_roots(roots, host)
    }

    /// Trusts the system's root certificates.
    ///
    /// # Errors
    ///
    /// The system has none, or `host` is no name.
    pub fn of_the_system(host: &str) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        ensure!(!roots.is_empty(), "this system has no root certificates → name the node's own");
        Self::in_roots(roots, host)
    }

    /// For the REST interface, whose client brings its own names.
    #[must_use]
    pub fn config(&self) -> ClientConfig {
        (*self.config).clone()
    }

    fn in_roots(roots: RootCertStore, host: &str) -> anyhow::Result<Self> {
        let bare = host.trim_matches(['[', ']']);
        let name = match bare.parse::<IpAddr>() {
            Ok(address) => ServerName::IpAddress(address.into()),
            Err(_) => ServerName::try_from(bare.to_owned()).with_context(|| format!("{host} is no name of a host"))?,
        };
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Each client is a browser of its own, and browsers do not share session tickets.
        config.resumption = Resumption::disabled();
        Ok(Self { config: Arc::new(config), name })
    }
}

/// A connection that speaks TLS.
pub struct Tls {
    pub(super) tcp: TcpStream,
    session: Mutex<Session>,
}

struct Session {
    tls: ClientConnection,
    /// A task writes the records that the kernel did not take.
    flushing: bool,
}

/// What the kernel gives and takes at once, as rustls wants to see it.
struct Now<'a>(&'a TcpStream);

impl Tls {
    /// Performs the handshake; the certificate is verified.
    pub(super) async fn connect(tcp: TcpStream, trust: &Trust) -> anyhow::Result<Arc<Self>> {
        let mut tls = ClientConnection::new(Arc::clone(&trust.config), trust.name.clone())?;
        loop {
            while !flushed(&mut tls, &tcp)? {
                tcp.writable().await?;
            }
            if !tls.is_handshaking() {
                return Ok(Arc::new(Self { tcp, session: Mutex::new(Session { tls, flushing: false }) }));
            }
            tcp.readable().await?;
            match heard(&mut tls, &tcp) {
                Ok(0) => {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof))
                        .context("the node closed the connection during the TLS handshake");
                }
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    return Err(error).context("the TLS handshake failed");
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut session = self.session();
            match session.tls.reader().read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|read| buffer.advance(read))),
            }
            ready!(self.tcp.poll_read_ready(cx))?;
            match heard(&mut session.tls, &self.tcp) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                Ok(_) | Err(_) => {}
            }
        }
    }

    /// How many bytes went into records; records that the kernel does not take now are written by a task.
    pub(super) fn try_write(self: &Arc<Self>, bytes: &[u8]) -> io::Result<usize> {
        let mut session = self.session();
        if !flushed(&mut session.tls, &self.tcp)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let taken = session.tls.writer().write(bytes)?;
        if !flushed(&mut session.tls, &self.tcp)? && !session.flushing {
            session.flushing = true;
            tokio::spawn(Arc::clone(self).flush());
        }
        Ok(taken)
    }

    pub(super) async fn write_all(self: &Arc<Self>, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.tcp.writable().await?;
            match self.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn flush(self: Arc<Self>) {
        while self.tcp.writable().await.is_ok() {
            let mut session = self.session();
            // The next write meets the error again.
            if flushed(&mut session.tls, &self.tcp).unwrap_or(true) {
                session.flushing = false;
                return;
            }
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes what has come; 0: the end. An alert that says why not goes before the error.
fn heard(tls: &mut ClientConnection, tcp: &TcpStream) -> io::Result<usize> {
    let read = tls.read_tls(&mut Now(tcp))?;
    if let Err(error) = tls.process_new_packets() {
        let _ = flushed(tls, tcp);
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    Ok(read)
}

/// Writes records; whether all are written.
fn flushed(tls: &mut ClientConnection, tcp: &TcpStream) -> io::Result<bool> {
    while tls.wants_write() {
        match tls.write_tls(&mut Now(tcp)) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

impl io::Read for Now<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(bytes)
    }
}

impl io::Write for Now<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
