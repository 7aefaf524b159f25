//! Keeps session descriptions, candidates, tokens and passwords out of the log, twice: by a field's name, and by the
//! shape of its value. Pure. Must not know the format of lines.

use std::borrow::Cow;

/// Maximum bytes of a field's value; the rest is cut, so that no client fills our logs.
const VALUE_BYTES_MAX: usize = 2048;
const REDACTED: &str = "[redacted]";

/// Endings of names whose values are never logged.
const SECRET_NAMES: [&str; 13] = [
    "sdp",
    "candidate",
    "token",
    "jwt",
    "password",
    "passwd",
    "secret",
    "credential",
    "credentials",
    "authorization",
    "cookie",
    "query",
    "bearer",
];

/// Markers of a session description or a candidate (RFC 8866, RFC 8839).
const SIGNAL_MARKS: [&str; 5] = ["a=ice-", "a=fingerprint", "a=candidate", "candidate:", "m=audio"];

/// The value of the field `name` as it may be logged.
pub(super) fn shown<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret_name(name) || SIGNAL_MARKS.iter().any(|mark| value.contains(mark)) {
        return Cow::Borrowed(REDACTED);
    }
    let value = without_tokens(value);
    if value.len() <= VALUE_BYTES_MAX {
        return value;
    }
    let end = (0..=VALUE_BYTES_MAX).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
    Cow::Owned(format!("{}… ({} bytes)", &value[..end], value.len()))
}

fn is_secret_name(name: &str) -> bool {
    let last = name.rsplit(['_', '.', '-']).next().unwrap_or(name);
    SECRET_NAMES.iter().any(|secret| last.eq_ignore_ascii_case(secret))
}

/// `text` with every JSON Web Token in it replaced: `eyJ…`, a dot, and more.
fn without_tokens(text: &str) -> Cow<'_, str> {
    let Some(start) = text.find("eyJ") else { return Cow::Borrowed(text) };
    let (before, rest) = text.split_at(start);
    let part_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = rest.find(|c| !part_of_token(c)).unwrap_or(rest.len());
    let (token, after) = rest.split_at(end);
    let hidden = if token.contains('.') && token.len() >= 20 { REDACTED } else { token };
    Cow::Owned(format!("{before}{hidden}{}", without_tokens(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_hide_any_value() {
        for name in ["sdp", "access_token", "refresh-token", "header.authorization", "Cookie", "turn_secret", "query"] {
            assert_eq!(shown(name, "anything"), REDACTED, "{name}");
        }
    }

    #[test]
    fn other_names_show_their_value() {
        for name in ["room", "user", "candidates", "token_age", "message", "query_count"] {
            assert_eq!(shown(name, "anything"), "anything", "{name}");
        }
    }

    #[test]
    fn tokens_are_redacted_at_any_position() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        assert_eq!(
            shown("message", &format!("Bearer {token}, twice: {token}")),
            "Bearer [redacted], twice: [redacted]"
        );
        assert_eq!(shown("message", &format!("/ws?a={token}&b=1")), "/ws?a=[redacted]&b=1");
        assert_eq!(shown("message", "eyJ is how a token starts"), "eyJ is how a token starts");
    }

    #[test]
    fn session_descriptions_are_hidden_under_any_name() {
        assert_eq!(shown("data", "v=0\\r\\no=- 1 2 IN IP4 0.0.0.0\\r\\na=ice-ufrag:x"), REDACTED);
        assert_eq!(shown("data", "candidate:1 1 udp 1 192.0.2.1 1 typ host"), REDACTED);
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let value = "é".repeat(2000);
        let cut = shown("data", &value);
        assert!(cut.ends_with("é… (4000 bytes)") && cut.len() < 2100, "{cut}");
    }
}
