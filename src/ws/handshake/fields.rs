//! Header fields by RFC 9110 §5: single values, comma-separated lists over several lines, tokens.

use hyper::http::header::HeaderName;
use hyper::http::request::Parts;

use super::Refusal;

/// The value of a field that may occur once at most.
pub(super) fn single<'a>(head: &'a Parts, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = head.headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::Repeated);
    }
    first.to_str().map(|value| Some(value.trim())).map_err(|_| Refusal::NotAscii)
}

/// The members of a comma-separated list, over all lines of the field; empty members are ignored (RFC 9110 §5.6.1).
pub(super) fn list<'a>(head: &'a Parts, name: &HeaderName) -> Result<Vec<&'a str>, Refusal> {
    let mut members = Vec::new();
    for line in head.headers.get_all(name) {
        let line = line.to_str().map_err(|_| Refusal::NotAscii)?;
        members.extend(line.split(',').map(str::trim).filter(|member| !member.is_empty()));
    }
    Ok(members)
}

/// RFC 9110 §5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
