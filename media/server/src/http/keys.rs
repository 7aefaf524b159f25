//! The headers `Idempotency-Key`, with what a call with it asks, and `Aldis-Media-Epoch`. Must not know what becomes of them.

use axum::http::{HeaderName, request::Parts};
use sha2::{Digest, Sha256};

use crate::{limits::Limits, refusal::Refusal, server::Keyed};

/// The header.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The epoch of the room's media.
const EPOCH: HeaderName = HeaderName::from_static("aldis-media-epoch");
/// The greatest epoch: a number that every JSON library has exactly.
const EPOCH_MAX: u64 = (1 << 53) - 1;

/// The epoch that a request names, if it does.
pub(super) fn epoch(head: &Parts) -> Result<Option<u64>, Refusal> {
    let Some(value) = head.headers.get(EPOCH) else { return Ok(None) };
    let digits = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let epoch = digits.and_then(|digits| digits.parse().ok()).filter(|epoch| (1..=EPOCH_MAX).contains(epoch));
    let wrong = || Refusal::bad("Aldis-Media-Epoch", format!("it must be a number from 1 to {EPOCH_MAX}"));
    epoch.ok_or_else(wrong).map(Some)
}

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
