//! Fetching from servers that answer well, wrongly, too much, or not at all.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{StatusCode, header},
    response::Redirect,
    routing::get,
};
use futures_util::stream;
use tokio::net::TcpListener;

use crate::auth::issuers::{FetchError, KeySource as _, Limits, Web};

const BYTES_MAX: usize = 1_000;

async fn server() -> String {
    let endless = || stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 400])));
    let router = Router::new()
        .route("/good", get(async || "{\"keys\":[]}"))
        .route("/exact", get(async || " ".repeat(BYTES_MAX)))
        .route("/large", get(async || " ".repeat(BYTES_MAX + 1)))
        .route("/endless", get(async move || Body::from_stream(endless())))
        .route("/moved", get(async || Redirect::permanent("/good")))
        .route("/away", get(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/silent", get(std::future::pending::<()>))
        .route("/dripping", get(async || Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())))
        .route(
            "/packed",
            get(async |headers: axum::http::HeaderMap| headers.contains_key(header::ACCEPT_ENCODING).to_string()),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn web() -> Web {
    Web::new(&Limits { bytes_max: BYTES_MAX, within: Duration::from_secs(2), ..Limits::default() }).expect("a client")
}

#[tokio::test]
async fn an_answer_is_bounded_in_bytes_and_time_and_comes_from_where_the_operator_said() {
    let (web, base) = (web(), server().await);
    let get = async |path: &str| web.fetch(&format!("{base}{path}")).await;
    assert_eq!(get("/good").await.expect("an answer"), b"{\"keys\":[]}");
    assert_eq!(get("/exact").await.expect("an answer").len(), BYTES_MAX);
    assert_eq!(get("/packed").await.expect("an answer"), b"false", "what is unpacked could be large");
    for path in ["/large", "/endless"] {
        assert!(matches!(get(path).await, Err(FetchError::TooLarge(BYTES_MAX))), "{path}");
    }
    let moved = get("/moved").await.expect_err("elsewhere");
    assert!(matches!(moved, FetchError::Redirect(_)) && moved.to_string().contains("308"), "{moved}");
    assert!(matches!(get("/away").await, Err(FetchError::Status(StatusCode::SERVICE_UNAVAILABLE))));
    for path in ["/silent", "/dripping"] {
        assert!(matches!(get(path).await, Err(FetchError::Slow(_))), "{path}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_without_its_url_twice() {
    let free = TcpListener::bind("127.0.0.1:0").await.and_then(|listener| listener.local_addr()).expect("a free port");
    let why = web().fetch(&format!("http://{free}/keys?canary")).await.expect_err("nobody");
    let text = why.to_string();
    assert!(matches!(why, FetchError::Unreachable(_)) && !text.contains("canary"), "{text}");
    assert!(text.to_lowercase().contains("refused"), "{text}");
}
