//! One mail over SMTP.

use std::sync::Arc;

use lettre::{message::Mailbox, transport::smtp::client::Certificate};
use tokio_rustls::TlsAcceptor;

use super::{
    super::{MailError, Mailer as _, Security, Server, Smtp, smtp::message},
    mail,
    server::{Conduct, SmtpServer},
};

fn server(of: &SmtpServer) -> Server {
    Server {
        host: "127.0.0.1".to_owned(),
        port: of.address.port(),
        security: Security::Plain,
        credentials: None,
        from: "Aldis <no-reply@call.example.org>".to_owned(),
    }
}

#[tokio::test]
async fn a_mail_arrives_whole_with_its_sender_recipient_and_link() {
    let post = SmtpServer::start(Conduct::default()).await;
    let mailer = Smtp::new(&server(&post)).expect("a mailer");
    let mail = mail("ann@example.org");
    mailer.send(&mail).await.expect("sent");
    let [arrived] = &post.arrived()[..] else { panic!("{:?}", post.arrived()) };
    assert!(arrived.from.contains("<no-reply@call.example.org>") && arrived.to.contains("<ann@example.org>"));
    for line in [
        "To: ann@example.org\r\n",
        "Subject: Set a new password\r\n",
        "Auto-Submitted: auto-generated\r\n",
        &format!("Message-ID: <{}@call.example.org>\r\n", mail.id),
        "Date: ",
    ] {
        assert!(arrived.text.contains(line), "{line}: {}", arrived.text);
    }
    let from = arrived.text.lines().find(|line| line.starts_with("From: ")).expect("a sender");
    assert!(from.contains("Aldis") && from.contains("<no-reply@call.example.org>"), "{from}");
    assert!(arrived.text.contains("\r\nhttps://call.example.org/#/reset?token=canary\r\n"), "{}", arrived.text);
}

#[tokio::test]
async fn a_refused_recipient_is_final_a_busy_server_is_not_and_neither_is_quoted() {
    let refusals = vec!["550 <ann@example.org>: no such canary", "451 <ann@example.org>: greylisted canary"];
    let post = SmtpServer::start(Conduct { recipients: refusals, ..Conduct::default() }).await;
    let mailer = Smtp::new(&server(&post)).expect("a mailer");
    for (is_final, code) in [(true, "550"), (false, "451")] {
        let why = mailer.send(&mail("ann@example.org")).await.expect_err("refused");
        assert_eq!(why, MailError { is_final, why: format!("the mail server refused it: {code}") });
    }
    mailer.send(&mail("ann@example.org")).await.expect("the third try");
}

#[tokio::test]
async fn a_cut_connection_and_an_absent_server_may_be_tried_later() {
    for at in ["EHLO", "RCPT", "DATA", "END"] {
        let post = SmtpServer::start(Conduct { cuts_at: Some((at, 1)), ..Conduct::default() }).await;
        let mailer = Smtp::new(&server(&post)).expect("a mailer");
        let why = mailer.send(&mail("ann@example.org")).await.expect_err(at);
        assert!(!why.is_final && !why.why.contains("ann@") && !why.why.contains("canary"), "{at}: {why}");
        mailer.send(&mail("ann@example.org")).await.expect(at);
    }
    let gone = SmtpServer::start(Conduct::default()).await;
    let address = server(&gone);
    drop(gone);
    tokio::task::yield_now().await;
    let why = Smtp::new(&address).expect("a mailer").send(&mail("ann@example.org")).await;
    assert!(why.is_err_and(|why| !why.is_final));
}

/// A server's TLS, and the certificate that it shows.
fn acceptor() -> (TlsAcceptor, Certificate) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default(); // or another test did
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = made.signing_key.serialize_der().try_into().expect("a key");
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("a server");
    (TlsAcceptor::from(Arc::new(config)), Certificate::from_der(made.cert.der().to_vec()).expect("a certificate"))
}

#[tokio::test]
async fn nothing_is_sent_without_tls_or_over_tls_that_proves_nothing() {
    let (tls, certificate) = acceptor();
    let plain = SmtpServer::start(Conduct::default()).await;
    let secured = SmtpServer::start(Conduct { tls: Some(tls), ..Conduct::default() }).await;
    for post in [&plain, &secured] {
        let demanding = Server { security: Security::StartTls, host: "localhost".to_owned(), ..server(post) };
        let why = Smtp::new(&demanding).expect("a mailer").send(&mail("ann@example.org")).await.expect_err("refused");
        assert!(!why.is_final, "its operator may repair it: {why}");
    }
    assert!(plain.arrived().is_empty() && secured.arrived().is_empty());
    let demanding = Server { security: Security::StartTls, host: "localhost".to_owned(), ..server(&secured) };
    let trusting = Smtp::trusting(&demanding, Some(certificate)).expect("a mailer");
    trusting.send(&mail("ann@example.org")).await.expect("sent over TLS");
    assert!(matches!(&secured.arrived()[..], [arrived] if arrived.over_tls), "{:?}", secured.arrived());
}

#[tokio::test]
async fn a_server_that_asks_who_we_are_is_told() {
    let post = SmtpServer::start(Conduct { login: Some(("aldis", "a:b@c%")), ..Conduct::default() }).await;
    let with = |password: &str| Server {
        credentials: Some(("aldis".to_owned(), password.to_owned().into())),
        ..server(&post)
    };
    let why = Smtp::new(&with("wrong")).expect("a mailer").send(&mail("ann@example.org")).await.expect_err("refused");
    assert_eq!(why, MailError { is_final: true, why: "the mail server refused it: 535".to_owned() });
    Smtp::new(&with("a:b@c%")).expect("a mailer").send(&mail("ann@example.org")).await.expect("sent");
}

#[test]
fn no_text_of_a_user_ends_a_header() {
    let from: Mailbox = "no-reply@call.example.org".parse().expect("an address");
    for injected in [
        "ann@example.org\r\nBcc: all@example.org",
        "ann@example.org\nSubject: x",
        "ann@example.org\r\n\r\nbody",
        "ann\r@example.org",
        "Ann <ann@example.org>, bob@example.org",
        "ann@example.org, bob@example.org",
        "<ann@example.org>\0",
    ] {
        let refused = message(&mail(injected), &from).expect_err(injected);
        assert!(refused.is_final && !refused.why.contains("example.org"), "{refused}");
    }
    let good = message(&mail("o'neill+calls@example.org"), &from).expect("an address").formatted();
    let text = String::from_utf8(good).expect("text");
    let head = text.split("\r\n\r\n").next().expect("a head");
    assert_eq!(head.lines().filter(|line| line.starts_with("To: ")).count(), 1, "{head}");
    for sender in ["no address", "", "a@b.org\r\nBcc: c@d.org"] {
        let server = Server {
            host: "localhost".to_owned(),
            port: 25,
            security: Security::Plain,
            credentials: None,
            from: sender.to_owned(),
        };
        assert!(Smtp::new(&server).is_err(), "{sender:?}");
    }
}
