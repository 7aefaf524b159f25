//! A media server behind TLS: its certificate is checked before the secret is sent.

use std::sync::Arc;

use rustls::{RootCertStore, ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::{SECRET, limits, stub};
use crate::media::{client::Client, rules::Ask};

/// TLS in front of the server at this URL; its port. It ends when the tasks are dropped.
async fn secured(url: &str) -> (u16, CertificateDer<'static>, JoinSet<()>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let certificate = made.cert.der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.clone()], key).expect("a pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (to, mut tasks) = (url.trim_start_matches("http://").to_owned(), JoinSet::new());
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, to) = (acceptor.clone(), to.clone());
            connections.spawn(async move {
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let Ok(mut server) = TcpStream::connect(&to).await else { return };
                let _ = copy_bidirectional(&mut client, &mut server).await; // either end may be cut
            });
        }
    });
    (port, certificate, tasks)
}

#[tokio::test]
async fn a_server_whose_certificate_is_trusted_is_asked_and_no_other() {
    let stub = stub().await;
    let (port, certificate, _tasks) = secured(&stub.url()).await;
    let client = |base: &str, trusted: Option<&CertificateDer<'static>>| {
        let mut roots = RootCertStore::empty();
        if let Some(certificate) = trusted {
            roots.add(certificate.clone()).expect("a root");
        }
        Client::trusting(base, &SECRET.into(), &limits(), roots).expect("a client")
    };
    let named = format!("https://localhost:{port}");
    let answer = client(&named, Some(&certificate)).send(&Ask::health()).await.expect("an answer");
    assert_eq!((answer.status, answer.instance), (200, Some(stub.instance())));
    let (asked, by_address) = (stub.calls("GET /v1/health"), format!("https://127.0.0.1:{port}"));
    for (base, trusted) in [(&named, None), (&by_address, Some(&certificate))] {
        let why = client(base, trusted).send(&Ask::health()).await.expect_err("not trusted").to_string();
        assert!(why.contains("certificate"), "{why}");
        assert!(!why.contains(SECRET), "{why}");
    }
    assert_eq!(stub.calls("GET /v1/health"), asked);
}
