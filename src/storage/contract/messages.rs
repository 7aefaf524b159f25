//! The contract of every `Store` for chat messages.

use uuid::Uuid;

use super::{at, end, meetings::room_of, someone};
use crate::storage::{Deletion, Message, MessagePage, RoomId, Store, Stored, User};

fn said(room_id: RoomId, sender: &User, number: i64) -> Message {
    Message {
        room_id,
        id: format!("{}-{number}", sender.id),
        sender_id: Some(sender.id.into()),
        sender_name: "Ann Ä.".to_owned(),
        content: format!("{number} \"quoted\" \\ 👋 ü"),
        sent_at: at(number),
    }
}

async fn room(store: &dyn Store, host: &User) -> RoomId {
    let room = room_of(host, 0);
    store.add_meeting(&room, room.host_id.as_uuid(), 10).await.expect("a room");
    room.room_id
}

/// All messages of a room, oldest first.
async fn all(store: &dyn Store, room_id: RoomId) -> Vec<Message> {
    let mut rows = store.messages_of(room_id, MessagePage { before: None, limit: 1_000 }).await.expect("a page");
    rows.reverse();
    rows.into_iter().map(|Stored { message, .. }| message).collect()
}

pub(super) async fn messages_are_found_as_they_were_said_in_the_order_in_which_they_were_added(store: &dyn Store) {
    let (ann, bob) = (someone(store).await, someone(store).await);
    let (here, there) = (room(store, &ann).await, room(store, &bob).await);
    // Not in the order of their times or ids: clocks differ, and ids are no numbers.
    let messages = [said(here, &bob, 10), said(there, &ann, 1), said(here, &ann, 9), said(here, &bob, 11)];
    assert_eq!(store.add_messages(&messages).await.expect("added"), 4);
    assert_eq!(store.add_messages(&[]).await.expect("added"), 0);
    let [one, other, two, three] = messages;
    assert_eq!(all(store, here).await, [one, two, three]);
    assert_eq!(all(store, there).await, [other]);
    assert_eq!(all(store, RoomId::random()).await, []);
}

pub(super) async fn the_first_message_of_an_id_stays_and_a_second_one_is_left_out(store: &dyn Store) {
    let ann = someone(store).await;
    let (here, there) = (room(store, &ann).await, room(store, &ann).await);
    let first = said(here, &ann, 1);
    let second = Message { content: "another".to_owned(), sent_at: at(99), ..first.clone() };
    assert_eq!(store.add_messages(&[first.clone(), second.clone()]).await.expect("added"), 1);
    let next = said(here, &ann, 2);
    assert_eq!(store.add_messages(&[second, next.clone()]).await.expect("added"), 1);
    assert_eq!(all(store, here).await, [first.clone(), next]);
    let elsewhere = Message { room_id: there, ..first };
    assert_eq!(store.add_messages(&[elsewhere]).await.expect("added"), 1, "an id is of its room");
}

pub(super) async fn messages_that_are_added_at_once_are_stored_once_and_in_order(store: &dyn Store) {
    let ann = someone(store).await;
    let here = room(store, &ann).await;
    let messages: Vec<_> = (0..40).map(|number| said(here, &ann, number)).collect();
    // Each knows one more than the one before, as nodes that read the same buffer.
    let adding = (0..8).map(|more| store.add_messages(&messages[..33 + more]));
    let added = futures_util::future::join_all(adding).await;
    let added: u64 = added.into_iter().map(|added| added.expect("added")).sum();
    assert_eq!(added, 40);
    assert_eq!(all(store, here).await, messages);
}

pub(super) async fn a_message_of_a_room_that_is_gone_is_left_out_and_goes_with_its_room(store: &dyn Store) {
    let ann = someone(store).await;
    let (here, gone) = (room(store, &ann).await, RoomId::random());
    let messages = [said(gone, &ann, 1), said(here, &ann, 2)];
    assert_eq!(store.add_messages(&messages).await.expect("added"), 1);
    assert!(store.remove_meeting(here, &ann.id.into()).await.expect("an answer"));
    assert_eq!(all(store, here).await, []);
}

