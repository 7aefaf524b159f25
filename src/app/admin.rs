//! The admin listener on a thread of its own: probes and scrapes neither wait for calls nor delay them.

use std::{net::SocketAddr, sync::Arc, thread};

use anyhow::Context as _;
use axum::Router;
use tokio::sync::oneshot;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::ws::{self, Listener, NoSockets};

/// Starts serving, until `stop`; returns the address.
pub(super) async fn serve(
    (bind, limits): (SocketAddr, ws::Limits),
    router: Router,
    (tasks, stop): (TaskTracker, CancellationToken),
) -> anyhow::Result<SocketAddr> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the admin listener's runtime")?;
    let (tell, told) = oneshot::channel();
    let serving = async move {
        let listener = match Listener::bind(bind, limits).await {
            Ok(listener) => listener,
            Err(why) => {
                let _ = tell.send(Err(why.into())); // the receiver is still waiting
                return;
            }
        };
        let _ = tell.send(listener.local_addr().map_err(Into::into)); // as above
        listener.serve(router, Arc::new(NoSockets), tasks.clone(), stop).await;
        tasks.wait().await; // requests in progress are tasks of this thread
    };
    let thread = thread::Builder::new().name("aldis-admin".to_owned()).spawn(move || runtime.block_on(serving));
    thread.context("cannot start the admin listener's thread")?;
    told.await.context("the admin listener's thread has ended")?
}
