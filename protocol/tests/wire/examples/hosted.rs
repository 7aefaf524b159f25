//! Messages of attributes and of hosts, both ways.

use aldis_protocol::{
    Attributes, ClientToServer, Guests, Message, Power,
    attributes::{Changes, SetAttributes},
    encode::{attributes_data, mute_data, room_data, waiting_data},
    hosted::{HandOver, RemoveMember, RequestMute, RoomChanged, SetRoom},
    media::TrackKind,
};
use serde::Serialize;

use super::{ann, bob, json};

fn changes() -> Changes {
    [("hand".into(), Some("up".into())), ("role".into(), None)].into_iter().collect()
}

/// What a member tells of themselves.
pub(super) fn attributes() -> Attributes {
    Attributes::default().changed(&changes()).expect("few")
}

fn framed(kind: &str, cid: u64, data: &impl Serialize) -> String {
    format!(r#"{{"type":"{kind}","cid":{cid},"data":{}}}"#, json(data))
}

/// Messages of a client, and what each means.
pub(super) fn asked() -> Vec<(String, ClientToServer)> {
    let power = |power| ClientToServer::Power(Box::new(power));
    let set =
        SetAttributes { attributes: [("hand".to_owned(), Some("up".to_owned())), ("role".to_owned(), None)].into() };
    let (user_id, user) = (ann(), ann());
    let remove = RemoveMember { user_id: user_id.clone(), ban: true };
    let mute = RequestMute { user_id: user_id.clone(), kind: TrackKind::Audio };
    let room = SetRoom { locked: Some(true), guests: Some(Guests::Ask) };
    vec![
        (framed("set_attributes", 7, &set), ClientToServer::SetAttributes(changes())),
        (framed("remove_member", 8, &remove), power(Power::Remove { user: user.clone(), ban: true })),
        (framed("request_mute", 9, &mute), power(Power::Mute { user: user.clone(), kind: TrackKind::Audio })),
        (framed("hand_over", 10, &HandOver { user_id }), power(Power::HandOver(user))),
        (framed("set_room", 11, &room), power(Power::Set { locked: Some(true), guests: Some(Guests::Ask) })),
        (r#"{"type":"end_room","cid":12}"#.to_owned(), power(Power::End)),
    ]
}

/// Numbered messages of a node.
pub(super) fn told() -> impl Iterator<Item = Message> {
    let now = RoomChanged { host_id: bob(), locked: true, guests: Guests::Ask, name: "Weekly meeting".into() };
    [attributes_data(&bob(), &changes()), mute_data(&ann(), TrackKind::Audio), room_data(&now), waiting_data(2)]
        .into_iter()
}
