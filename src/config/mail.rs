//! `[mail]`: the server that takes the node's mails. Must not know letters.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::{Secret, without_password};
use super::text::{self, Text, text_serde};

/// Mails: links to set a password and to prove an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The SMTP server that takes mails. Absent: links are written to the log.
    pub url: Option<MailUrl>,
    /// A file that holds the URL, so that the configuration need not contain a password.
    pub url_file: Option<PathBuf>,
    /// The sender of all mails; needed with a server.
    pub from: Option<String>,
    /// Mails that wait or are being sent; further ones are dropped.
    pub waiting_max: NonZeroUsize,
    /// Of `waiting_max`, places for mails that set a new password; sign-ups get the others.
    pub reserved_for_resets: usize,
    /// Timeout of handing one mail to the server.
    #[serde(with = "text::As::<Duration>")]
    pub send_within: Duration,
    /// How long a mail is retried.
    #[serde(with = "text::As::<Duration>")]
    pub retry_within: Duration,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: None,
            url_file: None,
            from: None,
            waiting_max: text::count(256),
            reserved_for_resets: 64,
            send_within: Duration::from_secs(30),
            retry_within: Duration::from_secs(5 * 60),
        }
    }
}

impl Mail {
    /// Whether mails are sent, not written to the log.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.url.is_some() || self.url_file.is_some()
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte: `smtps://`.
    Tls,
    /// STARTTLS, demanded: `smtp://`.
    StartTls,
    /// Nothing: `smtp://…?tls=none`.
    Plain,
}

/// A mail server's URL. Its password, if any, is never shown or logged.
#[derive(Debug, Clone, PartialEq)]
pub struct MailUrl {
    whole: Secret,
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// User and password.
    pub credentials: Option<(String, Secret)>,
}

impl Text for MailUrl {
    const FORM: &'static str =
        "\"smtps://user:password@mail.example.org\" or \"smtp://user:password@mail.example.org:587\"";
    const PATTERN: &'static str = r"^\s*[Ss][Mm][Tt][Pp][Ss]?://.";

    fn read(text: &str) -> Result<Self, String> {
        let url = url::Url::parse(text).map_err(|_| "not a URL".to_owned())?;
        let (security, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (MailSecurity::Tls, 465),
            ("smtp", None) => (MailSecurity::StartTls, 587),
            ("smtp", Some("tls=none")) => (MailSecurity::Plain, 25),
            ("smtp" | "smtps", Some(_)) => return Err("only `smtp://…?tls=none` may follow the host".to_owned()),
            _ => return Err("neither smtp: nor smtps:".to_owned()),
        };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(
                "not a server and its port alone; characters such as / and # in a password are written %2F, %23"
                    .to_owned(),
            );
        }
        let plain = |part: &str| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8();
            decoded.map(std::borrow::Cow::into_owned).map_err(|_| "user or password is not UTF-8".to_owned())
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (_, None) | ("", _) => return Err("a user without a password, or the reverse".to_owned()),
            (user, Some(password)) => Some((plain(user)?, Secret::from(plain(password)?))),
        };
        let is_near = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if security == MailSecurity::Plain && credentials.is_some() && !is_near {
            return Err("the password would travel unencrypted".to_owned());
        }
        let port = url.port().unwrap_or(port);
        Ok(Self { whole: text.to_owned().into(), host, port, security, credentials })
    }

    fn write(&self) -> String {
        without_password(self.whole.expose())
    }
}

text_serde!(MailUrl);

#[cfg(test)]
mod tests {
    use super::{MailSecurity, MailUrl, Text as _};

    #[test]
    fn a_url_names_server_port_protection_and_login() {
        for (text, host, port, security, login) in [
            ("smtps://mail.example.org", "mail.example.org", 465, MailSecurity::Tls, None),
            ("smtp://mail.example.org", "mail.example.org", 587, MailSecurity::StartTls, None),
            ("smtp://a%40b:c%2F%C3%A9@mail:2525", "mail", 2525, MailSecurity::StartTls, Some(("a@b", "c/é"))),
            ("smtp://127.0.0.1:25?tls=none", "127.0.0.1", 25, MailSecurity::Plain, None),
            ("smtp://u:p@localhost?tls=none", "localhost", 25, MailSecurity::Plain, Some(("u", "p"))),
            ("smtps://[::1]:4650/", "::1", 4650, MailSecurity::Tls, None),
        ] {
            let url = MailUrl::read(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            let known = url.credentials.as_ref().map(|(user, password)| (user.as_str(), password.expose()));
            assert_eq!((url.host.as_str(), url.port, url.security, known), (host, port, security, login), "{text}");
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_its_password() {
        for text in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "smtp://",
            "smtp://user@mail",
            "smtp://:canary@mail",
            "smtp://u:canary/x@mail",
            "smtp://mail/path",
            "smtp://mail?tls=maybe",
            "smtps://mail?tls=none",
            "smtp://u:canary@mail?tls=none",
        ] {
            let why = MailUrl::read(text).map(drop).expect_err(text);
            assert!(!why.contains("canary"), "{text}: {why}");
        }
        let shown = MailUrl::read("smtp://user:canary@mail").expect("right").write();
        assert_eq!(shown, "smtp://user:[redacted]@mail");
    }
}
