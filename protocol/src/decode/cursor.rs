//! A position in a JSON text (RFC 8259) that advances token by token: no value is created, nothing is copied.
//!
//! Every method returns `None` both for invalid and for merely rare input (escapes in names, exponents, nested values):
//! only the strict parser distinguishes them.

use super::relayable::character;
use crate::UserId;

pub(super) struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Where the next token begins.
    at: usize,
    /// Where the last one ended: before white space.
    end: usize,
}

/// More digits than any number of the protocol has, and fewer than overflow.
const DIGITS_MAX: usize = 16;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut cursor = Self { text, bytes: text.as_bytes(), at: 0, end: 0 };
        cursor.go_to(0);
        cursor
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) const fn end(&self) -> usize {
        self.end
    }

    /// The text from there to the end of the last token.
    pub(super) fn since(&self, from: usize) -> Option<&'a str> {
        self.text.get(from..self.end)
    }

    /// A token ends there; the next one begins after the white space.
    #[inline]
    fn go_to(&mut self, end: usize) {
        self.end = end;
        self.at = end;
        while let Some(byte) = self.bytes.get(self.at)
            && *byte <= b' '
            && matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
        {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.go_to(self.at + 1))
    }

    /// Whether the text continues with exactly these bytes; if so, moves past them.
    #[inline]
    pub(super) fn passes(&mut self, bytes: &[u8]) -> bool {
        let passes = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(bytes));
        if passes {
            self.go_to(self.at + bytes.len());
        }
        passes
    }

    /// As [`passes`](Self::passes), for a name in quotes.
    pub(super) fn passes_quoted(&mut self, name: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let quoted = rest.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(name.as_bytes()));
        let passes = quoted.is_some_and(|rest| rest.starts_with(b"\""));
        if passes {
            self.go_to(self.at + name.len() + 2);
        }
        passes
    }

    /// Whether the text ends here.
    pub(super) fn is_done(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// After a value in an object: whether another member follows; if not, the object is closed.
    #[inline]
    pub(super) fn more(&mut self) -> Option<bool> {
        let more = match self.peek()? {
            b',' => true,
            b'}' => false,
            _ => return None,
        };
        self.go_to(self.at + 1);
        Some(more)
    }

    /// Any string.
    pub(super) fn string(&mut self) -> Option<()> {
        let quote = self.opened()?;
        self.go_to(closing(self.bytes, quote + 1)? + 1);
        Some(())
    }

    /// A long string, most likely a description: lines with escaped ends. Returns its length between the quotes.
    pub(super) fn lines(&mut self) -> Option<usize> {
        let from = self.opened()? + 1;
        let end = from + memchr::memchr(b'"', &self.bytes[from..])?;
        let end = if are_lines(&self.bytes[from..=end]) { end } else { closing(self.bytes, from)? };
        self.go_to(end + 1);
        Some(end - from)
    }

    /// A user's id, without escapes: a UUID most likely.
    pub(super) fn user(&mut self) -> Option<UserId> {
        let from = self.opened()? + 1;
        if let Some((id, rest)) = self.bytes[from..].split_first_chunk()
            && rest.first() == Some(&b'"')
            && let Some(user) = UserId::from_uuid(id)
        {
            self.go_to(from + id.len() + 1);
            return Some(user);
        }
        let id = self.bytes[from..].iter().take(UserId::BYTES_MAX + 1).position(|byte| *byte == b'"')?;
        let user = self.text.get(from..from + id)?.parse().ok()?;
        self.go_to(from + id + 1);
        Some(user)
    }

    /// A non-negative whole number of few digits. A value must end after it, so that a fraction or an exponent is not
    /// accepted as one.
    pub(super) fn number(&mut self) -> Option<u64> {
        let (mut digits, mut number) = (0, 0_u64);
        for digit in
            self.bytes.get(self.at..)?.iter().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10)
        {
            digits += 1;
            number = number.wrapping_mul(10).wrapping_add(digit.into());
        }
        let is_one = digits == 1 || (2..=DIGITS_MAX).contains(&digits) && self.peek() != Some(b'0');
        self.go_to(self.at + digits);
        is_one.then_some(number)
    }

    /// The position of the quote that begins a string.
    #[inline]
    fn opened(&self) -> Option<usize> {
        (self.peek()? == b'"').then_some(self.at)
    }
}

const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The position of the next quote, backslash, control character or non-ASCII byte. Eight bytes at a time: bytes below the
/// first match do not borrow, so the lowest match is exact.
#[inline]
fn suspect(bytes: &[u8], from: usize) -> Option<usize> {
    let (chunks, rest) = bytes.get(from..)?.as_chunks();
    for (number, chunk) in chunks.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        // A quote (0x22) becomes 0x20: with the control characters the only ones below 0x21.
        let quotes = (word ^ every(0x02)).wrapping_sub(every(0x21));
        let backslashes = (word ^ every(b'\\')).wrapping_sub(every(1));
        let found = (quotes | backslashes) & every(0x80);
        if found != 0 {
            return Some(from + 8 * number + found.trailing_zeros() as usize / 8);
        }
    }
    let rest_at = bytes.len() - rest.len();
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).map(|at| rest_at + at)
}

/// The position of the quote that ends the string which began before `from`.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = suspect(bytes, at)?;
        match bytes[at] {
            b'"' => return Some(at),
            b'\\' => at = escaped(bytes, at + 1)?,
            0..0x20 => return None,
            _ => at += 1,
        }
    }
}

/// The position after an escape whose backslash is before `at`. Half of a surrogate pair is rejected.
fn escaped(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => character(bytes, at - 1),
        _ => None,
    }
}

/// Whether these bytes, up to the quote that is their last and only one, have no escapes but `\r` and `\n`, and no
/// control characters: then that quote ends the string. Without a branch, so that it is done many bytes at a time.
fn are_lines(bytes: &[u8]) -> bool {
    let next = bytes.get(1..).unwrap_or_default();
    let strange = bytes.iter().zip(next).fold(false, |strange, (byte, next)| {
        strange | (*byte < 0x20) | ((*byte == b'\\') & (*next != b'r') & (*next != b'n'))
    });
    !strange
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{are_lines, closing};
    use crate::decode::relayable;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_string_ends_where_it_ends_in_json(text in "([ -~]|\\PC|\\\\[\"\\\\/bfnrtux]|[0-9a-f]{4}|[\u{0}-\u{20}]){0,60}", before in 0_usize..9) {
            let literal = format!("{}\"{text}\"", " ".repeat(before));
            let mut values = serde_json::Deserializer::from_str(&literal).into_iter::<&serde_json::value::RawValue>();
            let value = values.next().and_then(Result::ok).filter(|value| relayable::check(value.get()).is_ok());
            let expected = value.map(|value| before + value.get().len() - 1);
            prop_assert_eq!(closing(literal.as_bytes(), before + 1), expected);
        }

        #[test]
        fn lines_are_strings_in_json(text in "([a-z =ü]|\\\\r|\\\\n|\\\\|\\\\t|\u{7}){0,40}") {
            let literal = format!("{text}\"");
            let is_string = serde_json::from_str::<&serde_json::value::RawValue>(&format!("\"{literal}")).is_ok();
            prop_assert!(is_string || !are_lines(literal.as_bytes()));
        }
    }
}
