//! A server that answers every request with the same bytes. Must not know HTTP beyond the end of a head.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The server; it ends when dropped.
pub(super) struct Canned {
    pub(super) url: String,
    asked: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

/// What it does after its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Closes,
    Stalls,
}

impl Canned {
    /// Answers each request with these bytes.
    pub(super) async fn with(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (answer, asked, mut tasks) = (Arc::new(answer.into()), Arc::new(AtomicUsize::new(0)), JoinSet::new());
        let counted = Arc::clone(&asked);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answers(stream, Arc::clone(&answer), Arc::clone(&counted), then));
            }
        });
        Self { url, asked, _tasks: tasks }
    }

    /// An answer of this status with these headers and body.
    pub(super) async fn answering(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
        Self::with(head + body, Then::Closes).await
    }

    /// Requests so far.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answers(mut stream: TcpStream, answer: Arc<Vec<u8>>, asked: Arc<AtomicUsize>, then: Then) {
    let mut head = Vec::new();
    let mut bytes = [0; 1_024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(length) => head.extend_from_slice(&bytes[..length]),
        }
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let _ = stream.write_all(&answer).await; // the client may have had enough
    if then == Then::Stalls {
        std::future::pending().await
    }
    let _ = stream.shutdown().await;
}
