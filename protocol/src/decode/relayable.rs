//! Whether JSON may be relayed: I-JSON (RFC 7493) of bounded depth, so that no receiver's parser fails on it.

/// Levels of arrays and objects within one relayed value; an `RTCIceCandidateInit` has one.
pub const JSON_DEPTH_MAX: usize = 16;

/// Why JSON is not relayed, for an error's text.
pub(super) type Fault = &'static str;

const DEPTH: Fault = "it has more than 16 levels of arrays and objects";
const SURROGATE: Fault = "a string holds half of a surrogate pair, which is no character (RFC 7493 §2.1)";
const NUMBER: Fault = "a number is too large for a double (RFC 7493 §2.2)";

/// Checks one JSON value. The result for invalid JSON is unspecified: it has been parsed before.
pub(super) fn check(json: &str) -> Result<(), Fault> {
    let bytes = json.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string(bytes, at + 1)?,
            b'[' | b'{' => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Err(DEPTH);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => at = number(json, at)? - 1,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The position of the quote that ends the string which began before `at`.
fn string(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        match bytes.get(at) {
            None | Some(b'"') => return Ok(at),
            Some(b'\\') if bytes.get(at + 1) == Some(&b'u') => at = character(bytes, at).ok_or(SURROGATE)?,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The position after the `\u` escape at `at`, including its other half if it is one of a pair.
pub(super) fn character(bytes: &[u8], at: usize) -> Option<usize> {
    match unit(bytes, at)? {
        0xd800..=0xdbff => matches!(unit(bytes, at + 6), Some(0xdc00..=0xdfff)).then_some(at + 12),
        0xdc00..=0xdfff => None,
        _ => Some(at + 6),
    }
}

/// The UTF-16 code unit that is escaped at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let value = |digit: &u8| char::from(*digit).to_digit(16);
    digits.iter().try_fold(0_u16, |unit, digit| Some(unit << 4 | u16::try_from(value(digit)?).ok()?))
}

/// The end of the number at `at`.
fn number(json: &str, at: usize) -> Result<usize, Fault> {
    let rest = json.get(at..).unwrap_or_default();
    let len =
        rest.find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
    let is_finite = rest[..len].parse::<f64>().map_or(true, f64::is_finite);
    if is_finite { Ok(at + len) } else { Err(NUMBER) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_that_a_strict_parser_refuses_is_not_relayed() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let table = [
            (r#"{"candidate":"x","sdpMLineIndex":0,"more":[1,-2.5e3,null,true]}"#.to_owned(), Ok(())),
            (r#"["\ud83d\ude00","\uD83D\uDE00","\u00fc","\\ud83d","\""]"#.to_owned(), Ok(())),
            (r#""\ud83d""#.to_owned(), Err(SURROGATE)),
            (r#""\ud83dx""#.to_owned(), Err(SURROGATE)),
            (r#""\ud83d\ud83d""#.to_owned(), Err(SURROGATE)),
            (r#""\ude00\ud83d""#.to_owned(), Err(SURROGATE)),
            (r#"{"\ud83d":1}"#.to_owned(), Err(SURROGATE)),
            (deep(JSON_DEPTH_MAX), Ok(())),
            (deep(JSON_DEPTH_MAX + 1), Err(DEPTH)),
            (format!("[{0},{0}]", deep(JSON_DEPTH_MAX - 1)), Ok(())),
            (format!(r#"["{}"]"#, "[".repeat(40)), Ok(())),
            ("[1e308]".to_owned(), Ok(())),
            ("[1e309]".to_owned(), Err(NUMBER)),
            (format!("[{}]", "9".repeat(400)), Err(NUMBER)),
        ];
        for (json, expected) in table {
            assert_eq!(check(&json), expected, "{json}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// serde_json is such a strict parser, but for the depth.
        #[test]
        fn relayed_json_is_accepted_by_a_strict_parser(json in r#"\[("(a|\\u[dD][89aAcCfF][0-9]{2}|\\u00[a-f0-9]{2}|\\\\|\\")*"|-?[1-9]{1,3}(e[0-9]{1,3})?|\[\]|,){0,6}\]"#) {
            if serde_json::from_str::<&serde_json::value::RawValue>(&json).is_ok() {
                prop_assert_eq!(check(&json).is_ok(), serde_json::from_str::<serde_json::Value>(&json).is_ok());
            }
        }

        #[test]
        fn any_bytes_get_a_verdict(text in "\\PC{0,40}") {
            let _ = check(&text);
        }
    }
}
