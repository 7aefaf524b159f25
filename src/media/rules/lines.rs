//! Cuts a stream of bytes into lines of bounded length (NDJSON). Pure.

/// The bytes after the last whole line.
#[derive(Debug)]
pub(in crate::media) struct Lines {
    rest: Vec<u8>,
    max: usize,
}

/// A line is longer than it may be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::media) struct TooLong;

impl Lines {
    /// Nothing yet; a line has at most this many bytes.
    pub(in crate::media) fn new(max: usize) -> Self {
        Self { rest: Vec::new(), max }
    }

    /// The lines that these bytes finish, without their ends and without empty ones.
    ///
    /// # Errors
    /// A line is too long; what follows it is of no use.
    pub(in crate::media) fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Vec<u8>>, TooLong> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let line = self.longer_by(&bytes[..end])?;
            if !line.is_empty() {
                lines.push(std::mem::take(line));
            }
            bytes = &bytes[end + 1..];
        }
        self.longer_by(bytes)?;
        Ok(lines)
    }

    fn longer_by(&mut self, bytes: &[u8]) -> Result<&mut Vec<u8>, TooLong> {
        if self.rest.len() + bytes.len() > self.max {
            return Err(TooLong);
        }
        self.rest.extend_from_slice(bytes);
        Ok(&mut self.rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lines, TooLong};

    #[test]
    fn a_line_without_an_end_is_not_collected_for_ever() {
        let mut lines = Lines::new(8);
        assert_eq!(lines.push(b"12345678"), Ok(vec![]));
        assert_eq!(lines.push(b"9"), Err(TooLong));
        assert_eq!(Lines::new(8).push(b"123456789\n"), Err(TooLong));
        assert_eq!(Lines::new(8).push(b"12345678\n\n1\n"), Ok(vec![b"12345678".to_vec(), b"1".to_vec()]));
    }

    proptest! {
        #[test]
        fn lines_are_the_same_however_the_bytes_arrive(
            lines in prop::collection::vec("[a-z]{1,20}", 0..20), cuts in prop::collection::vec(1_usize..30, 0..200),
        ) {
            let all = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>();
            let (mut reader, mut bytes, mut found) = (Lines::new(20), all.as_bytes(), Vec::new());
            for cut in cuts {
                let (head, tail) = bytes.split_at(cut.min(bytes.len()));
                found.extend(reader.push(head).expect("short lines"));
                bytes = tail;
            }
            found.extend(reader.push(bytes).expect("short lines"));
            let expected: Vec<_> = lines.into_iter().map(String::into_bytes).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
