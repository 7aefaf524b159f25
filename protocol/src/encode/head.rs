//! The prefix of a numbered frame, different for each receiver, written without an allocation.

use std::fmt;

use crate::{
    UserId,
    client::Seq,
    data::{AFTER_SENDER, BEFORE_SENDER},
};

/// Maximum bytes of a prefix: the longest type's name, a number of 20 digits and a sender of 48 make 125.
const BYTES_MAX: usize = 128;
/// Digits of the largest number.
const DIGITS_MAX: usize = 20;

/// The prefix of a numbered frame, up to its `data`, or up to and including the sender in it.
#[derive(Clone, Copy)]
#[repr(align(8))] // text is scanned in words
pub struct Head {
    bytes: [u8; BYTES_MAX],
    len: u8,
}

impl Head {
    pub(super) fn new(kind: &str, seq: Seq, sender: Option<&UserId>) -> Self {
        let mut head = Self { bytes: [0; BYTES_MAX], len: 0 };
        head.push(b"{\"type\":\"");
        head.push(kind.as_bytes());
        head.push(b"\",\"seq\":");
        head.push_number(seq);
        head.push(b",\"data\":");
        if let Some(sender) = sender {
            head.push(BEFORE_SENDER.as_bytes());
            sender.with_ascii(|sender| head.push(sender));
            head.push(AFTER_SENDER.as_bytes());
        }
        head
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Always ASCII.
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }

    /// Its bytes.
    pub const fn byte_len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    fn push(&mut self, piece: &[u8]) {
        let from = usize::from(self.len);
        self.bytes[from..from + piece.len()].copy_from_slice(piece);
        self.len += piece.len() as u8;
    }

    fn push_number(&mut self, number: u64) {
        let (mut digits, mut from, mut left) = ([0; DIGITS_MAX], DIGITS_MAX, number);
        loop {
            from -= 1;
            digits[from] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        self.push(&digits[from..]);
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Head").field(&self.as_str()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::SENDER_BYTES_MAX;

    #[test]
    fn a_number_is_written_with_all_its_digits_and_no_other() {
        for seq in [0, 1, 9, 10, 99, 100, 1_000_000, 9_007_199_254_740_991, u64::MAX] {
            let head = Head::new("offer", seq, None);
            assert_eq!(head.as_str(), format!(r#"{{"type":"offer","seq":{seq},"data":"#));
        }
    }

    #[test]
    fn the_longest_head_fits() {
        let sender: UserId = "x".repeat(SENDER_BYTES_MAX).parse().expect("an id");
        let head = Head::new("ice_candidate", u64::MAX, Some(&sender));
        let text = format!(r#"{{"type":"ice_candidate","seq":{},"data":{{"senderUserId":"{sender}""#, u64::MAX);
        assert_eq!(head.as_str(), text);
        assert!(text.len() <= BYTES_MAX);
    }
}
