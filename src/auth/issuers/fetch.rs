//! Gets a key set over HTTP: bounded in time and bytes, from the address that the operator gave and no other, so without
//! redirects and proxies. Must not know what a key is.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, StatusCode, header, redirect::Policy};
use rustls::{ClientConfig, RootCertStore};

use super::Limits;

/// Where key sets come from.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The text at this address.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError>;
}

/// Why a key set could not be fetched. The texts are for operators.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The server answered otherwise.
    #[error("it answers {0}")]
    Status(StatusCode),
    /// It is elsewhere: a server that answers at one address must not be able to choose another one.
    #[error("it answers {0}, and redirects are not followed: write the address where the keys are")]
    Redirect(StatusCode),
    /// The answer is too large.
    #[error("its answer is larger than {0} bytes")]
    TooLarge(usize),
    /// No answer in time.
    #[error("it does not answer within {0:?}")]
    Slow(Duration),
    /// No connection, or it broke.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
}

impl FetchError {
    /// A label for metrics.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Redirect(_) => "redirect",
            Self::TooLarge(_) => "too_large",
            Self::Slow(_) => "slow",
            Self::Unreachable(_) => "unreachable",
        }
    }
}

/// Key sets on the web.
pub struct Web {
    client: Client,
    bytes_max: usize,
    within: Duration,
}

impl Web {
    /// With the certificate authorities that this machine trusts.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(limits: &Limits) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(0)
            .timeout(limits.within)
            .user_agent(concat!("aldis/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, bytes_max: limits.bytes_max, within: limits.within })
    }

    fn failed(&self, why: reqwest::Error) -> FetchError {
        if why.is_timeout() {
            return FetchError::Slow(self.within);
        }
        FetchError::Unreachable(format!("{:#}", anyhow::Error::new(why.without_url())))
    }
}

#[async_trait]
impl KeySource for Web {
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let request = self.client.get(url).header(header::ACCEPT, "application/jwk-set+json, application/json");
        let mut answer = request.send().await.map_err(|why| self.failed(why))?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_redirection() => return Err(FetchError::Redirect(status)),
            status => return Err(FetchError::Status(status)),
        }
        let mut text = Vec::new();
        while let Some(more) = answer.chunk().await.map_err(|why| self.failed(why))? {
            if text.len() + more.len() > self.bytes_max {
                return Err(FetchError::TooLarge(self.bytes_max));
            }
            text.extend_from_slice(&more);
        }
        Ok(text)
    }
}
