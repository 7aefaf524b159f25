//! The header `Idempotency-Key`, and what a call with it asks. Must not know what becomes of it.

use axum::http::{HeaderName, request::Parts};
use sha2::{Digest, Sha256};

use crate::{limits::Limits, refusal::Refusal, server::Keyed};

/// The header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a request, if it has one.
pub(super) fn key(head: &Parts, body: &[u8], limits: &Limits) -> Result<Option<Keyed>, Refusal> {
    let Some(value) = head.headers.get(KEY) else { return Ok(None) };
    let good =
        |text: &&str| (1..=limits.key_max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let Some(key) = value.to_str().ok().filter(good) else {
        let why = format!("it must be 1 to {} visible ASCII characters, such as `<session>-<rid>`", limits.key_max);
        return Err(Refusal::bad("Idempotency-Key", why));
    };
    let mut digest = Sha256::new();
    digest.update(head.method.as_str());
    digest.update([0]);
    digest.update(head.uri.path());
    digest.update([0]);
    digest.update(body);
    Ok(Some(Keyed { key: key.to_owned(), asked: digest.finalize().into() }))
}
