//! The stream against a real client with another implementation (tokio-rustls), over loopback TCP.

use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::{PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsConnector, client};

use super::TlsStream;

pub(in crate::ws) type Client = client::TlsStream<TcpStream>;

/// `fragment`: the size of the client's records, if they must be short.
fn configs(fragment: Option<usize>) -> (Arc<rustls::ServerConfig>, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.into()], key)
        .expect("a server");
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.max_fragment_size = fragment;
    (Arc::new(server), TlsConnector::from(Arc::new(client)))
}

/// Both ends; the client's bytes reach the server in pieces of this size.
pub(in crate::ws) async fn pair(piece: Option<usize>) -> (TlsStream, Client) {
    linked(configs(None), piece).await
}

async fn linked(
    (server, connector): (Arc<rustls::ServerConfig>, TlsConnector),
    piece: Option<usize>,
) -> (TlsStream, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut to = listener.local_addr().expect("its address");
    if let Some(piece) = piece {
        to = slow_way(to, piece).await;
    }
    let name = ServerName::try_from("localhost").expect("a name");
    let (stream, peer) = tokio::join!(
        async {
            let (stream, _) = listener.accept().await.expect("accepted");
            stream.set_nodelay(true).expect("a socket");
            TlsStream::accept(stream, server).await.expect("a handshake")
        },
        async {
            let stream = TcpStream::connect(to).await.expect("connected");
            connector.connect(name, stream).await.expect("a handshake")
        },
    );
    (stream, peer)
}

/// A port that passes on to `to`, a piece at a time.
async fn slow_way(to: std::net::SocketAddr, piece: usize) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        let (near, _) = listener.accept().await.expect("accepted");
        let far = TcpStream::connect(to).await.expect("connected");
        far.set_nodelay(true).expect("a socket");
        let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
        tokio::spawn(async move { copy(&mut from_far, &mut to_near).await });
        let mut bytes = vec![0; piece];
        while let Ok(read @ 1..) = from_near.read(&mut bytes).await {
            to_far.write_all(&bytes[..read]).await.expect("connected");
            tokio::task::yield_now().await;
        }
    });
    address
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

/// Sends `length` bytes each way; the server reads into a buffer of this size.
async fn talk(stream: &mut TlsStream, client: &mut Client, (length, room): (usize, usize)) {
    let said = bytes(length);
    let hearing = async {
        let (mut heard, mut buffer) = (Vec::new(), vec![0; room]);
        while heard.len() < length {
            let read = stream.read(&mut buffer).await.expect("connected");
            assert!(read > 0, "the end came after {} of {length} bytes", heard.len());
            heard.extend_from_slice(&buffer[..read]);
        }
        stream.write_all(&heard).await.expect("connected");
        stream.flush().await.expect("connected");
    };
    let saying = async {
        client.write_all(&said).await.expect("connected");
        client.flush().await.expect("connected");
        let mut heard = vec![0; length];
        client.read_exact(&mut heard).await.expect("as much comes back");
        assert!(heard == said, "the same comes back");
    };
    tokio::join!(hearing, saying);
}

#[tokio::test]
async fn sent_bytes_are_received_with_any_buffer_size() {
    for (length, room) in [(1, 1), (300, 7), (16 * 1024, 16 * 1024), (100_000, 100), (100_000, 64 * 1024)] {
        let (mut stream, mut client) = pair(None).await;
        talk(&mut stream, &mut client, (length, room)).await;
    }
}

#[tokio::test]
async fn records_received_in_pieces_are_reassembled() {
    for piece in [1, 3, 1_000] {
        let (mut stream, mut client) = pair(Some(piece)).await;
        talk(&mut stream, &mut client, (5_000, 4_096)).await;
        talk(&mut stream, &mut client, (20, 4_096)).await;
    }
}

#[tokio::test]
async fn a_hello_in_many_records_is_reassembled() {
    for piece in [None, Some(1), Some(50)] {
        let (mut stream, mut client) = linked(configs(Some(64)), piece).await;
        talk(&mut stream, &mut client, (1_000, 300)).await;
    }
}

