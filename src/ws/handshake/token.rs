//! The carriers of a token in a request: a sub-protocol entry, `Authorization`, or a cookie with an allowed origin. At
//! most one; never the query string, which proxies log. It must not know whether a token is valid.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::http::header;
use hyper::http::request::Parts;

use super::{Refusal, fields};

/// The longest token accepted, in bytes: an RS256 token with room to spare.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// The carrier of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWay {
    /// `Sec-WebSocket-Protocol: aldis.v1, bearer.<base64url of the token>`.
    Protocol,
    /// `Authorization: Bearer <token>`: not a browser.
    Authorization,
    /// The cookie `access_token`, which a browser adds by itself: a token in `hello` may replace it.
    Cookie,
}

/// A token as received, not verified. Its text is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// Its carrier.
    pub way: TokenWay,
    text: String,
}

impl Token {
    fn new(way: TokenWay, text: &str) -> Result<Self, Refusal> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > TOKEN_BYTES_MAX || !visible {
            return Err(Refusal::Token);
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

/// The request's token, if it contains one. `origin`: whether the request has an allowed origin.
pub(super) fn find(head: &Parts, protocols: &[&str], origin: bool) -> Result<Option<Token>, Refusal> {
    let by_protocol = of_protocols(protocols)?;
    let by_authorization = of_authorization(head)?;
    let by_cookie = of_cookies(head)?;
    match (by_protocol, by_authorization, by_cookie) {
        (Some(_), Some(_), _) | (_, Some(_), Some(_)) => Err(Refusal::TwoTokens),
        // A browser sends its cookies by itself: beside a token that the page chose, they are ignored.
        (Some(token), None, _) | (None, Some(token), None) => Ok(Some(token)),
        (None, None, Some(_)) if !origin => Err(Refusal::CookieWithoutOrigin),
        (None, None, cookie) => Ok(cookie),
    }
}

fn of_protocols(protocols: &[&str]) -> Result<Option<Token>, Refusal> {
    let mut entries = protocols.iter().filter_map(|name| name.strip_prefix("bearer."));
    let Some(entry) = entries.next() else { return Ok(None) };
    if entries.next().is_some() {
        return Err(Refusal::TwoTokens);
    }
    let bytes = URL_SAFE_NO_PAD.decode(entry).map_err(|_| Refusal::Token)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::Token)?;
    Token::new(TokenWay::Protocol, text).map(Some)
}

/// Other schemes than `Bearer` are for a proxy, not a token.
fn of_authorization(head: &Parts) -> Result<Option<Token>, Refusal> {
    let Some(value) = fields::single(head, &header::AUTHORIZATION)? else { return Ok(None) };
    let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    Token::new(TokenWay::Authorization, credentials.trim()).map(Some)
}

/// Two cookies of the name come from two paths or domains: which one is intended is unknown.
fn of_cookies(head: &Parts) -> Result<Option<Token>, Refusal> {
    let mut found = None;
    for line in head.headers.get_all(header::COOKIE) {
        // Other cookies may contain anything; ours is ASCII.
        let line = String::from_utf8_lossy(line.as_bytes());
        for (name, value) in line.split(';').filter_map(|pair| pair.split_once('=')) {
            let value = value.trim().trim_matches('"');
            if name.trim() != "access_token" || value.is_empty() {
                continue;
            }
            if found.replace(Token::new(TokenWay::Cookie, value)?).is_some() {
                return Err(Refusal::TwoTokens);
            }
        }
    }
    Ok(found)
}

/// Words that make a query key look like a credential, as any part of it.
const CREDENTIAL_WORDS: [&str; 4] = ["token", "jwt", "bearer", "authorization"];

/// Refuses a query that contains, or seems to contain, a token.
pub(super) fn none_in_query(query: Option<&str>) -> Result<(), Refusal> {
    let suspicious = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = plain(key).to_ascii_lowercase();
        key == "auth" || CREDENTIAL_WORDS.iter().any(|word| key.contains(word)) || looks_like_jwt(&plain(value))
    };
    if query.unwrap_or_default().split(['&', ';']).any(suspicious) { Err(Refusal::TokenInQuery) } else { Ok(()) }
}

/// Three dotted parts, the first a JSON object in base64url.
fn looks_like_jwt(value: &str) -> bool {
    value.trim_start().starts_with("eyJ") && value.matches('.').count() == 2
}

/// Percent-decoded once; invalid escapes are kept unchanged.
fn plain(text: &str) -> String {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| byte == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match escape.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                rest = &after[2..];
            }
            None => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
