//! What is noted of a room that a client may not enter.

use std::sync::{Arc, Mutex};

use super::{bench::*, stage::*};
use crate::{
    messages::socket::{Credential, Message},
    ports::{History, Noted, Said},
    protocol::{Code, RoomId},
    settings::SocketLimits,
    socket::Env,
};

/// Keeps what is noted.
#[derive(Default)]
struct Notes(Mutex<Vec<(RoomId, Noted)>>);

impl History for Notes {
    fn said(&self, _: Said) {}

    fn noted(&self, room: RoomId, noted: Noted) {
        self.0.lock().expect("no test panics here").push((room, noted));
    }
}

/// Somebody with a token for another room, where rooms are known at once, or not.
fn denied(rooms_are_known: bool) -> (Stage, Arc<Notes>) {
    let (notes, mut env): (Arc<Notes>, Arc<Env>) = (Arc::default(), env(SocketLimits::default(), rooms_are_known));
    Arc::get_mut(&mut env).expect("nobody else has it").timelines = Some(Arc::clone(&notes) as _);
    let mut stage = Stage::opened(env);
    let token = r#"{"room":"bbb-bbbb-bbb","join":true}"#.to_owned();
    stage.tell([Message::Opened(Credential::Token(token))]);
    stage.told();
    let join = stage.received(&join_room());
    stage.tell([join]);
    assert_eq!(stage.sink.written(), ["welcome", "forbidden"]);
    (stage, notes)
}

#[test]
fn a_join_that_the_token_does_not_allow_is_noted_of_a_room_that_exists() {
    let (mut stage, notes) = denied(true);
    assert!(!stage.told().contains(&"aside".to_owned()));
    let noted = Noted::JoinRefused { user: ME, code: Code::Forbidden };
    assert_eq!(*notes.0.lock().expect("no test panics here"), [(room(), noted)]);
}

#[test]
fn of_a_room_that_has_to_be_looked_up_it_is_noted_later() {
    let (mut stage, notes) = denied(false);
    let _lookup = stage.aside();
    assert!(notes.0.lock().expect("no test panics here").is_empty());
}