#[tokio::test]
async fn a_key_update_keeps_the_stream_intact() {
    let (mut stream, mut client) = pair(None).await;
    for _ in 0..3 {
        talk(&mut stream, &mut client, (5_000, 4_096)).await;
        client.get_mut().1.refresh_traffic_keys().expect("TLS 1.3");
    }
    talk(&mut stream, &mut client, (20, 20)).await;
}

#[tokio::test]
async fn either_side_may_close_and_the_other_sees_a_clean_end() {
    let (mut stream, mut client) = pair(None).await;
    client.write_all(b"bye").await.expect("connected");
    client.shutdown().await.expect("connected");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.expect("an orderly end");
    assert_eq!(heard, b"bye");
    stream.write_all(b"so long").await.expect("our side is open");
    stream.shutdown().await.expect("connected");
    heard.clear();
    client.read_to_end(&mut heard).await.expect("an orderly end");
    assert_eq!(heard, b"so long");
}

#[tokio::test]
async fn a_truncation_is_not_a_clean_end() {
    let (mut stream, client) = pair(None).await;
    drop(client.into_inner().0);
    assert!(
        stream.read(&mut [0; 8]).await.is_err(),
        "without close_notify somebody may have cut the rest off (RFC 8446 §6.1)"
    );
}

#[tokio::test]
async fn a_connection_without_tls_is_closed() {
    let (server, _) = configs(None);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr().expect("its address")).await.expect("connected");
    let (accepted, _) = listener.accept().await.expect("accepted");
    client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("connected");
    assert!(TlsStream::accept(accepted, server).await.is_err());
    let read = tokio::time::timeout(Duration::from_secs(5), client.read_to_end(&mut Vec::new())).await;
    assert!(read.is_ok(), "an end or a reset");
}

/// The result of a stream that begins with these bytes: an error, and never a panic.
async fn refused(said: &[u8]) -> std::io::Error {
    let (server, _) = configs(None);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr().expect("its address")).await.expect("connected");
    let (accepted, _) = listener.accept().await.expect("accepted");
    client.write_all(said).await.expect("connected");
    client.shutdown().await.expect("connected");
    TlsStream::accept(accepted, server).await.expect_err("no handshake")
}

#[tokio::test]
async fn a_truncated_hello_is_refused_cleanly() {
    let begun = [0x16, 3, 1, 0, 5, 1, 0, 0, 200, 3];
    let other = [0x15, 3, 3, 0, 2, 2, 40];
    let nonsense = [0x16, 9, 9, 0xFF, 0xFF];
    for after in [&other[..], &nonsense, &begun, &[]] {
        refused(&[&begun, after].concat()).await;
    }
    // More than anybody may leave unfinished: pieces of a hello that says it is longer than a hello may be, or never
    // ends.
    refused(&[&[0x16, 3, 1, 0, 4, 1, 0xFF, 0xFF, 0xFF][..], &begun].concat()).await;
    let endless = [&[0x16, 3, 1, 0, 4, 1, 0, 0xFF, 0xFF][..], &[0x16, 3, 1, 0, 1, 0].repeat(30_000)].concat();
    refused(&endless).await;
}

#[tokio::test]
async fn bytes_beyond_the_kernels_buffer_are_sent_later_in_order() {
    let (mut stream, mut client) = pair(None).await;
    let said = bytes(20_000);
    let mut rounds = 0;
    while stream.try_write(&[std::io::IoSlice::new(&said)]).is_ok_and(|taken| taken == said.len()) {
        rounds += 1;
        assert!(rounds < 10_000, "a peer that does not read is full some time");
    }
    let hearing = tokio::spawn(async move {
        let mut heard = vec![0; rounds * 20_000];
        client.read_exact(&mut heard).await.expect("all of it");
        heard.chunks(20_000).all(|chunk| chunk == bytes(20_000))
    });
    stream.flush().await.expect("connected");
    assert!(hearing.await.expect("no panic"));
}

#[tokio::test]
async fn after_a_violation_nothing_more_is_sent() {
    let (mut stream, mut client) = pair(None).await;
    client.get_mut().0.write_all(&[0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5]).await.expect("connected");
    assert!(stream.read(&mut [0; 8]).await.is_err());
    assert!(stream.write_all(b"anybody there?").await.is_err());
    stream.shutdown().await.expect("it can still be closed");
}
