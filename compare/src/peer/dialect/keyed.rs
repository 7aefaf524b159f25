//! Checksums with a key, as two servers want them: HMAC-SHA256 (RFC 2104), in hexadecimal. Pure.

use std::fmt::Write as _;

use aws_lc_rs::hmac;

/// The checksum of a text.
pub(super) fn checksum(secret: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // writing into a String cannot fail
        hex
    })
}
