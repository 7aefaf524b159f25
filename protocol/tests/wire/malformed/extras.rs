//! Faults of the fields beside descriptions, in a request for sections, and in an application's message.

use aldis_protocol::{Code, decode::MESSAGE_DATA_BYTES_MAX};

use super::{Case, in_data};
use crate::examples::ANN;

/// Faults of the fields beside a description, and of a request for sections.
pub(super) fn beside_descriptions() -> Vec<Case> {
    let to_ann = |rest: &str| format!(r#"{{"targetUserId":"{ANN}",{rest}}}"#);
    let with_streams = |streams: &str| to_ann(&format!(r#""sdp":"v=0","streams":{streams}"#));
    let mut all = Vec::new();
    let many: String = (0..33).map(|mid| format!(r#""{mid}":"x","#)).collect();
    let long = "x".repeat(33);
    for streams in ["7", "[]", "\"x\"", r#"{"0":7}"#, r#"{"0":null}"#, r#"{"0":{"kind":"camera"}}"#] {
        all.extend(in_data("offer", "data.streams", &[&with_streams(streams)]));
    }
    let long_names = [format!(r#"{{"{long}":"x"}}"#), format!(r#"{{"0":"{long}"}}"#)];
    let many = format!("{{{}}}", many.trim_end_matches(','));
    for streams in [r#"{"":"x"}"#, r#"{"0":""}"#, &many, &long_names[0], &long_names[1]] {
        all.extend(in_data("answer", "data.streams of answer: at most 32 media sections", &[&with_streams(streams)]));
    }
    for want in ["7", "true", r#"{"audio":-1}"#, r#"{"video":"1"}"#, r#"{"video":256}"#] {
        all.extend(in_data("renegotiate", "data.want", &[&to_ann(&format!(r#""want":{want}"#))]));
    }
    let says = "data.want of renegotiate: at most 16 media sections of a kind";
    all.extend(in_data("renegotiate", says, &[&to_ann(r#""want":{"video":17}"#)]));
    for restart in ["1", "\"yes\"", "null", "{}"] {
        let data = to_ann(&format!(r#""iceRestart":{restart}"#));
        all.extend(in_data("renegotiate", "data.iceRestart of renegotiate: ", &[&data]));
    }
    all
}

/// Faults of an application's messages.
pub(super) fn messages() -> Vec<Case> {
    let mut all = in_data("message", "missing field `topic`", &["{}", r#"{"data":{}}"#]);
    all.extend(in_data("message", "missing field `data`", &[r#"{"topic":"x"}"#, r#"{"topic":"x","Data":1}"#]));
    for topic in ["7", "[]", "{}", "null", "true", r#""\ud800""#] {
        all.extend(in_data("message", "data.topic of message: ", &[&format!(r#"{{"topic":{topic},"data":1}}"#)]));
    }
    for topic in [String::new(), "x".repeat(65), "ä".repeat(33)] {
        let says = "data.topic of message: 1 to 64 bytes";
        all.extend(in_data("message", says, &[&format!(r#"{{"topic":"{topic}","data":1}}"#)]));
    }
    for to in ["7", "\"\"", "[]", "{}"] {
        let data = format!(r#"{{"to":{to},"topic":"x","data":1}}"#);
        all.extend(in_data("message", "data.to of message: ", &[&data]));
    }
    for data in [r#""\ud83d""#, r#"{"a":["\ude00"]}"#] {
        let says = "data.data of message: a string holds half of a surrogate pair";
        all.extend(in_data("message", says, &[&format!(r#"{{"topic":"x","data":{data}}}"#)]));
    }
    let deep = format!(r#"{{"topic":"x","data":{}{}}}"#, "[".repeat(17), "]".repeat(17));
    all.extend(in_data("message", "data.data of message: it has more than 16 levels", &[&deep]));
    all.extend(in_data("message", "data.data of message: a number is too large", &[r#"{"topic":"x","data":1e999}"#]));
    let long = format!(r#"{{"topic":"x","data":"{}"}}"#, "x".repeat(MESSAGE_DATA_BYTES_MAX));
    let text = format!(r#"{{"type":"message","cid":3,"data":{long}}}"#);
    all.push((text, Code::PayloadTooLarge, "data.data of message: at most 16384 bytes"));
    all
}
