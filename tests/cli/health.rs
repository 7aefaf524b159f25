//! `aldis health` against fake nodes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::{aldis, nowhere};

/// A fake node that answers one request, and its address. The thread returns the request.
fn stand_in(answer: &'static str) -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a probe");
        let mut request = [0; 1024];
        let read = stream.read(&mut request).expect("a request");
        stream.write_all(answer.as_bytes()).expect("an answer is taken");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    (address, served)
}

#[test]
fn health_exits_with_0_for_a_healthy_node_and_with_1_otherwise() {
    let (address, served) = stand_in("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let well = aldis(nowhere().path(), &["health", "--url", &format!("http://{address}")]);
    assert_eq!((well.code, well.out), (Some(0), format!("http://{address}/health/ready: 200, healthy\n")));
    let request = served.join().expect("served");
    assert!(
        request.starts_with("GET /health/ready HTTP/1.1\r\n") && request.contains(&format!("\r\nHost: {address}\r\n")),
        "{request}"
    );

    let (address, served) = stand_in("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    let unwell = aldis(nowhere().path(), &["health", "--live", "--bind", &address]);
    assert_eq!((unwell.code, unwell.out.as_str()), (Some(1), ""));
    assert!(unwell.err.starts_with(&format!("error: http://{address}/health/live returned 503")), "{}", unwell.err);
    assert!(served.join().expect("served").starts_with("GET /health/live HTTP/1.1\r\n"));
}

#[test]
fn health_of_an_unreachable_node_exits_with_1() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let away = aldis(nowhere().path(), &["health", "--bind", &free.to_string()]);
    assert_eq!(away.code, Some(1));
    assert!(away.err.contains("is the node running?"), "{}", away.err);
}
