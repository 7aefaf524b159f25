//! The access token of a request and its carrier, decided by one rule for sockets and REST. Must not know whether a token
//! is valid.
//!
//! What a program or a page chose (a sub-protocol entry, `Authorization: Bearer`) beats the cookie that a browser adds by
//! itself. A chosen token must be well-formed, and the same by every carrier; a cookie that cannot be meant is absent.
//! Never the query string, which proxies log.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::http::HeaderMap;
use hyper::http::header;

use super::cookie;

/// The longest token accepted, in bytes: an RS256 token with room to spare.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// The carrier of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWay {
    /// `Sec-WebSocket-Protocol: aldis.v1, bearer.<base64url of the token>`.
    Protocol,
    /// `Authorization: Bearer <token>`: not a browser.
    Authorization,
    /// The cookie, which a browser adds by itself: a token in `hello` may replace it.
    Cookie,
}

/// A token as received, not verified. Its text is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its carrier.
    pub way: TokenWay,
    text: String,
}

/// A chosen token that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Not 1 to [`TOKEN_BYTES_MAX`] visible ASCII characters.
    #[error(
        "the token must be 1 to 4096 visible ASCII characters: `Authorization: Bearer <token>`, or as a sub-protocol in \
         base64url without padding"
    )]
    Malformed,
    /// Two different tokens.
    #[error("two different tokens were sent; send one, by one carrier")]
    Two,
}

impl Token {
    fn new(way: TokenWay, text: &str) -> Result<Self, CredentialError> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > TOKEN_BYTES_MAX || !visible {
            return Err(CredentialError::Malformed);
        }
        Ok(Self { way, text: text.to_owned() })
    }

    /// The token itself: ASCII, at most [`TOKEN_BYTES_MAX`] bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Token").field("way", &self.way).finish_non_exhaustive()
    }
}

/// The token of a request, if it has one. `protocols`: the offered sub-protocols; `cookie`: whether the cookie counts, and
/// if so, whether the connection is secure.
///
/// # Errors
/// A chosen token is malformed, or there are two.
pub fn credential(
    headers: &HeaderMap,
    protocols: &[&str],
    cookie: Option<bool>,
) -> Result<Option<Token>, CredentialError> {
    let chosen = of_protocols(protocols).chain(of_authorization(headers));
    let mut found: Option<Token> = None;
    for token in chosen {
        let token = token?;
        match &found {
            Some(before) if before.text != token.text => return Err(CredentialError::Two),
            Some(_) => {}
            None => found = Some(token),
        }
    }
    if found.is_some() {
        return Ok(found);
    }
    let text = cookie.and_then(|secure| cookie::access(headers, secure));
    Ok(text.map(|text| Token { way: TokenWay::Cookie, text }))
}

type Found = Result<Token, CredentialError>;

fn of_protocols<'a>(protocols: &'a [&str]) -> impl Iterator<Item = Found> + 'a {
    let entries = protocols.iter().filter_map(|name| name.strip_prefix("bearer."));
    entries.map(|entry| {
        let bytes = URL_SAFE_NO_PAD.decode(entry).map_err(|_| CredentialError::Malformed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| CredentialError::Malformed)?;
        Token::new(TokenWay::Protocol, text)
    })
}

/// Other schemes than `Bearer` are for a proxy in front, not a token.
fn of_authorization(headers: &HeaderMap) -> impl Iterator<Item = Found> {
    headers.get_all(header::AUTHORIZATION).iter().filter_map(|line| {
        let line = String::from_utf8_lossy(line.as_bytes());
        let (scheme, token) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        scheme.eq_ignore_ascii_case("bearer").then(|| Token::new(TokenWay::Authorization, token.trim()))
    })
}
