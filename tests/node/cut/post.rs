//! A mail server (SMTP, RFC 5321) on a free port that keeps what it is given: a line for each mail, its recipient first.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// See the module. Without a server it is empty.
#[derive(Clone, Default)]
pub(super) struct Post {
    mails: Arc<Mutex<String>>,
}

impl Post {
    /// Starts a server; answers its port, too.
    pub(super) async fn start() -> (Self, u16) {
        let post = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mails = post.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(mails.clone().serve(stream));
            }
        });
        (post, port)
    }

    /// All mails.
    pub(super) fn mails(&self) -> String {
        self.mails.lock().expect("never poisoned").clone()
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let (mut line, mut mail, mut to, mut is_mail) = (String::new(), String::new(), String::new(), false);
        let mut answer = "220 mail.example.org ESMTP\r\n";
        loop {
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
            line.clear();
            if !matches!(stream.read_line(&mut line).await, Ok(1..)) {
                return;
            }
            let text = line.trim_end();
            if is_mail {
                is_mail = text != ".";
                answer = if is_mail { "" } else { "250 ok\r\n" };
                mail += &format!(" {text}");
                if !is_mail {
                    *self.mails.lock().expect("never poisoned") += &format!("\"{to}\"{}\n", std::mem::take(&mut mail));
                }
                continue;
            }
            if let Some(address) = text.strip_prefix("RCPT TO:<").and_then(|rest| rest.split('>').next()) {
                address.clone_into(&mut to);
            }
            is_mail = text == "DATA";
            answer = if is_mail { "354 go on\r\n" } else { "250 ok\r\n" };
        }
    }
}
