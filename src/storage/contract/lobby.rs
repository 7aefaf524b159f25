//! The contract of every `Store` for guests who wait.

use actors::protocol::UserId;
use jiff::Timestamp;
use uuid::Uuid;

use super::{at, hash, meetings::room_of, someone};
use crate::storage::{RoomId, Store, WaitingGuest, WaitingHash, WaitingState};

async fn room(store: &dyn Store) -> RoomId {
    let room = room_of(&someone(store).await, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    room.room_id
}

fn guest(room_id: RoomId, since: Timestamp) -> (WaitingGuest, WaitingHash) {
    let (id, guest, state) = (Uuid::new_v4(), UserId::random(), WaitingState::Waiting);
    (WaitingGuest { id, room_id, guest, name: "Gus Ä.".to_owned(), state, since }, hash())
}

async fn waiting(store: &dyn Store, room_id: RoomId, now: Timestamp) -> Vec<Uuid> {
    let all = store.waiting_of(room_id, now).await.expect("an answer");
    all.into_iter().map(|guest| guest.id).collect()
}

pub(super) async fn a_guest_waits_is_answered_once_and_asks_as_often_as_they_like(store: &dyn Store) {
    let room = room(store).await;
    let ((gus, secret), (eve, other)) = (guest(room, at(0)), guest(room, at(1)));
    assert!(
        store.add_waiting(&gus, &secret, 9).await.expect("added")
            && store.add_waiting(&eve, &other, 9).await.expect("added")
    );
    assert_eq!(waiting(store, room, at(2)).await, [gus.id, eve.id]);
    assert_eq!(store.ask_waiting(room, &secret, at(2)).await.expect("an answer"), Some(gus.clone()));
    assert_eq!(store.ask_waiting(RoomId::random(), &secret, at(2)).await.expect("an answer"), None, "of another room");
    assert_eq!(store.ask_waiting(room, &hash(), at(2)).await.expect("an answer"), None, "nobody's");
    assert_eq!(store.answer_waiting(room, Some(gus.id), true, at(3)).await.expect("answered"), 1);
    assert_eq!(store.answer_waiting(room, Some(gus.id), true, at(3)).await.expect("repeated"), 1);
    assert_eq!(
        store.answer_waiting(room, Some(gus.id), false, at(3)).await.expect("an answer"),
        0,
        "the first one stays"
    );
    let admitted = WaitingGuest { state: WaitingState::Admitted, ..gus };
    for _ in 0..2 {
        assert_eq!(store.ask_waiting(room, &secret, at(4)).await.expect("an answer"), Some(admitted.clone()));
        assert_eq!(store.waiting(room, &secret, at(4)).await.expect("an answer"), Some(admitted.clone()));
    }
    assert_eq!(waiting(store, room, at(4)).await, [eve.id], "who was answered waits no more");
    assert_eq!(store.answer_waiting(room, Some(eve.id), false, at(4)).await.expect("answered"), 1);
    let refused = store.waiting(room, &other, at(4)).await.expect("an answer").map(|guest| guest.state);
    assert_eq!(refused, Some(WaitingState::Refused));
    assert_eq!(store.answer_waiting(room, Some(Uuid::new_v4()), true, at(4)).await.expect("an answer"), 0);
}

pub(super) async fn whoever_does_not_ask_has_gone(store: &dyn Store) {
    let room = room(store).await;
    let ((gus, secret), (eve, other)) = (guest(room, at(0)), guest(room, at(0)));
    store.add_waiting(&gus, &secret, 9).await.expect("added");
    store.add_waiting(&eve, &other, 9).await.expect("added");
    store.ask_waiting(room, &secret, at(20)).await.expect("an answer").expect("still there");
    assert_eq!(waiting(store, room, at(31)).await, [gus.id]);
    assert_eq!(store.ask_waiting(room, &other, at(31)).await.expect("an answer"), None, "too late");
    assert_eq!(store.answer_waiting(room, Some(eve.id), true, at(31)).await.expect("an answer"), 0);
    assert_eq!(store.forget_waiting(at(29), 9).await.expect("an answer"), []);
    assert!(store.forget_waiting(at(31), 9).await.expect("an answer").contains(&room), "somebody waited for it");
    assert!(!store.forget_waiting(at(31), 9).await.expect("an answer").contains(&room), "once");
    assert!(store.remove_waiting(room, &secret).await.expect("an answer"));
    assert!(!store.remove_waiting(room, &secret).await.expect("an answer"), "given up once");
    let (late, secret) = guest(room, at(40));
    store.add_waiting(&late, &secret, 9).await.expect("added");
    store.answer_waiting(room, Some(late.id), true, at(40)).await.expect("answered");
    for (second, is_known) in [(50, true), (60, true), (69, true), (71, false)] {
        let asked = store.ask_waiting(room, &secret, at(second)).await.expect("an answer");
        assert_eq!(asked.is_some(), is_known, "who was answered does not stay by asking: {second} s");
    }
    assert!(!store.forget_waiting(at(80), 9).await.expect("an answer").contains(&room), "nobody waited");
}

pub(super) async fn no_more_guests_wait_for_a_room_than_may(store: &dyn Store) {
    let (room, other) = (room(store).await, room(store).await);
    let guests: Vec<_> = (0..8).map(|_| guest(room, at(0))).collect();
    let added = guests.iter().map(|(guest, secret)| store.add_waiting(guest, secret, 3));
    let added = futures_util::future::join_all(added).await;
    assert_eq!(added.iter().filter(|added| matches!(added, Ok(true))).count(), 3, "{added:?}");
    let (elsewhere, secret) = guest(other, at(0));
    assert!(store.add_waiting(&elsewhere, &secret, 3).await.expect("another room is not concerned"));
    let (later, secret) = guest(room, at(31));
    assert!(store.add_waiting(&later, &secret, 3).await.expect("the others have gone"));
}

pub(super) async fn all_who_wait_are_answered_at_once(store: &dyn Store) {
    let (room, other) = (room(store).await, room(store).await);
    let guests = [guest(room, at(0)), guest(room, at(0)), guest(other, at(0))];
    for (guest, secret) in &guests {
        store.add_waiting(guest, secret, 9).await.expect("added");
    }
    store.answer_waiting(room, Some(guests[0].0.id), false, at(1)).await.expect("answered");
    assert_eq!(store.answer_waiting(room, None, true, at(1)).await.expect("answered"), 1);
    let mut states = Vec::new();
    for (guest, secret) in &guests {
        states.push(store.waiting(guest.room_id, secret, at(1)).await.expect("an answer").map(|guest| guest.state));
    }
    assert_eq!(states, [WaitingState::Refused, WaitingState::Admitted, WaitingState::Waiting].map(Some));
}

pub(super) async fn whoever_waits_goes_with_the_room(store: &dyn Store) {
    let host = someone(store).await;
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    let (gus, secret) = guest(room.room_id, at(0));
    store.add_waiting(&gus, &secret, 9).await.expect("added");
    assert!(store.remove_meeting(room.room_id, &host.id.into()).await.expect("removed"));
    assert_eq!(store.ask_waiting(room.room_id, &secret, at(1)).await.expect("an answer"), None);
}
