//! One delivery: a POST over a connection of its own, to an address that was checked after the name was resolved, without following
//! redirects, and with a timeout whatever the receiver does. Must not know what is delivered.

use std::{borrow::Cow, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Method, Request, StatusCode, body::Bytes, header};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use super::address::is_public;

/// The head of an answer, at most.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// What is read of an answer's body, at most.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// What is kept of a refusal's body, in characters.
const EXCERPT_MAX: usize = 200;
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;

/// Where webhooks go.
pub(super) struct Endpoint {
    /// As the resolver takes it.
    name: String,
    port: u16,
    /// As the header `Host` has it.
    authority: String,
    path: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    allow_private: bool,
    within: Duration,
}

/// The headers of a delivery.
#[derive(Clone, Debug)]
pub(super) struct Headers {
    pub(super) id: String,
    pub(super) seconds: i64,
    pub(super) signatures: String,
}

/// Why a delivery failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failed {
    /// Nobody is there.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The receiver's name means an address that is not the internet's.
    #[error("refused to connect: {0} is not an address of the internet (webhooks.allow_private allows it)")]
    Private(std::net::IpAddr),
    /// It took too long.
    #[error("no answer within {0:?}")]
    Silent(Duration),
    /// The connection broke, or what came was not HTTP.
    #[error("no answer: {0}")]
    Broken(String),
    /// The receiver refused.
    #[error("answered {0}: {1}")]
    Refused(StatusCode, String),
}

impl Failed {
    /// Whether no receiver was there, or only a proxy that does not reach it: whichever event it was.
    pub(super) fn is_absence(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused(status, _) => (502..=504).contains(&status.as_u16()),
            Self::Private(_) | Self::Silent(_) | Self::Broken(_) => false,
        }
    }

    /// In a word, for metrics.
    pub(super) const fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Private(_) => "private",
            Self::Silent(_) => "silent",
            Self::Broken(_) => "broken",
            Self::Refused(..) => "refused",
        }
    }

    /// Whether the receiver says that it will never take it.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(StatusCode::GONE, _))
    }
}

impl Endpoint {
    /// At this URL. Trusts the certificate authorities that the system trusts.
    ///
    /// # Errors
    /// It names no server, or it is encrypted and no certificate authority is trusted.
    pub(super) fn new(url: &Url, allow_private: bool, within: Duration) -> anyhow::Result<Self> {
        Self::trusting(url, allow_private, within, || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        })
    }

    /// The same; trusts these authorities, which are asked for if it is encrypted.
    pub(super) fn trusting(
        url: &Url,
        allow_private: bool,
        within: Duration,
        roots: impl FnOnce() -> RootCertStore,
    ) -> anyhow::Result<Self> {
        let host = url.host().context("webhooks.url names no server")?;
        let name = match &host {
            Host::Ipv6(address) => address.to_string(),
            Host::Ipv4(_) | Host::Domain(_) => host.to_string(),
        };
        let port = url.port_or_known_default().context("webhooks.url names no port")?;
        let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let tls = if url.scheme() == "https" {
            Some((connector(roots())?, ServerName::try_from(name.clone())?))
        } else {
            None
        };
        Ok(Self { name, port, authority, path, tls, allow_private, within })
    }

    /// Posts `body`; the receiver has confirmed it if this answers `Ok`.
    pub(super) async fn post(&self, headers: &Headers, body: &str) -> Result<(), Failed> {
        let posted = timeout(self.within, self.exchange(headers, body)).await;
        posted.unwrap_or(Err(Failed::Silent(self.within)))
    }

    async fn exchange(&self, headers: &Headers, body: &str) -> Result<(), Failed> {
        let stream = self.connect().await?;
        let request = self.request(headers, body).map_err(|why| Failed::Broken(why.to_string()))?;
        match &self.tls {
            None => answered(stream, request).await,
            Some((connector, name)) => {
                let encrypted = connector.connect(name.clone(), stream).await;
                answered(encrypted.map_err(|why| Failed::Unreachable(why.to_string()))?, request).await
            }
        }
    }

    fn request(&self, headers: &Headers, body: &str) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(header::HOST, &self.authority)
            .header(header::USER_AGENT, concat!("aldis/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONNECTION, "close")
            .header("webhook-id", &headers.id)
            .header("webhook-timestamp", headers.seconds)
            .header("webhook-signature", &headers.signatures)
            .body(Full::from(body.to_owned()))
    }

    /// Connects to an address that may be connected to: the very one that was checked.
    async fn connect(&self) -> Result<TcpStream, Failed> {
        let unreachable = |why: std::io::Error| Failed::Unreachable(why.to_string());
        let all: Vec<SocketAddr> = lookup_host((self.name.as_str(), self.port)).await.map_err(unreachable)?.collect();
        let mut last = Failed::Unreachable("the name has no address".to_owned());
        for address in all.into_iter().take(ADDRESSES_MAX) {
            if !self.allow_private && !is_public(address.ip()) {
                last = Failed::Private(address.ip());
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(why) => last = unreachable(why),
            }
        }
        Err(last)
    }
}

/// Sends the request and judges the answer.
async fn answered<S>(stream: S, request: Request<Full<Bytes>>) -> Result<(), Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |why: hyper::Error| Failed::Broken(why.to_string());
    let mut http = hyper::client::conn::http1::Builder::new();
    let (mut sender, connection) =
        http.max_buf_size(HEAD_BYTES_MAX).handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let answer = sender.send_request(request).await.map_err(broken)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(()); // whatever else it says
    }
    let body = Limited::new(answer.into_body(), BODY_BYTES_MAX).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let text: Cow<'_, str> =
        if status.is_redirection() { "redirects are not followed".into() } else { String::from_utf8_lossy(&body) };
    Err(Failed::Refused(status, excerpt(&text)))
}

/// The beginning of a text, in one line.
fn excerpt(text: &str) -> String {
    let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().take(EXCERPT_MAX).map(shown).collect()
}

fn connector(roots: RootCertStore) -> anyhow::Result<TlsConnector> {
    anyhow::ensure!(
        !roots.is_empty(),
        "webhooks.url begins with https, and this system trusts no certificate authority → install its certificates (ca-certificates)"
    );
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
