//! Each dialect against what its server really says.

use std::sync::Arc;

use actors::protocol::{UserId, decode};

use super::*;
use benches::node::Token;

fn aldis() -> Aldis {
    let token = |n| Token { user: UserId::from_u128(n), token: "a.b.c".to_owned() };
    let seats = Seats { tokens: vec![token(1), token(2)], rooms: vec!["abc-defg-hij".parse().expect("a room's id")] };
    Aldis { seats: Arc::new(seats), joins: true }
}

fn said(dialect: &dyn Dialect, phrase: Phrase) -> String {
    let mut state = SendState { cid: 6, told: 41, id: "p0".to_owned() };
    let mut out = String::new();
    dialect.send(1, phrase, &mut state, &mut out);
    out
}

fn heard(dialect: &dyn Dialect, text: &str) -> Incoming {
    dialect.decode(&mut Ear::default(), text.as_bytes())
}

#[test]
fn a_message_is_as_long_in_every_dialect() {
    let (matchbox, spreed) = (Matchbox { meets: true }, Spreed { meets: true });
    let all: [&dyn Dialect; 9] = [&Echo, &Relay, &PeerJs, &SocketIo, &matchbox, &spreed, &Sockudo, &AppRtc, &aldis()];
    for (at, dialect) in all.into_iter().enumerate() {
        let text = said(dialect, Phrase::Message(9_876_543_210, 255));
        assert_eq!(text.len(), 255, "dialect {at}: {text}");
        let found = mark(text.as_bytes()).or(escaped_mark(text.as_bytes()));
        assert_eq!(found, Some(Mark { n: 42, at: 9_876_543_210, rev: 0 }), "{text}");
    }
    assert!(decode(&said(&aldis(), Phrase::Message(1, 255))).is_ok());
}

