//! Every message's text, byte for byte: a change here is a change of the protocol.

use aldis_protocol::decode;

use crate::{examples, made};

const FOLDER: &str = "protocol/tests/wire/golden";

#[test]
fn messages_of_clients_are_the_golden_text() {
    let lines: String = examples::client().iter().map(|example| format!("{}\n", example.text)).collect();
    made::check(&format!("{FOLDER}/client.jsonl"), &lines);
}

#[test]
fn messages_of_a_node_are_the_golden_text() {
    let lines: String = examples::server().iter().map(|(_, text)| format!("{text}\n")).collect();
    made::check(&format!("{FOLDER}/server.jsonl"), &lines);
}

#[test]
fn messages_of_clients_are_understood() {
    for example in examples::client() {
        let read = decode(&example.text).unwrap_or_else(|why| panic!("{}: {}", example.text, why.text));
        assert_eq!(format!("{:?}", read.body), format!("{:?}", example.means));
        let value: serde_json::Value = serde_json::from_str(&example.text).expect("JSON");
        assert_eq!(read.cid, value["cid"].as_u64());
        assert_eq!(value["type"], example.kind);
    }
}

#[test]
fn messages_of_a_node_are_one_json_object_of_their_type() {
    for (kind, text) in examples::server() {
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["type"], kind);
        assert!(!text.contains('\n'), "one line a message");
    }
}
