//! The merged layers: one value per key, with its source. A later layer replaces an earlier one's value entirely.
//! Must not know what the values mean.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::fault::{Fault, Place};
use super::secret::may_be_secret;
use super::snippet::{File, Snippet};

/// The value of every key that is set, by its full name (`http.bind`).
pub(super) type Settings = BTreeMap<String, Setting>;

/// One value and its source.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// None: set to nothing, as an empty variable does.
    pub(super) value: Option<toml::Value>,
    pub(super) origin: Origin,
}

/// The source of a value.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// With the positions of key, value, and the elements of a list.
    File {
        file: Arc<File>,
        key: Range<usize>,
        value: Range<usize>,
        elements: Vec<Range<usize>>,
    },
    Environment {
        name: String,
        text: String,
    },
    Flag {
        name: String,
        text: String,
    },
}

/// A value given by a command-line flag.
#[derive(Clone)]
pub struct FlagValue {
    /// The key's full name: `http.bind`.
    pub key: String,
    /// The flag as typed, up to its value: `--bind`, or `--set http.bind`.
    pub flag: String,
    /// Its value as typed; commas separate the elements of a list.
    pub text: String,
}

impl Origin {
    /// The source as printed for operators: `config/aldis.toml:12`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { file, key, .. } => {
                format!("{}:{}", file.name, Snippet::of(&file.text, key.clone()).number)
            }
            Self::Environment { name, .. } => format!("environment {name}"),
            Self::Flag { name, .. } => format!("flag {name}"),
        }
    }

    /// A mistake in the value of `key`; the caret marks its `element`, or all of it.
    pub(super) fn wrong_value(&self, key: &str, element: Option<usize>, what: String, label: String) -> Fault {
        let hidden = may_be_secret(key);
        let place = match self {
            Self::File { file, key, .. } if hidden => Place::in_file(file, key.clone(), true),
            Self::File { file, value, elements, .. } => {
                let place = element.and_then(|at| elements.get(at)).unwrap_or(value);
                Place::in_file(file, place.clone(), false)
            }
            Self::Environment { name, text } => Place::beside_a_line(name, "=", text, hidden),
            Self::Flag { name, text } => {
                Place::beside_a_line(name, if name.contains(' ') { "=" } else { " " }, text, hidden)
            }
        };
        Fault::new(what).at(place, label)
    }
}
