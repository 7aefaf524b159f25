//! Settings → structs: a `Deserializer` over the merged layers that reports every wrong value in the same words, with
//! its key. Must not know the keys.

mod leaf;
mod unreadable;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::layers::Settings;
use leaf::Leaf;
pub(super) use unreadable::Unreadable;

/// Reads `T` from the merged layers; keys that are not set keep their defaults.
pub(super) fn read<T: DeserializeOwned>(settings: &Settings) -> Result<T, Unreadable> {
    T::deserialize(Branch { settings, path: String::new() })
}

/// A section: all settings under `path`.
struct Branch<'a> {
    settings: &'a Settings,
    path: String,
}

impl<'de> Deserializer<'de> for Branch<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        Err(de::Error::invalid_type(Unexpected::Map, &visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_map(Fields { branch: self, fields: fields.iter(), next: String::new() })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Fields<'a> {
    branch: Branch<'a>,
    fields: std::slice::Iter<'static, &'static str>,
    next: String,
}

impl Fields<'_> {
    fn is_said(&self, key: &str) -> bool {
        let inside = format!("{key}.");
        let settings = self.branch.settings;
        settings.contains_key(key)
            || settings.range(inside.clone()..).next().is_some_and(|(said, _)| said.starts_with(&inside))
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        while let Some(field) = self.fields.next() {
            let path = &self.branch.path;
            self.next = if path.is_empty() { (*field).to_owned() } else { format!("{path}.{field}") };
            if self.is_said(&self.next) {
                let field: StrDeserializer<'_, Unreadable> = (*field).into_deserializer();
                return seed.deserialize(field).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let key = std::mem::take(&mut self.next);
        match self.branch.settings.get(&key) {
            Some(setting) => {
                seed.deserialize(Leaf(&setting.value)).map_err(|unreadable| Unreadable { key: Some(key), ..unreadable })
            }
            None => seed.deserialize(Branch { settings: self.branch.settings, path: key }),
        }
    }
}
