//! What members tell of themselves: short texts by name, the same for everybody in the room. The node bounds them and does not
//! interpret them, but for `metadata`, which is the token's.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::UserId;

/// Attributes of one member, at most; `metadata` is not counted.
pub const ATTRIBUTES_MAX: usize = 32;
/// Bytes of one attribute's name, at most.
pub const NAME_BYTES_MAX: usize = 32;
/// Bytes of one attribute's value, at most.
pub const VALUE_BYTES_MAX: usize = 512;
/// Bytes of all names and values of one member, each value as JSON, at most; `metadata` is not counted.
pub const ATTRIBUTES_BYTES_MAX: usize = 2 * 1024;
/// The attribute that holds the `metadata` of the member's token: nobody sets it.
pub const METADATA: &str = "metadata";
/// The attribute of a member whom others are not told of, because their token says so. Nobody sets it: it is no valid name.
pub const HIDDEN: &str = "_hidden";

/// `set_attributes`: sets or removes attributes of the sender; others stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
pub struct SetAttributes {
    /// By name (`[a-z][a-zA-Z0-9_.-]{0,31}`, not `metadata`): a text of at most 512 bytes, or `null` to remove it.
    #[cfg_attr(feature = "documents", ts(type = "Record<string, string | null>"))]
    pub attributes: BTreeMap<String, Option<String>>,
}

/// `attributes_changed`: a member's attributes were set or removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "documents", derive(ts_rs::TS, schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AttributesChanged<'a> {
    /// The member.
    #[cfg_attr(feature = "documents", ts(type = "string"), schemars(with = "String"))]
    pub user_id: Cow<'a, UserId>,
    /// Those that changed; `null`: removed.
    #[cfg_attr(
        feature = "documents",
        ts(type = "Record<string, string | null>"),
        schemars(with = "BTreeMap<String, Option<String>>")
    )]
    pub attributes: Cow<'a, Changes>,
}

/// A member's attributes by name; nothing is kept for a member without any. Cheap to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(Option<Arc<BTreeMap<Box<str>, Box<str>>>>);

/// A change of attributes: new values by name, `None` to remove one. Cheap to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes(Arc<BTreeMap<Box<str>, Option<Box<str>>>>);

/// A member would have more attributes than they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "at most {ATTRIBUTES_MAX} attributes with {ATTRIBUTES_BYTES_MAX} bytes of names and values (as JSON) in all: remove some, or make them shorter"
)]
pub struct TooMany;

impl Attributes {
    /// Those that a token brings.
    #[must_use]
    pub fn of_token(metadata: Option<&str>) -> Self {
        metadata.map(|metadata| (METADATA.into(), metadata.into())).into_iter().collect()
    }

    /// The same of a member whom others are not told of.
    #[must_use]
    pub fn hiding(&self) -> Self {
        let own = self.iter().map(|(name, value)| (name.into(), value.into()));
        own.chain([(HIDDEN.into(), "true".into())]).collect()
    }

    /// Whether others are not told of this member.
    #[must_use]
    pub fn are_hidden(&self) -> bool {
        self.0.as_ref().is_some_and(|all| all.contains_key(HIDDEN))
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These, if there are any.
    #[must_use]
    pub fn some(&self) -> Option<Self> {
        (!self.is_empty()).then(|| self.clone())
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|all| all.iter()).map(|(name, value)| (&**name, &**value))
    }

    /// Bytes of text that they hold: a line for each with its name and its value as JSON, and a byte before the first one.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        let lines: usize = self.iter().map(|(name, value)| name.len() + json_bytes(value) + 2).sum();
        lines + usize::from(!self.is_empty())
    }

    /// The same after a change.
    ///
    /// # Errors
    /// [`TooMany`]: nothing may change.
    pub fn changed(&self, changes: &Changes) -> Result<Self, TooMany> {
        let mut all = self.0.as_deref().cloned().unwrap_or_default();
        for (name, value) in &*changes.0 {
            match value {
                Some(value) => drop(all.insert(name.clone(), value.clone())),
                None => drop(all.remove(name)),
            }
        }
        let own = || all.iter().filter(|(name, _)| &***name != METADATA);
        let bytes: usize = own().map(|(name, value)| name.len() + json_bytes(value)).sum();
        if own().count() > ATTRIBUTES_MAX || bytes > ATTRIBUTES_BYTES_MAX {
            return Err(TooMany);
        }
        Ok(all.into_iter().collect())
    }

    /// The change that leads to these from nothing.
    #[must_use]
    pub fn as_changes(&self) -> Changes {
        self.iter().map(|(name, value)| (name.into(), Some(value.into()))).collect()
    }
}