pub(super) async fn a_sender_whose_account_is_gone_keeps_the_name_only(store: &dyn Store) {
    let (ann, bob) = (someone(store).await, someone(store).await);
    let here = room(store, &ann).await;
    let stranger = User { id: Uuid::new_v4(), ..bob.clone() };
    let messages = [said(here, &bob, 1), said(here, &stranger, 2)];
    assert_eq!(store.add_messages(&messages).await.expect("added"), 2);
    store.begin_removal(bob.id, end(5)).await.expect("begun");
    assert_eq!(store.disown_messages(bob.id, 9).await.expect("an answer"), 1);
    store.finish_removal(bob.id).await.expect("removed");
    let expected = messages.map(|message| Message { sender_id: None, ..message });
    assert_eq!(all(store, here).await, expected);
}

pub(super) async fn messages_of_a_sender_are_read_and_disowned_and_those_of_a_room_deleted_a_few_at_a_time(
    store: &dyn Store,
) {
    let (ann, bob) = (someone(store).await, someone(store).await);
    let (here, there) = (room(store, &ann).await, room(store, &bob).await);
    let theirs = [said(here, &bob, 1), said(there, &bob, 2), said(here, &bob, 3)];
    let messages = [theirs[0].clone(), said(here, &ann, 9), theirs[1].clone(), theirs[2].clone()];
    store.add_messages(&messages).await.expect("added");
    let by = async |before| store.messages_by(bob.id, MessagePage { before, limit: 2 }).await.expect("an answer");
    let (newest, rest) = (by(None).await, by(by(None).await.last().map(|last| last.position)).await);
    let found: Vec<_> = newest.into_iter().chain(rest).map(|found| found.message).collect();
    assert_eq!(found, [theirs[2].clone(), theirs[1].clone(), theirs[0].clone()]);
    let disown = async || store.disown_messages(bob.id, 2).await.expect("an answer");
    assert_eq!((disown().await, disown().await, disown().await), (2, 1, 0));
    assert_eq!(by(None).await, []);
    let empty = async |host: Uuid| store.empty_room(here, &host.into(), 2).await.expect("an answer");
    assert_eq!(empty(bob.id).await, 0, "not the host's");
    assert_eq!((empty(ann.id).await, empty(ann.id).await, empty(ann.id).await), (2, 1, 0));
    assert_eq!(all(store, there).await.len(), 1, "another room");
}

pub(super) async fn text_that_no_column_can_hold_is_replaced(store: &dyn Store) {
    let ann = someone(store).await;
    let here = room(store, &ann).await;
    let message = Message { content: "a\0b\u{1}\n\u{2028}".to_owned(), ..said(here, &ann, 1) };
    assert_eq!(store.add_messages(std::slice::from_ref(&message)).await.expect("added"), 1);
    let content = "a\u{fffd}b\u{1}\n\u{2028}".to_owned();
    assert_eq!(all(store, here).await, [Message { content, ..message }]);
}

pub(super) async fn messages_are_read_newest_first_in_pages(store: &dyn Store) {
    let ann = someone(store).await;
    let (here, there) = (room(store, &ann).await, room(store, &ann).await);
    for number in 0..7 {
        let both = [said(here, &ann, number), said(there, &ann, number)];
        assert_eq!(store.add_messages(&both).await.expect("added"), 2);
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.messages_of(here, MessagePage { before, limit: 3 }).await.expect("a page");
        let Some(last) = page.last() else { break };
        before = Some(last.position);
        seen.extend(page.into_iter().map(|Stored { message, .. }| message));
    }
    seen.reverse();
    assert_eq!(seen, (0..7).map(|number| said(here, &ann, number)).collect::<Vec<_>>());
}

pub(super) async fn what_is_missing_before_a_message_is_noted_once(store: &dyn Store) {
    let ann = someone(store).await;
    let (here, there) = (room(store, &ann).await, room(store, &ann).await);
    let messages = [said(here, &ann, 1), said(here, &ann, 2), said(there, &ann, 2)];
    store.add_messages(&messages).await.expect("added");
    // Two nodes that have read the same note the same.
    for missing in [3, 3, 2] {
        store.note_missing(here, &messages[1].id, missing).await.expect("noted");
    }
    store.note_missing(here, "unknown", 9).await.expect("nothing");
    let page = store.messages_of(here, MessagePage { before: None, limit: 9 }).await.expect("a page");
    assert_eq!(page.iter().map(|stored| stored.missing).collect::<Vec<_>>(), [3, 0]);
    let page = store.messages_of(there, MessagePage { before: None, limit: 9 }).await.expect("a page");
    assert_eq!(page[0].missing, 0);
}

