//! Tests of the configuration, by question: layers, the documented file, faults, the schema, secrets, texts.

mod default_file;
mod faults;
mod layers;
mod schema;
mod secrets;
mod texts;

use super::{FlagValue, Sources};

/// Sources with a file of this text, as if it were named `aldis.toml`.
fn file(text: &str) -> Sources {
    Sources { file: Some(("aldis.toml".to_owned(), text.to_owned())), ..Sources::default() }
}

/// Sources with this one environment variable.
fn variable(name: &str, value: &str) -> Sources {
    Sources { environment: vec![(name.to_owned(), value.to_owned())], ..Sources::default() }
}

/// Sources with this one flag.
fn flag(flag: &str, key: &str, text: &str) -> Sources {
    let value = FlagValue { key: key.to_owned(), flag: flag.to_owned(), text: text.to_owned() };
    Sources { flags: vec![value], ..Sources::default() }
}
