//! Limits of clients: timeouts before the first bytes, numbers of connections, and cleanup after the end.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Edge, frame, limits, read_frame, read_head, upgrade};
use crate::echo::Echo;
use aldis::net::Rules;
use aldis::net::rate::{Rate, Table};
use aldis::ws::Limits;

/// How long the edge keeps a silent connection; it must close it by itself.
fn until_hung_up(mut stream: TcpStream) -> Duration {
    let begin = Instant::now();
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "still open after {:?}", begin.elapsed()),
    }
    begin.elapsed()
}

fn is_about_200_ms(waited: Duration) -> bool {
    (Duration::from_millis(150)..Duration::from_secs(2)).contains(&waited)
}

#[test]
fn a_silent_client_is_disconnected() {
    let edge = Edge::start(limits());
    let waited = until_hung_up(edge.connect());
    assert!(is_about_200_ms(waited), "{waited:?}");
}

#[test]
fn an_unfinished_head_times_out() {
    let edge = Edge::start(limits());
    for bytes in [&b"G"[..], b"GET /ws HTTP/1.1\r\nHost: a\r\n", b"GET / HTTP/1.1\r\nX: "] {
        let mut stream = edge.connect();
        stream.write_all(bytes).expect("sent");
        let waited = until_hung_up(stream);
        assert!(is_about_200_ms(waited), "{waited:?} after {bytes:?}");
    }
}

#[test]
fn a_slowly_sent_head_times_out_too() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    stream.set_read_timeout(Some(Duration::from_millis(20))).expect("a socket option");
    let begin = Instant::now();
    // A byte each 20 ms: the read is the pause.
    while begin.elapsed() < Duration::from_secs(5) && stream.write_all(b"G").is_ok() {
        if matches!(stream.read(&mut [0; 64]), Ok(0)) {
            break;
        }
    }
    assert!(is_about_200_ms(begin.elapsed()), "{:?}", begin.elapsed());
}

