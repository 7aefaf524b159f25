//! A mistake in the configuration, reported to the operator: what is wrong, where, why, what to do. Must not know which
//! rule was broken.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet as Source};

use super::snippet::{File, Snippet};

/// Mistakes shown at once; the rest are only counted.
const SHOWN_MAX: usize = 20;

/// All mistakes found in one configuration. Never empty.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    faults: Vec<Fault>,
}

impl ConfigError {
    pub(super) fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort_by_key(|fault| fault.place.as_ref().map_or(usize::MAX, |place| place.order));
        Self { faults }
    }

    /// All of `faults`, if there are any.
    ///
    /// # Errors
    /// There are.
    pub fn unless_none(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::new(faults)) }
    }

    /// The mistakes, in the order of the file, then environment and flags.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self::new(vec![fault])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, fault) in self.faults.iter().take(SHOWN_MAX).enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{fault}")?;
        }
        match self.faults.len() {
            0 | 1 => Ok(()),
            n if n > SHOWN_MAX => writeln!(f, "\n{n} mistakes in the configuration, the first {SHOWN_MAX} shown."),
            n => writeln!(f, "\n{n} mistakes in the configuration."),
        }
    }
}

/// One mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    what: String,
    place: Option<Place>,
    why: String,
    notes: Vec<String>,
    help: Option<String>,
    /// Whether a node starts nevertheless.
    is_warning: bool,
}

/// The location of a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// None: a variable or a flag, which its line names.
    file: Option<String>,
    snippet: Snippet,
    order: usize,
}

impl Place {
    /// The part `span` of `file`; with `hidden`, nothing after it is printed.
    pub(super) fn in_file(file: &File, span: Range<usize>, hidden: bool) -> Self {
        let order = span.start;
        let snippet = Snippet::of(&file.text, span);
        let snippet = if hidden { snippet.hiding_the_rest() } else { snippet.hiding_neighbours() };
        Self::in_snippet(file, order, snippet)
    }

    /// A part of `file`; the caller has redacted its line.
    pub(super) fn in_snippet(file: &File, order: usize, snippet: Snippet) -> Self {
        Self { file: Some(file.name.clone()), snippet, order }
    }

    /// A line made of `name`, `between` and `text`, the caret under `text`; with `hidden`, under `name` and no `text`
    /// shown.
    pub(super) fn beside_a_line(name: &str, between: &str, text: &str, hidden: bool) -> Self {
        let before = format!("{name}{between}");
        let snippet = if hidden {
            Snippet::line(&format!("{before}…"), 0..name.len())
        } else {
            Snippet::line(&format!("{before}{text}"), before.len()..before.len() + text.len())
        };
        Self { file: None, snippet, order: usize::MAX }
    }
}

impl Fault {
    /// A mistake: `what` is one line without a full stop.
    pub(super) fn new(what: String) -> Self {
        Self { what, place: None, why: String::new(), notes: Vec::new(), help: None, is_warning: false }
    }

    /// The same as a warning: it keeps no node from starting.
    pub(super) fn into_warning(self) -> Self {
        Self { is_warning: true, ..self }
    }

    /// A summary, for a log line.
    #[must_use]
    pub fn summary(&self) -> String {
        let parts = [self.what.as_str(), self.why.as_str(), self.help.as_deref().unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// Adds the location, and why it is wrong.
    pub(super) fn at(self, place: Place, why: String) -> Self {
        Self { place: Some(place), why, ..self }
    }

    /// Adds why it is wrong, where no location can be printed.
    pub(super) fn because(self, why: String) -> Self {
        Self { why, ..self }
    }

    /// Adds further information.
    pub(super) fn note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// Adds what to do.
    pub(super) fn help(self, help: String) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// As compilers print it. The renderer cuts long lines, and replaces control characters.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = if self.is_warning { Level::WARNING } else { Level::ERROR }.primary_title(&self.what);
        let group = match &self.place {
            Some(Place { file, snippet, .. }) => {
                let mark = AnnotationKind::Primary.span(snippet.marked.clone()).label(&self.why);
                let source = Source::source(&snippet.line).path(file.as_deref()).line_numbering(file.is_some());
                title.element(source.line_start(snippet.number).annotation(mark))
            }
            None if self.why.is_empty() => Group::with_title(title),
            None => title.element(Level::NOTE.with_name("why").message(&self.why)),
        };
        let group = group.elements(self.notes.iter().map(|note| Level::NOTE.message(note)));
        let group = group.elements(self.help.iter().map(|help| Level::HELP.message(help)));
        f.write_str(&Renderer::plain().render(&[group]))
    }
}
