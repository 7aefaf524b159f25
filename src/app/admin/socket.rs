//! The operators' unix socket. Only its owner can connect: the file has mode 0600.

use std::{
    fs, io,
    os::unix::{fs::PermissionsExt as _, net::UnixStream as Probe},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::http::OverSocket;

/// Connections at once: operators and their scripts.
const CONNECTIONS_MAX: usize = 16;
/// A request's head, and the pause between two requests of a connection.
const HEAD_WITHIN: Duration = Duration::from_secs(30);
/// A whole connection: a script that hangs gives its place back.
const CONNECTION_WITHIN: Duration = Duration::from_secs(600);
/// After a failed accept, such as without a free descriptor.
const PAUSE: Duration = Duration::from_secs(1);

/// A bound socket; its file is removed with it.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Listens at `path`. The file of a process that has ended is replaced.
    pub(super) fn bind(path: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("cannot listen on the unix socket {}", path.display());
        let listener = match UnixListener::bind(path) {
            Err(why) if why.kind() == io::ErrorKind::AddrInUse => {
                if Probe::connect(path).is_ok() {
                    bail!("{}: another process listens there", cannot());
                }
                fs::remove_file(path).and_then(|()| UnixListener::bind(path))
            }
            bound => bound,
        };
        let listener = listener.with_context(cannot)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).with_context(cannot)?;
        Ok(Self { listener, path: path.to_owned() })
    }

    /// Serves until `stop`.
    pub(super) async fn serve(self, router: Router, tasks: TaskTracker, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let place = Arc::clone(&places).acquire_owned();
            // Stop first; then a place, so that what waits waits in the kernel's queue.
            let accepted = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                accepted = async { (place.await, self.listener.accept().await) } => accepted,
            };
            let (Ok(place), Ok((stream, _))) = accepted else {
                sleep(PAUSE).await;
                continue;
            };
            let (router, stop) = (router.clone(), stop.clone());
            tasks.spawn(async move {
                let _place = place;
                tokio::select! {
                    biased; // a stop ends idle connections
                    () = stop.cancelled() => {}
                    _ = timeout(CONNECTION_WITHIN, speak(stream, router)) => {}
                }
            });
        }
    }
}

async fn speak(stream: UnixStream, router: Router) {
    // Without credentials there is nobody to name.
    let Ok(peer) = stream.peer_cred() else { return };
    let router = router.layer(Extension(OverSocket { uid: peer.uid() }));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection of the unix socket ended early");
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // it may have been removed already
    }
}
