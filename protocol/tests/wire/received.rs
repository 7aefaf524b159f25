//! Both ways for a client: what a node writes is read, and is the same text again; what a client writes a node decodes.

use std::fs;

use aldis_protocol::{
    ClientMessage, ClientToServer, Code, Kind, Received, RoomId, Signal, UserId, client::Hello, decode, read,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    examples, made,
    table::{CLIENT, SERVER},
};

/// The texts of a file of `docs/vectors`, as programs of others read them.
fn vectors(name: &str) -> Vec<(String, Value)> {
    let text = fs::read_to_string(made::file(&format!("docs/vectors/{name}.json"))).expect("a file");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = file["vectors"].as_array().expect("vectors").clone();
    vectors.into_iter().map(|vector| (vector["text"].as_str().expect("a text").to_owned(), vector)).collect()
}

#[test]
fn every_message_of_a_node_is_read_and_is_its_text_again() {
    let golden = examples::server();
    for row in SERVER {
        assert!(golden.iter().any(|(kind, _)| *kind == row.kind), "there is an example of {}", row.kind);
    }
    for (kind, text) in golden {
        let message = read(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert!(!matches!(message.body, Received::Unknown { .. }), "{kind} has no row in received.rs");
        assert_eq!((message.body.kind(), message.to_string()), (kind, text));
    }
}

#[test]
fn every_message_of_a_client_is_written_as_it_is_decoded() {
    let golden = examples::client();
    for row in CLIENT {
        assert!(golden.iter().any(|example| example.kind == row.kind), "there is an example of {}", row.kind);
    }
    for example in golden {
        let message = decode(&example.text).expect("an example");
        assert_eq!(message.to_string(), example.text);
    }
}

#[test]
fn the_vectors_of_the_documentation_are_read_and_written_too() {
    for (text, vector) in vectors("node") {
        let message = read(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert_eq!((message.seq, message.body.kind()), (vector["seq"].as_u64(), vector["type"].as_str().expect("it")));
        assert_eq!(message.to_string(), text);
    }
    for (text, vector) in vectors("client") {
        let message = decode(&text).expect("a vector");
        assert_eq!((message.cid, message.to_string()), (vector["cid"].as_u64(), text));
    }
    for (text, vector) in vectors("refused") {
        let refused = decode(&text).expect_err("a vector of a refused frame");
        assert_eq!(
            (refused.code.as_str(), refused.cid),
            (vector["code"].as_str().expect("it"), vector["cid"].as_u64())
        );
    }
}

#[test]
fn a_message_without_a_sender_is_the_backends() {
    let text = r#"{"type":"message","seq":3,"data":{"topic":"order","data":{"state":"paid"}}}"#;
    let message = read(text).expect("a message");
    assert!(matches!(&message.body, Received::Message(said) if said.sender_user_id.is_none() && said.topic == "order"));
    assert_eq!(message.to_string(), text);
}

#[test]
fn what_a_newer_node_says_is_kept_and_what_is_none_is_told_with_its_field() {
    for text in [r#"{"type":"poll_opened","seq":3,"data":{"a": [1]}}"#, r#"{"type":"later"}"#] {
        let message = read(text).expect("a message of a type that is not known");
        assert!(matches!(message.body, Received::Unknown { .. }));
        assert_eq!(message.to_string(), text);
    }
    let more = r#"{"type":"room_closed","data":{"reason":"closed","since":1},"at":2}"#;
    assert!(matches!(read(more).expect("more fields").body, Received::RoomClosed(_)));
    let refusal = |code: &str| {
        format!(
            r#"{{"type":"error","data":{{"code":"{code}","message":"No.","cid":null,"retryable":false,"retryAfterMs":null}}}}"#
        )
    };
    for (code, known) in [("room_full", Some(Code::RoomFull)), ("too_new", None)] {
        let Received::Error(refused) = read(&refusal(code)).expect("an error").body else { panic!("no error") };
        assert_eq!((&*refused.code, refused.known()), (code, known));
    }
    for (text, why) in [
        ("", "EOF"),
        ("[]", "struct Envelope"),
        (r#"{"seq":1}"#, "missing field `type`"),
        (r#"{"type":"ack"}"#, "ack: cid is missing"),
        (r#"{"type":"offer","data":{"senderUserId":"ann"}}"#, "data of offer: .: missing field `sdp`"),
        (r#"{"type":"user_joined","data":{"userId":"ann","name":"Ann","rev":"x"}}"#, "data of user_joined: rev: "),
    ] {
        let told = read(text).expect_err(text).to_string();
        assert!(told.starts_with("not a message of a node: ") && told.contains(why), "{told}");
    }
}

fn any_body() -> impl Strategy<Value = ClientToServer> {
    let user = || "[!#-\\[\\]-~]{1,128}".prop_map(|text| text.parse::<UserId>().expect("an id"));
    let described = |kind: fn(UserId, &str) -> Signal| {
        (user(), ".{1,80}").prop_map(move |(to, sdp)| ClientToServer::Signal(kind(to, &sdp)))
    };
    prop_oneof![
        described(Signal::offer),
        described(Signal::answer),
        (user(), ".{0,40}").prop_map(|(to, text)| {
            let candidate = serde_json::json!({ "candidate": text }).to_string();
            ClientToServer::Signal(Signal::new(Kind::IceCandidate, to, Some(&candidate)))
        }),
        ".{1,80}".prop_filter("there is text", |text| !text.trim().is_empty()).prop_map(ClientToServer::Chat),
        ".{0,80}".prop_map(ClientToServer::TokenRefresh),
        ".{0,80}".prop_map(|token| ClientToServer::Hello(Hello { token: Some(token), resume: None })),
        any::<u64>().prop_map(|_| ClientToServer::JoinRoom(RoomId::random())),
        (0_u64..1 << 53).prop_map(ClientToServer::Ack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_client_writes_a_node_decodes_to_the_same(body in any_body(), cid in prop::option::of(1_u64..1 << 53)) {
        let message = ClientMessage { cid, body };
        prop_assert_eq!(decode(&message.to_string()), Ok(message));
    }

    #[test]
    fn any_text_gets_a_verdict(text in "\\PC{0,60}") {
        let _ = read(&text);
    }
}
