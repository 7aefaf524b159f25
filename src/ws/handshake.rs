//! Validates a request to open a WebSocket: RFC 6455 §4.2.1 to the letter, the sub-protocol, and with `net`'s decisions
//! the host, the page and the token.
//!
//! Pure: a request's head in, [`Accepted`] or one [`Refusal`] out. It must not know whether a token is valid: a browser
//! cannot see the status of a failed upgrade, so an invalid token is reported after it.

mod fields;
mod query;
mod refusal;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};
use hyper::http::header::{self, HeaderValue};
use hyper::http::request::Parts;
use hyper::http::{Method, Version};
use sha1::{Digest as _, Sha1};

use crate::net::{self, Origin, Page, credential};

pub use crate::net::{TOKEN_BYTES_MAX, Token, TokenWay};
pub use refusal::{Busy, Refusal};

/// The sub-protocol this server speaks.
pub const PROTOCOL: &str = "aldis.v1";

/// Offered beside [`PROTOCOL`] by a client that will resume a session, so that an overloaded node refuses it last. Like
/// a token's entry it is never echoed. The claim is not verified before the hello.
pub const RESUME: &str = "aldis.resume";

/// Maximum sub-protocols a client may offer: ours, a token, a resume, and room for later versions.
const PROTOCOLS_MAX: usize = 16;

/// A request that may be upgraded.
#[derive(Debug)]
pub struct Accepted {
    /// The value of `Sec-WebSocket-Accept`.
    pub accept: HeaderValue,
    /// Whether the client offered [`PROTOCOL`], so that the response must select it.
    pub protocol: bool,
    /// Whether the client claims that it will resume a session ([`RESUME`]).
    pub resumes: bool,
    /// The token, if the request contains one; else `hello` must.
    pub token: Option<Token>,
    /// The page's origin; absent for clients that are not browsers.
    pub origin: Option<Origin>,
}

/// Validates one request; `known`: who sends it.
///
/// # Errors
/// The first rule that the request violates.
pub fn judge(head: &Parts, known: &net::Request) -> Result<Accepted, Refusal> {
    if head.method != Method::GET {
        return Err(Refusal::Method);
    }
    if head.version != Version::HTTP_11 {
        return Err(Refusal::HttpVersion);
    }
    query::has_no_token(head.uri.query())?;
    known.host.as_ref().map_err(|why| Refusal::Host(*why))?;
    judge_upgrade(head)?;
    let accept = judge_key(head)?;
    let offered = offered_protocols(head)?;
    fields::single(head, &header::ORIGIN)?;
    let origin = match &known.page {
        Page::Foreign(why) => return Err(Refusal::Origin(why.clone())),
        page @ (Page::None | Page::Own(_) | Page::Allowed(_)) => page.origin().cloned(),
    };
    // Any page can make a browser send the cookie: it counts for those that may use it.
    let cookie = origin.as_ref().map(|_| known.secure);
    let token = credential(&head.headers, &offered, cookie).map_err(Refusal::Token)?;
    Ok(Accepted { accept, protocol: !offered.is_empty(), resumes: offered.contains(&RESUME), token, origin })
}

/// `Upgrade`, `Connection`, the version, and no body.
fn judge_upgrade(head: &Parts) -> Result<(), Refusal> {
    let is_websocket = |name: &&str| name.eq_ignore_ascii_case("websocket");
    if !fields::list(head, &header::UPGRADE)?.iter().any(is_websocket) {
        return Err(Refusal::NotAnUpgrade);
    }
    let is_upgrade = |name: &&str| name.eq_ignore_ascii_case("upgrade");
    if !fields::list(head, &header::CONNECTION)?.iter().any(is_upgrade) {
        return Err(Refusal::Connection);
    }
    if fields::single(head, &header::SEC_WEBSOCKET_VERSION)? != Some("13") {
        return Err(Refusal::Version);
    }
    let length = fields::single(head, &header::CONTENT_LENGTH)?;
    if head.headers.contains_key(header::TRANSFER_ENCODING) || !matches!(length, None | Some("0")) {
        return Err(Refusal::Body);
    }
    Ok(())
}

/// Base64 whose last letter may have spare bits set, as in the RFC's own example of a key (RFC 6455 §4.1).
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

/// The accept value of a key: its SHA-1 with the protocol's GUID (RFC 6455 §4.2.2).
fn judge_key(head: &Parts) -> Result<HeaderValue, Refusal> {
    let key = fields::single(head, &header::SEC_WEBSOCKET_KEY)?.ok_or(Refusal::Key)?;
    let mut nonce = [0; 16];
    if LENIENT.decode_slice(key, &mut nonce) != Ok(16) {
        return Err(Refusal::Key);
    }
    let digest = Sha1::new().chain_update(key).chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11").finalize();
    HeaderValue::from_str(&STANDARD.encode(digest)).map_err(|_| Refusal::Key)
}

/// The offered sub-protocols; offering none is allowed (not every client is a browser), offering only others is not.
fn offered_protocols(head: &Parts) -> Result<Vec<&str>, Refusal> {
    let offered = fields::list(head, &header::SEC_WEBSOCKET_PROTOCOL)?;
    let present = head.headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL);
    if present && (!offered.contains(&PROTOCOL) || offered.len() > PROTOCOLS_MAX) {
        return Err(Refusal::Protocol);
    }
    if !offered.iter().all(|name| fields::is_token(name)) {
        return Err(Refusal::Protocol);
    }
    Ok(offered)
}
