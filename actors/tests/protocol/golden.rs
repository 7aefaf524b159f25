//! Every message's text, byte for byte: a change here is a change of the protocol.

use actors::protocol::decode;

use crate::{examples, made};

const FOLDER: &str = "actors/tests/protocol/golden";

#[test]
fn what_clients_say_is_the_golden_text() {
    let lines: String = examples::client().iter().map(|said| format!("{}\n", said.text)).collect();
    made::check(&format!("{FOLDER}/client.jsonl"), &lines);
}

#[test]
fn what_a_node_says_is_the_golden_text() {
    let lines: String = examples::server().iter().map(|(_, text)| format!("{text}\n")).collect();
    made::check(&format!("{FOLDER}/server.jsonl"), &lines);
}

#[test]
fn what_clients_say_is_understood() {
    for said in examples::client() {
        let read = decode(&said.text).unwrap_or_else(|why| panic!("{}: {}", said.text, why.text));
        assert_eq!(format!("{:?}", read.body), format!("{:?}", said.means));
        let value: serde_json::Value = serde_json::from_str(&said.text).expect("JSON");
        assert_eq!(read.cid, value["cid"].as_u64());
        assert_eq!(value["type"], said.kind);
    }
}

#[test]
fn what_a_node_says_is_one_json_object_of_its_type() {
    for (kind, text) in examples::server() {
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(value["type"], kind);
        assert!(!text.contains('\n'), "one line a message");
    }
}
