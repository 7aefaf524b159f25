//! The sender of a request, decided once before `/ws`, REST and the operators' listener divide: the client's address, the
//! scheme and the host behind trusted proxies, the page's origin, the credential, and the rate tables keyed by them.
//!
//! Pure: a request's head in, a [`Request`] out. Nothing else reads `X-Forwarded-…`, `Forwarded`, `Host` or `Origin`.
//! Must not know routes, sockets or who a token belongs to.

mod client;
pub mod cookie;
mod credential;
mod forwarded;
mod host;
mod origin;
pub mod rate;
mod request;
mod rules;
#[cfg(test)]
mod tests;

pub use client::{Client, network};
pub use credential::{CredentialError, TOKEN_BYTES_MAX, Token, TokenWay, credential};
pub use host::{Host, HostError};
pub use origin::{Origin, OriginError};
pub use request::{Page, Request};
pub use rules::Rules;
