//! Accepts connections of nodes: bounded in number, each with a time for its request's head. HTTP/1.1 only.
//! Must not know what is asked.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tower::ServiceExt;

use crate::limits::Limits;

/// Bytes of a request's head: a key, a secret and a path have a few hundred.
const HEAD_MAX: usize = 16 * 1024;
/// After the system refused a connection (no descriptors left): until one is free.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
pub(crate) async fn serve(listener: TcpListener, routes: Router, limits: Limits) -> Infallible {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    // Connections end with the listener.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // Further connections wait in the system's queue.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return std::future::pending().await };
        match listener.accept().await {
            Ok((stream, _)) => {
                let routes = routes.clone();
                connections.spawn(async move {
                    if let Err(error) = connection(stream, routes, &limits).await {
                        tracing::debug!(%error, "a connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => refused(&error).await,
        }
    }
}

async fn connection(stream: TcpStream, routes: Router, limits: &Limits) -> Result<(), hyper::Error> {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| routes.clone().oneshot(request.map(Body::new)));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .await
}

async fn refused(error: &io::Error) {
    let gone = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionRefused];
    if !gone.contains(&error.kind()) {
        tracing::warn!(%error, "no connection can be accepted; trying again");
        tokio::time::sleep(BACK_OFF).await;
    }
}
