//! Mails over SMTP (RFC 5321), submitted to the operator's server (RFC 6409): over TLS, or after STARTTLS, which is then
//! demanded.

use anyhow::Context as _;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters, TlsParametersBuilder},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Mail, MailError, Mailer};

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS (RFC 3207); without it nothing is sent.
    StartTls,
    /// Nothing.
    Plain,
}

/// The operator's mail server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password, if it asks for them.
    pub credentials: Option<(String, SecretString)>,
    /// The sender: `no-reply@example.org`, or with a name, `Aldis <no-reply@example.org>`.
    pub from: String,
}

/// Sends mails over a connection of their own each.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// The sender is no address, or the system's certificates cannot be used.
    pub fn new(server: &Server) -> anyhow::Result<Self> {
        Self::trusting(server, None)
    }

    /// The same; trusts one more certificate than the system does.
    pub(super) fn trusting(server: &Server, root: Option<Certificate>) -> anyhow::Result<Self> {
        let from: Mailbox = server.from.parse().context("mail.from is not an e-mail address")?;
        let parameters = || {
            let builder = TlsParameters::builder(server.host.clone());
            root.into_iter()
                .fold(builder, TlsParametersBuilder::add_root_certificate)
                .build()
                .context("cannot prepare TLS")
        };
        let tls = match server.security {
            Security::Plain => Tls::None,
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host.clone()).port(server.port);
        // The queue limits the time of a whole sending.
        let builder = builder.tls(tls).timeout(None).hello_name(ClientId::Domain(from.email.domain().to_owned()));
        let builder = match &server.credentials {
            Some((user, password)) => {
                builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()))
            }
            None => builder,
        };
        Ok(Self { transport: builder.build(), from })
    }
}

/// The longest line of a message (RFC 5322 §2.1.1), without its end.
const LINE_LEN_MAX: usize = 998;

/// The message (RFC 5322). The recipient's address is the only text of a user in its headers, and is parsed as one.
pub(super) fn message(mail: &Mail, from: &Mailbox) -> Result<Message, MailError> {
    let never = |why: String| MailError { is_final: true, why };
    let to =
        mail.to.parse().map_err(|_| never("the recipient's address is none that mails can be sent to".to_owned()))?;
    // As it is: a line that is folded by quoted-printable would break links in programs that do not unfold it.
    let text = mail.letter.text();
    if !text.is_ascii() || text.lines().any(|line| line.len() > LINE_LEN_MAX || line.contains('\0')) {
        return Err(never("its text is not ASCII, or has a line that is too long".to_owned()));
    }
    let text = Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(mail.letter.subject())
        .message_id(Some(format!("<{}@{}>", mail.id, from.email.domain())))
        .raw_header(automatic) // RFC 3834: nobody answers that they are on holiday
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|why| never(why.to_string()))
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.transport.send(message(mail, &self.from)?).await.map(drop).map_err(|why| failure(&why))
    }
}

/// The server's own words may repeat the recipient's address: its code says as much.
fn failure(why: &lettre::transport::smtp::Error) -> MailError {
    match why.status() {
        Some(code) => MailError { is_final: why.is_permanent(), why: format!("the mail server refused it: {code}") },
        None => MailError { is_final: false, why: format!("the mail server cannot be used: {why}") },
    }
}
