//! The TOML file: text → settings, each key and value with its location. Unknown keys are errors.
//! Must not know what the values mean.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::fault::{Fault, Place};
use super::layers::{Origin, Setting, Settings};
use super::nearest::nearest;
use super::schema::SCHEMA;
use super::secret::may_be_secret;
use super::snippet::{File, Snippet};

/// Adds the values of `file` to `settings`, and its mistakes to `faults`.
pub(super) fn read_file(file: &Arc<File>, settings: &mut Settings, faults: &mut Vec<Fault>) {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    if errors.is_empty() {
        Walk { file, settings, faults }.table("", table.get_ref());
    } else {
        // Mostly the others follow from the first.
        faults.extend(errors.first().map(|error| not_toml(file, error)));
    }
}

struct Walk<'a> {
    file: &'a Arc<File>,
    settings: &'a mut Settings,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let key =
                if section.is_empty() { name.get_ref().to_string() } else { format!("{section}.{}", name.get_ref()) };
            let inner = value.get_ref().as_table();
            match (inner, SCHEMA.has_section(&key), SCHEMA.has_key(&key)) {
                (Some(inner), true, _) => self.table(&key, inner),
                (None, _, true) => self.value(key, name.span(), value),
                (Some(_), _, true) => self.confused(&key, name.span(), "a single value, not a section"),
                (None, true, _) => self.confused(&key, name.span(), "a section, not a single value"),
                (_, false, false) => self.unknown(section, name.get_ref(), name.span()),
            }
        }
    }

    fn value(&mut self, key: String, span: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let elements = value.get_ref().as_array().into_iter().flatten().map(Spanned::span).collect();
        let origin = Origin::File { file: Arc::clone(self.file), key: span, value: value.span(), elements };
        match toml::Value::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(value) => drop(self.settings.insert(key, Setting { value: Some(value), origin })),
            Err(_) => {
                let why = "too large for any key".to_owned();
                self.faults.push(origin.wrong_value(&key, None, format!("wrong value for `{key}`"), why));
            }
        }
    }

    fn confused(&mut self, key: &str, span: Range<usize>, is: &str) {
        let place = Place::in_file(self.file, span, true);
        let form = if SCHEMA.has_section(key) { format!("[{key}]") } else { format!("{} = …", last(key)) };
        let fault = Fault::new(format!("wrong use of `{key}`")).at(place, format!("this is {is}"));
        self.faults.push(fault.help(format!("write `{form}`; `aldis config default` prints every key")));
    }

    fn unknown(&mut self, section: &str, name: &str, span: Range<usize>) {
        let key = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let inside =
            if section.is_empty() { "no such section".to_owned() } else { format!("no such key in [{section}]") };
        let place = Place::in_file(self.file, span, true);
        self.faults.push(Fault::new(format!("unknown key `{key}`")).at(place, inside).help(meant(section, name)));
    }
}

/// What to do about an unknown `name` in `section`.
fn meant(section: &str, name: &str) -> String {
    if let Some(known) = nearest(name, SCHEMA.names_in(section)) {
        return format!("did you mean `{known}`?");
    }
    if let Some(elsewhere) = SCHEMA.keys.iter().find(|key| last(key) == name) {
        return format!("did you mean `{elsewhere}`, in another section?");
    }
    let known: Vec<_> = SCHEMA.names_in(section).collect();
    let what = if section.is_empty() { "sections".to_owned() } else { format!("keys of [{section}]") };
    format!("{what}: {}", known.join(", "))
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn not_toml(file: &Arc<File>, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    let start = span.start.min(file.text.len());
    let snippet = Snippet::of(&file.text, span);
    let before = file.text.get(..start).unwrap_or_default();
    let key = before.lines().rev().find_map(|line| line.split_once('=')).map_or("", |(key, _)| key);
    let snippet = if may_be_secret(key) { snippet.hiding_quoted() } else { snippet };
    let fault = Fault::new("the file is not TOML".to_owned());
    let fault = fault.at(Place::in_snippet(file, start, snippet), error.message().to_owned());
    fault.help("text needs quotes, a list needs brackets; `aldis config default` prints a whole file".to_owned())
}
