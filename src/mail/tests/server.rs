//! A small SMTP server (RFC 5321, STARTTLS of RFC 3207, AUTH PLAIN of RFC 4954) on a free port.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What the server does.
#[derive(Clone, Default)]
pub(super) struct Conduct {
    /// Answers to `RCPT TO`, the first ones first; then `250`.
    pub(super) recipients: Vec<&'static str>,
    /// Says nothing at all.
    pub(super) hangs: bool,
    /// Closes the connection when this command comes, so many times.
    pub(super) cuts_at: Option<(&'static str, usize)>,
    /// Offers STARTTLS.
    pub(super) tls: Option<TlsAcceptor>,
    /// Demands this user and password.
    pub(super) login: Option<(&'static str, &'static str)>,
}

/// A mail as it arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrived {
    pub(super) from: String,
    pub(super) to: String,
    /// Header and body.
    pub(super) text: String,
    pub(super) over_tls: bool,
}

pub(super) struct SmtpServer {
    pub(super) address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    accepting: JoinHandle<()>,
}

impl SmtpServer {
    pub(super) async fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (arrived, conduct) = (Arc::<Mutex<Vec<Arrived>>>::default(), Arc::new(Mutex::new(conduct)));
        let mails = Arc::clone(&arrived);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&conduct), Arc::clone(&mails)));
            }
        });
        Self { address, arrived, accepting }
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("not poisoned").clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

type Shared<T> = Arc<Mutex<T>>;

async fn serve(stream: TcpStream, conduct: Shared<Conduct>, arrived: Shared<Vec<Arrived>>) {
    let acceptor = conduct.lock().expect("not poisoned").tls.clone();
    if conduct.lock().expect("not poisoned").hangs {
        return std::future::pending().await;
    }
    let mut session = Session { stream: BufStream::new(stream), conduct, arrived, over_tls: false };
    if session.says("220 mail.example.org ESMTP").await.is_none() {
        return;
    }
    if session.talks().await == Some(After::StartTls) {
        let Some(acceptor) = acceptor else { return };
        let Session { stream, conduct, arrived, .. } = session;
        let Ok(stream) = acceptor.accept(stream.into_inner()).await else { return };
        let mut session = Session { stream: BufStream::new(stream), conduct, arrived, over_tls: true };
        let _ = session.talks().await; // until the client leaves
    }
}

#[derive(PartialEq, Eq)]
enum After {
    StartTls,
    Quit,
}

struct Session<S> {
    stream: BufStream<S>,
    conduct: Shared<Conduct>,
    arrived: Shared<Vec<Arrived>>,
    over_tls: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    async fn says(&mut self, line: &str) -> Option<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
        self.stream.flush().await.ok()
    }

    async fn hears(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Until the connection ends or changes.
    async fn talks(&mut self) -> Option<After> {
        let (mut mail, mut is_known) = (Arrived::default(), false);
        loop {
            let line = self.hears().await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            if self.cuts(&verb) {
                return None;
            }
            let conduct = self.conduct.lock().expect("not poisoned").clone();
            match verb.as_str() {
                "EHLO" => {
                    let tls = if conduct.tls.is_some() && !self.over_tls { "250-STARTTLS\r\n" } else { "" };
                    self.says(&format!("250-mail.example.org\r\n{tls}250-8BITMIME\r\n250 AUTH PLAIN")).await?;
                }
                "STARTTLS" => {
                    self.says("220 go ahead").await?;
                    return Some(After::StartTls);
                }
                "AUTH" => {
                    is_known = conduct.login.is_some_and(|login| is_login(&line, login));
                    self.says(if is_known { "235 welcome" } else { "535 who are you" }).await?;
                }
                "MAIL" if conduct.login.is_some() && !is_known => self.says("530 log in first").await?,
                "MAIL" => {
                    mail = Arrived { from: line, over_tls: self.over_tls, ..Arrived::default() };
                    self.says("250 ok").await?;
                }
                "RCPT" => {
                    mail.to = line;
                    let mut conduct = conduct;
                    let answer = if conduct.recipients.is_empty() { "250 ok" } else { conduct.recipients.remove(0) };
                    self.conduct.lock().expect("not poisoned").recipients = conduct.recipients;
                    self.says(answer).await?;
                }
                "DATA" => {
                    self.says("354 go on").await?;
                    mail.text = self.content().await?;
                    self.arrived.lock().expect("not poisoned").push(mail.clone());
                    if self.cuts("END") {
                        return None;
                    }
                    self.says("250 taken").await?;
                }
                "QUIT" => {
                    self.says("221 bye").await?;
                    return Some(After::Quit);
                }
                _ => self.says("250 ok").await?,
            }
        }
    }

    async fn content(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            match self.hears().await?.as_str() {
                "." => return Some(text),
                line => text += &format!("{}\r\n", line.strip_prefix('.').unwrap_or(line)),
            }
        }
    }

    fn cuts(&self, verb: &str) -> bool {
        let mut conduct = self.conduct.lock().expect("not poisoned");
        match &mut conduct.cuts_at {
            Some((at, left)) if *at == verb && *left > 0 => {
                *left -= 1;
                true
            }
            Some(_) | None => false,
        }
    }
}

fn is_login(line: &str, (user, password): (&str, &str)) -> bool {
    let given = line.rsplit(' ').next().unwrap_or_default();
    BASE64_STANDARD.decode(given).is_ok_and(|given| given == format!("\0{user}\0{password}").into_bytes())
}
