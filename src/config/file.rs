//! The TOML file: text → settings, each key and value with its location. Unknown keys are errors.
//! Must not know what the values mean.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::fault::{Fault, Place};
use super::layers::{Origin, Setting, Settings, Value};
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
        let origin = Origin::File { file: Arc::clone(self.file), key: span, value: value.span() };
        match typed(value.get_ref()) {
            Ok(value) => drop(self.settings.insert(key, Setting { value, origin })),
            Err(why) => self.faults.push(origin.wrong_value(&key, None, format!("wrong value for `{key}`"), why)),
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

fn typed(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Whole(whole(number)?),
        DeValue::Float(number) => Value::Real(number.as_str().parse().map_err(|_| "not a number".to_owned())?),
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Datetime(_) => Value::Moment,
        DeValue::Table(_) => Value::Table,
        DeValue::Array(elements) => {
            let element = |value: &Spanned<DeValue<'_>>| Ok((typed(value.get_ref())?, value.span()));
            Value::List(elements.iter().map(element).collect::<Result<_, String>>()?)
        }
    })
}

fn whole(number: &DeInteger<'_>) -> Result<i64, String> {
    i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| "too large for any key".to_owned())
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
