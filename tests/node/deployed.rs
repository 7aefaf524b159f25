//! A node where others decide: few descriptors, a log that nobody reads, an environment full of strangers' variables.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::net::UnixStream,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::process::Node;

/// The status that a listener answers to a probe within ten seconds.
fn probe(address: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head[9..]).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_few_descriptors_has_fewer_connections_and_always_answers_probes() {
    let settings = ["--set", "http.connections_per_address_max=10000", "--set", "http.first_byte_within=1m"];
    let node = Node::start_with_files(192, &settings).await;
    assert!(node.log().contains("\"connections_max\":64"), "192 less a reserve of 128: {}", node.log());
    let silent: Vec<_> = (0..200).map_while(|_| TcpStream::connect(&node.http).ok()).collect();
    assert!(silent.len() >= 64, "{} connections", silent.len());
    for path in ["/health/live", "/health/ready", "/metrics"] {
        assert_eq!(probe(&node.admin, path), Some(200), "{path} while strangers hold every connection");
    }
    drop(silent);
    let until = Instant::now() + Duration::from_secs(30);
    while probe(&node.http, "/health/live") != Some(200) {
        assert!(Instant::now() < until, "the public listener does not recover: {}", node.log());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_nobody_reads_stops_nothing_and_the_lost_lines_are_counted() {
    let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    let stderr = Stdio::from(std::os::fd::OwnedFd::from(theirs));
    let mut node =
        Node::start_with_stderr(stderr, &["--log", "trace", "--set", "rate_limits.requests_per_address=1000000/1m"])
            .await;
    let dropped = || {
        let text = metrics(&node.admin);
        let line = text.lines().find_map(|line| line.strip_prefix("aldis_log_lines_dropped_total "));
        line.and_then(|count| count.parse::<u64>().ok()).expect("the metric")
    };
    let until = Instant::now() + Duration::from_secs(120);
    while dropped() == 0 {
        assert!(Instant::now() < until, "no line was dropped");
        for _ in 0..200 {
            assert_eq!(probe(&node.http, "/.well-known/jwks.json"), Some(200), "the node serves on");
        }
    }
    assert_eq!(probe(&node.admin, "/health/live"), Some(200));
    let stopped = Instant::now();
    node.signal("-TERM");
    let (status, _) = node.end().await;
    assert!(status.success());
    assert!(stopped.elapsed() < Duration::from_secs(20), "{:?}", stopped.elapsed());
    drop(ours);
}

fn metrics(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the operators' listener");
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    text
}
