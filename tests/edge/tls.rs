//! The edge's own TLS: a handshake, HTTP and a socket through it, and a new certificate while it runs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use aldis::ws::Certificates;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Edge, close_code, frame, limits, read_frame, read_head, upgrade};
use crate::echo::Echo;

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A new certificate for `localhost`, written where the edge reads it.
fn write_certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    made.cert.into()
}

fn connect(edge: &Edge, trusted: &CertificateDer<'static>) -> Result<Tls, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(connection, edge.connect());
    stream.flush()?;
    Ok(stream)
}

fn open(mut stream: Tls) -> Tls {
    stream.write_all(upgrade("/ws", "").as_bytes()).expect("sent");
    assert!(read_head(&mut stream).starts_with("HTTP/1.1 101 "));
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]), "no HTTP/2 on the sockets' port");
    stream
}

#[test]
fn a_socket_works_through_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = write_certificate(folder.path());
    let certificates = load(folder.path());
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_tls(certificates));
    let mut stream = open(connect(&edge, &root).expect("a handshake"));
    for text in ["short".to_owned(), "x".repeat(65_536), "short again".to_owned()] {
        stream.write_all(&frame(0x81, text.as_bytes())).expect("sent");
        assert_eq!(read_frame(&mut stream), Some((0x81, text.into_bytes())));
    }
}

#[test]
fn a_violation_and_a_close_reach_the_client_through_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = write_certificate(folder.path());
    let certificates = load(folder.path());
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_tls(certificates));
    for (bytes, code) in [(frame(0x83, b""), 1002), (frame(0x88, &4000u16.to_be_bytes()), 4000)] {
        let mut stream = open(connect(&edge, &root).expect("a handshake"));
        stream.write_all(&bytes).expect("sent");
        assert_eq!(close_code(&mut stream), Some(code));
    }
    edge.join();
}

#[test]
fn a_new_certificate_serves_new_connections_and_an_invalid_one_is_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let old_root = write_certificate(folder.path());
    let certificates = load(folder.path());
    let shared = Arc::clone(&certificates);
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_tls(shared));
    let mut standing = open(connect(&edge, &old_root).expect("a handshake"));

    let new_root = write_certificate(folder.path());
    certificates.reload_changed().expect("they changed").expect("a good pair of files");
    assert!(connect(&edge, &old_root).is_err(), "the old root no longer vouches");
    open(connect(&edge, &new_root).expect("a handshake with the new certificate"));

    std::fs::write(folder.path().join("cert.pem"), "nonsense").expect("written");
    let error = certificates.reload_changed().expect("it changed").expect_err("no certificate in it").to_string();
    assert!(error.contains("cert.pem") && error.contains('→'), "{error}");
    open(connect(&edge, &new_root).expect("the good certificate stays"));
    assert!(certificates.reload_changed().is_none(), "it is told once");
    let newest_root = write_certificate(folder.path());
    certificates.reload_changed().expect("they changed").expect("a good pair of files");
    open(connect(&edge, &newest_root).expect("a handshake with the newest certificate"));

    standing.write_all(&frame(0x81, b"unmoved")).expect("sent");
    assert_eq!(read_frame(&mut standing), Some((0x81, b"unmoved".to_vec())));
}

#[test]
fn unusable_files_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    write_certificate(folder.path());
    std::fs::copy(path("key.pem"), path("other.pem")).expect("copied");
    write_certificate(folder.path());
    std::fs::write(path("empty.pem"), "").expect("written");
    let table = [
        ("missing.pem", "key.pem", "missing.pem"),
        ("cert.pem", "missing.pem", "missing.pem"),
        ("empty.pem", "key.pem", "empty.pem"),
        ("cert.pem", "empty.pem", "empty.pem"),
        ("key.pem", "key.pem", "key.pem"),
        ("cert.pem", "other.pem", "belong together"),
    ];
    for (cert, key, named) in table {
        let error = Certificates::load(path(cert), path(key)).expect_err("not usable").to_string();
        assert!(error.contains(named) && error.contains('→'), "{cert} with {key}: {error}");
    }
}

#[test]
fn a_client_that_never_finishes_its_handshake_is_disconnected() {
    let folder = tempfile::tempdir().expect("a folder");
    write_certificate(folder.path());
    let certificates = load(folder.path());
    let edge = Edge::start_with(limits(), Echo::default(), |listener| listener.with_tls(certificates));
    for bytes in [&b""[..], b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = edge.connect();
        stream.write_all(bytes).expect("sent");
        let mut rest = Vec::new();
        // An alert at most; then the end, orderly or not, within the read timeout.
        let ended = stream.read_to_end(&mut rest);
        assert!(ended.is_ok_and(|read| read < 20) || rest.len() < 20);
    }
    edge.join();
}

fn load(folder: &Path) -> Arc<Certificates> {
    Certificates::load(folder.join("cert.pem"), folder.join("key.pem")).expect("a good pair of files")
}
