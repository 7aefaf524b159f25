//! URLs of STUN and TURN servers (RFC 7064, RFC 7065). Must not know credentials.

use super::{Text, text_serde};

/// The URL of a STUN or TURN server: `stun:host:port`, `turn:host:port?transport=udp`, `turns:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IceUrl(String);

impl IceUrl {
    /// The URL as browsers take it in `RTCIceServer.urls`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the server relays, and so requires a credential.
    #[must_use]
    pub fn is_turn(&self) -> bool {
        self.0.starts_with("turn")
    }
}

impl Text for IceUrl {
    const FORM: &'static str = "\"stun:host:3478\", \"turn:host:3478?transport=udp\" or \"turns:host:5349\"";
    const PATTERN: &'static str = r"^(stuns?:[^/?@][^?@]*|turns?:[^/?@][^?@]*(\?transport=(udp|tcp))?)$";

    fn read(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once(':').ok_or("no scheme")?;
        if !matches!(scheme, "stun" | "stuns" | "turn" | "turns") {
            return Err(format!("`{scheme}` is not a scheme of STUN or TURN servers"));
        }
        if rest.starts_with("//") {
            return Err("a STUN or TURN server has no `//`".to_owned());
        }
        let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
        let authority: hyper::http::uri::Authority = host.parse().map_err(|_| "no host".to_owned())?;
        if authority.as_str().contains('@') {
            return Err("this node creates credentials; the URL contains none".to_owned());
        }
        match query {
            Some("transport=udp" | "transport=tcp") if scheme.starts_with("turn") => {}
            Some(query) => return Err(format!("`?{query}` is not understood")),
            None => {}
        }
        Ok(Self(text.to_owned()))
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

text_serde!(IceUrl);
