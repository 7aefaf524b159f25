//! Recognises tokens in a query string, which proxies log: such a request is refused before anything else is read.

use super::Refusal;

/// Words that make a query key look like a credential, as any part of it.
const CREDENTIAL_WORDS: [&str; 4] = ["token", "jwt", "bearer", "authorization"];

/// Refuses a query that contains, or seems to contain, a token.
pub(super) fn has_no_token(query: Option<&str>) -> Result<(), Refusal> {
    let suspicious = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = plain(key).to_ascii_lowercase();
        key == "auth" || CREDENTIAL_WORDS.iter().any(|word| key.contains(word)) || looks_like_jwt(&plain(value))
    };
    if query.unwrap_or_default().split(['&', ';']).any(suspicious) { Err(Refusal::TokenInQuery) } else { Ok(()) }
}

/// Three dotted parts, the first a JSON object in base64url.
fn looks_like_jwt(value: &str) -> bool {
    value.trim_start().starts_with("eyJ") && value.matches('.').count() == 2
}

/// Percent-decoded once; invalid escapes are kept unchanged.
fn plain(text: &str) -> String {
    let mut rest = text.as_bytes();
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| byte == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match escape.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                rest = &after[2..];
            }
            None => {
                plain.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