#[test]
fn an_idle_keep_alive_connection_times_out() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    stream.write_all(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    read_head(&mut stream);
    let waited = until_hung_up(stream);
    assert!(waited > Duration::from_millis(500), "longer than a head: {waited:?}");

    let mut stream = edge.connect();
    stream.write_all(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    read_head(&mut stream);
    stream.write_all(b"GET /peer HT").expect("sent");
    let waited = until_hung_up(stream);
    assert!(is_about_200_ms(waited) && waited < Duration::from_millis(500), "a second head is no pause: {waited:?}");
}

#[test]
fn a_response_that_is_not_read_is_dropped() {
    let edge = Edge::start(limits());
    let mut stream = edge.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    // Nothing is read, and yet every task of the edge ends.
    let begin = Instant::now();
    read_head(&mut stream);
    edge.join();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[test]
fn an_open_socket_outlives_the_limits_of_http() {
    let edge = Edge::start(limits());
    let mut stream = edge.open();
    // Longer than every limit of the handshake.
    stream.set_read_timeout(Some(Duration::from_millis(600))).expect("a socket option");
    let error = stream.read(&mut [0]).expect_err("silence");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket option");
    stream.write_all(&frame(0x81, b"still here")).expect("sent");
    assert_eq!(read_frame(&mut stream), Some((0x81, b"still here".to_vec())));
}

#[test]
fn connections_per_address_are_limited_and_released() {
    let edge = Edge::start(Limits { connections_per_address_max: 2, ..limits() });
    let (first, second) = (edge.open(), edge.open());
    let waited = until_hung_up(edge.connect());
    assert!(waited < Duration::from_millis(150), "turned away at once: {waited:?}");
    drop(first);
    wait_for_a_place(&edge);
    drop(second);
}

/// The edge notices a hang-up in its own time.
fn wait_for_a_place(edge: &Edge) {
    for _ in 0..1_000 {
        let mut stream = edge.connect();
        let sent = stream.write_all(upgrade("/ws", "").as_bytes());
        if sent.is_ok() && stream.read(&mut [0]).is_ok_and(|read| read == 1) {
            return;
        }
    }
    panic!("no place came free");
}

#[test]
fn a_trusted_proxy_is_not_limited_by_address_but_the_node_is() {
    let few = Limits { connections_per_address_max: 1, connections_max: 3, ..limits() };
    let loopback = "127.0.0.0/8".parse().expect("a network");
    let rules = Arc::new(Rules { trusted_proxies: vec![loopback], ..Rules::default() });
    let edge = Edge::start_with(few, Echo::default(), |listener| listener.with_rules(rules));
    let _standing = [edge.open(), edge.open(), edge.open()];
    let waited = until_hung_up(edge.connect());
    assert!(waited < Duration::from_secs(5), "turned away without waiting for a timeout: {waited:?}");
}

#[test]
fn behind_a_proxy_each_client_has_a_limit_of_sockets() {
    let few = Limits { connections_per_address_max: 2, ..limits() };
    let loopback = "127.0.0.0/8".parse().expect("a network");
    let rules = Arc::new(Rules { trusted_proxies: vec![loopback], ..Rules::default() });
    let edge = Edge::start_with(few, Echo::default(), |listener| listener.with_rules(rules));
    let of = |client: &str| {
        let mut stream = edge.connect();
        let request = upgrade("/ws", &format!("X-Forwarded-For: 198.51.100.1, {client}\r\n"));
        stream.write_all(request.as_bytes()).expect("sent");
        let head = read_head(&mut stream);
        (head[9..12].to_owned(), stream)
    };
    let (first, second) = (of("2001:db8::1"), of("2001:db8::2"));
    assert_eq!((first.0.as_str(), second.0.as_str()), ("101", "101"));
    assert_eq!(of("2001:db8::3").0, "429", "one customer's network counts as one");
    let (status, answer) = edge.ask_second(&upgrade("/ws", "X-Forwarded-For: 2001:db8::3\r\n"));
    assert_eq!(status, 429, "{answer}");
    assert!(
        answer.contains("\"code\":\"too_many_connections\"") && answer.contains("\r\nretry-after: 5\r\n"),
        "{answer}"
    );
    assert_eq!(of("203.0.113.7").0, "101", "another client");
    assert_eq!(
        edge.ask("GET /size HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 2001:db8::1\r\n\r\n").0,
        405,
        "requests are not counted"
    );
    drop((first, second));
    assert!((0..1_000).any(|_| of("2001:db8::3").0 == "101"), "a place came free");
}

#[test]
fn each_client_has_a_rate_of_sockets() {
    let hour = Duration::from_secs(3_600);
    let table = Arc::new(Table::new(Rate { burst: 2, per: hour }, 100));
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_socket_rate(table));
    let _standing = [edge.open(), edge.open()];
    let (status, answer) = edge.ask(&upgrade("/ws", ""));
    assert_eq!(status, 429, "{answer}");
    assert!(answer.contains("\"code\":\"rate_limited\"") && answer.contains("\r\nretry-after: 1"), "{answer}");
}

#[test]
fn a_stop_ends_idle_http_and_leaves_sockets_to_their_sessions() {
    let patient = Limits { idle_within: Duration::from_secs(60), ..limits() };
    let edge = Edge::start(patient);
    let mut idle = edge.connect();
    idle.write_all(b"GET /peer HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
    read_head(&mut idle);
    let mut socket = edge.open();
    edge.stop();
    assert!(until_hung_up(idle) < Duration::from_secs(2));
    socket.write_all(&frame(0x81, b"still served")).expect("sent");
    assert_eq!(read_frame(&mut socket), Some((0x81, b"still served".to_vec())));
    let refused = TcpStream::connect(edge.address);
    assert!(refused.is_err() || until_hung_up(refused.expect("connected")) < Duration::from_secs(2));
    drop(socket);
    edge.join();
}

#[test]
fn a_peer_that_never_closes_is_disconnected() {
    let edge = Edge::start(Limits { farewell_within: Duration::from_millis(200), ..limits() });
    let mut stream = edge.open();
    stream.write_all(&frame(0x83, b"")).expect("sent");
    assert!(read_frame(&mut stream).is_some(), "a close frame");
    // The client keeps its side open; every task of the edge ends nevertheless.
    edge.join();
}
