//! `docs/vectors/`: messages, and what is to become of them, for the tests of any client or server of the protocol.

use aldis_protocol::{SUBPROTOCOL, decode};
use serde_json::{Value, json};

use crate::{examples, made, malformed};

const FOLDER: &str = "docs/vectors";
/// The longest text of a vector: longer ones are in the tests alone.
const BYTES_MAX: usize = 1_000;

fn check(name: &str, about: &str, vectors: &[Value]) {
    let lines: Vec<String> = vectors.iter().map(|vector| format!("    {vector}")).collect();
    let (protocol, about, lines) = (json!(SUBPROTOCOL), json!(about), lines.join(",\n"));
    let text = format!("{{\n  \"protocol\": {protocol},\n  \"about\": {about},\n  \"vectors\": [\n{lines}\n  ]\n}}\n");
    assert!(serde_json::from_str::<Value>(&text).is_ok(), "{name} is JSON");
    made::check(&format!("{FOLDER}/{name}.json"), &text);
}

#[test]
fn what_a_client_sends() {
    let vector = |example: examples::Example| {
        let cid = decode(&example.text).expect("an example").cid;
        json!({ "text": example.text, "type": example.kind, "cid": cid })
    };
    let vectors: Vec<Value> = examples::client().into_iter().map(vector).collect();
    check("client", "One message of a client of each type: `text` is the frame. A node takes each.", &vectors);
}

#[test]
fn what_a_node_sends() {
    let vector = |(kind, text): (&str, String)| {
        let value: Value = serde_json::from_str(&text).expect("JSON");
        json!({ "text": text, "type": kind, "seq": value["seq"] })
    };
    let vectors: Vec<Value> = examples::server().into_iter().map(vector).collect();
    check("node", "One message of a node of each type: `text` is the frame. A client takes each.", &vectors);
}

#[test]
fn what_a_node_refuses() {
    let is_short = |(text, ..): &malformed::Case| text.len() <= BYTES_MAX;
    let vector = |(text, code, _): malformed::Case| {
        let cid = decode(&text).err().and_then(|why| why.cid);
        json!({ "text": text, "code": code.as_str(), "cid": cid })
    };
    let vectors: Vec<Value> = malformed::all().into_iter().filter(is_short).map(vector).collect();
    assert!(vectors.len() > 200, "{} vectors", vectors.len());
    check(
        "refused",
        "Frames that a node answers with `error`: `code`, and `cid` where the frame's own can be read. The socket stays open.",
        &vectors,
    );
}
