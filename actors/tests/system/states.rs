//! `docs/protocol.md`, *What may be sent when*: each cell is what a node does.

use std::{sync::Arc, time::Duration};

use actors::{
    ports::{Hosts, Identity, Later},
    protocol::{Power, RoomId, server::Refusal},
};

use tokio::time::timeout;

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

/// Does whatever anybody wants.
struct Obliging;

impl Hosts for Obliging {
    fn act(&self, _: RoomId, _: &Identity, _: Power) -> Later<Result<(), Refusal>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// A well-formed message of this type; signals go from user 1 to user 2, or back if it is an answer.
fn message(kind: &str, room: &str) -> String {
    let to = name(if kind == "answer" { 1 } else { 2 });
    let payload = match kind {
        "hello" | "token_refresh" => format!(r#"{{"token":"{}"}}"#, name(if kind == "hello" { 3 } else { 1 })),
        "join_room" => format!(r#"{{"roomId":"{room}"}}"#),
        "offer" | "answer" => format!(r#"{{"targetUserId":"{to}","sdp":"v=0"}}"#),
        "ice_candidate" => format!(r#"{{"targetUserId":"{to}","candidate":null}}"#),
        "renegotiate" => format!(r#"{{"targetUserId":"{to}"}}"#),
        "chat_message" => r#"{"content":"hi"}"#.to_owned(),
        "message" => r#"{"topic":"x","data":1}"#.to_owned(),
        "set_attributes" => r#"{"attributes":{"hand":"up"}}"#.to_owned(),
        "remove_member" | "hand_over" => format!(r#"{{"userId":"{to}"}}"#),
        "request_mute" => format!(r#"{{"userId":"{to}","kind":"audio"}}"#),
        "set_room" => r#"{"locked":true}"#.to_owned(),
        "leave_room" | "heartbeat" | "end_room" | "sfu_get_router_capabilities" => "{}".to_owned(),
        "sfu_create_transport" => r#"{"epoch":1,"direction":"send"}"#.to_owned(),
        "sfu_connect_transport" => r#"{"epoch":1,"transportId":"x","dtlsParameters":{}}"#.to_owned(),
        "sfu_restart_ice" | "sfu_close_transport" => r#"{"epoch":1,"transportId":"x"}"#.to_owned(),
        "sfu_produce" => {
            r#"{"epoch":1,"transportId":"x","kind":"audio","source":"microphone","rtpParameters":{}}"#.to_owned()
        }
        "sfu_consume" => r#"{"epoch":1,"transportId":"x","producerId":"y","rtpCapabilities":{}}"#.to_owned(),
        "sfu_pause_producer" | "sfu_resume_producer" | "sfu_close_producer" => {
            r#"{"epoch":1,"producerId":"x"}"#.to_owned()
        }
        "sfu_set_preferred_layers" => r#"{"epoch":1,"consumerId":"x","spatialLayer":0}"#.to_owned(),
        of_consumer if of_consumer.starts_with("sfu_") => r#"{"epoch":1,"consumerId":"x"}"#.to_owned(),
        "ack" => return r#"{"type":"ack","seq":1}"#.to_owned(),
        other => panic!("the table names {other}"),
    };
    let uncounted = ["hello", "join_room", "leave_room", "heartbeat", "token_refresh"];
    let cid = if !uncounted.contains(&kind) && !kind.starts_with("sfu_") { r#""cid":1,"# } else { "" };
    format!(r#"{{"type":"{kind}",{cid}"data":{payload}}}"#)
}

/// What answers the last message: a message's type, the code of an `error`, or `nothing`.
async fn answer(browser: &mut Browser) -> String {
    loop {
        let Ok(heard) = timeout(Duration::from_secs(3), browser.heard.recv()).await else {
            return "nothing".to_owned();
        };
        let Heard::Text(message) = heard.expect("the node keeps the connection") else { continue };
        let text = if message["type"] == "error" { &message["data"]["code"] } else { &message["type"] };
        return text.as_str().expect("a text").to_owned();
    }
}

/// The table's rows: a message's type, and what answers it in each state.
fn rows() -> Vec<(String, Vec<String>)> {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md")).expect("the document");
    let (_, table) = text.split_once("## What may be sent when").expect("the section");
    let lines = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| (cells(line)[1].clone(), cells(line)[2..5].to_vec()))
        .collect()
}

/// A connection in this state (a column of the table), and the other member.
async fn in_state(state: usize, kind: &str, world: &World) -> (Browser, Vec<Browser>) {
    match state {
        0 => (Browser::connect(&world.nodes[0], None), Vec::new()),
        1 => (world.browser(0, 1).await, Vec::new()),
        _ => {
            let mut members = world.members(2, world.room(4)).await;
            if kind == "ice_candidate" {
                members[0].offers(1, &name(2), "v=0"); // else it waits for its description
                assert_eq!(answer(&mut members[0]).await, "ack");
            }
            let browser = members.remove(usize::from(kind == "answer"));
            (browser, members)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_be_sent_when_is_what_the_document_says() {
    let rows = rows();
    assert_eq!(rows.len(), 33, "every message of a client");
    for (kind, answers) in rows {
        for (state, expected) in answers.iter().enumerate() {
            let world = World::single().await;
            world.nodes[0].hosted_by(Arc::new(Obliging));
            let (mut browser, _others) = in_state(state, &kind, &world).await;
            let text = message(&kind, &world.room(4).to_string());
            let second = kind == "ice_candidate" && state == 2;
            browser.says(&if second { text.replace(r#""cid":1"#, r#""cid":2"#) } else { text });
            assert_eq!(&answer(&mut browser).await, expected, "{kind} in state {state}");
        }
    }
}
