//! The two cookies of a session, and the one of a browser that has logged in: their names, and reading them. Over TLS the names
//! begin with `__Host-`, so that neither a sibling domain nor a page over plain HTTP can set them (RFC 6265bis §4.1.3.2). Must not know what a token contains.
//!
//! A browser adds cookies by itself, so one that cannot be meant is treated as absent: another program's on the same
//! host (cookies know no ports), or two different ones of the same name.

use hyper::http::HeaderMap;
use hyper::http::header;

/// The access token, sent with every request.
pub const ACCESS: &str = "access_token";
/// The refresh token.
pub const REFRESH: &str = "refresh_token";

/// What a browser that has logged in is known by, at its next login: one secret for each account, the last used first, with dots
/// between.
pub const DEVICE: &str = "device";

/// The longest value that is read, in bytes.
const VALUE_BYTES_MAX: usize = 4096;

/// The name of `cookie` on a connection that is `secure` or not.
#[must_use]
pub fn name(cookie: &str, secure: bool) -> String {
    if secure { format!("__Host-{cookie}") } else { cookie.to_owned() }
}

/// The access token's cookie: a value of the form of a JSON Web Token.
#[must_use]
pub fn access(headers: &HeaderMap, secure: bool) -> Option<String> {
    let is_jwt = |value: &str| {
        let mut parts = value.split('.');
        parts.by_ref().take(3).filter(|part| is_base64url(part)).count() == 3 && parts.next().is_none()
    };
    only(headers, &name(ACCESS, secure), is_jwt)
}

/// The refresh token's cookie.
#[must_use]
pub fn refresh(headers: &HeaderMap, secure: bool) -> Option<String> {
    only(headers, &name(REFRESH, secure), is_base64url)
}

/// Accounts that one browser is known to, at most: each costs a look-up at a login.
pub const DEVICES_MAX: usize = 5;

/// What a browser that has logged in is known by, to at most `DEVICES_MAX` accounts; a longer list is not one of ours.
#[must_use]
pub fn devices(headers: &HeaderMap, secure: bool) -> Vec<String> {
    let is_list = |value: &str| value.split('.').count() <= DEVICES_MAX && value.split('.').all(is_base64url);
    let list = only(headers, &name(DEVICE, secure), is_list);
    list.iter().flat_map(|list| list.split('.')).map(str::to_owned).collect()
}

fn is_base64url(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The value of the cookies `name` that have the right form, if all of these are the same.
fn only(headers: &HeaderMap, name: &str, has_form: impl Fn(&str) -> bool) -> Option<String> {
    let mut found: Option<String> = None;
    for line in headers.get_all(header::COOKIE) {
        // Other cookies may contain anything; ours is ASCII.
        let line = String::from_utf8_lossy(line.as_bytes());
        for (key, value) in line.split(';').filter_map(|pair| pair.split_once('=')) {
            let value = value.trim().trim_matches('"');
            if key.trim() != name || value.len() > VALUE_BYTES_MAX || !has_form(value) {
                continue;
            }
            if found.as_deref().is_some_and(|before| before != value) {
                return None;
            }
            found = Some(value.to_owned());
        }
    }
    found
}
