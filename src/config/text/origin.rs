//! Origins of web pages and apps, as `net` reads them. Must not know who compares them.

use super::{Text, text_serde};
use crate::net::Origin;

impl Text for Origin {
    const FORM: &'static str = "an origin, such as \"https://call.example.org\"";
    const PATTERN: &'static str = r"^(null|[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)/?$";

    /// A URL's trailing slash is tolerated: people copy it with the address.
    fn read(text: &str) -> Result<Self, String> {
        // Not the slashes of `file://`.
        let bare = text.strip_suffix('/').filter(|bare| !bare.ends_with(":/")).unwrap_or(text);
        bare.parse().map_err(|why: crate::net::OriginError| why.to_string())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

text_serde!(Origin);
