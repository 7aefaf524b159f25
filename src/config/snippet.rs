//! The line of a mistake, cut to a readable width, with the position of the caret. Must not know what is wrong.

use std::fmt;
use std::ops::Range;

use super::secret::may_be_secret;

/// Maximum columns of a printed line; a longer one is cut around the caret.
const WIDTH_MAX: usize = 160;

/// A configuration file's text, and its name as the operator wrote it.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) text: String,
}

/// One line of text and its marked part. Columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snippet {
    /// Line and column in the file, both from 1; `None` when the line is not from a file.
    position: Option<(usize, usize)>,
    line: String,
    caret: usize,
    width: usize,
}

impl Snippet {
    /// The line of `text` where `span` (bytes) starts.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let start = floor(text, span.start.min(text.len()));
        let end = floor(text, span.end.clamp(start, text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let line_end = line_start + line.len();
        let column = text[line_start..start].chars().count();
        let width = text[start.min(line_end)..end.min(line_end)].chars().count();
        let number = text[..line_start].matches('\n').count() + 1;
        Self { position: Some((number, column + 1)), ..Self::line(line, column, width) }
    }

    /// A line that is not from a file.
    pub(super) fn line(line: &str, caret: usize, width: usize) -> Self {
        let skipped = if line.chars().count() > WIDTH_MAX { caret.saturating_sub(WIDTH_MAX / 2) } else { 0 };
        let shown = line.chars().skip(skipped).take(WIDTH_MAX);
        let line: String = shown
            .map(|c| {
                if c == '\t' {
                    ' '
                } else if c.is_control() {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        let caret = caret - skipped;
        let width = width.min(line.chars().count().saturating_sub(caret)).max(1);
        Self { position: None, line, caret, width }
    }

    /// The same line without anything after its marked part: it may be secret.
    pub(super) fn hiding_the_rest(self) -> Self {
        let (meant, rest) = self.line.split_at(self.end_byte());
        let line = if rest.contains('=') { format!("{meant} = …") } else { self.line };
        Self { line, ..self }
    }

    /// The same line; if it contains several keys and one may be secret, with everything between quotes replaced.
    pub(super) fn hiding_neighbours(self) -> Self {
        let several = self.line.matches('=').count() > 1;
        if several && may_be_secret(&self.line) { self.hiding_quoted() } else { self }
    }

    fn end_byte(&self) -> usize {
        self.line.char_indices().nth(self.caret + self.width).map_or(self.line.len(), |(at, _)| at)
    }

    /// The same line with everything between quotes, and everything after an open one, replaced.
    pub(super) fn hiding_quoted(self) -> Self {
        let mut quoted = false;
        let hide = |c: char| {
            let mark = c == '"' || c == '\'';
            quoted ^= mark;
            if quoted && !mark { '*' } else { c }
        };
        let line = self.line.chars().map(hide).collect();
        Self { line, ..self }
    }

    /// Line in the file, from 1; 0 when it is not from a file.
    pub(super) fn line_number(&self) -> usize {
        self.position.map_or(0, |(line, _)| line)
    }

    /// Line and column in the file, both from 1.
    pub(super) fn position(&self) -> Option<(usize, usize)> {
        self.position
    }

    /// Columns the line's number takes.
    pub(super) fn margin(&self) -> usize {
        self.position.map_or(1, |(line, _)| line.to_string().len())
    }
}

/// The line, and carets under its marked part.
impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let margin = self.margin();
        let number = self.position.map_or_else(String::new, |(line, _)| line.to_string());
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{number:margin$} | {}", self.line.trim_end())?;
        write!(f, "{:margin$} | {:caret$}{}", "", "", "^".repeat(self.width), caret = self.caret)
    }
}

/// The nearest place at or before `at` where a character of `text` starts.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
