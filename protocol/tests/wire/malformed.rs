//! Wrong messages: each gets a code and a text that names what is wrong, and never its own value back.

use aldis_protocol::{
    Code, Kind, decode,
    decode::{CANDIDATE_BYTES_MAX, CHAT_CHARS_MAX},
};

use crate::examples::{ANN, BOB};

mod extras;
mod hosted;
mod sfu;

const BAD: Code = Code::BadMessage;
const UNKNOWN: Code = Code::UnknownType;

/// A text, its code, and what its answer must say.
pub(crate) type Case = (String, Code, &'static str);

fn cases(code: Code, says: &'static str, texts: &[&str]) -> Vec<Case> {
    texts.iter().map(|text| ((*text).to_owned(), code, says)).collect()
}

/// The same fault in the `data` of one type.
fn in_data(kind: &str, says: &'static str, datas: &[&str]) -> Vec<Case> {
    datas.iter().map(|data| (format!(r#"{{"type":"{kind}","cid":3,"data":{data}}}"#), BAD, says)).collect()
}

fn not_a_message() -> Vec<Case> {
    let not_objects =
        ["", " ", "null", "true", "7", "\"hello\"", "[]", r#"["heartbeat"]"#, "hello", "\u{feff}{}", "<a/>"];
    let not_json = [
        "{",
        "}",
        "{]",
        r#"{"type"}"#,
        r#"{"type":}"#,
        r#"{"type":"heartbeat""#,
        r#"{"type":"heartbeat",}"#,
        r#"{type:"heartbeat"}"#,
        r"{'type':'heartbeat'}",
        r#"{"type":"heartbeat"}}"#,
        r#"{"type":"heartbeat"} {}"#,
        r#"{"type":"heartbeat"}x"#,
        "{\"type\":\"heart\nbeat\"}",
        r#"{"type":"\x41"}"#,
        r#"{"type":"\ud800"}"#,
        r#"{"type":"heartbeat"/* */}"#,
    ];
    let mut all = cases(BAD, "not an object", &not_objects);
    all.extend(cases(BAD, "", &not_json));
    all.extend(cases(
        BAD,
        "missing field `type`",
        &["{}", r#"{"data":{}}"#, r#"{"cid":1,"seq":2}"#, r#"{"Type":"ack"}"#],
    ));
    all.extend(cases(BAD, "duplicate field `type`", &[r#"{"type":"ack","type":"hello"}"#]));
    all.extend(cases(BAD, "duplicate field `data`", &[r#"{"type":"hello","data":{},"data":{}}"#]));
    all
}

fn wrong_envelopes() -> Vec<Case> {
    let of_type = ["null", "1", "true", "[]", "{}", r#"["offer"]"#];
    let of_cid = ["-1", "1.5", "\"1\"", "true", "[]", "{}", "18446744073709551616", "1e30"];
    let out_of_range = ["0", "0.0", "-0", "9007199254740992", "9007199254740992.0", "18446744073709551615"];
    let of_seq = ["-1", "0.1", "\"1\"", "[]", "{}", "false", "18446744073709551616"];
    let with = |field: &str, values: &[&str], says: &'static str| -> Vec<Case> {
        let text = |value: &&str| match field {
            "type" => format!(r#"{{"type":{value}}}"#),
            _ => format!(r#"{{"type":"ack","{field}":{value}}}"#),
        };
        values.iter().map(|value| (text(value), BAD, says)).collect()
    };
    let mut all = with("type", &of_type, "type: ");
    all.extend(with("cid", &of_cid, "cid: "));
    all.extend(with("cid", &out_of_range, "cid: numbers start at 1"));
    all.extend(with("seq", &of_seq, "seq: "));
    all.extend(with("seq", &["null", "9007199254740992"], "seq: an ack names"));
    all.extend(cases(BAD, "seq: an ack names", &[r#"{"type":"ack"}"#, r#"{"type":"ack","data":{"seq":3}}"#]));
    all
}

fn unknown_types() -> Vec<Case> {
    let ours_alone = [
        "welcome",
        "room_joined",
        "resumed",
        "user_joined",
        "user_left",
        "error",
        "heartbeat_ack",
        "chat_deleted",
        "room_changed",
    ];
    let others =
        ["", "Hello", "HELLO", "hello ", "join-room", "joinRoom", "bye", "constructor", "__proto__", "\\u0000"];
    let text = |kind: &&str| (format!(r#"{{"type":"{kind}"}}"#), UNKNOWN, "is not a message of aldis.v1");
    let mut all: Vec<Case> = ours_alone.iter().chain(&others).map(text).collect();
    all.push((format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000)), UNKNOWN, "type: \"xxx"));
    all
}

fn wrong_data() -> Vec<Case> {
    let not_objects = ["[]", "7", "\"x\"", "true", r#"["abc-defg-hij"]"#];
    let mut all = Vec::new();
    for kind in ["hello", "join_room", "offer", "ice_candidate", "chat_message", "token_refresh"] {
        let says = "not an object";
        all.extend(in_data(kind, says, &not_objects));
    }
    all.extend(in_data(
        "join_room",
        "data of join_room: missing field `roomId`",
        &["{}", "null", r#"{"room_id":"x"}"#],
    ));
    all.extend(cases(BAD, "data of join_room: missing field `roomId`", &[r#"{"type":"join_room"}"#]));
    let rooms = [
        "null",
        "1",
        "\"\"",
        "\"abc\"",
        "\"ABC-DEFG-HIJ\"",
        "\"abc-defg-hi\"",
        "\"abcdefghij\"",
        "\"abc_defg_hij\"",
        "\"abc-defg-hij \"",
        "\"abc-defg-h\u{131}\"",
        "{}",
    ];
    let with_room: Vec<String> = rooms.iter().map(|room| format!(r#"{{"roomId":{room}}}"#)).collect();
    let with_room: Vec<&str> = with_room.iter().map(String::as_str).collect();
    all.extend(in_data("join_room", "data.roomId of join_room: ", &with_room));
    all.extend(in_data("hello", "data.token of hello: ", &[r#"{"token":1}"#, r#"{"token":["x"]}"#, r#"{"token":{}}"#]));
    all.extend(in_data(
        "hello",
        "data.resume of hello: ",
        &[r#"{"resume":"token"}"#, r#"{"resume":7}"#, r#"{"resume":{}}"#],
    ));
    all.extend(in_data("hello", "data.resume of hello: missing field `seq`", &[r#"{"resume":{"resumeToken":"x"}}"#]));
    let seqs = [
        r#"{"resume":{"resumeToken":"x","seq":-1}}"#,
        r#"{"resume":{"resumeToken":"x","seq":"1"}}"#,
        r#"{"resume":{"resumeToken":"x","seq":1.5}}"#,
    ];
    all.extend(in_data("hello", "data.resume.seq of hello: ", &seqs));
    all.extend(in_data("hello", "data.resume.resumeToken of hello: ", &[r#"{"resume":{"resumeToken":1,"seq":1}}"#]));
    all.extend(in_data("token_refresh", "data of token_refresh: missing field `token`", &["{}", "null"]));
    all.extend(in_data("token_refresh", "data.token of token_refresh: ", &[r#"{"token":null}"#, r#"{"token":7}"#]));
    all
}

fn wrong_signals() -> Vec<Case> {
    let mut all = Vec::new();
    let long = &format!("\"{}\"", "x".repeat(129));
    let targets =
        ["null", "7", "\"\"", "\"ann lee\"", "[]", "\"ann\\\"\"", "\"ann\\\\\"", "\"ann\u{e9}\"", "\"\\u0000\"", long];
    let payloads = [
        ("offer", r#""sdp":"v=0""#),
        ("answer", r#""sdp":"v=0""#),
        ("ice_candidate", r#""candidate":null"#),
        ("renegotiate", r#""reason":"x""#),
    ];
    for (kind, payload) in payloads {
        let with: Vec<String> =
            targets.iter().map(|target| format!(r#"{{"targetUserId":{target},{payload}}}"#)).collect();
        let with: Vec<&str> = with.iter().map(String::as_str).collect();
        all.extend(in_data(kind, "data.targetUserId of ", &with));
        all.extend(in_data(kind, "missing field `targetUserId`", &[&format!("{{{payload}}}")]));
    }
    let to_ann = |rest: &str| format!(r#"{{"targetUserId":"{ANN}"{rest}}}"#);
    for kind in ["offer", "answer"] {
        all.extend(in_data(kind, "missing field `sdp`", &[&to_ann(""), &to_ann(r#","SDP":"v=0""#)]));
        for sdp in ["null", "7", "{}", r#"["v=0"]"#, "\"\"", "true"] {
            all.extend(in_data(kind, "data.sdp of ", &[&to_ann(&format!(r#","sdp":{sdp}"#))]));
        }
    }
    all.extend(in_data("ice_candidate", "missing field `candidate`", &[&to_ann("")]));
    for candidate in ["7", "\"candidate:1\"", "[]", "true", "\"\""] {
        let data = to_ann(&format!(r#","candidate":{candidate}"#));
        all.extend(in_data("ice_candidate", "data.candidate of ice_candidate: ", &[&data]));
    }
    for reason in ["7", "[]", "{}", "true"] {
        all.extend(in_data(
            "renegotiate",
            "data.reason of renegotiate: ",
            &[&to_ann(&format!(r#","reason":{reason}"#))],
        ));
    }
    let long = to_ann(&format!(r#","reason":"{}""#, "x".repeat(257)));
    all.extend(in_data("renegotiate", "data.reason of renegotiate: at most 256 bytes", &[&long]));
    all
}

/// What no receiver is to be burdened with.
fn wrong_payloads() -> Vec<Case> {
    let to_ann = |field: &str, json: &str| format!(r#"{{"targetUserId":"{ANN}","{field}":{json}}}"#);
    let mut all = Vec::new();
    for half in [r#""\ud83d""#, r#""v=0\ude00""#, r#""\ud83d\n""#] {
        let says = "data.sdp of offer: a string holds half of a surrogate pair";
        all.extend(in_data("offer", says, &[&to_ann("sdp", half)]));
        let says = "data.candidate of ice_candidate: a string holds half of a surrogate pair";
        let in_candidate = format!(r#"{{"candidate":{half}}}"#);
        all.extend(in_data("ice_candidate", says, &[&to_ann("candidate", &in_candidate)]));
    }
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
    let says = "data.candidate of ice_candidate: it has more than 16 levels";
    all.extend(in_data("ice_candidate", says, &[&to_ann("candidate", &deep)]));
    let says = "data.candidate of ice_candidate: a number is too large";
    all.extend(in_data("ice_candidate", says, &[&to_ann("candidate", r#"{"a":1e999}"#)]));
    let long = format!(r#"{{"candidate":"{}"}}"#, "x".repeat(CANDIDATE_BYTES_MAX));
    let text = format!(r#"{{"type":"ice_candidate","cid":3,"data":{}}}"#, to_ann("candidate", &long));
    all.push((text, Code::PayloadTooLarge, "data.candidate of ice_candidate: at most 4096 bytes"));
    all
}

fn wrong_chats() -> Vec<Case> {
    let mut all = in_data("chat_message", "missing field `content`", &["{}", "null", r#"{"text":"hi"}"#]);
    all.extend(in_data(
        "chat_message",
        "data.content of chat_message: ",
        &[
            r#"{"content":null}"#,
            r#"{"content":7}"#,
            r#"{"content":["hi"]}"#,
            r#"{"content":{"html":"hi"}}"#,
            r#"{"content":"\ud800"}"#,
        ],
    ));
    let empty = [r#"{"content":""}"#, r#"{"content":"   "}"#, r#"{"content":"\n\t\u3000"}"#];
    all.extend(in_data("chat_message", "data.content of chat_message: there is no text", &empty));
    let long = format!(r#"{{"content":"{}"}}"#, "ä".repeat(CHAT_CHARS_MAX + 1));
    all.extend(in_data("chat_message", "data.content of chat_message: at most 4000 characters", &[&long]));
    all
}

pub(crate) fn all() -> Vec<Case> {
    [
        not_a_message(),
        wrong_envelopes(),
        unknown_types(),
        wrong_data(),
        wrong_signals(),
        wrong_payloads(),
        wrong_chats(),
        extras::beside_descriptions(),
        extras::messages(),
        hosted::attributes(),
        hosted::powers(),
        sfu::numbers(),
        sfu::requests(),
    ]
    .concat()
}

#[test]
fn every_wrong_message_is_refused_with_its_code_and_a_text_that_names_the_fault() {
    let all = all();
    assert!(all.len() >= 200, "{} cases", all.len());
    for (text, code, says) in all {
        let shown: String = text.chars().take(120).collect();
        let Err(why) = decode(&text) else { panic!("{shown} was understood") };
        assert_eq!(why.code, code, "{shown}: {}", why.text);
        assert!(why.text.contains(says), "{shown}\n  says:        {}\n  should say:  {says}", why.text);
        assert!(why.text.len() <= 400, "{shown}: the answer has {} bytes", why.text.len());
        assert!(why.text.ends_with('.') && !why.text.contains('\n'), "{shown}: one sentence, one line: {}", why.text);
    }
}

#[test]
fn a_wrong_message_is_refused_by_its_number_where_that_can_be_read() {
    let why = decode(r#"{"type":"join_room","cid":3}"#).expect_err("no room");
    assert_eq!((why.cid, why.kind), (Some(3), Kind::JoinRoom));
    let why = decode(r#"{"type":"nonsense","cid":4,"data":{}}"#).expect_err("no such type");
    assert_eq!((why.cid, why.kind), (Some(4), Kind::Unknown));
    assert_eq!(decode(r#"{"type":"join_room","cid":0}"#).expect_err("no number").cid, None);
}

#[test]
fn a_refusal_never_repeats_a_secret() {
    let secret = "eyJhbGciOiJSUzI1NiJ9.c2VjcmV0.c2ln";
    for data in
        [format!(r#"{{"resume":"{secret}"}}"#), format!(r#"{{"resume":{{"resumeToken":"x","seq":"{secret}"}}}}"#)]
    {
        let why = decode(&format!(r#"{{"type":"hello","data":{data}}}"#)).expect_err("wrong type");
        assert!(!why.text.contains(secret), "{}", why.text);
    }
}

#[test]
fn a_refusal_is_short_however_long_the_fields_name_is() {
    for (before, after) in
        [(r#"{""#, r#"":"#), (r#"{"type":"join_room","data":{""#, r#"":nul}}"#), (r#"{"type":""#, r#""}"#)]
    {
        let why = decode(&format!("{before}{}{after}", "\u{fffd}".repeat(60_000))).expect_err("wrong");
        assert!(why.text.len() <= 400, "the answer has {} bytes", why.text.len());
    }
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    for (text, cid) in [("1.0", 1), ("2e0", 2), ("20e-1", 2), ("9007199254740991.0", 9_007_199_254_740_991)] {
        let message = decode(&format!(r#"{{"type":"leave_room","cid":{text}}}"#)).expect("a whole number");
        assert_eq!(message.cid, Some(cid), "{text}");
    }
    let resume = r#"{"type":"hello","data":{"resume":{"resumeToken":"x","seq":3.0}}}"#;
    assert!(decode(resume).is_ok() && decode(r#"{"type":"ack","seq":1e2}"#).is_ok());
}

#[test]
fn what_newer_clients_add_is_ignored() {
    for text in [
        r#"{"type":"heartbeat","data":{"battery":0.4},"traceparent":"x"}"#.to_owned(),
        r#"{"type":"leave_room","data":null,"cid":null,"seq":null}"#.to_owned(),
        format!(r#"{{"data":{{"sdp":"v=0","targetUserId":"{BOB}","restart":true}},"type":"offer"}}"#),
        format!(
            r#"{{"type":"ice_candidate","data":{{"targetUserId":"{BOB}","candidate":{{"candidate":"","future":[1]}}}}}}"#
        ),
        " { \"type\" : \"ack\" , \"seq\" : 0 } \n".to_owned(),
    ] {
        assert!(decode(&text).is_ok(), "{text}");
    }
}
