//! Reads what members tell of themselves, and what hosts want done.

use super::{BadMessage, Code, Envelope, Kind, bad, data};
use crate::{
    Power,
    attributes::{self, Changes, METADATA, SetAttributes, VALUE_BYTES_MAX},
    hosted::{HandOver, RemoveMember, RequestMute, SetRoom},
};

/// A change of the sender's attributes.
pub(super) fn attributes(envelope: &Envelope<'_>) -> Result<Changes, BadMessage> {
    let SetAttributes { attributes } = data(envelope)?;
    if attributes.is_empty() {
        return Err(bad("data.attributes of set_attributes: there is none."));
    }
    if let Some(name) = attributes.keys().find(|name| !attributes::is_name(name)) {
        let text = "data.attributes of set_attributes: a name is 1 to 32 of a-z A-Z 0-9 _ . -, a-z first";
        return Err(bad(&format!("{text}; {} is none.", super::shown(name))));
    }
    if attributes.contains_key(METADATA) {
        return Err(bad("data.attributes.metadata of set_attributes: it is your token's, and cannot be set."));
    }
    let is_long = |value: &Option<String>| value.as_ref().is_some_and(|value| value.len() > VALUE_BYTES_MAX);
    if let Some((name, _)) = attributes.iter().find(|(_, value)| is_long(value)) {
        let text = format!("data.attributes.{name} of set_attributes: at most {VALUE_BYTES_MAX} bytes.");
        return Err(BadMessage { code: Code::PayloadTooLarge, ..bad(&text) });
    }
    let changes: Changes = attributes.into_iter().map(|(name, value)| (name.into(), value.map(Into::into))).collect();
    // What is too much alone is too much with what there is.
    if let Err(too_many) = attributes::Attributes::default().changed(&changes) {
        let text = format!("data.attributes of set_attributes: {too_many}.");
        return Err(BadMessage { code: Code::PayloadTooLarge, ..bad(&text) });
    }
    Ok(changes)
}

/// What a host wants done.
pub(super) fn power(envelope: &Envelope<'_>, kind: Kind) -> Result<Power, BadMessage> {
    Ok(if kind == Kind::RemoveMember {
        let RemoveMember { user_id: user, ban } = data(envelope)?;
        Power::Remove { user, ban }
    } else if kind == Kind::RequestMute {
        let RequestMute { user_id: user, kind } = data(envelope)?;
        Power::Mute { user, kind }
    } else if kind == Kind::HandOver {
        Power::HandOver(data::<HandOver>(envelope)?.user_id)
    } else if kind == Kind::SetRoom {
        let SetRoom { locked, guests } = data(envelope)?;
        if locked.is_none() && guests.is_none() {
            return Err(bad("data of set_room: say locked, guests, or both."));
        }
        Power::Set { locked, guests }
    } else {
        Power::End
    })
}