pub(super) async fn a_message_is_deleted_by_its_sender_or_the_host_and_never_comes_back(store: &dyn Store) {
    let (ann, bob, cy) = (someone(store).await, someone(store).await, someone(store).await);
    let (here, there) = (room(store, &ann).await, room(store, &cy).await);
    let messages: Vec<_> = (0..4).map(|number| said(here, &bob, number)).collect();
    store.add_messages(&messages).await.expect("added");
    store.note_missing(here, &messages[1].id, 5).await.expect("noted");
    let delete = async |room: RoomId, number: usize, user: &User| {
        store.delete_message(room, &messages[number].id, &user.id.into(), at(9)).await.expect("an answer")
    };
    assert_eq!(delete(here, 1, &cy).await, Deletion::NotTheirs);
    assert_eq!(delete(there, 1, &cy).await, Deletion::Unknown, "another room has no such message");
    assert_eq!(delete(here, 1, &bob).await, Deletion::Deleted);
    assert_eq!(delete(here, 3, &ann).await, Deletion::Deleted, "by the host");
    assert_eq!(delete(here, 3, &bob).await, Deletion::Deleted, "it is deleted already");
    assert_eq!(delete(here, 3, &cy).await, Deletion::Unknown, "others are not told what was");
    assert_eq!(store.add_messages(&messages).await.expect("added"), 0, "a node had it waiting");
    let page = store.messages_of(here, MessagePage { before: None, limit: 2 }).await.expect("a page");
    let left: Vec<_> = page.iter().map(|stored| (stored.message.content.as_str(), stored.missing)).collect();
    assert_eq!(left, [(messages[2].content.as_str(), 5), (messages[0].content.as_str(), 0)], "the gap stays");
}

pub(super) async fn old_messages_are_deleted_a_few_at_a_time(store: &dyn Store) {
    let ann = someone(store).await;
    let here = room(store, &ann).await;
    let messages: Vec<_> = (0..6).map(|number| said(here, &ann, number)).collect();
    store.add_messages(&messages).await.expect("added");
    assert_eq!(store.forget_messages(at(4), 3).await.expect("deleted"), 3);
    assert_eq!(all(store, here).await, messages[3..]);
    assert_eq!(store.forget_messages(at(4), 3).await.expect("deleted"), 1);
    assert_eq!(store.forget_messages(at(4), 3).await.expect("deleted"), 0);
    assert_eq!(all(store, here).await, messages[4..]);
}

pub(super) async fn of_a_room_with_too_many_messages_the_oldest_are_deleted(store: &dyn Store) {
    let ann = someone(store).await;
    let (here, there) = (room(store, &ann).await, room(store, &ann).await);
    for room in [here, there] {
        let messages: Vec<_> = (0..6).map(|number| said(room, &ann, number)).collect();
        store.add_messages(&messages).await.expect("added");
    }
    let messages: Vec<_> = (0..6).map(|number| said(here, &ann, number)).collect();
    assert_eq!(store.trim_messages(here, 6, 10).await.expect("deleted"), 0);
    assert_eq!(store.trim_messages(here, 2, 3).await.expect("deleted"), 3);
    assert_eq!(all(store, here).await, messages[3..], "the oldest go first");
    assert_eq!(store.trim_messages(here, 2, 3).await.expect("deleted"), 1);
    assert_eq!(all(store, here).await, messages[4..]);
    assert_eq!(all(store, there).await.len(), 6, "another room is not concerned");
    // The newest of all is deleted, and its position is not used again: a cursor never names two places.
    let last = store.messages_of(there, MessagePage { before: None, limit: 1 }).await.expect("a page");
    assert!(store.remove_meeting(there, &ann.id.into()).await.expect("an answer"));
    store.add_messages(&[said(here, &ann, 7)]).await.expect("added");
    let next = store.messages_of(here, MessagePage { before: None, limit: 1 }).await.expect("a page");
    assert!(next[0].position > last[0].position, "{next:?} after {last:?}");
}
