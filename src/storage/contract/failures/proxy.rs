//! A TCP proxy that cuts each connection after a number of bytes, in one direction, or lets nothing pass for a while.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::{Notify, watch},
    task::JoinHandle,
};

/// No cut.
pub(in crate::storage::contract) const NEVER: u64 = u64::MAX;

/// Bytes until all connections are cut, to the server and from it.
#[derive(Default)]
struct Left {
    up: AtomicU64,
    down: AtomicU64,
    cut: Notify,
    /// Whether nothing passes.
    holds: watch::Sender<bool>,
}

pub(in crate::storage::contract) struct Proxy {
    pub(in crate::storage::contract) address: SocketAddr,
    left: Arc<Left>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(in crate::storage::contract) async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let left = Arc::new(Left::default());
        let shared = Arc::clone(&left);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let left = Arc::clone(&shared);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(server).await else { return };
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    let cut = left.cut.notified();
                    // Whichever ends first ends the connection in both directions.
                    tokio::select! {
                        () = pass(from_client, to_server, &left, &left.up) => {}
                        () = pass(from_server, to_client, &left, &left.down) => {}
                        () = cut => {}
                    }
                });
            }
        });
        let proxy = Self { address, left, accepting };
        proxy.cut_after(NEVER, NEVER);
        proxy
    }

    /// Cuts all connections once so many bytes have passed, and new ones at once.
    pub(in crate::storage::contract) fn cut_after(&self, up: u64, down: u64) {
        self.left.up.store(up, Ordering::SeqCst);
        self.left.down.store(down, Ordering::SeqCst);
    }
}

impl Proxy {
    /// Connections are accepted and kept, and nothing passes, as through a network that loses everything; or it passes again.
    pub(in crate::storage::contract) fn hold(&self, holds: bool) {
        self.left.holds.send_replace(holds);
    }

    /// New connections are refused, and open ones are cut.
    pub(in crate::storage::contract) fn close(&self) {
        self.accepting.abort();
        self.left.cut.notify_waiters();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, left: &Left, bytes_left: &AtomicU64) {
    let mut buffer = [0; 4096];
    while let Ok(read) = from.read(&mut buffer).await {
        let passing = left.holds.subscribe().wait_for(|holds| !holds).await.is_ok();
        if read == 0 || !passing {
            return;
        }
        let had = bytes_left.load(Ordering::SeqCst);
        if had == NEVER {
            if to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            continue;
        }
        let may_pass = usize::try_from(had).unwrap_or(usize::MAX).min(read);
        bytes_left.store(had - may_pass as u64, Ordering::SeqCst);
        let sent = to.write_all(&buffer[..may_pass]).await;
        if sent.is_err() || may_pass < read {
            left.cut.notify_waiters();
            return;
        }
    }
}
