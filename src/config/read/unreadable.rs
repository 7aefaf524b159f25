//! A value of the wrong type or form for its key, as reported to the operator. Must not know the keys.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Expected, Unexpected};

use crate::config::nearest::nearest;

/// A value of the wrong type or form for its key.
#[derive(Debug)]
pub(in crate::config) struct Unreadable {
    /// The key's full name.
    pub(in crate::config) key: Option<String>,
    /// The list element's position in the file.
    pub(in crate::config) element: Option<Range<usize>>,
    /// What is wrong.
    pub(in crate::config) why: String,
    /// What to write instead.
    pub(in crate::config) help: Option<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(why: T) -> Self {
        // The part after the semicolon is advice: see `Text`.
        let said = why.to_string();
        let (why, help) = said.split_once("; write ").map_or((said.as_str(), None), |(why, form)| (why, Some(form)));
        Self { key: None, element: None, why: why.to_owned(), help: help.map(|form| format!("write {form}")) }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("{}; write {}", described(found), form(&expected.to_string())))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("out of range; write {}", form(&expected.to_string()))).found(found)
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        let known_list = known.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let meant = nearest(found, known.iter().copied())
            .map_or_else(String::new, |name| format!(": did you mean \"{name}\"?"));
        Self::custom(format_args!("not one of its values{meant}; write one of {known_list}"))
    }
}

impl Unreadable {
    /// A negative number is reported as such, not only as out of range.
    fn found(mut self, found: Unexpected<'_>) -> Self {
        if matches!(found, Unexpected::Signed(n) if n < 0) {
            self.why = self.why.replacen("out of range", "negative", 1);
        }
        self
    }
}

fn described(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "this is true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "this is a bare number",
        Unexpected::Float(_) => "this is a number with a fraction",
        Unexpected::Str(_) | Unexpected::Char(_) => "this is text",
        Unexpected::Seq => "this is a list",
        Unexpected::Map | Unexpected::StructVariant => "this is a table",
        Unexpected::Other("moment") => "this is a date or a time",
        Unexpected::Other(_)
        | Unexpected::Bytes(_)
        | Unexpected::Unit
        | Unexpected::Option
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant => "this is something else",
    }
}

/// The form of a value, in the operator's terms where serde names a Rust type.
fn form(expected: &str) -> String {
    match expected {
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" | "usize" => "a whole number from 0".to_owned(),
        "a nonzero u32" => format!("a whole number from 1 to {}", u32::MAX),
        "a nonzero usize" | "a nonzero u64" => "a whole number from 1".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" => "text in quotes".to_owned(),
        "path string" => "a path in quotes".to_owned(),
        "a sequence" => "a list in brackets, such as [\"one\", \"two\"]".to_owned(),
        other => other.to_owned(),
    }
}
