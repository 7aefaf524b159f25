//! The sections and keys, derived from the structs themselves, so that no list can become stale: each name is tried on
//! the struct's own `Deserialize`, and what it requests next is recorded.

use std::cell::Cell;
use std::fmt;
use std::sync::LazyLock;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::Config;

/// The sections and keys of the configuration, in the order of the structs.
pub(super) static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::of_config);

/// Sections and keys by their full names.
pub(super) struct Schema {
    pub(super) sections: Vec<String>,
    pub(super) keys: Vec<String>,
}

impl Schema {
    fn of_config() -> Self {
        let mut schema = Self { sections: Vec::new(), keys: Vec::new() };
        schema.explore(&mut Vec::new());
        schema
    }

    fn explore(&mut self, path: &mut Vec<&'static str>) {
        let shape = Cell::new(Shape::Value);
        let probe = Probe { path, shape: &shape };
        // The probe fails every read; only the recorded shape matters.
        drop(Config::deserialize(probe));
        match shape.get() {
            Shape::Value => self.keys.push(path.join(".")),
            Shape::Section(fields) => {
                if !path.is_empty() {
                    self.sections.push(path.join("."));
                }
                for field in fields {
                    path.push(field);
                    self.explore(path);
                    path.pop();
                }
            }
        }
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

#[derive(Clone, Copy)]
enum Shape {
    Section(&'static [&'static str]),
    Value,
}

/// Descends `path` and records what the struct there requests.
struct Probe<'a> {
    path: &'a [&'static str],
    shape: &'a Cell<Shape>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Stop;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Stop> {
        self.shape.set(Shape::Value);
        Err(Stop)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Stop> {
        if let [name, path @ ..] = self.path {
            visitor.visit_map(Step { name: Some(name), rest: Probe { path, shape: self.shape } })
        } else {
            self.shape.set(Shape::Section(fields));
            Err(Stop)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Stop> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Step<'a> {
    name: Option<&'static str>,
    rest: Probe<'a>,
}

impl<'de> MapAccess<'de> for Step<'_> {
    type Error = Stop;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Stop> {
        let name: Option<StrDeserializer<'_, Stop>> = self.name.take().map(IntoDeserializer::into_deserializer);
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Stop> {
        seed.deserialize(Probe { path: self.rest.path, shape: self.rest.shape })
    }
}

/// The error that ends every probe.
#[derive(Debug)]
struct Stop;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the probe stopped")
    }
}

impl std::error::Error for Stop {}

impl de::Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
