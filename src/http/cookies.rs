//! Sets and removes the cookies of a session and of a browser (RFC 6265). Their names and reading them are `net::cookie`'s.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use crate::net::cookie;
pub use cookie::{ACCESS, DEVICE, REFRESH};

/// Where the refresh token and the device are needed. Over TLS their cookies have `Path=/`, which the prefix `__Host-` demands.
const REFRESH_PATH: &str = "/api/auth";

/// Sets the cookie with an access token that is valid for `ttl`.
pub(super) fn set_access(headers: &mut HeaderMap, token: &str, ttl: Duration, secure: bool) {
    set(headers, (ACCESS, token), "Path=/; SameSite=Lax", ttl, secure);
}

/// Sets the cookie with a refresh token that is valid for `ttl`.
pub(super) fn set_refresh(headers: &mut HeaderMap, token: &str, ttl: Duration, secure: bool) {
    let path = if secure { "/" } else { REFRESH_PATH };
    set(headers, (REFRESH, token), &format!("Path={path}; SameSite=Strict"), ttl, secure);
}

/// Sets the cookie with what a browser is known by at its next logins. It stays when its owner logs out.
pub(super) fn set_devices(headers: &mut HeaderMap, devices: &str, ttl: Duration, secure: bool) {
    let path = if secure { "/" } else { REFRESH_PATH };
    set(headers, (DEVICE, devices), &format!("Path={path}; SameSite=Lax"), ttl, secure);
}

/// Removes both cookies of a session.
pub(super) fn forget(headers: &mut HeaderMap, secure: bool) {
    set_access(headers, "", Duration::ZERO, secure);
    set_refresh(headers, "", Duration::ZERO, secure);
}

/// Our tokens are base64url and dots, so nothing needs quoting.
fn set(headers: &mut HeaderMap, (name, token): (&str, &str), scope: &str, ttl: Duration, secure: bool) {
    let (name, flag) = (cookie::name(name, secure), if secure { "; Secure" } else { "" });
    let line = format!("{name}={token}; {scope}; HttpOnly; Max-Age={}{flag}", ttl.as_secs());
    if let Ok(value) = HeaderValue::from_str(&line) {
        headers.append(header::SET_COOKIE, value);
    }
}
