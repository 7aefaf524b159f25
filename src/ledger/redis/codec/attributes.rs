//! Attributes of members as the scripts store them (`lua/told.lua`): behind the name, after a byte 1, a line for each attribute,
//! `<name>⇥<value as JSON>`. A change consists of such lines, without a value for a removed attribute.

use std::sync::Arc;

use actors::protocol::{Attributes, attributes::Changes};

use super::{Read, malformed};

/// Separates a name from its attributes. No name contains it: such a byte of a name is left out.
const BEFORE: char = '\u{1}';

/// A name with its attributes.
pub(in crate::ledger::redis) fn shown(name: &str, attributes: &Attributes) -> String {
    let name = if name.contains(BEFORE) { name.replace(BEFORE, "") } else { name.to_owned() };
    if attributes.is_empty() {
        return name;
    }
    [name, BEFORE.to_string(), lines(attributes.iter().map(|(name, value)| (name, Some(value))))].concat()
}

/// The name and the attributes of this text.
pub(super) fn read_shown(text: &str) -> Read<(Arc<str>, Attributes)> {
    let Some((name, lines)) = text.split_once(BEFORE) else { return Ok((text.into(), Attributes::default())) };
    Ok((name.into(), read_attributes(lines)?))
}

/// Attributes without a name.
pub(in crate::ledger::redis) fn read_attributes(lines: &str) -> Read<Attributes> {
    let read = |line: &str| {
        let (name, value) = line.split_once('\t').ok_or_else(|| malformed(line))?;
        let value: Box<str> = serde_json::from_str(value).map_err(|_| malformed(line))?;
        Ok((name.into(), value))
    };
    lines.lines().map(read).collect()
}

/// A change.
pub(in crate::ledger::redis) fn changes(changes: &Changes) -> String {
    lines(changes.iter())
}

fn lines<'a>(all: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut text = String::new();
    for (name, value) in all {
        let value = value.map(|value| serde_json::to_string(value).unwrap_or_default()).unwrap_or_default();
        text.extend([name, "\t", &value, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_its_own_text() {
        let none = Attributes::default();
        assert_eq!((shown("Ann", &none), read_shown("Ann")), ("Ann".to_owned(), Ok(("Ann".into(), none.clone()))));
        assert_eq!(shown("A\u{1}b", &none), "Ab");
        let metadata = Attributes::of_token(Some("x"));
        assert_eq!(read_shown(&shown("A\nb", &metadata)), Ok(("A\nb".into(), metadata)));
        for broken in ["Ann\u{1}x", "Ann\u{1}x\t", "Ann\u{1}x\t{}"] {
            assert!(read_shown(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn what_is_removed_has_no_value() {
        let all: Changes = [("hand".into(), Some("up\n".into())), ("role".into(), None)].into_iter().collect();
        assert_eq!(changes(&all), "hand\t\"up\\n\"\nrole\t\n");
    }
}
