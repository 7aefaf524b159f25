//! The HTTP edge: one table of calls ([`calls`]) from which routes and document are made, authentication, limits, answers.
//! Must not know the engine, nor the rules.

mod body;
pub mod calls;
mod document;
mod edge;
mod events;
mod gate;
mod keys;
mod plain;
mod read;
mod secret;

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    middleware,
    response::Response,
    routing::{MethodFilter, get, on},
};

use crate::{
    answers::Answer,
    refusal::{Code, Refusal},
    server::{Ask, Calls},
};
use calls::{CALLS, Call};

pub use edge::INSTANCE;
use edge::{Edge, marked, problem, written};
pub use secret::Secret;

/// All routes on one screen.
pub fn routes(server: Arc<dyn Calls>, secret: Secret) -> Router {
    let edge = Edge { server, secret: Arc::new(secret) };
    let mut inside = Router::new()
        .route("/v1/events", get(events::events))
        .route("/v1/health", get(plain::health))
        .route("/metrics", get(plain::metrics));
    for call in CALLS {
        let filter = MethodFilter::try_from(call.method.clone()).unwrap_or(MethodFilter::TRACE);
        let run = move |State(edge): State<Edge>, params: Named, request: Request| run(edge, call, params, request);
        inside = inside.route(call.path, on(filter, run));
    }
    let inside = inside.layer(middleware::from_fn_with_state(edge.clone(), gate::required));
    Router::new()
        .route("/openapi.json", get(plain::document))
        .merge(inside)
        .fallback(|| async { problem(&Refusal::new(Code::NotFound, "There is no such path: /openapi.json has all.")) })
        .method_not_allowed_fallback(|| async {
            problem(&Refusal::new(Code::MethodNotAllowed, "The path has no such method: /openapi.json has all."))
        })
        .layer(middleware::from_fn_with_state(edge.clone(), marked))
        .with_state(edge)
}

/// The names in a path, unless they are not UTF-8.
type Named = Result<RawPathParams, RawPathParamsRejection>;

async fn run(edge: Edge, call: &'static Call, params: Named, request: Request) -> Response {
    let begun = Instant::now();
    let answer = match answer(&edge, call, &params, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.into(),
    };
    edge.server.metrics().answered(call.name, answer.status, begun.elapsed());
    written(answer)
}

async fn answer(edge: &Edge, call: &Call, params: &Named, request: Request) -> Result<Answer, Refusal> {
    let limits = *edge.server.limits();
    let params = params.as_ref().map_err(|error| Refusal::bad("path", error.body_text()))?;
    let (head, body) = request.into_parts();
    let body = body::all(body, &head.headers, &limits).await?;
    let key = keys::key(&head, &body, &limits)?;
    let epoch = keys::epoch(&head)?;
    let ask = (call.read)(&read::Asked { query: head.uri.query(), params, body: &body, key })?;
    let ask = match epoch {
        Some(epoch) => Ask::InEpoch(epoch, Box::new(ask)),
        None => ask,
    };
    Ok(Arc::clone(&edge.server).call(ask).await)
}
