//! Streaming validation of UTF-8: at most three bytes of an unfinished character are buffered.

/// The text cannot be UTF-8, whatever follows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotUtf8;

/// The state between two pieces of one text.
#[derive(Debug, Default)]
pub(super) struct Utf8 {
    held: [u8; 4],
    len: usize,
}

impl Utf8 {
    /// Validates the next piece, as early as possible.
    pub(super) fn feed(&mut self, mut piece: &[u8]) -> Result<(), NotUtf8> {
        while self.len > 0
            && let Some((next, rest)) = piece.split_first()
        {
            self.held[self.len] = *next;
            self.len += 1;
            piece = rest;
            if unfinished(&self.held[..self.len])?.is_empty() {
                self.len = 0;
            }
        }
        let tail = unfinished(piece)?;
        self.held[self.len..self.len + tail.len()].copy_from_slice(tail);
        self.len += tail.len();
        Ok(())
    }

    /// Whether the text may end here.
    pub(super) fn is_complete(&self) -> bool {
        self.len == 0
    }
}

/// The bytes at the end that start a character without finishing it.
fn unfinished(bytes: &[u8]) -> Result<&[u8], NotUtf8> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Ok(&[]),
        Err(error) if error.error_len().is_none() => Ok(&bytes[error.valid_up_to()..]),
        Err(_) => Err(NotUtf8),
    }
}

#[cfg(test)]
mod tests {
    use super::{NotUtf8, Utf8};
    use proptest::prelude::*;

    #[test]
    fn a_surrogate_is_refused_at_its_second_byte() {
        let mut text = Utf8::default();
        assert_eq!(text.feed(&[0xED]), Ok(()));
        assert_eq!(text.feed(&[0xA0]), Err(NotUtf8));
    }

    proptest! {
        #[test]
        fn any_split_gives_the_verdict_of_the_whole(bytes: Vec<u8>, size in 1usize..5) {
            let mut text = Utf8::default();
            let split = bytes.chunks(size).try_for_each(|piece| text.feed(piece));
            prop_assert_eq!(split.is_ok() && text.is_complete(), std::str::from_utf8(&bytes).is_ok());
        }

        #[test]
        fn every_text_passes_in_any_split(words in "\\PC*", size in 1usize..5) {
            let mut text = Utf8::default();
            for piece in words.as_bytes().chunks(size) {
                prop_assert_eq!(text.feed(piece), Ok(()));
            }
            prop_assert!(text.is_complete());
        }
    }
}
