//! The client offers what the OpenAPI document of the nodes has below `/v1`, with the document's shapes.

use std::collections::BTreeSet;

use aldis_api::{
    Ban, Guests, Mode, NewMessage, NewRoom, Participant, Problem, Room, RoomChange, Rooms, Waiting, webhook::Event,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

fn document() -> Value {
    serde_json::from_str(include_str!("../../docs/openapi.json")).expect("JSON")
}

#[test]
fn every_operation_of_the_document_has_a_method() {
    let known = [
        ("serverListRooms", "rooms"),
        ("serverCreateRoom", "create_room"),
        ("serverDeleteRoom", "delete_room"),
        ("serverGetRoom", "room"),
        ("serverUpdateRoom", "change_room"),
        ("serverLiftBans", "lift_bans"),
        ("serverListBans", "bans"),
        ("serverLiftBan", "lift_bans"),
        ("serverCloseRoom", "close_room"),
        ("serverHandOver", "hand_over"),
        ("serverListParticipants", "participants"),
        ("serverRemoveParticipant", "remove"),
        ("serverMoveParticipant", "move_to"),
        ("serverRequestMute", "ask_to_mute"),
        ("serverRemove", "remove"),
        ("serverSendMessage", "send_message"),
        ("serverEndSessions", "end_sessions"),
        ("serverGetTimeline", "timeline"),
        ("serverListWaiting", "waiting"),
        ("serverAnswerAllWaiting", "answer_all"),
        ("serverAnswerWaiting", "answer"),
    ];
    let document = document();
    let paths = document["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.starts_with("/v1/"));
    let operations = paths.flat_map(|(_, path)| path.as_object().expect("operations").values());
    let ids = operations.filter_map(|operation| operation["operationId"].as_str());
    let unknown: Vec<&str> = ids.filter(|id| !known.iter().any(|(known, _)| known == id)).collect();
    assert!(unknown.is_empty(), "no method of Client does {unknown:?}: add one, and name it here");
}

/// A value of this schema, with all properties or the required ones only.
fn sample(document: &Value, schema: &Value, all: bool) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(document, &document.pointer(&name[1..]).expect("it is declared").clone(), all);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let required: BTreeSet<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let wanted = properties.filter(|(name, _)| all || required.contains(name.as_str()));
            Value::Object(wanted.map(|(name, of)| (name.clone(), sample(document, of, all))).collect::<Map<_, _>>())
        }
        (Some("array"), _) => json!([sample(document, &schema["items"], all)]),
        (Some("boolean"), _) => json!(true),
        (Some("integer"), _) => json!(400),
        (Some("string"), Some("date-time")) => json!("2026-11-29T12:00:00.25Z"),
        (Some("string"), _) => schema.get("example").cloned().unwrap_or_else(|| json!("abc-defg-hij")),
        other => panic!("no sample of {other:?} is made: {schema}"),
    }
}

fn reads<T: DeserializeOwned>(name: &str) {
    let document = document();
    for all in [false, true] {
        let sample = sample(&document, &json!({ "$ref": format!("#/components/schemas/{name}") }), all);
        if let Err(why) = serde_json::from_value::<T>(sample.clone()) {
            panic!("{name} is not read: {why}\n{sample}");
        }
    }
}

#[test]
fn answers_of_the_documents_shapes_are_read() {
    reads::<Room>("RoomBody");
    reads::<Rooms>("RoomList");
    reads::<Participant>("Participant");
    reads::<Ban>("BanBody");
    reads::<Waiting>("WaitingBody");
    reads::<Event>("EventBody");
    reads::<Problem>("Problem");
}

#[test]
fn wishes_have_the_documents_fields() {
    let fields = |wish: Value| wish.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    let of = |name: &str| {
        let document = document();
        let properties = document["components"]["schemas"][name]["properties"].as_object().expect("an object").clone();
        properties.into_iter().map(|(field, _)| field).collect::<BTreeSet<_>>()
    };
    let all = NewRoom {
        host_id: "ann".parse().ok(),
        max_participants: Some(4),
        seat_window_seconds: Some(5),
        mode: Some(Mode::Mesh),
        name: Some(String::new()),
        guests: Some(Guests::No),
    };
    let change = RoomChange {
        max_participants: Some(4),
        seat_window_seconds: Some(5),
        name: Some(String::new()),
        guests: Some(Guests::No),
        locked: Some(true),
        active: Some(true),
    };
    assert_eq!(fields(value(&all)), of("CreateRoomFor"));
    assert_eq!(fields(value(&change)), of("ChangeRoom"));
    let message = NewMessage { to: "ann".parse().ok(), topic: "order".to_owned(), data: json!({}) };
    assert_eq!(fields(value(&message)), of("SendMessage"));
    assert_eq!(value(&NewMessage { to: None, ..message }), json!({ "topic": "order", "data": {} }));
    assert_eq!(value(&NewRoom::default()), json!({}));
    assert_eq!(value(&RoomChange::default()), json!({}));
}

fn value(wish: &impl Serialize) -> Value {
    serde_json::to_value(wish).expect("JSON")
}
