//! Settings → structs: each value is compared with its key's schema, then read on its own, so that every wrong one is
//! reported, and in the same words. Must not know the keys.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;
use toml::{Table, Value};

use super::Config;
use super::fault::Fault;
use super::layers::{Origin, Setting, Settings};
use super::nearest::nearest;
use super::schema::SCHEMA;
use super::secret::may_be_secret;

/// Reads all settings; keys that are not set keep their defaults. Wrong values are taken out of `settings` and added to
/// `faults`; returns their keys, too.
pub(super) fn read(settings: &mut Settings, faults: &mut Vec<Fault>) -> (Config, BTreeSet<String>) {
    let mut wrong = BTreeSet::new();
    for (key, setting) in &*settings {
        if let Err(mistake) = setting.value.as_ref().map_or(Ok(()), |value| check(key, value)) {
            faults.push(mistake.fault(key, setting));
            wrong.insert(key.clone());
        }
    }
    settings.retain(|key, _| !wrong.contains(key));
    let right = settings.iter().filter_map(|(key, setting)| Some((key.as_str(), setting.value.clone()?)));
    let config = parse(right).unwrap_or_else(|error| {
        faults.push(Fault::new("the configuration cannot be read".to_owned()).because(error.message().to_owned()));
        Config::default()
    });
    (config, wrong)
}

/// The text of a variable or a flag as the type of `key`. None: empty, which leaves a key without a default unset.
pub(super) fn loose(key: &str, text: &str) -> Option<Value> {
    let schema = SCHEMA.value(key);
    let value = match schema["type"].as_str() {
        Some("array") if schema["items"]["type"] == "object" => return Some(tables(text)),
        Some("array") => return Some(list(text)),
        _ if text.is_empty() && schema.get("default").is_none() => return None,
        Some("integer") => text.parse().ok().map(Value::Integer),
        Some("boolean") => text.parse().ok().map(Value::Boolean),
        _ => None,
    };
    value.or_else(|| Some(text.into()))
}

/// Elements with commas between, or as TOML writes them: `["a", "b"]`.
fn list(text: &str) -> Value {
    let inside = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_quote = |c| inside.is_some() && (c == '"' || c == '\'');
    let elements = inside.unwrap_or(text).split(',').map(|text| text.trim().trim_matches(is_quote));
    Value::Array(elements.filter(|text| !text.is_empty()).map(Value::from).collect())
}

/// A list of tables, as TOML writes it: `[{ name = "a" }]`; any other text stays text.
fn tables(text: &str) -> Value {
    let read = toml::from_str::<Table>(&format!("tables = {text}"));
    read.ok().and_then(|mut read| read.remove("tables")).unwrap_or_else(|| text.into())
}

/// Why a value cannot be read.
struct Mistake {
    /// The element of a list: its place, and itself if it is text.
    element: Option<(usize, String)>,
    why: String,
    /// What to write instead.
    form: String,
}

impl Mistake {
    fn fault(self, key: &str, setting: &Setting) -> Fault {
        let Self { element, mut why, form } = self;
        // A list in a flag or variable has no positions of elements.
        if let (Some((_, text)), false) =
            (&element, matches!(setting.origin, Origin::File { .. }) || may_be_secret(key))
            && !text.is_empty()
        {
            why = format!("`{text}`: {why}");
        }
        let element = element.map(|(at, _)| at);
        setting.origin.wrong_value(key, element, format!("wrong value for `{key}`"), why).help(format!("write {form}"))
    }
}

fn check(key: &str, value: &Value) -> Result<(), Mistake> {
    let schema = SCHEMA.value(key);
    of_type(value, schema)?;
    let Value::Array(elements) = value else { return of_form(key, value.clone(), schema) };
    for (at, element) in elements.iter().enumerate() {
        let items = &schema["items"];
        let checked = of_type(element, items).and_then(|()| of_form(key, vec![element.clone()].into(), items));
        let text = element.as_str().unwrap_or_default().to_owned();
        checked.map_err(|mistake| Mistake { element: Some((at, text)), ..mistake })?;
    }
    Ok(())
}

/// Its type and range are those of `schema`.
fn of_type(value: &Value, schema: &Json) -> Result<(), Mistake> {
    let wrong = |why: String| Err(Mistake { element: None, why, form: form(schema) });
    if let Some(choices) = schema["oneOf"].as_array() {
        let names = || choices.iter().filter_map(|choice| choice["const"].as_str());
        let text = value.as_str().unwrap_or_default();
        let meant = nearest(text, names()).map_or_else(String::new, |name| format!(": did you mean \"{name}\"?"));
        return if names().any(|name| name == text) { Ok(()) } else { wrong(format!("not one of its values{meant}")) };
    }
    let (name, found) = match value {
        Value::String(_) => ("string", "text"),
        Value::Integer(_) => ("integer", "a bare number"),
        Value::Float(_) => ("number", "a number with a fraction"),
        Value::Boolean(_) => ("boolean", "true or false"),
        Value::Datetime(_) => ("", "a date or a time"),
        Value::Array(_) => ("array", "a list"),
        Value::Table(_) => ("object", "a table"),
    };
    match value.as_integer() {
        _ if schema["type"] != name => wrong(format!("this is {found}")),
        Some(number) if number < 0 && schema["minimum"].as_i64() >= Some(0) => wrong("negative".to_owned()),
        Some(number) if schema["minimum"].as_i64().is_some_and(|least| number < least) => {
            wrong("out of range".to_owned())
        }
        Some(number) if schema["maximum"].as_i64().is_some_and(|most| number > most) => {
            wrong("out of range".to_owned())
        }
        _ => Ok(()),
    }
}

/// It has the written form of its key.
fn of_form(key: &str, value: Value, schema: &Json) -> Result<(), Mistake> {
    let error = parse([(key, value)].into_iter()).err();
    error.map_or(Ok(()), |error| Err(Mistake { element: None, why: error.message().to_owned(), form: form(schema) }))
}

/// What to write.
fn form(schema: &Json) -> String {
    if let Some(choices) = schema["oneOf"].as_array() {
        let names = choices.iter().map(|choice| choice["const"].to_string()).collect::<Vec<_>>();
        return format!("one of {}", names.join(", "));
    }
    let of = (schema["title"].as_str(), schema["type"].as_str().unwrap_or_default());
    match (of, schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_i64()) {
        ((Some(form), _), ..) => form.to_owned(),
        ((None, "integer"), least, Some(most)) => format!("a whole number from {least} to {most}"),
        ((None, "integer"), least, None) => format!("a whole number from {least}"),
        ((None, "boolean"), ..) => "true or false".to_owned(),
        ((None, "array"), ..) if schema["items"]["type"] == "object" => {
            format!("a list of tables: {}", form(&schema["items"]))
        }
        ((None, "object"), ..) => {
            let needed = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
            format!("a table such as {{ {} }}", needed.map(|name| format!("{name} = …")).collect::<Vec<_>>().join(", "))
        }
        ((None, "array"), ..) => "a list in brackets, such as [\"one\", \"two\"]".to_owned(),
        ((None, _), ..) => "text in quotes".to_owned(),
    }
}

fn parse<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> Result<Config, toml::de::Error> {
    let mut sections = Table::new();
    for (key, value) in values {
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        let section = sections.entry(section).or_insert_with(|| Table::new().into());
        if let Value::Table(section) = section {
            section.insert(name.to_owned(), value);
        }
    }
    Config::deserialize(sections)
}
