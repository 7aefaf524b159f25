//! A TCP relay at a fixed address in front of a stub that is killed, started again or stopped. Must not know HTTP.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// Where connections go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    /// They are closed, and so are those that were open.
    Nobody,
    /// They are taken and nothing is passed on, in those that were open neither, as by a stopped process.
    Silence,
    /// To this address.
    There(SocketAddr),
}

/// The relay; it ends when dropped.
pub(super) struct Relay {
    pub(super) url: String,
    to: watch::Sender<To>,
    taken: Arc<Mutex<usize>>,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// A relay to the server at this URL.
    pub(super) async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let (to, seen) = watch::channel(there(url));
        let (taken, mut tasks) = (Arc::new(Mutex::new(0)), JoinSet::new());
        let count = Arc::clone(&taken);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                connections.spawn(relays(stream, seen.clone()));
            }
        });
        Self { url: at, to, taken, _tasks: tasks }
    }

    /// As if the server were killed.
    pub(super) fn kill(&self) {
        self.to.send_replace(To::Nobody);
    }

    /// As if the server were stopped, or its network gone.
    pub(super) fn stop(&self) {
        self.to.send_replace(To::Silence);
    }

    /// New connections go to the server at this URL.
    pub(super) fn leads_to(&self, url: &str) {
        self.to.send_replace(there(url));
    }

    /// Connections so far.
    pub(super) fn taken(&self) -> usize {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn there(url: &str) -> To {
    To::There(url.trim_start_matches("http://").parse().expect("an address"))
}

async fn relays(mut client: TcpStream, mut to: watch::Receiver<To>) {
    let now = *to.borrow_and_update();
    let passed = async {
        match now {
            To::Nobody => {}
            To::Silence => std::future::pending().await,
            To::There(address) => {
                if let Ok(mut server) = TcpStream::connect(address).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await; // either end may be cut
                }
            }
        }
    };
    tokio::select! {
        () = passed => return,
        _ = to.changed() => {}
    }
    // It ends with the server that it led to, unless that is stopped: then it stays as it is, until that is over.
    if *to.borrow() == To::Silence {
        let _ = to.changed().await;
    }
}
