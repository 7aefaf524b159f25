//! What can go wrong: one enum.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

/// Why a request gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node refused it.
    #[error("refused: {} ({}; request {})", .0.detail, .0.code, .0.request_id)]
    Refused(Box<Problem>),
    /// No answer came. Whether the request was done is not known.
    #[error("no answer: is the address right, and does the node run? ({0})")]
    Unreachable(#[from] reqwest::Error),
    /// The answer is none of a node: perhaps a proxy's.
    #[error("the answer with the status {status} is none of this API ({why})")]
    Unreadable {
        /// The status.
        status: StatusCode,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// A token cannot be signed with the key.
    #[error("no token can be signed: is it the API key's secret, or a private key of Ed25519 as PEM? ({0})")]
    Key(jsonwebtoken::errors::Error),
    /// A user whom no address can name: every URL drops such a segment of its path.
    #[error("a user with the id `{0}` cannot be named in an address")]
    Unaddressable(String),
    /// The base is none.
    #[error("{0} is no base of an API, such as https://calls.example.org")]
    Base(String),
}

/// A problem (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The code for programs, such as `room_not_found`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, and what to do.
    pub detail: String,
    /// The request's id, as in the node's log.
    pub request_id: String,
    /// When to retry, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The fields concerned.
    #[serde(default)]
    pub errors: Vec<FieldError>,
}

/// An invalid field of a request, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldError {
    /// Its path.
    pub field: String,
    /// What is wrong, and what would be valid.
    pub message: String,
}

impl Error {
    /// The problem's code, if the node refused.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        if let Self::Refused(problem) = self { Some(&problem.code) } else { None }
    }

    /// How long to wait before the same request may succeed, if the node says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Refused(problem) = self { problem.retry_after_ms.map(Duration::from_millis) } else { None }
    }
}
