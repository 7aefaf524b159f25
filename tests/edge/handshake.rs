//! Probes of the handshake: a request, the exact status, and the problem's code.

use std::io::{Read, Write};
use std::sync::Arc;

use aldis::net::Rules;

use crate::client::{Edge, frame, limits, read_frame, read_head, upgrade};
use crate::echo::Echo;

/// The valid request with one text replaced by another.
fn but(from: &str, to: &str) -> String {
    let request = upgrade("/ws", "");
    assert!(request.contains(from), "{from} is not in the request");
    request.replacen(from, to, 1)
}

/// The valid request with more lines.
fn with(lines: &str) -> String {
    upgrade("/ws", lines)
}

#[test]
fn requests_that_are_no_upgrade_get_their_status() {
    let edge = Edge::start(limits());
    let http_10 = "GET /ws HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".to_owned();
    let table = [
        ("the good request", with(""), 101, ""),
        ("a plain GET", "GET /ws HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 426, "upgrade_required"),
        ("another upgrade", but("Upgrade: websocket", "Upgrade: h2c"), 426, "upgrade_required"),
        ("an empty upgrade", but("Upgrade: websocket", "Upgrade:"), 426, "upgrade_required"),
        ("a websocket that is not quite", but("Upgrade: websocket", "Upgrade: websockets"), 426, "upgrade_required"),
        ("POST", but("GET", "POST"), 405, "method_not_allowed"),
        ("HEAD", but("GET", "DELETE"), 405, "method_not_allowed"),
        ("OPTIONS", but("GET", "OPTIONS"), 405, "method_not_allowed"),
        ("HTTP/1.0", http_10, 400, "bad_handshake"),
        ("no Connection", but("Connection: Upgrade\r\n", ""), 400, "bad_handshake"),
        ("Connection: close", but("Connection: Upgrade", "Connection: close"), 400, "bad_handshake"),
        ("no Host", but("Host: aldis.example\r\n", ""), 400, "bad_handshake"),
        ("two Hosts", with("Host: other.example\r\n"), 400, "bad_handshake"),
        ("a Host with a path", but("aldis.example", "aldis.example/x"), 400, "bad_handshake"),
        ("a target on another host", but("/ws", "http://other.example/ws"), 400, "bad_handshake"),
        ("a target on this host", but("/ws", "http://aldis.example/ws"), 101, ""),
        ("no version", but("Sec-WebSocket-Version: 13\r\n", ""), 426, "upgrade_required"),
        ("version 8", but("Version: 13", "Version: 8"), 426, "upgrade_required"),
        ("version 013", but("Version: 13", "Version: 013"), 426, "upgrade_required"),
        ("two versions", with("Sec-WebSocket-Version: 13\r\n"), 400, "bad_handshake"),
        ("no key", but("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400, "bad_handshake"),
        ("an empty key", but("dGhlIHNhbXBsZSBub25jZQ==", ""), 400, "bad_handshake"),
        ("a key of 15 bytes", but("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"), 400, "bad_handshake"),
        ("a key of 17 bytes", but("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZTE="), 400, "bad_handshake"),
        ("a key that is no base64", but("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j!!=="), 400, "bad_handshake"),
        ("two keys", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"), 400, "bad_handshake"),
        ("a body", with("Content-Length: 3\r\n") + "abc", 400, "bad_handshake"),
        ("a chunked body", with("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400, "bad_handshake"),
    ];
    check(&edge, &table);
}

#[test]
fn protocols_origins_and_tokens_get_their_status() {
    let edge = Edge::start(limits());
    let own = "Origin: https://aldis.example\r\n";
    let table = [
        ("our protocol", with("Sec-WebSocket-Protocol: aldis.v1\r\n"), 101, ""),
        ("another protocol", with("Sec-WebSocket-Protocol: chat\r\n"), 400, "bad_handshake"),
        ("our protocol in capitals", with("Sec-WebSocket-Protocol: ALDIS.V1\r\n"), 400, "bad_handshake"),
        ("an empty protocol", with("Sec-WebSocket-Protocol:\r\n"), 400, "bad_handshake"),
        ("our own origin", with(own), 101, ""),
        ("another origin", with("Origin: https://evil.example\r\n"), 403, "origin_not_allowed"),
        ("a sandboxed page", with("Origin: null\r\n"), 403, "origin_not_allowed"),
        ("our host as a prefix", with("Origin: https://aldis.example.evil\r\n"), 403, "origin_not_allowed"),
        ("our host on another port", with("Origin: https://aldis.example:444\r\n"), 403, "origin_not_allowed"),
        ("two origins", with(&format!("{own}{own}")), 400, "bad_handshake"),
        ("a token as a protocol", with("Sec-WebSocket-Protocol: aldis.v1, bearer.YS5iLmM\r\n"), 101, ""),
        ("a token alone as a protocol", with("Sec-WebSocket-Protocol: bearer.YS5iLmM\r\n"), 400, "bad_handshake"),
        ("a padded token", with("Sec-WebSocket-Protocol: aldis.v1, bearer.YQ==\r\n"), 400, "bad_handshake"),
        ("a token that is no base64", with("Sec-WebSocket-Protocol: aldis.v1, bearer.*\r\n"), 401, "auth_invalid"),
        ("two protocol tokens", with("Sec-WebSocket-Protocol: aldis.v1,bearer.YQ,bearer.Yg\r\n"), 400, "two_tokens"),
        ("one protocol token, twice", with("Sec-WebSocket-Protocol: aldis.v1,bearer.YQ,bearer.YQ\r\n"), 101, ""),
        ("a bearer", with("Authorization: Bearer a.b.c\r\n"), 101, ""),
        ("a bearer without a token", with("Authorization: Bearer\r\n"), 401, "auth_invalid"),
        (
            "a bearer and another protocol token",
            with("Authorization: Bearer x.y.z\r\nSec-WebSocket-Protocol: aldis.v1, bearer.YS5iLmM\r\n"),
            400,
            "two_tokens",
        ),
        ("a cookie from our own page", with(&format!("Cookie: access_token=a.b.c\r\n{own}")), 101, ""),
        ("a cookie from nowhere", with("Cookie: access_token=a.b.c\r\n"), 101, ""),
        ("a cookie and a bearer", with("Cookie: access_token=a.b.c\r\nAuthorization: Bearer a.b.c\r\n"), 101, ""),
        ("another program's cookie", with(&format!("Cookie: access_token=\"Bearer a.b.c\"\r\n{own}")), 101, ""),
        ("the key of the RFC's example", but("dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC=="), 101, ""),
        ("two cookies", with(&format!("Cookie: access_token=a.b.c; access_token=x.y.z\r\n{own}")), 101, ""),
        ("a token in the query", upgrade("/ws?token=a.b.c", ""), 400, "token_in_query"),
        ("an access_token in the query", upgrade("/ws?v=1&access_token=a.b.c", ""), 400, "token_in_query"),
        ("a token in disguise", upgrade("/ws?%6Awt=a.b.c", ""), 400, "token_in_query"),
        ("a harmless query", upgrade("/ws?v=1", ""), 101, ""),
        ("bytes beyond ASCII", with("Sec-WebSocket-Protocol: ald\u{ef}s\r\n"), 400, "bad_handshake"),
    ];
    check(&edge, &table);
}

/// Each request as the first of its connection, which may be answered without the HTTP server, and as the second, which
/// is not: both get the same answer.
fn check(edge: &Edge, table: &[(&str, String, u16, &str)]) {
    let both = |request| [edge.ask(request), edge.ask_second(request)];
    let answers = table
        .iter()
        .flat_map(|(what, request, status, code)| both(request).map(|(got, answer)| (what, got, answer, status, code)));
    for (what, got, answer, status, code) in answers {
        assert_eq!(got, *status, "{what}: {answer}");
        if *status != 101 {
            assert!(answer.contains("content-type: application/problem+json\r\n"), "{what}: {answer}");
            assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{what}: {answer}");
            assert!(answer.contains(&format!("\"status\":{status}")), "{what}: {answer}");
            assert!(answer.contains("\"requestId\":\""), "{what}: {answer}");
        }
    }
}

#[test]
fn a_refusal_has_advice() {
    let edge = Edge::start(limits());
    let hint = |request: String, hint: &str| {
        let (_, answer) = edge.ask(&request);
        assert!(answer.contains(hint), "{hint:?} is missing: {answer}");
    };
    hint(but("GET", "PUT"), "\r\nallow: GET\r\n");
    hint(but("Version: 13", "Version: 7"), "\r\nsec-websocket-version: 13\r\n");
    hint("GET /ws HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "\r\nupgrade: websocket\r\n");
    hint(upgrade("/ws?token=a", ""), "Tokens must not be in the query string");
}

#[test]
fn an_overloaded_node_sends_a_retry_delay() {
    let edge = Edge::start_with(limits(), Echo { busy: true, ..Echo::default() }, |listener| listener);
    let (status, answer) = edge.ask(&with(""));
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("\r\nretry-after: 7\r\n") && answer.contains("this node is draining"), "{answer}");
    assert!(answer.contains("\"retryAfterMs\":7000"), "{answer}");
}

#[test]
fn a_loaded_node_still_admits_resumes() {
    let edge = Edge::start_with(limits(), Echo { loaded: true, ..Echo::default() }, |listener| listener);
    let table = [
        ("a newcomer", with("Sec-WebSocket-Protocol: aldis.v1\r\n"), 503, "unavailable"),
        ("a client without sub-protocols", with(""), 503, "unavailable"),
        ("a resume", with("Sec-WebSocket-Protocol: aldis.v1, aldis.resume\r\n"), 101, ""),
    ];
    check(&edge, &table);
}

#[test]
fn an_upgrade_is_answered_as_in_the_rfc_and_the_token_is_not_echoed() {
    let edge = Edge::start(limits());
    let (_, answer) = edge.ask(&with("Sec-WebSocket-Protocol: bearer.YS5iLmM, aldis.v1\r\n"));
    assert!(answer.contains("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
    assert!(answer.contains("\r\nsec-websocket-protocol: aldis.v1\r\n"), "{answer}");
    assert!(!answer.contains("bearer"), "{answer}");
    let (status, answer) = edge.ask(&with("Sec-WebSocket-Protocol: aldis.resume, aldis.v1\r\n"));
    assert!(status == 101 && answer.contains("\r\nsec-websocket-protocol: aldis.v1\r\n"), "{answer}");
    assert!(!answer.contains("resume"), "{answer}");
    let (_, answer) = edge.ask(&with(""));
    assert!(!answer.contains("sec-websocket-protocol"), "none was offered: {answer}");
}

#[test]
fn allowed_origins_may_connect() {
    let allowed_origins = vec!["https://app.example".parse().expect("an origin")];
    let rules = Arc::new(Rules { allowed_origins, ..Rules::default() });
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_rules(rules));
    assert_eq!(edge.ask(&with("Origin: https://app.example\r\n")).0, 101);
    assert_eq!(edge.ask(&with("Origin: https://app.example.org\r\n")).0, 403);
}

#[test]
fn frames_sent_with_the_request_are_not_lost() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    let bytes = [upgrade("/ws", "").into_bytes(), frame(0x81, b"in a hurry"), frame(0x89, b"?")[..3].to_vec()].concat();
    stream.write_all(&bytes).expect("sent");
    read_head(&mut stream);
    assert_eq!(read_frame(&mut stream), Some((0x81, b"in a hurry".to_vec())));
    stream.write_all(&frame(0x89, b"?")[3..]).expect("sent");
    assert_eq!(read_frame(&mut stream), Some((0x8A, b"?".to_vec())));
}

#[test]
fn http_is_served_beside_and_before_sockets() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    let own_address = stream.local_addr().expect("an address").to_string();
    stream.write_all(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 200 "));
    let mut body = vec![0; own_address.len()];
    stream.read_exact(&mut body).expect("the body");
    assert_eq!(body, own_address.as_bytes(), "the router knows the peer");
    stream.write_all(with("").as_bytes()).expect("sent");
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 101 "), "a kept-alive connection may be upgraded");
    let (status, answer) = edge.ask("POST /size HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    assert_eq!((status, answer.ends_with("\r\n\r\n5")), (200, true), "{answer}");
    assert_eq!(edge.ask("GET /wss HTTP/1.1\r\nHost: a\r\n\r\n").0, 404);
}

#[test]
fn input_that_is_not_http_is_refused() {
    let edge = Edge::start(limits());
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(17 * 1024));
    assert_eq!(edge.ask(&long).0, 431);
    assert_eq!(edge.ask("HELLO\r\n\r\n").0, 400);
    assert_eq!(edge.ask("GET /ws HTTP/3.0\r\n\r\n").0, 400);
    assert_eq!(edge.ask("GET / HTTP/1.1\r\nHost : a\r\n\r\n").0, 400);
    let mut stream = edge.connect();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("sent");
    assert_eq!(stream.read(&mut [0]).expect("an orderly end"), 0, "HTTP/2 is hung up on, as its clients expect");
}
