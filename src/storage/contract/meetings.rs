//! The contract of every `Store` for rooms.

use uuid::Uuid;

use super::{at, someone};
use crate::storage::{
    Ban, BanChange, Guests, Meeting, MeetingChange, MeetingPage, Mode, RoomId, Store, StoreError, User,
};

pub(super) fn room_of(host: &User, second: i64) -> Meeting {
    room_for(host.id, second)
}

pub(super) fn room_for(host_id: uuid::Uuid, second: i64) -> Meeting {
    Meeting {
        room_id: RoomId::random(),
        host_id: host_id.into(),
        active: true,
        max_participants: 4,
        seat_window_seconds: 5,
        mode: Mode::Mesh,
        revision: 1,
        created_at: at(second),
        name: String::new(),
        guests: Guests::No,
        locked: false,
        bans: Vec::new(),
    }
}

pub(super) async fn a_room_is_found_as_it_was_made(store: &dyn Store) {
    let host = someone(store).await;
    for mode in [Mode::Mesh, Mode::Sfu, Mode::Auto] {
        let room = Meeting { mode, ..room_of(&host, 6) };
        store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
        assert_eq!(store.meeting(room.room_id).await.expect("an answer").map(|room| room.mode), Some(mode));
        let change = MeetingChange { max_participants: Some(9), ..MeetingChange::default() };
        let changed = store.change_meeting(room.room_id, &room.host_id, change).await.expect("an answer");
        assert_eq!(changed.map(|room| room.mode), Some(mode));
    }
    let room = Meeting {
        max_participants: 17,
        seat_window_seconds: 120,
        mode: Mode::Auto,
        active: false,
        name: "Wöchentlich".to_owned(),
        guests: Guests::Ask,
        locked: true,
        bans: vec![ban(9)],
        ..room_of(&host, 7)
    };
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), Some(room));
    assert_eq!(store.meeting(RoomId::random()).await.expect("an answer"), None);
}

pub(super) async fn a_room_id_is_taken_once(store: &dyn Store) {
    let host = someone(store).await;
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    assert!(matches!(store.add_meeting(&room, room.host_id.as_uuid(), 10).await, Err(StoreError::RoomIdTaken)));
}

pub(super) async fn a_room_needs_a_host_with_an_account(store: &dyn Store) {
    let host = User { id: Uuid::new_v4(), ..someone(store).await };
    assert!(matches!(store.add_meeting(&room_of(&host, 0), Some(host.id), 10).await, Err(StoreError::UnknownUser)));
}

pub(super) async fn a_host_cannot_have_more_rooms_than_the_limit(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    for second in 0..3 {
        store.add_meeting(&room_of(&host, second), Some(host.id), 3).await.expect("a room");
    }
    assert!(matches!(
        store.add_meeting(&room_of(&host, 3), Some(host.id), 3).await,
        Err(StoreError::TooManyRooms { max: 3 })
    ));
    store.add_meeting(&room_of(&other, 3), Some(other.id), 3).await.expect("another host is not concerned");
}

pub(super) async fn only_the_host_changes_a_room_and_each_change_counts(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    let bigger = MeetingChange { max_participants: Some(9), ..MeetingChange::default() };
    assert_eq!(store.change_meeting(room.room_id, &other.id.into(), bigger.clone()).await.expect("an answer"), None);
    let changed =
        store.change_meeting(room.room_id, &host.id.into(), bigger).await.expect("an answer").expect("the room");
    assert_eq!(changed, Meeting { max_participants: 9, revision: 2, ..room.clone() });
    let closed = MeetingChange {
        active: Some(false),
        seat_window_seconds: Some(0),
        name: Some("Ä".to_owned()),
        guests: Some(Guests::Yes),
        locked: Some(true),
        ..MeetingChange::default()
    };
    let changed =
        store.change_meeting(room.room_id, &host.id.into(), closed).await.expect("an answer").expect("the room");
    let expected = Meeting {
        max_participants: 9,
        active: false,
        seat_window_seconds: 0,
        revision: 3,
        name: "Ä".to_owned(),
        guests: Guests::Yes,
        locked: true,
        ..room
    };
    assert_eq!(changed, expected);
}

