//! Why a call is refused: one table of codes with their HTTP status, and the body of an error (RFC 9457).
//! Must not know which call it was.

use serde::Serialize;

/// A code for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The bearer secret is missing or another.
    Unauthorized,
    /// No such room, peer, transport, producer or consumer; one answer for all, and for those of other peers.
    NotFound,
    /// The path has no such method.
    MethodNotAllowed,
    /// The transport was connected before.
    AlreadyConnected,
    /// The body is too large.
    TooLarge,
    /// A value of the path, the headers or the body is wrong, or the engine refuses it.
    BadParameters,
    /// A peer, a room or the event streams have as many as they may.
    Limit,
    /// The server has as much as it may: ask another.
    Full,
    /// The server takes no new rooms: ask another.
    Draining,
    /// The engine does not answer, or is ending.
    Unavailable,
    /// A fault of the server; it was logged.
    Internal,
}

/// Every code, for the document.
pub const CODES: &[Code] = &[
    Code::Unauthorized,
    Code::NotFound,
    Code::MethodNotAllowed,
    Code::AlreadyConnected,
    Code::TooLarge,
    Code::BadParameters,
    Code::Limit,
    Code::Full,
    Code::Draining,
    Code::Unavailable,
    Code::Internal,
];

impl Code {
    /// Its HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AlreadyConnected => 409,
            Self::TooLarge => 413,
            Self::BadParameters => 422,
            Self::Limit => 429,
            Self::Internal => 500,
            Self::Full | Self::Draining | Self::Unavailable => 503,
        }
    }

    /// Its text, as in the body.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::AlreadyConnected => "already_connected",
            Self::TooLarge => "too_large",
            Self::BadParameters => "bad_parameters",
            Self::Limit => "limit",
            Self::Full => "full",
            Self::Draining => "draining",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.text())]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// For people: which input, why, what to do.
    pub detail: String,
}

/// The most bytes of a detail; the engine's texts may be long.
const DETAIL_MAX: usize = 512;

impl Refusal {
    /// A refusal.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if detail.len() > DETAIL_MAX {
            let end = (0..=DETAIL_MAX).rev().find(|&end| detail.is_char_boundary(end)).unwrap_or(0);
            detail.truncate(end);
        }
        Self { code, detail }
    }

    /// No such thing, or not this peer's: the caller cannot tell which.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "There is no such room, peer, transport, producer or consumer here: PUT the room first.",
        )
    }

    /// A wrong value.
    #[must_use]
    pub fn bad(field: &str, why: impl std::fmt::Display) -> Self {
        Self::new(Code::BadParameters, format!("{field}: {why}"))
    }

    /// As many as there may be.
    #[must_use]
    pub fn limit(what: &str, max: usize) -> Self {
        Self::new(Code::Limit, format!("There are {max} {what}, and no more are allowed: close one first."))
    }

    /// The server is full.
    #[must_use]
    pub fn full(what: &str, max: usize) -> Self {
        Self::new(Code::Full, format!("This media server has {max} {what}, and no more are allowed: use another."))
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let kind = format!("urn:aldis:media:{}", self.code.text());
        let body = serde_json::json!({
            "type": kind, "status": self.code.status(), "code": self.code, "detail": self.detail,
        });
        body.to_string().into_bytes()
    }
}
