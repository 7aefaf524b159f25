//! Lets requests with the secret through, before their bodies are read. Must not know what they ask.

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::Response,
};

use super::edge::{Edge, problem};
use crate::refusal::{Code, Refusal};

/// Lets requests with the secret through.
pub(super) async fn required(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer =
        given.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    if bearer.is_some_and(|(_, secret)| edge.secret.is(secret.trim())) {
        return next.run(request).await;
    }
    let why = "The header `Authorization: Bearer …` must have the secret of this media server (--secret-file).";
    problem(&Refusal::new(Code::Unauthorized, why))
}