pub(super) async fn only_the_host_removes_a_room(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    assert!(!store.remove_meeting(room.room_id, &other.id.into()).await.expect("an answer"));
    assert!(store.remove_meeting(room.room_id, &host.id.into()).await.expect("an answer"));
    assert!(!store.remove_meeting(room.room_id, &host.id.into()).await.expect("an answer"), "it is gone");
    assert_eq!(store.meeting(room.room_id).await.expect("an answer"), None);
}

pub(super) async fn a_hosts_rooms_are_listed_newest_first_in_pages(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    store.add_meeting(&room_of(&other, 9), Some(other.id), 10).await.expect("a room");
    let mut rooms = Vec::new();
    // Two at the same moment: the id decides between them.
    for second in [3, 1, 2, 2, 5] {
        let room = room_of(&host, second);
        store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
        rooms.push(room);
    }
    rooms.sort_by_key(|room| std::cmp::Reverse((room.created_at, room.room_id)));
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.meetings_of(&host.id.into(), MeetingPage { before, limit: 2 }).await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.room_id));
        seen.extend(page);
    }
    assert_eq!(seen, rooms);
}

pub(super) async fn of_many_rooms_at_once_no_more_than_the_limit_are_made(store: &dyn Store) {
    let host = someone(store).await;
    let rooms: Vec<_> = (0..8).map(|second| room_of(&host, second)).collect();
    let made =
        futures_util::future::join_all(rooms.iter().map(|room| store.add_meeting(room, room.host_id.as_uuid(), 3)))
            .await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3, "{made:?}");
}

fn ban(number: u128) -> Ban {
    Ban { user: actors::protocol::UserId::from_u128(number), name: "B \"ob\"".to_owned(), at: at(3) }
}

pub(super) async fn bans_are_kept_with_the_room_and_each_change_counts(store: &dyn Store) {
    let host = someone(store).await;
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    let guest = Ban { user: "auth0|bob".parse().expect("an id"), ..ban(1) };
    for (change, bans) in [
        (BanChange::Add(ban(1)), vec![ban(1)]),
        (BanChange::Add(guest.clone()), vec![ban(1), guest.clone()]),
        (BanChange::Lift(ban(1).user), vec![guest]),
        (BanChange::LiftAll, Vec::new()),
    ] {
        let changed = store.change_bans(room.room_id, &room.host_id, &change).await;
        let changed = changed.expect("an answer").expect("the room");
        assert_eq!(changed.bans, bans);
        assert_eq!(store.meeting(room.room_id).await.expect("an answer"), Some(changed));
    }
    assert_eq!(store.meeting(room.room_id).await.expect("an answer").map(|room| room.revision), Some(5));
    let stranger = actors::protocol::UserId::random();
    for (room, host) in [(RoomId::random(), &room.host_id), (room.room_id, &stranger)] {
        let unchanged = store.change_bans(room, host, &BanChange::LiftAll).await;
        assert_eq!(unchanged.expect("an answer"), None, "not theirs, or no more");
    }
}

pub(super) async fn a_room_is_handed_over_by_its_host_to_anybody(store: &dyn Store) {
    let (host, other) = (someone(store).await, someone(store).await);
    let room = room_of(&host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    let guest = actors::protocol::UserId::random();
    let foreign: actors::protocol::UserId = "auth0|bob".parse().expect("an id");
    let mut from = room.host_id.clone();
    for (revision, to) in (2..).zip([other.id.into(), guest, foreign, host.id.into()]) {
        let stranger = actors::protocol::UserId::random();
        assert_eq!(store.hand_over(room.room_id, &stranger, &to, 1).await.expect("an answer"), None, "not theirs");
        let beyond = store.hand_over(room.room_id, &from, &to, 0).await;
        assert!(matches!(beyond, Err(StoreError::TooManyRooms { max: 0 })), "{beyond:?}");
        let changed = store.hand_over(room.room_id, &from, &to, 1).await.expect("an answer").expect("the room");
        assert_eq!((&changed.host_id, changed.revision), (&to, revision));
        let page = MeetingPage { before: None, limit: 9 };
        assert_eq!(store.meetings_of(&to, page).await.expect("a page"), [changed]);
        assert_eq!(store.meetings_of(&from, page).await.expect("a page"), []);
        from = to;
    }
}
