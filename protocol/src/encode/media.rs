//! Encoding what is told of a room's media; a media server's own JSON passes byte for byte.

use std::borrow::Cow;

use super::json;
use crate::{
    Kind,
    media::{MediaNews, Rid},
    sfu::answers::{
        ConsumerEnd, MediaChanged, SfuConsumerClosed, SfuConsumerLayers, SfuNewProducer, SfuProducerChanged,
        SfuProducerClosed,
    },
};

/// The type and the `data` of news.
pub(super) fn news(news: &MediaNews) -> (&'static str, String) {
    match news {
        MediaNews::Changed { hosting, reason } => {
            let changed = MediaChanged { mode: hosting.mode, epoch: hosting.epoch, reason: *reason };
            ("media_changed", json(&changed))
        }
        MediaNews::Produced { epoch, user, track } => {
            let producer = &track.producer;
            let produced = SfuNewProducer {
                user_id: Cow::Borrowed(user),
                producer_id: (&*producer.id).into(),
                kind: producer.kind,
                source: (&*producer.source).into(),
                paused: producer.paused,
                epoch: *epoch,
            };
            ("sfu_new_producer", json(&produced))
        }
        MediaNews::Paused { user, producer, paused, .. } => {
            let changed =
                SfuProducerChanged { user_id: Cow::Borrowed(user), producer_id: (&**producer).into(), paused: *paused };
            ("sfu_producer_changed", json(&changed))
        }
        MediaNews::Ended { user, producer, reason, .. } => {
            let closed =
                SfuProducerClosed { user_id: Cow::Borrowed(user), producer_id: (&**producer).into(), reason: *reason };
            ("sfu_producer_closed", json(&closed))
        }
    }
}

/// The answer to a request.
pub(super) fn answer(kind: Kind, rid: Option<Rid>, data: &str) -> String {
    let kind = kind.as_str();
    match rid {
        Some(rid) => format!("{{\"type\":\"{kind}\",\"rid\":{rid},\"data\":{data}}}"),
        None => format!("{{\"type\":\"{kind}\",\"data\":{data}}}"),
    }
}

pub(super) fn layers(consumer_id: &str, layers: Option<(u8, u8)>) -> SfuConsumerLayers<'_> {
    let (spatial_layer, temporal_layer) = layers.unzip();
    SfuConsumerLayers { consumer_id: consumer_id.into(), spatial_layer, temporal_layer }
}

pub(super) const fn closed(consumer_id: &str) -> SfuConsumerClosed<'_> {
    SfuConsumerClosed { consumer_id: Cow::Borrowed(consumer_id), reason: ConsumerEnd::Producer }
}

/// A JSON object with further fields before its own: names and raw JSON.
#[must_use]
pub fn with_fields(object: &str, fields: &[(&str, &str)]) -> String {
    let rest = object.trim_start().strip_prefix('{').unwrap_or("}").trim_start();
    let mut text = String::with_capacity(object.len() + 64);
    text.push('{');
    for (place, (name, value)) in fields.iter().enumerate() {
        text.extend([if place > 0 { "," } else { "" }, "\"", name, "\":", value]);
    }
    if !rest.starts_with('}') {
        text.push(',');
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_put_before_an_objects_own() {
        let with = |object| with_fields(object, &[("epoch", "3"), ("dialect", "\"ortc\"")]);
        assert_eq!(with(r#"{"id": "x"}"#), r#"{"epoch":3,"dialect":"ortc","id": "x"}"#);
        assert_eq!(with(" { } "), r#"{"epoch":3,"dialect":"ortc"} "#);
        assert_eq!(with("{}"), r#"{"epoch":3,"dialect":"ortc"}"#);
    }
}
