//! `docs/asyncapi.json`: every message as JSON Schema (2020-12), from its Rust type and its row of the table. A node serves it
//! at `/asyncapi.json`. AsyncAPI 3.0 describes the node: it receives what clients send.

use aldis_protocol::{
    Code, SUBPROTOCOL, attributes, client,
    decode::{self, decode},
    hosted, notice, relayed,
    server::{self, LeaveReason},
    sfu::{self, answers},
};
use boon::{Compiler, SchemaIndex, Schemas};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    examples, made,
    table::{CLIENT, Data, Number, Row, SERVER},
};

const FILE: &str = "docs/asyncapi.json";

/// Who sends it.
#[derive(Clone, Copy, PartialEq)]
enum Sender {
    Client,
    Node,
}

impl Sender {
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Node => "node",
        }
    }

    const fn rows(self) -> &'static [Row] {
        match self {
            Self::Client => CLIENT,
            Self::Node => SERVER,
        }
    }
}

/// Adds a shape to the generator's definitions, and returns its name.
type Add = fn(&mut SchemaGenerator) -> String;

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    generator.subschema_for::<T>();
    T::schema_name().into_owned()
}

/// The shapes of `data`, by sender.
fn shapes(sender: Sender) -> Vec<Add> {
    match sender {
        Sender::Client => vec![
            add::<client::Hello>,
            add::<client::JoinRoom>,
            add::<client::Description>,
            add::<client::IceCandidate>,
            add::<client::Renegotiate>,
            add::<client::Chat>,
            add::<client::CustomMessage>,
            add::<attributes::SetAttributes>,
            add::<hosted::RemoveMember>,
            add::<hosted::RequestMute>,
            add::<hosted::HandOver>,
            add::<hosted::SetRoom>,
            add::<client::TokenRefresh>,
            add::<sfu::SfuCreateTransport>,
            add::<sfu::SfuConnectTransport>,
            add::<sfu::SfuTransport>,
            add::<sfu::SfuProduce>,
            add::<sfu::SfuProducer>,
            add::<sfu::SfuConsume>,
            add::<sfu::SfuConsumer>,
            add::<sfu::SfuPreferredLayers>,
        ],
        Sender::Node => [of_rooms(), of_media()].concat(),
    }
}

/// What nodes send about connections, rooms and members.
fn of_rooms() -> Vec<Add> {
    vec![
        add::<server::Welcome>,
        add::<server::RoomJoined>,
        add::<server::Resumed>,
        add::<server::ResumeFailed>,
        add::<server::Refusal>,
        add::<server::UserJoined>,
        add::<server::UserLeft>,
        add::<LeaveReason>,
        add::<Code>,
        add::<notice::RoomLeft>,
        add::<notice::Moved>,
        add::<notice::RoomClosed>,
        add::<notice::HeartbeatAck>,
        add::<notice::TokenExpiring>,
        add::<notice::ServerDraining>,
        add::<notice::Degraded<'static>>,
        add::<relayed::DescriptionFrom<'static>>,
        add::<relayed::IceCandidateFrom<'static>>,
        add::<relayed::RenegotiateFrom<'static>>,
        add::<relayed::ChatMessage<'static>>,
        add::<relayed::ChatDeleted<'static>>,
        add::<relayed::CustomMessageFrom<'static>>,
        add::<attributes::AttributesChanged<'static>>,
        add::<hosted::MuteRequested<'static>>,
        add::<hosted::RoomChanged>,
        add::<hosted::GuestsWaiting>,
    ]
}

/// What nodes send in rooms with a media server.
fn of_media() -> Vec<Add> {
    vec![
        add::<answers::SfuRouterCapabilities<'static>>,
        add::<answers::SfuTransportCreated<'static>>,
        add::<answers::SfuIceRestarted<'static>>,
        add::<answers::SfuProduced<'static>>,
        add::<answers::SfuConsumed<'static>>,
        add::<answers::SfuConsumerLayers<'static>>,
        add::<answers::SfuConsumerClosed<'static>>,
        add::<answers::SfuActiveSpeaker<'static>>,
        add::<answers::MediaChanged>,
        add::<answers::SfuNewProducer<'static>>,
        add::<answers::SfuProducerChanged<'static>>,
        add::<answers::SfuProducerClosed<'static>>,
    ]
}

/// All shapes of one sender by name, as others write (a client) or read them (a node).
fn definitions(sender: Sender) -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let settings = match sender {
        Sender::Client => settings.for_deserialize(),
        Sender::Node => settings.for_serialize(),
    };
    let mut generator = settings.into_generator();
    let names: Vec<String> = shapes(sender).into_iter().map(|add| add(&mut generator)).collect();
    let definitions = generator.take_definitions(false);
    for row in sender.rows() {
        if let Data::Shape(shape) = row.data {
            assert!(names.iter().any(|name| name == shape), "{shape} of {} has no schema", row.kind);
        }
    }
    definitions
}

fn number(least: u64) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": decode::NUMBER_MAX })
}

