//! One value as a `Deserializer`. Text of environment variables and flags is parsed as the type that is requested. Must
//! not know its key.

use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::unreadable::Unreadable;
use crate::config::layers::Value;

/// One value.
pub(super) struct Leaf<'a>(pub(super) &'a Value);

impl Leaf<'_> {
    /// Its text, if it may be parsed as any type.
    fn loose(&self) -> Option<&str> {
        if let Value::Loose(text) = self.0 { Some(text) } else { None }
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.loose().and_then(|text| text.parse().ok()) {
            Some(number) => visitor.visit_i64(number),
            None => self.deserialize_any(visitor),
        }
    }
}

/// Methods that read a number, whatever its width.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            self.number(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Leaf<'_> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Text(text) | Value::Loose(text) => visitor.visit_str(text),
            Value::Whole(number) => visitor.visit_i64(*number),
            Value::Real(number) => visitor.visit_f64(*number),
            Value::Truth(truth) => visitor.visit_bool(*truth),
            Value::Moment => Err(de::Error::invalid_type(Unexpected::Other("moment"), &visitor)),
            Value::Table => Err(de::Error::invalid_type(Unexpected::Map, &visitor)),
            Value::List(elements) => visitor.visit_seq(Elements(elements.iter())),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.loose().and_then(|text| text.parse().ok()) {
            Some(truth) => visitor.visit_bool(truth),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.loose() == Some("") { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Some(text) = self.loose() else { return self.deserialize_any(visitor) };
        // As TOML writes it, too: `["a", "b"]`.
        let inside = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_quote = |c| inside.is_some() && (c == '"' || c == '\'');
        let elements = inside.unwrap_or(text).split(',').map(|text| text.trim().trim_matches(is_quote));
        let elements = elements.filter(|text| !text.is_empty());
        visitor.visit_seq(LooseElements(elements))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        if let Value::Text(text) | Value::Loose(text) = self.0 {
            visitor.visit_enum(text.as_str().into_deserializer())
        } else {
            Err(de::Error::unknown_variant("", known))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

struct Elements<'a>(std::slice::Iter<'a, (Value, Range<usize>)>);

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let Some((value, place)) = self.0.next() else { return Ok(None) };
        let read = seed.deserialize(Leaf(value));
        read.map(Some).map_err(|unreadable| Unreadable { element: Some(place.clone()), ..unreadable })
    }
}

struct LooseElements<I>(I);

impl<'de, 'a, I: Iterator<Item = &'a str>> SeqAccess<'de> for LooseElements<I> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        let Some(text) = self.0.next() else { return Ok(None) };
        let read = seed.deserialize(Leaf(&Value::Loose(text.to_owned())));
        // A list in a flag or variable has no positions of elements.
        read.map(Some).map_err(|unreadable| Unreadable { why: format!("`{text}`: {}", unreadable.why), ..unreadable })
    }
}
