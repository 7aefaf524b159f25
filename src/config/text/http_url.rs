//! What all addresses over HTTP have in common. Must not know what is sent there, or fetched from them.

use url::Url;

/// What they look like before they are read.
pub const PATTERN: &str = r"^\s*[Hh][Tt][Tt][Pp][Ss]?:.";

/// Reads an address with https: or http:, without a user; `why_no_user` says why it must not have one.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(text: &str, why_no_user: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|why| format!("not a URL: {why}"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("neither https: nor http:".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(why_no_user.to_owned());
    }
    if url.fragment().is_some() {
        return Err("what follows # is not sent".to_owned());
    }
    Ok(url)
}