/// The whole frame of a message.
fn frame(row: &Row) -> Value {
    let mut properties = Map::from_iter([("type".to_owned(), json!({ "const": row.kind }))]);
    let mut required = vec!["type"];
    match row.data {
        Data::Absent => {}
        Data::Empty => {
            properties.insert("data".to_owned(), json!({ "type": ["object", "null"] }));
        }
        Data::Shape(shape) => {
            properties.insert("data".to_owned(), json!({ "$ref": format!("#/components/schemas/{shape}") }));
            required.push("data");
        }
    }
    let (name, is_required) = match row.number {
        Number::Neither => ("", false),
        Number::MayCid => ("cid", false),
        Number::Cid => ("cid", true),
        Number::Seq => ("seq", true),
        Number::MayRid => ("rid", false),
    };
    if !name.is_empty() {
        // An `ack` may say that nothing was processed yet.
        properties.insert(name.to_owned(), number(u64::from(row.data != Data::Absent)));
        required.extend(is_required.then_some(name));
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The name of a message among the components.
fn key(sender: Sender, row: &Row) -> String {
    format!("{}_{}", sender.name(), row.kind)
}

fn document() -> Value {
    let (mut messages, mut channel, mut operations) = (Map::new(), Map::new(), Map::new());
    let mut schemas = definitions(Sender::Client);
    for (name, schema) in definitions(Sender::Node) {
        let earlier = schemas.insert(name.clone(), schema.clone());
        assert!(earlier.is_none_or(|earlier| earlier == schema), "{name} differs by direction: give it two names");
    }
    for (sender, examples) in [
        (Sender::Client, examples::client().into_iter().map(|example| example.text).collect::<Vec<_>>()),
        (Sender::Node, examples::server().into_iter().map(|(_, text)| text).collect()),
    ] {
        for (row, example) in sender.rows().iter().zip(examples) {
            let (key, example) = (key(sender, row), serde_json::from_str::<Value>(&example).expect("JSON"));
            let message = json!({
                "name": row.kind,
                "title": row.kind,
                "summary": row.meaning,
                "contentType": "application/json",
                "payload": frame(row),
                "examples": [{ "payload": example }],
            });
            messages.insert(key.clone(), message);
            channel.insert(key.clone(), json!({ "$ref": format!("#/components/messages/{key}") }));
            let action = if sender == Sender::Client { "receive" } else { "send" };
            operations.insert(
                format!("{action}_{}", row.kind),
                json!({
                    "action": action,
                    "channel": { "$ref": "#/channels/signaling" },
                    "summary": row.meaning,
                    "messages": [{ "$ref": format!("#/channels/signaling/messages/{key}") }],
                }),
            );
        }
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Aldis signaling",
            "version": SUBPROTOCOL,
            "description": "What a client and a node exchange over the WebSocket at /ws, with the sub-protocol aldis.v1. When which message may be sent, what is numbered, and how a session is resumed: docs/protocol.md.",
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "defaultContentType": "application/json",
        "channels": {
            "signaling": {
                "address": "/ws",
                "title": "The WebSocket",
                "description": "One JSON object in each text frame.",
                "messages": channel,
                "bindings": { "ws": { "method": "GET" } },
            },
        },
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// The schema of any message of one sender.
struct AnyMessage(Schemas, SchemaIndex);

impl AnyMessage {
    fn of(sender: Sender, document: &Value) -> Self {
        let payload = |row| document["components"]["messages"][key(sender, row)]["payload"].clone();
        let frames: Vec<Value> = sender.rows().iter().map(payload).collect();
        let schema = json!({ "oneOf": frames, "components": { "schemas": document["components"]["schemas"] } });
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("messages.json", schema).expect("a resource");
        let index = compiler.compile("messages.json", &mut schemas).unwrap_or_else(|why| panic!("no schema: {why:#}"));
        Self(schemas, index)
    }

    fn check(&self, message: &Value) -> Result<(), String> {
        self.0.validate(message, self.1).map_err(|why| format!("{message}: {why}"))
    }
}

#[test]
fn the_document_of_messages_is_made_from_the_types() {
    made::check(FILE, &format!("{}\n", serde_json::to_string_pretty(&document()).expect("JSON")));
}

#[test]
fn every_example_is_valid_for_exactly_its_own_schema() {
    let document = document();
    let (client, node) = (AnyMessage::of(Sender::Client, &document), AnyMessage::of(Sender::Node, &document));
    for example in examples::client() {
        client.check(&serde_json::from_str(&example.text).expect("JSON")).expect("as its schema says");
    }
    for (_, text) in examples::server() {
        let value: Value = serde_json::from_str(&text).expect("JSON");
        node.check(&value).expect("as its schema says");
        assert!(node.check(&json!({ "type": "nothing", "data": value["data"] })).is_err());
    }
}

#[test]
fn what_the_schemas_forbid_a_client_the_node_refuses() {
    let document = document();
    let client = AnyMessage::of(Sender::Client, &document);
    for example in examples::client() {
        let whole: Value = serde_json::from_str(&example.text).expect("JSON");
        for field in whole["data"].as_object().into_iter().flat_map(Map::keys) {
            for wrong in [json!(true), json!("x"), json!(7), json!([[]])] {
                let mut message = whole.clone();
                message["data"][field] = wrong;
                let is_refused = decode(&message.to_string()).is_err();
                assert!(is_refused || client.check(&message).is_ok(), "{message} is taken, and the schema forbids it");
            }
        }
    }
}
