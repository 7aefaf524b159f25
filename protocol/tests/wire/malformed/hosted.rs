//! Faults of attributes, and of what hosts want done.

use aldis_protocol::{Code, attributes::VALUE_BYTES_MAX};

use super::{BAD, Case, in_data};
use crate::examples::ANN;

/// Faults of attributes.
pub(super) fn attributes() -> Vec<Case> {
    let mut all = in_data("set_attributes", "missing field `attributes`", &["{}", r#"{"hand":"up"}"#]);
    let with = |attributes: &str| format!(r#"{{"attributes":{attributes}}}"#);
    for attributes in ["7", "[]", "null", "\"up\"", r#"{"hand":7}"#, r#"{"hand":{"up":true}}"#, r#"{"hand":"\ud800"}"#]
    {
        all.extend(in_data("set_attributes", "data.attributes", &[&with(attributes)]));
    }
    all.extend(in_data("set_attributes", "data.attributes of set_attributes: there is none", &[&with("{}")]));
    let long_name = "x".repeat(33);
    for name in ["", "Hand", "9", "_hand", "a b", "h\u{e4}nd", "a\\u0001", &long_name] {
        let says = "data.attributes of set_attributes: a name is 1 to 32 of";
        all.extend(in_data("set_attributes", says, &[&with(&format!(r#"{{"{name}":"x"}}"#))]));
    }
    let says = "data.attributes.metadata of set_attributes: it is your token's";
    all.extend(in_data("set_attributes", says, &[&with(r#"{"metadata":"x"}"#), &with(r#"{"metadata":null}"#)]));
    let too_large = |attributes: &str, says| {
        let text = format!(r#"{{"type":"set_attributes","cid":3,"data":{}}}"#, with(attributes));
        (text, Code::PayloadTooLarge, says)
    };
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    all.push(too_large(
        &format!(r#"{{"hand":"{long}"}}"#),
        "data.attributes.hand of set_attributes: at most 512 bytes",
    ));
    let many: Vec<String> = (0..33).map(|number| format!(r#""n{number}":"""#)).collect();
    let says = "data.attributes of set_attributes: at most 32 attributes with 2048 bytes";
    all.push(too_large(&format!("{{{}}}", many.join(",")), says));
    let large: Vec<String> = (0..4).map(|number| format!(r#""n{number}":"{}""#, "x".repeat(VALUE_BYTES_MAX))).collect();
    all.push(too_large(&format!("{{{}}}", large.join(",")), says));
    all
}

/// Faults of what hosts want done.
pub(super) fn powers() -> Vec<Case> {
    let mut all = Vec::new();
    for kind in ["remove_member", "request_mute", "hand_over"] {
        all.extend(in_data(kind, "missing field `userId`", &["{}", r#"{"user_id":"x"}"#]));
        for user in ["7", "null", "\"\"", "\"ann lee\"", "[]"] {
            let data = format!(r#"{{"userId":{user},"kind":"audio"}}"#);
            all.extend(in_data(kind, "data.userId of ", &[&data]));
        }
    }
    for ban in ["1", "\"yes\"", "null", "{}"] {
        let data = format!(r#"{{"userId":"{ANN}","ban":{ban}}}"#);
        all.extend(in_data("remove_member", "data.ban of remove_member: ", &[&data]));
    }
    all.extend(in_data("request_mute", "missing field `kind`", &[&format!(r#"{{"userId":"{ANN}"}}"#)]));
    for kind in ["7", "\"screen\"", "\"Audio\"", "null", "[]"] {
        let data = format!(r#"{{"userId":"{ANN}","kind":{kind}}}"#);
        all.extend(in_data("request_mute", "data.kind of request_mute: ", &[&data]));
    }
    all.extend(in_data("set_room", "data of set_room: say locked, guests, or both", &["{}", r#"{"locked":null}"#]));
    for locked in ["1", "\"yes\"", "{}"] {
        all.extend(in_data("set_room", "data.locked of set_room: ", &[&format!(r#"{{"locked":{locked}}}"#)]));
    }
    for guests in ["1", "\"maybe\"", "\"YES\"", "true"] {
        all.extend(in_data("set_room", "data.guests of set_room: ", &[&format!(r#"{{"guests":{guests}}}"#)]));
    }
    all.push((r#"{"type":"end_room","cid":0}"#.to_owned(), BAD, "cid: numbers start at 1"));
    all
}
