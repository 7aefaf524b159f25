//! A receiver of webhooks: keeps what it is told, answers as it is wished.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) path: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Number and type of the event.
    pub(super) fn told(&self) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        format!("{} {}", body["data"]["number"], body["type"].as_str().expect("a type"))
    }
}

/// What is answered to a request: the whole response; `None`: nothing.
pub(super) type Answer = Arc<dyn Fn(&Request) -> Option<String> + Send + Sync>;

/// See the module.
pub(super) struct Receiver {
    pub(super) url: String,
    requests: mpsc::Receiver<Request>,
    answer: Arc<Mutex<Answer>>,
}

/// A response with this status and body.
pub(super) fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

/// Answers every request so.
pub(super) fn always(status: &str) -> Answer {
    let answer = response(status, "", "");
    Arc::new(move |_| Some(answer.clone()))
}

impl Receiver {
    pub(super) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hooks?from=aldis", listener.local_addr().expect("an address"));
        let (keep, requests) = mpsc::channel(10_000);
        let answer = Arc::new(Mutex::new(answer));
        let answers = Arc::clone(&answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, keep.clone(), Arc::clone(&answers)));
            }
        });
        Self { url, requests, answer }
    }

    /// From now on it answers so.
    pub(super) fn answers(&self, answer: Answer) {
        *self.answer.lock().expect("no panic before") = answer;
    }

    /// The next request.
    pub(super) async fn next(&mut self) -> Request {
        let next = tokio::time::timeout(std::time::Duration::from_secs(30), self.requests.recv()).await;
        next.expect("a request within half a minute").expect("the receiver runs")
    }

    /// The next requests, as number and type.
    pub(super) async fn told(&mut self, count: usize) -> Vec<String> {
        let mut told = Vec::new();
        while told.len() < count {
            told.push(self.next().await.told());
        }
        told
    }

    /// Whether nothing more has come so far.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

/// Takes a request, and answers it.
pub(super) async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    keep: mpsc::Sender<Request>,
    answers: Arc<Mutex<Answer>>,
) {
    let mut bytes = Vec::new();
    let request = loop {
        if let Some(request) = parsed(&bytes) {
            break request;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let answer = {
        let answer = answers.lock().expect("no panic before");
        answer(&request)
    };
    keep.send(request).await.expect("the test runs");
    match answer {
        Some(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await; // the sender may have had enough
            let _ = stream.flush().await;
        }
        None => {
            let _ = stream.read_to_end(&mut bytes).await; // until the sender hangs up
        }
    }
}

fn parsed(bytes: &[u8]) -> Option<Request> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes).expect("a request") else { return None };
    assert_eq!(request.method, Some("POST"));
    let path = request.path.expect("a path").to_owned();
    let text = |header: &httparse::Header<'_>| {
        (header.name.to_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    let request = Request { path, headers: request.headers.iter().map(text).collect(), body: String::new() };
    let length: usize = request.header("content-length").parse().expect("a length");
    let body = bytes.get(head..head + length)?;
    Some(Request { body: String::from_utf8_lossy(body).into_owned(), ..request })
}
