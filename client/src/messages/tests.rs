//! The node's own decoder reads what `outgoing` writes; `incoming` reads what the node's own encoder writes.

use aldis_protocol::{
    Attributes, ClientToServer, Code, Entry, Kind, LeaveReason, Member, ServerToClient, SessionId, UserId, decode,
    encode::{chat_data, numbered, signal_data, unnumbered},
    server::{self, Refusal},
    sfu::answers::MediaState,
};

use super::*;

const ANN: UserId = UserId::from_u128(1);

fn sent(write: impl FnOnce(&mut String)) -> aldis_protocol::ClientMessage {
    let mut text = String::new();
    write(&mut text);
    decode(&text).unwrap_or_else(|bad| panic!("{text}: {}", bad.text))
}

fn pushed(entry: &Entry) -> Incoming {
    let (head, data, tail) = numbered(7, entry);
    parse(format!("{head}{data}{tail}").as_bytes()).expect("the node's own words")
}

#[test]
fn a_node_decodes_every_message_of_a_member() {
    let room = "abc-defg-hij".parse().expect("a room's id");
    assert!(
        matches!(sent(|out| hello(out, "a.b.c")).body, ClientToServer::Hello(hello) if hello.token.as_deref() == Some("a.b.c"))
    );
    assert!(matches!(sent(|out| join(out, room)).body, ClientToServer::JoinRoom(asked) if asked == room));
    let again = sent(|out| hello_again(out, "a.b.c", ("r", 8)));
    assert!(
        matches!(again.body, ClientToServer::Hello(hello) if hello.resume.as_ref().is_some_and(|resume| resume.resume_token == "r" && resume.seq == 8))
    );
    assert!(matches!(sent(leave).body, ClientToServer::LeaveRoom));
    assert!(matches!(sent(heartbeat).body, ClientToServer::Heartbeat));
    assert!(matches!(sent(|out| acknowledge(out, 9)).body, ClientToServer::Ack(9)));
    let mark = Mark { n: 3, at: 5, rev: 1 };
    for (message, kind) in [
        (sent(|out| offer(out, 4, ANN, 1_500)), Kind::Offer),
        (sent(|out| answer(out, 4, ANN, 1_500)), Kind::Answer),
        (sent(|out| candidate(out, (4, ANN), mark, 255)), Kind::IceCandidate),
        (sent(|out| end_of_candidates(out, 4, ANN)), Kind::IceCandidate),
    ] {
        assert_eq!(message.cid, Some(4));
        assert!(matches!(message.body, ClientToServer::Signal(signal) if signal.kind == kind && signal.to == ANN));
    }
}

#[test]
fn a_candidate_has_the_size_that_was_asked_for_and_its_mark_comes_through() {
    let mark = Mark { n: 12_345, at: 9_876_543_210, rev: 77 };
    for bytes in [255, 1_000, 4_000] {
        let mut text = String::new();
        candidate(&mut text, (77, ANN), mark, bytes);
        assert_eq!(text.len(), bytes);
        let ClientToServer::Signal(signal) = decode(&text).expect("well said").body else { panic!("no signal") };
        let heard = pushed(&Entry::Message(signal_data(ANN, &signal)));
        assert_eq!(heard, Incoming { seq: Some(7), body: Body::Candidate { from: ANN, mark } });
    }
}

#[test]
fn a_chat_message_carries_its_mark_and_fits() {
    let mark = Mark { n: 12, at: 345, rev: 0 };
    for bytes in [255, 1_000, 60_000] {
        let mut text = String::new();
        chat(&mut text, 7, mark, bytes);
        assert!(text.len() == bytes || bytes > 4_000);
        let ClientToServer::Chat(content) = decode(&text).expect("well said").body else { panic!("no chat") };
        let heard = pushed(&Entry::Message(chat_data("1", ANN, &content, 0)));
        assert_eq!(heard.body, Body::Chat { from: ANN, n: 12, at: 345 });
    }
}

#[test]
fn every_message_of_a_node_is_decoded() {
    let (session, attributes) = (SessionId::from_u128(2), Attributes::default());
    let member = Member { user: ANN, name: "Ann".into(), session, order: 4, connected: true, attributes };
    assert_eq!(pushed(&Entry::Joined(member.into())).body, Body::UserJoined { user: ANN, rev: 4 });
    let left = Entry::Left { user: ANN, order: 4, reason: LeaveReason::Left };
    assert_eq!(pushed(&left).body, Body::UserLeft { user: ANN });
    let of = |message| parse(unnumbered(&message).as_bytes()).expect("the node's own words").body;
    assert_eq!(of(ServerToClient::Ack(9)), Body::Ack(9));
    assert_eq!(of(ServerToClient::HeartbeatAck(1)), Body::Other);
    let media = MediaState { mode: server::Mode::Mesh, epoch: 0, dialect: None, speaker: None };
    let resumed = server::Resumed {
        peers: Vec::new(),
        from_seq: 4,
        last_cid: 0,
        media,
        host_id: None,
        locked: None,
        guests: None,
        name: None,
        attributes: None,
        lost: false,
    };
    assert_eq!(of(ServerToClient::Resumed(Box::new(resumed))), Body::Resumed { from_seq: 4 });
    let failed = server::ResumeFailed { reason: server::ResumeFailure::SeatGone };
    assert_eq!(of(ServerToClient::ResumeFailed(failed)), Body::Unresumed { reason: "seat_gone".to_owned() });
    let refusal = Refusal::new(Code::RoomFull, "x").of(Some(3)).after_ms(9);
    assert_eq!(
        of(ServerToClient::Error(refusal)),
        Body::Refused { code: "room_full".to_owned(), cid: Some(3), again_after_ms: Some(9) }
    );
}
