//! Wrong requests to a media server: nothing that is no id gets into a path, nothing that is no object to a media server.

use aldis_protocol::{Code, Kind, decode, sfu::DATA_BYTES_MAX};

use super::{BAD, Case, cases, in_data};

const ID: &str = "0b5f1c1e-7d3a-4a55-8a3c-2f0f4d9e6c11";

/// Numbers that are none, or out of range.
pub(super) fn numbers() -> Vec<Case> {
    let text = |rid: &str| format!(r#"{{"type":"sfu_get_router_capabilities","rid":{rid},"data":{{}}}}"#);
    let mut all = Vec::new();
    for wrong in ["-1", "1.5", "\"1\"", "true", "[]", "{}"] {
        all.extend(cases(BAD, "rid: ", &[&text(wrong)]));
    }
    for out_of_range in ["0", "9007199254740992", "18446744073709551615"] {
        all.extend(cases(BAD, "rid: numbers start at 1", &[&text(out_of_range)]));
    }
    all
}

fn with(fields: &[(&str, String)], (name, value): (&str, &str)) -> String {
    let field = |(field, usual): &(&str, String)| {
        let value = if *field == name { value } else { usual };
        format!(r#""{field}":{value}"#)
    };
    format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(","))
}

fn without(fields: &[(&str, String)], name: &str) -> String {
    let others: Vec<_> = fields.iter().filter(|(field, _)| *field != name).cloned().collect();
    with(&others, ("", ""))
}

/// Each field of each request, missing or wrong.
pub(super) fn requests() -> Vec<Case> {
    let (id, object) = (|| format!("\"{ID}\""), || "{}".to_owned());
    let epoch = || ("epoch", "3".to_owned());
    let shapes: [(&str, Vec<(&str, String)>); 14] = [
        ("sfu_create_transport", vec![epoch(), ("direction", "\"send\"".to_owned())]),
        ("sfu_connect_transport", vec![epoch(), ("transportId", id()), ("dtlsParameters", object())]),
        ("sfu_restart_ice", vec![epoch(), ("transportId", id())]),
        ("sfu_close_transport", vec![epoch(), ("transportId", id())]),
        (
            "sfu_produce",
            vec![
                epoch(),
                ("transportId", id()),
                ("kind", "\"audio\"".to_owned()),
                ("source", "\"microphone\"".to_owned()),
                ("rtpParameters", object()),
            ],
        ),
        ("sfu_pause_producer", vec![epoch(), ("producerId", id())]),
        ("sfu_resume_producer", vec![epoch(), ("producerId", id())]),
        ("sfu_close_producer", vec![epoch(), ("producerId", id())]),
        ("sfu_consume", vec![epoch(), ("transportId", id()), ("producerId", id()), ("rtpCapabilities", object())]),
        ("sfu_consumer_pause", vec![epoch(), ("consumerId", id())]),
        ("sfu_consumer_resume", vec![epoch(), ("consumerId", id())]),
        ("sfu_request_keyframe", vec![epoch(), ("consumerId", id())]),
        ("sfu_close_consumer", vec![epoch(), ("consumerId", id())]),
        ("sfu_set_preferred_layers", vec![epoch(), ("consumerId", id()), ("spatialLayer", "1".to_owned())]),
    ];
    let mut all = Vec::new();
    for (kind, fields) in shapes {
        assert!(decode(&format!(r#"{{"type":"{kind}","data":{}}}"#, with(&fields, ("", "")))).is_ok(), "{kind}");
        all.extend(in_data(kind, "not an object", &["[]", "7", "\"x\""]));
        for (name, _) in &fields {
            all.extend(in_data(kind, "missing field", &[&without(&fields, name)]));
            for wrong in wrong(name) {
                all.extend(in_data(kind, "data.", &[&with(&fields, (name, &wrong))]));
            }
        }
    }
    let long =
        format!(r#"{{"epoch":3,"transportId":"{ID}","dtlsParameters":{{"x":"{}"}}}}"#, "x".repeat(DATA_BYTES_MAX));
    let text = format!(r#"{{"type":"sfu_connect_transport","rid":3,"data":{long}}}"#);
    assert!(all.len() >= 300, "{} wrong requests", all.len());
    all.push((text, Code::PayloadTooLarge, "data of sfu_connect_transport: at most 16384 bytes"));
    all
}

/// What a field must not be.
fn wrong(field: &str) -> Vec<String> {
    let of = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match field {
        "epoch" => of(&["-1", "1.5", "\"3\"", "null", "{}", "9007199254740992"]),
        "direction" => of(&["\"up\"", "7", "null", "\"Send\""]),
        "kind" => of(&["\"screen\"", "7", "null", "\"Audio\""]),
        "source" => {
            of(&["\"\"", "\"Camera\"", "\"my camera\"", "7", "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"", "\"caméra\""])
        }
        "spatialLayer" => of(&["-1", "8", "256", "\"1\"", "null"]),
        "dtlsParameters" | "rtpParameters" | "rtpCapabilities" => {
            let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
            let mut all: Vec<String> = of(&["7", "\"x\"", "[]", "null", r#"{"x":"\ud83d"}"#, r#"{"x":1e999}"#]);
            all.push(deep);
            all
        }
        _ => {
            let ids = [
                "\"\"", "\"a/b\"", "\"..\"", "\".\"", "\"a%2f\"", "\"a b\"", "7", "null", "[]", "\"é\"", "\"a?b\"",
                "\"a#b\"",
            ];
            let mut all: Vec<String> = of(&ids);
            all.push(format!("\"{}\"", "x".repeat(65)));
            all
        }
    }
}

#[test]
fn a_wrong_request_is_refused_by_its_number_where_that_can_be_read() {
    let why = decode(r#"{"type":"sfu_restart_ice","rid":5,"data":{"epoch":1}}"#).expect_err("no transport");
    assert_eq!((why.rid, why.cid, why.kind), (Some(5), None, Kind::SfuRestartIce));
    let why = decode(r#"{"type":"sfu_restart_ice","rid":0,"data":{}}"#).expect_err("no number");
    assert_eq!((why.rid, why.kind), (None, Kind::SfuRestartIce));
}

#[test]
fn other_messages_may_use_the_name_of_the_number() {
    for text in [r#"{"type":"heartbeat","rid":"x"}"#, r#"{"type":"leave_room","rid":-1}"#] {
        assert!(decode(text).is_ok(), "{text}");
    }
}

#[test]
fn parameters_pass_byte_for_byte() {
    use aldis_protocol::{ClientToServer, sfu::SfuAsk};
    let odd = r#"{ "a" : 1.50, "b":"\u00fc", "a" : null }"#;
    let text = format!(
        r#"{{"type":"sfu_connect_transport","rid":1,"data":{{"epoch":1,"transportId":"x","dtlsParameters":{odd}}}}}"#
    );
    let ClientToServer::Sfu(request) = decode(&text).expect("a request").body else { panic!("no request") };
    let SfuAsk::ConnectTransport { dtls_parameters, .. } = request.ask else { panic!("another request") };
    assert_eq!(&*dtls_parameters, odd);
}