#[test]
fn a_relayed_message_is_distinguished_from_everything_else() {
    let message = |text| heard_mark(&Relay, text).or(heard_mark(&PeerJs, text)).or(heard_mark(&SocketIo, text));
    for text in [
        r#"{"from":"p0","data":{"n":42,"at":7,"sdpMid":"0"}}"#,
        r#"{"type":"CANDIDATE","src":"p0","dst":"p1","payload":{"n":42,"at":7,"sdpMid":"0"}}"#,
        r#"42["signal","p0",{"n":42,"at":7,"sdpMid":"0"}]"#,
    ] {
        assert_eq!(message(text), Some(Mark { n: 42, at: 7, rev: 0 }), "{text}");
    }
    assert!(heard(&PeerJs, r#"{"type":"OPEN"}"#).ready && heard(&Relay, r#"{"open":true}"#).ready);
    let taken = r#"{"type":"ID-TAKEN","payload":{"msg":"ID is taken"}}"#;
    assert!(heard(&PeerJs, taken).trouble.is_some());
}

fn heard_mark(dialect: &dyn Dialect, text: &str) -> Option<Mark> {
    heard(dialect, text).mark
}

#[test]
fn socket_io_is_joined_and_kept_alive() {
    let open = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    assert_eq!(heard(&SocketIo, open), Incoming::send(Phrase::Join));
    assert_eq!(said(&SocketIo, Phrase::Join), r#"40{"user":"p1"}"#);
    assert_eq!(heard(&SocketIo, r#"40{"sid":"y"}"#), Incoming::ready());
    assert_eq!((heard(&SocketIo, "2").say, said(&SocketIo, Phrase::Beat).as_str()), (Some(Phrase::Beat), "3"));
}

#[test]
fn of_two_in_a_matchbox_the_earlier_sends_first() {
    let matchbox = Matchbox { meets: true };
    let met = |say| Incoming { ready: true, id: Some("b".to_owned()), say, ..Incoming::default() };
    assert_eq!(heard(&matchbox, r#"{"IdAssigned":"a"}"#), Incoming::default());
    assert_eq!(heard(&matchbox, r#"{"NewPeer":"b"}"#), met(Some(Phrase::Offer)));
    assert_eq!(said(&matchbox, Phrase::Offer), r#"{"Signal":{"receiver":"p0","data":{}}}"#);
    assert_eq!(heard(&matchbox, r#"{"Signal":{"sender":"b","data":{}}}"#), met(None));
    let reordered = r#"{"Signal":{"sender":"b","data":{"at":7,"candidate":"x","n":42}}}"#;
    assert_eq!(heard_mark(&matchbox, reordered), Some(Mark { n: 42, at: 7, rev: 0 }));
}

#[test]
fn an_internal_client_of_nextcloud_sends_hello_and_learns_its_partner_once() {
    let (spreed, mut ear) = (Spreed { meets: true }, Ear::default());
    let hello = r#"{"type":"hello","hello":{"version":"1.0","sessionid":"b=","resumeid":"x","userid":"","server":{"version":"unreleased","features":["virtual-sessions"]}}}"#;
    let join = |ids: &[&str]| {
        let sessions: Vec<_> = ids.iter().map(|id| format!(r#"{{"sessionid":"{id}","userid":""}}"#)).collect();
        format!(r#"{{"type":"event","event":{{"target":"room","type":"join","join":[{}]}}}}"#, sessions.join(","))
    };
    let update = r#"{"type":"event","event":{"target":"participants","type":"update","update":{"roomid":"r0","users":[{"sessionId":"a=","lastPing":1,"internal":true,"inCall":3}]}}}"#;
    assert_eq!(spreed.decode(&mut ear, hello.as_bytes()), Incoming::send(Phrase::Join));
    assert_eq!(said(&spreed, Phrase::Join), r#"{"type":"room","room":{"roomid":"r0"}}"#);
    let room = r#"{"type":"room","room":{"roomid":"r0"}}"#;
    for nothing in [room, &join(&["b="]), update] {
        assert_eq!(spreed.decode(&mut ear, nothing.as_bytes()), Incoming::default(), "{nothing}");
    }
    assert_eq!(spreed.decode(&mut ear, join(&["b=", "a="]).as_bytes()), Incoming::met("a="));
    assert_eq!(spreed.decode(&mut ear, join(&["a="]).as_bytes()), Incoming::default());
    let message =
        r#"{"type":"message","message":{"sender":{"type":"session","sessionid":"a="},"data":{"n":42,"at":7}}}"#;
    assert_eq!(heard_mark(&spreed, message), Some(Mark { n: 42, at: 7, rev: 0 }));
    let refused = r#"{"type":"error","error":{"code":"invalid_token","message":"The passed token is invalid."}}"#;
    assert!(heard(&spreed, refused).trouble.is_some());
    assert!(heard(&Spreed { meets: false }, hello).ready);
}

#[test]
fn an_internal_client_of_nextcloud_proves_that_it_knows_the_secret() {
    // printf %s 00000000000000000000000000000001 | openssl dgst -sha256 -hmac 'of internal clients'
    let sum = "ad1e93925eb97b731f249a6331ff16a867de8b66970154585e84ff1e52891829";
    let hello = said(&Spreed { meets: false }, Phrase::Greeting);
    assert!(hello.contains(&format!(r#""random":"00000000000000000000000000000001","token":"{sum}""#)), "{hello}");
    let config = Spreed::config(([127, 0, 0, 1], 8_080).into());
    assert!(config.starts_with("[http]\nlisten = 127.0.0.1:8080\n"), "{config}");
    assert!(config.contains("\ninternalsecret = of internal clients\n"), "{config}");
}

#[test]
fn a_subscriber_proves_to_sockudo_that_it_may() {
    let connected =
        r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"12.34\",\"activity_timeout\":120}"}"#;
    assert_eq!(heard(&Sockudo, connected), Incoming { id: Some("12.34".to_owned()), ..Incoming::send(Phrase::Join) });
    // printf %s p0:private-0 | openssl dgst -sha256 -hmac 'of the app'
    let sum = "75b1c12954499ebe092fecb3a90874fa59886128dc0b8d8d54141a2be0b0571b";
    assert_eq!(
        said(&Sockudo, Phrase::Join),
        format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"private-0","auth":"aldis-bench:{sum}"}}}}"#)
    );
    let subscribed = r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-0","data":"{}"}"#;
    assert_eq!(heard(&Sockudo, subscribed), Incoming::ready());
    let reordered = r#"{"channel":"private-0","event":"client-signal","data":{"candidate":"x","at":7,"n":42}}"#;
    assert_eq!(heard_mark(&Sockudo, reordered), Some(Mark { n: 42, at: 7, rev: 0 }));
    assert_eq!(heard(&Sockudo, r#"{"event":"pusher:ping","data":{}}"#), Incoming::send(Phrase::Beat));
    let refused = r#"{"event":"pusher:error","data":{"code":4009,"message":"not authorized"}}"#;
    assert!(heard(&Sockudo, refused).trouble.is_some());
}

#[test]
fn of_two_at_apprtc_each_greets_the_other_because_registering_is_not_answered() {
    assert_eq!(AppRtc.greets(), [Phrase::Greeting, Phrase::Offer]);
    assert_eq!(said(&AppRtc, Phrase::Greeting), r#"{"cmd":"register","roomid":"r0","clientid":"c1"}"#);
    assert_eq!(said(&AppRtc, Phrase::Offer), r#"{"cmd":"send","msg":"{}"}"#);
    assert_eq!(heard(&AppRtc, r#"{"msg":"{}","error":""}"#), Incoming::ready());
    let message = r#"{"msg":"{\"n\":42,\"at\":7,\"sdpMid\":\"0\"}","error":""}"#;
    assert_eq!(heard_mark(&AppRtc, message), Some(Mark { n: 42, at: 7, rev: 0 }));
    assert!(heard(&AppRtc, r#"{"msg":"","error":"Client not registered"}"#).trouble.is_some());
}

#[test]
fn aldis_is_negotiated_with_and_acknowledged() {
    let (aldis, mut ear) = (aldis(), Ear::default());
    let joined =
        r#"{"type":"user_joined","seq":1,"data":{"userId":"00000000-0000-0000-0000-000000000001","name":"","rev":2}}"#;
    for n in 1..=8 {
        let heard = aldis.decode(&mut ear, joined.as_bytes());
        assert_eq!(heard.say, Some(Phrase::Offer), "{n}");
    }
    // An acknowledgement waits for a turn of its own.
    let told =
        r#"{"type":"user_left","seq":9,"data":{"userId":"00000000-0000-0000-0000-000000000001","reason":"left"}}"#;
    assert_eq!(aldis.decode(&mut ear, told.as_bytes()).say, Some(Phrase::Ack(9)));
    assert!(decode(&said(&aldis, Phrase::Offer)).is_ok() && decode(&said(&aldis, Phrase::Greeting)).is_ok());
}
