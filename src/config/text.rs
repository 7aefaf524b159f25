//! Values written as text: durations, sizes, rates, addresses. Each describes its own form, so that every wrong value
//! is reported in the same words. Must not know the source of the text.

pub mod filter;
pub mod ice_url;
pub mod network;
pub mod origin;
pub mod rate;
pub mod size;

use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// A value with one written form.
pub trait Text: Sized {
    /// How it is written, with an example; completes the sentence "write …".
    const FORM: &'static str;

    /// Parses it, or returns what is wrong with `text`, without repeating [`Text::FORM`].
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it so that [`Text::read`] gives the same value; secrets are omitted.
    fn write(&self) -> String;
}

/// Serialises with [`Text::write`]; for `#[serde(with = "text")]`.
pub fn serialize<T: Text, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.write())
}

/// Deserialises with [`Text::read`]; for `#[serde(with = "text")]`.
pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Text> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::FORM)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).map_err(|why| E::custom(format_args!("{why}; write {}", T::FORM)))
    }
}

/// Implements `Serialize` and `Deserialize` for a [`Text`] of our own, so that it works in options and lists.
macro_rules! text_serde {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::config::text::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::config::text::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use text_serde;

impl Text for Duration {
    const FORM: &'static str = "a duration with its unit, such as \"15s\", \"250ms\" or \"1h 30m\"";

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
