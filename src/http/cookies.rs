//! The two cookies: names, paths and flags (RFC 6265). Reading is `CookieJar`'s.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// The access token, sent with every request. Also read by the WebSocket's handshake.
pub const ACCESS: &str = "access_token";
/// The refresh token, sent to `/api/auth` only and never from another site.
pub const REFRESH: &str = "refresh_token";

/// Sets the cookie with an access token that is valid for `ttl`.
pub(super) fn set_access(headers: &mut HeaderMap, token: &str, ttl: Duration, secure: bool) {
    set(headers, &format!("{ACCESS}={token}; Path=/; SameSite=Lax"), ttl, secure);
}

/// Sets the cookie with a refresh token that is valid for `ttl`.
pub(super) fn set_refresh(headers: &mut HeaderMap, token: &str, ttl: Duration, secure: bool) {
    set(headers, &format!("{REFRESH}={token}; Path=/api/auth; SameSite=Strict"), ttl, secure);
}

/// Removes both cookies.
pub(super) fn forget(headers: &mut HeaderMap, secure: bool) {
    set_access(headers, "", Duration::ZERO, secure);
    set_refresh(headers, "", Duration::ZERO, secure);
}

/// Our tokens are base64url and dots, so nothing needs quoting.
fn set(headers: &mut HeaderMap, cookie: &str, ttl: Duration, secure: bool) {
    let secure = if secure { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; HttpOnly; Max-Age={}{secure}", ttl.as_secs())) {
        headers.append(header::SET_COOKIE, value);
    }
}
