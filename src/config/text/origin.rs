//! Origins of web pages (RFC 6454): scheme, host, port. Must not know who compares them.

use std::fmt;

use super::{Text, text_serde};

/// An origin as browsers write it in `Origin`: lower case, no path, no default port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether pages of this origin are loaded over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Text for Origin {
    const FORM: &'static str = "an origin, such as \"https://call.example.org\"";

    fn read(text: &str) -> Result<Self, String> {
        let uri: hyper::Uri = text.parse().map_err(|_| "not a URL".to_owned())?;
        let scheme = uri.scheme_str().ok_or("no scheme")?;
        let default_port = match scheme {
            "http" => 80,
            "https" => 443,
            other => return Err(format!("`{other}` is neither http nor https")),
        };
        let authority = uri.authority().ok_or("no host")?;
        if authority.as_str().contains('@') {
            return Err("an origin has no user".to_owned());
        }
        if uri.path() != "/" || uri.query().is_some() {
            return Err("an origin has no path".to_owned());
        }
        let host = authority.host().to_ascii_lowercase();
        let port = authority.port_u16();
        if authority.as_str().len() > authority.host().len() && port.is_none() {
            return Err("no port after the colon".to_owned());
        }
        Ok(Self(match port {
            Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
            Some(_) | None => format!("{scheme}://{host}"),
        }))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

text_serde!(Origin);
