//! HTTP as clients and proxies of the field write it: heads in pieces or together, bodies with every kind of length, large heads.

use std::io::{ErrorKind, Read, Write};

use crate::client::{Edge, limits, read_frame, read_head, upgrade};

const PEER: &str = "GET /peer HTTP/1.1\r\nHost: a\r\n\r\n";

/// Reads a response with a length.
fn read_answer(stream: &mut impl Read) -> (String, String) {
    let head = read_head(stream);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).expect("the body");
    (head, String::from_utf8(body).expect("a text"))
}

#[test]
fn a_head_that_comes_byte_by_byte_opens_a_socket() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    for byte in upgrade("/ws", "").as_bytes() {
        stream.write_all(&[*byte]).expect("sent");
    }
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 101 "));
    stream.write_all(&crate::client::frame(0x81, b"hello")).expect("sent");
    assert_eq!(read_frame(&mut stream), Some((0x81, b"hello".to_vec())));
}

#[test]
fn requests_in_one_segment_are_answered_in_order_also_before_an_upgrade() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    stream.write_all(PEER.repeat(3).as_bytes()).expect("sent");
    for _ in 0..3 {
        assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200 "));
    }
    stream.write_all([PEER, &upgrade("/ws", "")].concat().as_bytes()).expect("sent");
    assert!(read_answer(&mut stream).0.starts_with("HTTP/1.1 200 "));
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 101 "));
}

#[test]
fn a_body_may_be_chunked_or_wait_for_100_continue() {
    let edge = Edge::start(limits());
    let post = |more: &str| format!("POST /size HTTP/1.1\r\nHost: a\r\n{more}\r\n\r\n");
    let chunked = post("Transfer-Encoding: chunked") + "3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n";
    let (status, answer) = edge.ask(&chunked);
    assert_eq!((status, answer.ends_with("\r\n\r\n5")), (200, true), "{answer}");
    let mut stream = edge.connect();
    stream.write_all(post("Content-Length: 5\r\nExpect: 100-continue").as_bytes()).expect("sent");
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 100 "));
    stream.write_all(b"hello").expect("sent");
    let (head, body) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 200 ") && body == "5", "{head}{body}");
}

#[test]
fn an_offer_of_http_2_is_ignored() {
    let edge = Edge::start(limits());
    let offer = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
    let (status, answer) = edge.ask(&format!("GET /peer HTTP/1.1\r\nHost: a\r\n{offer}\r\n"));
    assert_eq!(status, 200, "{answer}");
}

/// Whether the edge refuses the request, or answers it and reads nothing more of the connection.
fn is_over(edge: &Edge, request: &str) -> (u16, bool) {
    let mut stream = edge.connect();
    stream.write_all(request.as_bytes()).expect("sent");
    stream.write_all(PEER.as_bytes()).expect("sent, or the connection has ended");
    let mut heard = Vec::new();
    if let Err(why) = stream.read_to_end(&mut heard) {
        assert_eq!(why.kind(), ErrorKind::ConnectionReset, "{why}");
    }
    let heard = String::from_utf8(heard).expect("a text");
    let status = heard.get(9..12).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, heard.matches("HTTP/1.1 ").count() <= 1)
}

// A proxy that reads another length than the node would take the rest of the body for a request of its own.
#[test]
fn a_body_of_two_lengths_is_refused_or_ends_the_connection() {
    let edge = Edge::start(limits());
    for (fields, version) in [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", "1.1"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", "1.1"),
        ("Content-Length: 5\r\nContent-Length: 6", "1.1"),
        ("Content-Length: 5, 6", "1.1"),
        ("Content-Length: +5", "1.1"),
        ("Content-Length: -5", "1.1"),
        ("Content-Length: 5x", "1.1"),
        ("Content-Length: 18446744073709551616", "1.1"),
        ("Transfer-Encoding: xchunked", "1.1"),
        ("Transfer-Encoding: chunked, identity", "1.1"),
        ("Transfer-Encoding: chunked", "1.0"),
    ] {
        let request = format!("POST /size HTTP/{version}\r\nHost: a\r\n{fields}\r\n\r\n0\r\n\r\n");
        let (status, is_over) = is_over(&edge, &request);
        assert!(is_over && status < 500, "{fields}: {status}");
    }
}

#[test]
fn the_head_of_a_big_site_passes_and_a_larger_one_is_refused_with_431() {
    let edge = Edge::start(limits());
    let cookies = |bytes: usize| format!("Cookie: {}\r\n", "x=0123456; ".repeat(bytes / 11));
    for (target, more, http, socket) in [
        ("", cookies(15_000), 200, 101),
        ("", cookies(17_000), 431, 431),
        ("?", "X: y\r\n".repeat(150), 431, 431),
        (&format!("?{}", "x".repeat(20_000)) as &str, String::new(), 431, 431),
    ] {
        let (status, answer) = edge.ask(&format!("GET /peer{target} HTTP/1.1\r\nHost: a\r\n{more}\r\n"));
        assert_eq!(status, http, "{} bytes: {answer}", more.len());
        let (status, answer) = edge.ask(&upgrade(&format!("/ws{target}"), &more));
        assert_eq!(status, socket, "{} bytes: {answer}", more.len());
    }
}
