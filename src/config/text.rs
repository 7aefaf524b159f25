//! Values written as text: durations, sizes, rates, addresses. Each describes its own form, so that every wrong value
//! is reported in the same words. Must not know the source of the text.

pub mod filter;
pub mod http_url;
pub mod ice_url;
pub mod jwks_url;
pub mod network;
pub mod origin;
pub mod rate;
pub mod size;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// A value with one written form.
pub trait Text: Sized {
    /// How it is written, with an example; completes the sentence "write …".
    const FORM: &'static str;

    /// A regular expression for editors, which every accepted text matches. It may accept more than [`Text::read`].
    const PATTERN: &'static str;

    /// Parses it, or returns what is wrong with `text`, without repeating [`Text::FORM`].
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it so that [`Text::read`] gives the same value; secrets are omitted.
    fn write(&self) -> String;
}

/// Reads, writes and describes a [`Text`]; for `#[serde(with = "text::As::<…>")]`.
pub(crate) struct As<T>(PhantomData<T>);

impl<T: Text> As<T> {
    /// Serialises with [`Text::write`].
    pub(crate) fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.write())
    }

    /// Deserialises with [`Text::read`].
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

impl<T: Text> JsonSchema for As<T> {
    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    /// The examples are those of [`Text::FORM`], between quotes there; `…` marks an unfinished one.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let quoted = T::FORM.split('"').skip(1).step_by(2);
        let examples: Vec<_> = quoted.filter(|example| !example.contains('…')).collect();
        json_schema!({ "type": "string", "title": T::FORM, "pattern": T::PATTERN, "examples": examples })
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Text> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::FORM)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).map_err(E::custom)
    }
}

/// Implements `Serialize`, `Deserialize` and `JsonSchema` for a [`Text`] of our own, so that it works in options and lists.
macro_rules! text_serde {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::config::text::As::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::config::text::As::deserialize(deserializer)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::config::text::As::<Self>::json_schema(generator)
            }
        }
    };
}
pub(crate) use text_serde;

impl Text for Duration {
    const FORM: &'static str = "a duration with its unit, such as \"15s\", \"250ms\" or \"1h 30m\"";
    const PATTERN: &'static str = r"^(0|\s*([0-9][0-9\s]*(\.[0-9\s]+)?(nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|years?|yrs?|y)\s*)+)$";

    fn read(text: &str) -> Result<Self, String> {
        use humantime::DurationError::{Empty, InvalidCharacter, NumberExpected, NumberOverflow, UnknownUnit};
        if text.contains('M') {
            return Err("`M` would be months; minutes are `m`".to_owned());
        }
        humantime::parse_duration(text).map_err(|why| match why {
            Empty => "empty".to_owned(),
            UnknownUnit { unit, .. } if unit.is_empty() => "no unit".to_owned(),
            UnknownUnit { unit, .. } => format!("unknown unit `{unit}`"),
            NumberOverflow => "too long, or too fine".to_owned(),
            InvalidCharacter(_) | NumberExpected(_) => "not a duration".to_owned(),
        })
    }

    fn write(&self) -> String {
        humantime::format_duration(*self).to_string()
    }
}

impl Text for SocketAddr {
    const FORM: &'static str = "an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8080\"";
    const PATTERN: &'static str = r"^([0-9.]+|\[[0-9A-Fa-f:.%]+\]):[0-9]+$";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| match text.rsplit_once(':') {
            None => "no port".to_owned(),
            Some(("localhost", _)) => "a name, not an IP address".to_owned(),
            Some((_, port)) if port.parse::<u16>().is_err() => format!("`{port}` is not a port"),
            Some((address, _)) => format!("`{address}` is not an IP address"),
        })
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// A non-zero count; for defaults.
pub(super) const fn count(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("a default count is not zero")
}

/// A non-zero number; for defaults.
pub(super) const fn times(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).expect("a default number is not zero")
}
