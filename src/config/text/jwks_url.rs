//! The address of an issuer's public keys. Must not know how they are fetched.

use url::{Host, Url};

use super::{Text, http_url, text_serde};

/// The address of a key set (RFC 7517): http or https, without a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksUrl(Url);

impl JwksUrl {
    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether what is fetched from it cannot be read or changed on the way: TLS, or it never leaves this machine.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        let is_here = match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        };
        is_here || self.0.scheme() == "https"
    }
}

impl Text for JwksUrl {
    const FORM: &'static str = "\"https://id.example.org/.well-known/jwks.json\"";
    const PATTERN: &'static str = http_url::PATTERN;

    fn read(text: &str) -> Result<Self, String> {
        http_url::read(text, "public keys need no user and password").map(Self)
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

text_serde!(JwksUrl);

#[cfg(test)]
mod tests {
    use super::{JwksUrl, Text as _};

    #[test]
    fn only_tls_and_this_machine_are_protected() {
        for (text, expected) in [
            ("https://id.example.org/keys", true),
            ("http://localhost:9000/keys", true),
            ("http://id.localhost/keys", true),
            ("http://127.0.0.9/keys", true),
            ("http://[::1]:1/keys", true),
            ("http://[::ffff:127.0.0.1]/keys", true),
            ("http://id.example.org/keys", false),
            ("http://10.0.0.1/keys", false),
            ("http://localhost.example.org/keys", false),
        ] {
            assert_eq!(JwksUrl::read(text).expect(text).is_protected(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_keys_is_refused_without_a_password() {
        for text in ["", "id.example.org/keys", "file:///keys", "https://u:canary@id/keys", "https://id/keys#canary"] {
            let why = JwksUrl::read(text).map(drop).expect_err(text);
            assert!(!why.contains("canary"), "{text}: {why}");
        }
    }
}
