//! The configuration file as a JSON Schema (draft 2020-12), derived from the structs: for editors, for the loader, and the one
//! list of sections and keys. Must not know what the values mean.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Config;

/// The schema of the configuration, and its sections and keys in the order of the structs.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::of_config);

/// The JSON Schema of the configuration file, as `aldis config schema` prints it.
#[must_use]
pub fn schema() -> &'static Value {
    &SCHEMA.document
}

/// Sections and keys by their full names.
pub(super) struct Schema {
    document: Value,
    pub(super) sections: Vec<String>,
    pub(super) keys: Vec<String>,
}

impl Schema {
    fn of_config() -> Self {
        // Of what is written: only there `required` lists all fields, in their order.
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let generator = settings.with(|settings| settings.inline_subschemas = true).into_generator();
        let mut document = generator.into_root_schema_for::<Config>().to_value();
        let mut schema = Self { document: Value::Null, sections: Vec::new(), keys: Vec::new() };
        schema.explore(String::new(), &mut document);
        document["title"] = "Configuration of Aldis".into();
        schema.document = document;
        schema
    }

    /// Records the names in `node`, and makes it the schema of a file: each key may be left out.
    fn explore(&mut self, path: String, node: &mut Value) {
        let Some(node) = node.as_object_mut() else { return };
        let Some(fields) = node.remove("required") else {
            key(node);
            return self.keys.push(path);
        };
        node.remove("default");
        for name in fields.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let inner = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            self.explore(inner, &mut node["properties"][name]);
        }
        if !path.is_empty() {
            self.sections.push(path);
        }
    }

    /// The schema of the value of `key`.
    pub(super) fn value(&self, key: &str) -> &Value {
        let (section, name) = key.split_once('.').unwrap_or((key, ""));
        &self.document["properties"][section]["properties"][name]
    }

    pub(super) fn has_key(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    pub(super) fn has_section(&self, section: &str) -> bool {
        section.is_empty() || self.sections.iter().any(|known| known == section)
    }

    /// The last parts of all names directly in `section`; the top is `""`.
    pub(super) fn names_in<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.sections.iter().chain(&self.keys);
        all.filter_map(move |name| match (section, name.strip_prefix(section)) {
            ("", _) => Some(name.as_str()),
            (_, rest) => rest?.strip_prefix('.'),
        })
        .filter(|name| !name.contains('.'))
    }
}

/// Fits the schema of a value to TOML, which has no null, and to what numbers may be.
fn key(value: &mut Map<String, Value>) {
    if let Some(of) = value.get("type").and_then(|of| of.get(0)).cloned() {
        value.insert("type".to_owned(), of);
    }
    let is_secret = value.get("items").is_some_and(|items| items["writeOnly"] == true);
    if is_secret || value.get("default").is_some_and(Value::is_null) {
        value.remove("default");
    }
    // The name of a Rust type.
    if value.remove("format").is_some_and(|format| format == "uint32") {
        value.insert("maximum".to_owned(), u32::MAX.into());
    }
    let items = value.get_mut("items").and_then(Value::as_object_mut);
    if let Some(table) = items.filter(|items| items.get("type").is_some_and(|of| of == "object")) {
        table_in_list(table);
    }
}

/// Fits the schema of a table in a list to TOML: what has a default may be left out, and nothing is null.
fn table_in_list(table: &mut Map<String, Value>) {
    let Some(fields) = table.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let needed: Vec<_> =
        fields.iter().filter(|(_, of)| of.get("default").is_none()).map(|(name, _)| name.clone()).collect();
    for field in fields.values_mut().filter_map(Value::as_object_mut) {
        if let Some(Value::Object(default)) = field.get_mut("default") {
            default.retain(|_, value| !value.is_null());
        }
        key(field);
        table_in_list(field);
    }
    table.remove("required");
    if !needed.is_empty() {
        table.insert("required".to_owned(), needed.into());
    }
}
