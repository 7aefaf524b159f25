//! A TCP proxy between a node and a server: it passes bytes on, holds them back, or cuts its connections.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// What it does with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pass,
    Hold,
    /// Connections made before this generation are cut.
    Cut(u64),
}

/// A running proxy.
pub(super) struct Proxy {
    mode: Arc<watch::Sender<Mode>>,
    pub(super) port: u16,
    cuts: u64,
}

impl Proxy {
    /// To the server on this UNIX socket.
    pub(super) async fn start(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let modes = Arc::clone(&mode);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (to, modes) = (to.clone(), modes.subscribe());
                tokio::spawn(async move {
                    if let Ok(server) = UnixStream::connect(&to).await {
                        Box::pin(pass(client, server, modes)).await;
                    }
                });
            }
        });
        Self { mode, port, cuts: 0 }
    }

    /// Nothing passes, and nothing is closed.
    pub(super) fn hold(&self) {
        self.mode.send_replace(Mode::Hold);
    }

    /// Everything passes.
    pub(super) fn pass(&self) {
        self.mode.send_replace(Mode::Pass);
    }

    /// Ends every connection; new ones pass.
    pub(super) fn cut(&mut self) {
        self.cuts += 1;
        self.mode.send_replace(Mode::Cut(self.cuts));
    }
}

async fn pass(mut client: TcpStream, mut server: UnixStream, mut modes: watch::Receiver<Mode>) {
    let begun = *modes.borrow_and_update();
    let (mut from_client, mut from_server) = ([0; 16 * 1024], [0; 16 * 1024]);
    loop {
        let mode = *modes.borrow_and_update();
        if matches!(mode, Mode::Cut(_)) && mode != begun {
            return;
        }
        if mode == Mode::Hold {
            if modes.changed().await.is_err() {
                return;
            }
            continue;
        }
        let is_over = tokio::select! {
            _ = modes.changed() => false,
            read = client.read(&mut from_client) => match read {
                Ok(length) if length > 0 => server.write_all(&from_client[..length]).await.is_err(),
                _ => true,
            },
            read = server.read(&mut from_server) => match read {
                Ok(length) if length > 0 => client.write_all(&from_server[..length]).await.is_err(),
                _ => true,
            },
        };
        if is_over {
            return;
        }
    }
}
