//! Every message of a client × every grant: refused exactly where the table of grants says so.

use serde_json::{Value, json};

use super::*;
use crate::{
    ports::{Action, grants::decide},
    protocol::Kind,
};

const CLAIMS: &str = include_str!("../../ports/grants/claims.txt");
const VECTORS: &str = include_str!("../../../../docs/vectors/client.json");
const FORBIDDEN: &str = "send error forbidden";

/// What a message needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// To be allowed in the room: before the sender is there.
    Entry,
    /// The same, of a newer token: whoever no longer has it, leaves.
    Stay,
    /// To speak.
    Chat,
    /// Nothing of the token, for whoever is in the room: who hides, and who hosts, is known to the room and to `Hosting`.
    Seat,
    /// It is a node's own.
    Never,
}

/// A row for each type: one that is new does not compile without.
const fn needs(kind: Kind) -> Needs {
    match kind {
        Kind::Hello | Kind::JoinRoom => Needs::Entry,
        Kind::TokenRefresh => Needs::Stay,
        Kind::ChatMessage | Kind::Message => Needs::Chat,
        Kind::LeaveRoom
        | Kind::Offer
        | Kind::Answer
        | Kind::IceCandidate
        | Kind::Renegotiate
        | Kind::SetAttributes
        | Kind::RemoveMember
        | Kind::RequestMute
        | Kind::HandOver
        | Kind::SetRoom
        | Kind::EndRoom
        | Kind::Heartbeat
        | Kind::Ack
        | Kind::SfuGetRouterCapabilities
        | Kind::SfuCreateTransport
        | Kind::SfuConnectTransport
        | Kind::SfuRestartIce
        | Kind::SfuCloseTransport
        | Kind::SfuProduce
        | Kind::SfuPauseProducer
        | Kind::SfuResumeProducer
        | Kind::SfuCloseProducer
        | Kind::SfuConsume
        | Kind::SfuConsumerPause
        | Kind::SfuConsumerResume
        | Kind::SfuSetPreferredLayers
        | Kind::SfuRequestKeyframe
        | Kind::SfuCloseConsumer => Needs::Seat,
        Kind::ChatDeleted
        | Kind::AttributesChanged
        | Kind::MuteRequested
        | Kind::RoomChanged
        | Kind::GuestsWaiting
        | Kind::Unknown => Needs::Never,
    }
}

/// The published example of this type, as the first message of a session in our room.
fn example(kind: Kind) -> String {
    let vectors: Value = serde_json::from_str(VECTORS).expect("JSON");
    let all = vectors["vectors"].as_array().expect("a list");
    let of_kind = all.iter().find(|vector| vector["type"] == kind.as_str()).expect("each type has an example");
    let mut message: Value = serde_json::from_str(of_kind["text"].as_str().expect("a frame")).expect("JSON");
    if let Some(cid) = message.get_mut("cid") {
        *cid = json!(1);
    }
    message.to_string().replace("abc-defg-hij", &room().to_string())
}

/// In the room, with these grants; or whether they closed the connection.
fn with_seat(claim: &str) -> Option<Bench> {
    let mut bench = Bench::in_room();
    bench.wants(Event::Verified(Purpose::Refresh, Ok(granted(claim))));
    (!bench.connection.is_closed()).then_some(bench)
}

/// What becomes of the message of whoever has these grants; none if they cannot be where it is sent.
fn sent(kind: Kind, claim: &str) -> Option<Vec<String>> {
    let hello = Event::Verified(Purpose::Hello(Some(resume())), Ok(granted(claim)));
    let mut ready = Bench::opened();
    match (kind, needs(kind)) {
        (Kind::Hello, _) => Some(ready.wants(hello)),
        (_, Needs::Entry) => {
            ready.wants(Event::Verified(Purpose::Hello(None), Ok(granted(claim))));
            Some(ready.sends(&example(kind)))
        }
        (_, Needs::Stay) => {
            let mut bench = Bench::in_room();
            assert!(bench.sends(&example(kind))[0].starts_with("verify"));
            Some(bench.wants(Event::Verified(Purpose::Refresh, Ok(granted(claim)))))
        }
        (_, Needs::Chat | Needs::Seat) => with_seat(claim).map(|mut bench| bench.sends(&example(kind))),
        (_, Needs::Never) => None,
    }
}

#[test]
fn every_message_is_refused_where_the_table_of_grants_says_so() {
    for claim in CLAIMS.lines() {
        let grants = granted(claim).grants;
        let may = |action| decide(grants.as_deref(), action).is_ok();
        for kind in Kind::ALL {
            let allowed = match needs(*kind) {
                Needs::Entry | Needs::Stay => may(Action::Join(room())),
                Needs::Chat => may(Action::Chat),
                Needs::Seat | Needs::Never => true,
            };
            match sent(*kind, claim) {
                Some(wants) => {
                    let refused = wants.iter().any(|want| want.starts_with(FORBIDDEN));
                    assert_eq!(refused, !allowed, "{} with {claim}: {wants:?}", kind.as_str());
                }
                None => assert!(
                    needs(*kind) == Needs::Never || !may(Action::Join(room())),
                    "{claim} lets nobody be in the room for {}",
                    kind.as_str()
                ),
            }
        }
    }
}
