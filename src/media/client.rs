//! Requests over HTTP/1.1 to one media server: no redirects, no proxies of the environment, answers of bounded size.
//! Must not know what is asked, nor what an answer means.

use std::sync::Arc;

use anyhow::Context as _;
use reqwest::{
    Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    limits::Limits,
    rules::{Answer, Ask, Method},
};

/// Which run of a media server has answered.
const INSTANCE: HeaderName = HeaderName::from_static("aldis-media-instance");
/// The same call under the same key gets its first answer.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The epoch of the room's media.
const EPOCH: HeaderName = HeaderName::from_static("aldis-media-epoch");

/// The connections to one server.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    answer_bytes_max: usize,
    shown_bytes_max: usize,
}

/// Why there is no answer; the text names no secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The connection, or HTTP on it, has failed.
    #[error("{0}")]
    Connection(String),
    /// More bytes than an answer has.
    #[error("an answer of more than {0} bytes")]
    TooLong(usize),
    /// No event stream was begun.
    #[error("the event stream was refused with status {0}")]
    NoStream(StatusCode),
}

impl From<reqwest::Error> for SendError {
    fn from(why: reqwest::Error) -> Self {
        let why = why.without_url();
        // What is below says more: "connection refused".
        let cause = std::iter::successors(std::error::Error::source(&why), |cause| cause.source()).last();
        Self::Connection(cause.map_or_else(|| why.to_string(), |cause| format!("{why}: {cause}")))
    }
}

impl Client {
    /// Connections to the server at `base` (`https://host:port`); none is made yet.
    ///
    /// # Errors
    /// The secret fits in no header, or the system has no certificate authorities.
    pub(super) fn new(base: &str, secret: &SecretString, limits: &Limits) -> anyhow::Result<Self> {
        Self::trusting(base, secret, limits, roots(base)?)
    }

    /// The same; trusts these certificate authorities.
    pub(super) fn trusting(
        base: &str,
        secret: &SecretString,
        limits: &Limits,
        roots: RootCertStore,
    ) -> anyhow::Result<Self> {
        let bearer = format!("Bearer {}", secret.expose_secret());
        let mut bearer =
            HeaderValue::from_str(&bearer).ok().context("media.secret has characters that no header may have")?;
        bearer.set_sensitive(true);
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(roots)?)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.request_within)
            .pool_max_idle_per_host(limits.idle_max)
            .pool_idle_timeout(limits.idle_for);
        let http = builder.build().context("cannot prepare the connections to the media servers")?;
        Ok(Self {
            http,
            base: base.to_owned(),
            answer_bytes_max: limits.answer_bytes_max,
            shown_bytes_max: limits.shown_bytes_max,
        })
    }

    /// Asks; the caller limits the time.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Answer, SendError> {
        let method = match ask.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.http.request(method, format!("{}{}", self.base, ask.path));
        if let Some(key) = &ask.key {
            request = request.header(KEY, key);
        }
        if let Some(epoch) = ask.epoch {
            request = request.header(EPOCH, epoch);
        }
        if let Some(body) = &ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let mut response = request.send().await?;
        let instance = response.headers().get(INSTANCE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        let most = if ask.method == Method::Get { self.shown_bytes_max } else { self.answer_bytes_max };
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > most {
                return Err(SendError::TooLong(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, instance, body })
    }

    /// Opens the event stream; the caller limits the time.
    pub(super) async fn listen(&self) -> Result<Response, SendError> {
        let response = self.http.get(format!("{}/v1/events", self.base)).send().await?;
        if response.status() == StatusCode::OK { Ok(response) } else { Err(SendError::NoStream(response.status())) }
    }
}

/// The system's certificate authorities, where they are needed.
fn roots(base: &str) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    if base.starts_with("https:") {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        anyhow::ensure!(
            !roots.is_empty(),
            "the system has no certificate authorities, so {base} cannot be trusted: install its package of them (ca-certificates)"
        );
    }
    Ok(roots)
}

fn tls(roots: RootCertStore) -> anyhow::Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().context("cannot prepare TLS")?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