impl Changes {
    /// Names and new values, by name; `None`: removed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(name, value)| (&**name, value.as_deref()))
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.iter().map(|(name, value)| name.len() + value.map_or(0, str::len)).sum()
    }
}

/// Bytes of a text as JSON.
fn json_bytes(text: &str) -> usize {
    serde_json::to_string(text).map_or(text.len(), |json| json.len())
}

/// Whether a text may be an attribute's name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_other = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    text.len() <= NAME_BYTES_MAX
        && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.bytes().all(is_other)
}

impl FromIterator<(Box<str>, Box<str>)> for Attributes {
    fn from_iter<T: IntoIterator<Item = (Box<str>, Box<str>)>>(all: T) -> Self {
        let all: BTreeMap<_, _> = all.into_iter().collect();
        Self((!all.is_empty()).then(|| Arc::new(all)))
    }
}

impl FromIterator<(Box<str>, Option<Box<str>>)> for Changes {
    fn from_iter<T: IntoIterator<Item = (Box<str>, Option<Box<str>>)>>(all: T) -> Self {
        Self(Arc::new(all.into_iter().collect()))
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Box<str>, Box<str>>::deserialize(deserializer).map(|all| all.into_iter().collect())
    }
}

impl<'de> Deserialize<'de> for Changes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Box<str>, Option<Box<str>>>::deserialize(deserializer).map(|all| all.into_iter().collect())
    }
}

impl Serialize for Changes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(all: &[(&str, Option<&str>)]) -> Changes {
        all.iter().map(|(name, value)| ((*name).into(), value.map(Into::into))).collect()
    }

    fn json(attributes: &Attributes) -> String {
        serde_json::to_string(attributes).expect("JSON")
    }

    #[test]
    fn a_change_merges_and_null_removes() {
        let none = Attributes::default();
        let some = none.changed(&changes(&[("hand", Some("up")), ("role", Some("x\n"))])).expect("few");
        assert_eq!(json(&some), r#"{"hand":"up","role":"x\n"}"#);
        let other = some.changed(&changes(&[("hand", None), ("absent", None), ("role", Some("y"))])).expect("few");
        assert_eq!(json(&other), r#"{"role":"y"}"#);
        let gone = other.changed(&changes(&[("role", None)])).expect("few");
        assert!(gone.is_empty() && gone == none, "nothing is kept for a member without any");
        assert_eq!(serde_json::from_str::<Attributes>(&json(&some)).expect("JSON"), some);
        assert_eq!(none.changed(&some.as_changes()), Ok(some));
    }

    #[test]
    fn what_is_too_much_changes_nothing_and_metadata_does_not_count() {
        let token = Attributes::of_token(Some(&"m".repeat(1_024)));
        let long = "x".repeat(VALUE_BYTES_MAX);
        let three = changes(&[("a", Some(&long)), ("b", Some(&long)), ("c", Some(&long))]);
        let full = token.changed(&three).expect("three of 515 bytes");
        assert_eq!(full.changed(&changes(&[("d", Some(&long))])), Err(TooMany));
        let rest = "x".repeat(ATTRIBUTES_BYTES_MAX - 3 * (VALUE_BYTES_MAX + 3) - 3);
        assert!(full.changed(&changes(&[("d", Some(&rest))])).is_ok(), "exactly as much as may be");
        assert_eq!(full.changed(&changes(&[("d", Some(&format!("{rest}x")))])), Err(TooMany));
        let names: Vec<String> = (0..=ATTRIBUTES_MAX).map(|number| format!("n{number}")).collect();
        let of =
            |names: &[String]| names.iter().map(|name| (name.as_str().into(), Some("".into()))).collect::<Changes>();
        assert!(token.changed(&of(&names[1..])).is_ok());
        assert_eq!(token.changed(&of(&names)), Err(TooMany));
    }

    #[test]
    fn nobody_sets_that_they_are_hidden() {
        let hidden = Attributes::of_token(Some("m")).hiding();
        assert_eq!((hidden.are_hidden(), json(&hidden).as_str()), (true, r#"{"_hidden":"true","metadata":"m"}"#));
        assert!(!is_name(HIDDEN) && !Attributes::of_token(Some("m")).are_hidden());
    }

    #[test]
    fn a_name_is_a_word() {
        for good in ["a", "hand", "a.b-c_D9", &"x".repeat(NAME_BYTES_MAX)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "A", "9", "_x", "a b", "ä", "a\n", "a\u{1}", &"x".repeat(NAME_BYTES_MAX + 1)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
