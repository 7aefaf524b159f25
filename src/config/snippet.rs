//! The line of a mistake, without secrets, and its marked part. Must not know what is wrong.

use std::ops::Range;

use super::secret::may_be_secret;

/// A configuration file's text, and its name as the operator wrote it.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// One line of text and its marked part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    pub(super) line: String,
    /// Bytes of `line`.
    pub(super) marked: Range<usize>,
}

impl Snippet {
    /// The line of `text` where `span` (bytes) starts.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let end = text.floor_char_boundary(span.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let number = before.matches('\n').count() + 1;
        Self { number, ..Self::line(line, start - line_start..end - line_start) }
    }

    /// A line that is not from a file.
    pub(super) fn line(line: &str, marked: Range<usize>) -> Self {
        let marked = marked.start.min(line.len())..marked.end.min(line.len());
        Self { number: 1, line: line.replace(['\n', '\r'], " "), marked }
    }

    /// The same line without anything after its marked part: it may be secret.
    pub(super) fn hiding_the_rest(mut self) -> Self {
        if self.line[self.marked.end..].contains('=') {
            self.line.truncate(self.marked.end);
            self.line.push_str(" = …");
        }
        self
    }

    /// The same line; if it contains several keys and one may be secret, with everything between quotes replaced.
    pub(super) fn hiding_neighbours(self) -> Self {
        let several = self.line.matches('=').count() > 1;
        if several && may_be_secret(&self.line) { self.hiding_quoted() } else { self }
    }

    /// The same line with everything between quotes, and everything after an open one, replaced byte by byte.
    pub(super) fn hiding_quoted(self) -> Self {
        let mut quoted = false;
        let hide = |c: char| {
            let mark = c == '"' || c == '\'';
            quoted ^= mark;
            if quoted && !mark { "*".repeat(c.len_utf8()) } else { c.to_string() }
        };
        Self { line: self.line.chars().map(hide).collect(), ..self }
    }
}
