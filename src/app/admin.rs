//! The operators' listener on a thread of its own: probes and scrapes neither wait for calls nor delay them. A TCP port,
//! and a unix socket for local operators.

mod socket;
mod token;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, thread};

use anyhow::Context as _;
use axum::Router;
use tokio::sync::oneshot;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Config,
    http::Operators,
    ws::{self, Certificates, Listener, NoSockets},
};

/// Where operators connect.
pub(super) struct Door {
    bind: SocketAddr,
    socket: PathBuf,
    /// Whether an operator chose the socket's path: then it must work.
    is_chosen: bool,
    limits: ws::Limits,
    certificates: Option<Arc<Certificates>>,
}

impl Door {
    pub(super) fn new(config: &Config, limits: ws::Limits, certificates: Option<Arc<Certificates>>) -> Self {
        let socket = config.admin.socket.clone();
        Self {
            bind: config.admin.bind,
            is_chosen: socket.is_some(),
            socket: socket.unwrap_or_else(|| config.node.data_dir.join("admin.sock")),
            limits,
            // On the loopback address, probes and scrapes need no certificate.
            certificates: certificates.filter(|_| is_exposed(config)),
        }
    }

    /// The unix socket's path, for processes in any directory.
    pub(super) fn socket(&self) -> std::io::Result<PathBuf> {
        std::path::absolute(&self.socket)
    }

    /// Serves until `stop`; returns the address.
    pub(super) async fn serve(
        self,
        router: Router,
        (tasks, stop): (TaskTracker, CancellationToken),
    ) -> anyhow::Result<SocketAddr> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot start the operators' runtime")?;
        let (tell, told) = oneshot::channel();
        let serving = async move {
            let (listener, socket) = match self.open().await {
                Ok(open) => open,
                Err(why) => {
                    let _ = tell.send(Err(why)); // the receiver is still waiting
                    return;
                }
            };
            let _ = tell.send(listener.local_addr().map_err(Into::into)); // as above
            if let Some(socket) = socket {
                tasks.spawn(socket.serve(router.clone(), tasks.clone(), stop.clone()));
            }
            listener.serve(router, Arc::new(NoSockets), tasks.clone(), stop).await;
            tasks.wait().await; // requests in progress are tasks of this thread
        };
        let thread = thread::Builder::new().name("aldis-admin".to_owned()).spawn(move || runtime.block_on(serving));
        thread.context("cannot start the operators' thread")?;
        told.await.context("the operators' thread has ended")?
    }

    async fn open(self) -> anyhow::Result<(Listener, Option<socket::Socket>)> {
        let listener = Listener::bind(self.bind, self.limits).await?.always_answering();
        let listener = self.certificates.into_iter().fold(listener, Listener::with_tls);
        let socket = match socket::Socket::bind(&self.socket) {
            Ok(socket) => Some(socket),
            Err(why) if self.is_chosen => return Err(why),
            Err(why) => {
                tracing::warn!(
                    why = format!("{why:#}"),
                    "operators have no unix socket → choose a path with admin.socket"
                );
                None
            }
        };
        Ok((listener, socket))
    }
}

/// Whether other machines can reach the listener.
fn is_exposed(config: &Config) -> bool {
    !config.admin.bind.ip().to_canonical().is_loopback()
}

/// What the listener demands, and how it drains the node. The first start makes the token.
pub(super) fn operators(config: &Config, ends: &super::Ends) -> anyhow::Result<Operators> {
    let path = config.admin.token_file.clone().unwrap_or_else(|| config.node.data_dir.join("admin.token"));
    if is_exposed(config) && config.http.tls_cert.is_none() {
        tracing::warn!(bind = %config.admin.bind, "the operators' token travels unencrypted → set http.tls_cert, or keep admin.bind on a private network");
    }
    Ok(Operators::new(&token::read_or_make(&path)?, is_exposed(config), ends.drain.clone()))
}
