//! A request's body: bounded in bytes and time. Must not know what is in it.

use axum::{body::Body, http::HeaderMap, http::header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::{
    limits::Limits,
    refusal::{Code, Refusal},
};

/// All of a body.
pub(super) async fn all(body: Body, headers: &HeaderMap, limits: &Limits) -> Result<Bytes, Refusal> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.body_max as u64) {
        return Err(too_large(limits));
    }
    let read = Limited::new(body, limits.body_max).collect();
    match tokio::time::timeout(limits.body_within, read).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(limits)),
        Ok(Err(_)) => Err(Refusal::bad("body", "it ended early")),
        Err(_) => Err(Refusal::bad("body", format!("it did not arrive within {} s", limits.body_within.as_secs()))),
    }
}

fn too_large(limits: &Limits) -> Refusal {
    Refusal::new(
        Code::TooLarge,
        format!("The body is larger than {} bytes, which no browser's parameters are.", limits.body_max),
    )
}
