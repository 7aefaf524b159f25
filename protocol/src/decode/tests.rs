//! The fast path agrees with the strict one, and handles the messages that it is meant for.

use proptest::prelude::*;

use super::{decode, fast_path, strict};

const ID: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";
const SDP: &str = r#""v=0\r\no=- 46117314004 2 IN IP4 127.0.0.1\r\ns=-\r\n""#;
const CANDIDATE: &str =
    r#"{"candidate":"candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host","sdpMid":"0","sdpMLineIndex":0}"#;

/// Both paths agree on everything that the fast path accepts.
fn agrees(text: &str) {
    if let Some(message) = fast_path::read(text) {
        assert_eq!(strict(text).as_ref(), Ok(&message), "{text}");
    }
    assert_eq!(decode(text), strict(text), "{text}");
}

#[test]
fn the_most_frequent_messages_take_the_fast_path() {
    let usual = [
        format!(r#"{{"type":"offer","data":{{"targetUserId":"{ID}","sdp":{SDP}}},"cid":1}}"#),
        format!(r#"{{"type":"answer","cid":9007199254740991,"data":{{"targetUserId":"{ID}","sdp":{SDP}}}}}"#),
        format!(r#"{{"type":"offer","data":{{"sdp":"a=x:\"quoted\"\u00fc\r\n","targetUserId":"{ID}"}}}}"#),
        format!(r#"{{"type":"ice_candidate","data":{{"targetUserId":"{ID}","candidate":{CANDIDATE}}},"cid":2}}"#),
        format!(r#"{{"type":"ice_candidate","cid":3,"data":{{"targetUserId":"{ID}","candidate":null}}}}"#),
        format!(r#"{{ "type": "ice_candidate", "data": {{ "targetUserId": "{ID}", "candidate": {{ }} }} }} "#),
        r#"{"type":"ack","seq":12}"#.to_owned(),
        r#"{"type":"heartbeat","data":{}}"#.to_owned(),
        r#"{"type":"heartbeat"}"#.to_owned(),
    ];
    for text in usual {
        assert!(fast_path::read(&text).is_some(), "{text}");
        agrees(&text);
    }
}

#[test]
fn a_sliced_payload_equals_a_composed_one() {
    let spaces = " ".repeat(CANDIDATE.len());
    let data = [
        format!(r#"{{"targetUserId":"{ID}","candidate":{CANDIDATE}}}"#),
        format!(r#"{{"targetUserId":"{ID}" ,"candidate":{CANDIDATE}}}"#),
        format!(r#"{{"targetUserId":"{ID}","candidate": {CANDIDATE}}}"#),
        format!(r#"{{"targetUserId":"{ID}","candidate":{CANDIDATE} }}"#),
        format!(r#"{{"candidate":{CANDIDATE},"targetUserId":"{ID}"}}"#),
        format!(r#"{{"candidate":{CANDIDATE},"targetUserId":"{ID}"{spaces}              }}"#),
    ];
    let mut read =
        data.map(|data| decode(&format!(r#"{{"type":"ice_candidate","data":{data}}}"#)).expect("a candidate"));
    let (first, others) = read.split_first_mut().expect("six");
    assert!(others.iter().all(|other| other == first));
    for blanks in 0..300 {
        let spaces = " ".repeat(blanks);
        agrees(&format!(r#"{{"type":"offer","data":{{"sdp":"v=0","targetUserId":"{ID}"{spaces}}}}}"#));
    }
}

/// Parts of messages: valid and invalid, usual and unusual.
fn any_kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "\"offer\"",
        "\"answer\"",
        "\"ice_candidate\"",
        "\"ack\"",
        "\"heartbeat\"",
        "\"renegotiate\"",
        "\"leave_room\"",
        "\"o\\u0066fer\"",
        "\"Offer\"",
        "null",
        "7",
    ])
}

fn any_number() -> impl Strategy<Value = String> {
    let odd = [
        "0",
        "00",
        "01",
        "-1",
        "-0",
        "1.0",
        "1e3",
        "null",
        "\"1\"",
        "9007199254740991",
        "9007199254740992",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "",
        "+1",
        "1 2",
        "0x1",
    ];
    prop_oneof![
        (0_u64..1 << 55).prop_map(|number| number.to_string()),
        prop::sample::select(odd.to_vec()).prop_map(str::to_owned)
    ]
}

fn any_string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[ -!#-\\[\\]-~]{0,20}",
        2 => "\\PC{0,6}",
        2 => Just(r"\r\n".to_owned()),
        1 => prop::sample::select(vec![
            r"\t", r"\\", r#"\""#, r"\/", r"\b", r"\f", r"\u00fc", r"\ud800", r"\uD83D\uDE00", r"\u12", r"\u12g4", r"\x", r"\",
            "\"", "\n", "\u{0}", "\u{1f}", "\u{7f}", "\r", "\t",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn any_target() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => any::<u128>().prop_map(|bits| format!("\"{}\"", crate::UserId::from_u128(bits))),
        3 => "[ -~]{0,140}".prop_map(|text| serde_json::to_string(&text).expect("JSON")),
        1 => Just(format!("\"{}\"", ID.to_uppercase())),
        1 => Just(format!("\"{}\"", ID.replace('-', ""))),
        1 => Just(format!("\"{{{ID}}}\"")),
        1 => Just(format!("\"urn:uuid:{ID}\"")),
        1 => Just(format!("\"{}\"", ID.replace('8', "\\u0038"))),
        1 => Just(format!("\"{}\"", ID.replace('8', "g"))),
        1 => any_string(),
    ]
}

/// Some JSON, occasionally invalid.
fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => any_string(),
        2 => any_number(),
        1 => prop::sample::select(vec!["null", "true", "false", "nul", "tru", "{}", "[]", "", "undefined", "-1.5e-7"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let member = (any_string(), inner.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

fn any_member() -> impl Strategy<Value = String> {
    let candidate = prop_oneof![4 => Just(CANDIDATE.to_owned()), 1 => Just("null".to_owned()), 2 => any_value()];
    prop_oneof![
        2 => any_target().prop_map(|id| format!("\"targetUserId\":{id}")),
        2 => any_string().prop_map(|sdp| format!("\"sdp\":{sdp}")),
        2 => candidate.prop_map(|candidate| format!("\"candidate\":{candidate}")),
        1 => (any_string(), any_value()).prop_map(|(name, value)| format!("{name}:{value}")),
        1 => Just(format!("\"target\\u0055serId\":\"{ID}\"")),
    ]
}

fn any_data() -> impl Strategy<Value = String> {
    let usual = (any_target(), any_string()).prop_map(|(id, sdp)| format!(r#"{{"targetUserId":{id},"sdp":{sdp}}}"#));
    let candidate =
        (any_target(), any_value()).prop_map(|(id, value)| format!(r#"{{"targetUserId":{id},"candidate":{value}}}"#));
    let members = prop::collection::vec(any_member(), 0..4).prop_map(|members| format!("{{{}}}", members.join(",")));
    prop_oneof![3 => usual, 3 => candidate, 3 => members, 1 => any_value()]
}

fn any_message() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        4 => any_data().prop_map(|data| format!("\"data\":{data}")),
        2 => any_number().prop_map(|cid| format!("\"cid\":{cid}")),
        2 => any_number().prop_map(|seq| format!("\"seq\":{seq}")),
        1 => any_kind().prop_map(|kind| format!("\"type\":{kind}")),
        1 => any_member(),
    ];
    let first = any_kind().prop_map(|kind| format!("\"type\":{kind}"));
    (prop::option::weighted(0.9, first), prop::collection::vec(field, 0..4)).prop_map(|(first, fields)| {
        let members: Vec<String> = first.into_iter().chain(fields).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// White space, or what looks like it, between some tokens.
fn spaced(text: &str, blanks: &[(prop::sample::Index, &'static str)]) -> String {
    let mut text = text.to_owned();
    for (at, blank) in blanks {
        let places: Vec<usize> =
            text.match_indices(['{', '}', ':', ',']).flat_map(|(at, _)| [at, at + 1]).chain([0, text.len()]).collect();
        text.insert_str(places[at.index(places.len())], blank);
    }
    text
}

fn any_blank() -> impl Strategy<Value = (prop::sample::Index, &'static str)> {
    let blanks = vec![" ", "  ", "\t", "\n", "\r\n", "\u{b}", "\u{a0}", "\u{0}", "\u{feff}"];
    (any::<prop::sample::Index>(), prop::sample::select(blanks))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn both_paths_agree_on_any_message(text in any_message(), blanks in prop::collection::vec(any_blank(), 0..3)) {
        agrees(&text);
        agrees(&spaced(&text, &blanks));
    }

    #[test]
    fn both_paths_agree_on_any_mutated_message(
        text in any_message(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..4, any::<u8>()), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, what, byte) in changes {
            let at = at.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..(at + 1 + usize::from(byte % 3)).min(bytes.len()))),
                2 => bytes.insert(at, br#"{}[]",:\ 0"#[usize::from(byte) % 10]),
                _ => bytes.extend_from_within(at..),
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        agrees(&String::from_utf8_lossy(&bytes));
    }
}
