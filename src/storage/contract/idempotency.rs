//! The contract of every `Store` for rooms of backends, and for what is done once.

use uuid::Uuid;

use super::{at, hash, meetings::room_for, someone};
use crate::storage::{Added, Meeting, MeetingPage, Once, Store, StoreError};

fn once(answer: &str, second: i64) -> Once {
    Once {
        scope: Uuid::from_u128(1),
        hash: hash(),
        request: [7; 32],
        answer: answer.to_owned(),
        at: at(second),
        until: at(second + 100),
    }
}

/// A room of somebody who has no account.
fn room(second: i64) -> Meeting {
    room_for(Uuid::new_v4(), second)
}

async fn is_there(store: &dyn Store, room: &Meeting) -> bool {
    store.meeting(room.room_id).await.expect("an answer").is_some()
}

pub(super) async fn a_request_with_a_key_is_done_once_and_answered_alike(store: &dyn Store) {
    let (first, second, key) = (room(1), room(2), once("the first", 1));
    assert_eq!(store.add_meeting_for(&first, 10, Some(&key)).await.expect("an answer"), Added::Now);
    let again = Once { answer: "the second".to_owned(), at: at(2), ..key.clone() };
    let before = Added::Before("the first".to_owned());
    assert_eq!(store.add_meeting_for(&second, 10, Some(&again)).await.expect("an answer"), before);
    let another = Once { request: [8; 32], ..again.clone() };
    assert_eq!(store.add_meeting_for(&second, 10, Some(&another)).await.expect("an answer"), Added::Another);
    assert!(is_there(store, &first).await && !is_there(store, &second).await);
    let strangers = Once { scope: Uuid::from_u128(2), ..again.clone() };
    assert_eq!(store.add_meeting_for(&second, 10, Some(&strangers)).await.expect("an answer"), Added::Now);
    let late = Once { at: at(101), until: at(201), ..again };
    assert_eq!(store.add_meeting_for(&room(101), 10, Some(&late)).await.expect("an answer"), Added::Now);
}

pub(super) async fn a_refused_request_leaves_no_answer(store: &dyn Store) {
    let (taken, key) = (room(1), once("refused", 1));
    assert_eq!(store.add_meeting_for(&taken, 10, None).await.expect("an answer"), Added::Now);
    let refused = store.add_meeting_for(&taken, 10, Some(&key)).await;
    assert!(matches!(refused, Err(StoreError::RoomIdTaken)), "{refused:?}");
    let beyond = Meeting { host_id: taken.host_id.clone(), ..room(2) };
    let refused = store.add_meeting_for(&beyond, 1, Some(&key)).await;
    assert!(matches!(refused, Err(StoreError::TooManyRooms { max: 1 })), "{refused:?}");
    assert_eq!(store.add_meeting_for(&room(3), 10, Some(&key)).await.expect("an answer"), Added::Now);
}

pub(super) async fn of_many_repetitions_at_once_one_is_done(store: &dyn Store) {
    let (rooms, key): (Vec<_>, _) = ((0..8).map(room).collect(), once("the one", 1));
    let asked = rooms.iter().map(|room| store.add_meeting_for(room, 10, Some(&key)));
    let answers = futures_util::future::join_all(asked).await;
    let now = answers.iter().filter(|answer| matches!(answer, Ok(Added::Now))).count();
    assert_eq!(now, 1, "{answers:?}");
    let mut there = 0;
    for room in &rooms {
        there += usize::from(is_there(store, room).await);
    }
    assert_eq!(there, 1);
}

pub(super) async fn answers_are_forgotten_when_they_have_expired(store: &dyn Store) {
    let key = once("kept", 1);
    store.add_meeting_for(&room(1), 10, Some(&key)).await.expect("an answer");
    store.forget_answers(at(100), 1_000).await.expect("an answer");
    let again = store.add_meeting_for(&room(2), 10, Some(&Once { at: at(2), ..key.clone() })).await;
    assert_eq!(again.expect("an answer"), Added::Before("kept".to_owned()));
    assert!(store.forget_answers(at(101), 1_000).await.expect("an answer") >= 1);
    let gone = store.add_meeting_for(&room(2), 10, Some(&Once { at: at(2), ..key })).await;
    assert_eq!(gone.expect("an answer"), Added::Now);
}

pub(super) async fn all_rooms_are_listed_newest_first_in_pages(store: &dyn Store) {
    let host = someone(store).await;
    let (one, two) = (room(900), room_for(host.id, 901));
    store.add_meeting_for(&one, 10, None).await.expect("a room");
    store.add_meeting(&two, Some(host.id), 10).await.expect("a room");
    let page = |before| MeetingPage { before, limit: 1 };
    let mut found = Vec::new();
    let mut before = Some((at(902), two.room_id));
    while let [room] = &store.all_meetings(page(before)).await.expect("an answer")[..] {
        before = Some((room.created_at, room.room_id));
        found.push(room.clone());
        if room.room_id == one.room_id {
            break;
        }
    }
    let ours: Vec<_> = found.iter().filter(|room| [one.room_id, two.room_id].contains(&room.room_id)).collect();
    assert_eq!(ours, [&two, &one]);
}
