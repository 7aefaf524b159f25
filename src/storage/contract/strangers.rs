//! The contract of every `Store` for users without an account: they host rooms and say things under any id.

use actors::protocol::UserId;

use super::{at, meetings::room_of, someone};
use crate::storage::{Deletion, Meeting, MeetingChange, MeetingPage, Message, MessagePage, RoomId, Store};

fn texts() -> [UserId; 4] {
    let long = "x".repeat(UserId::BYTES_MAX - 12);
    ["7", "google-oauth2|115", "{a}%'--;:", long.as_str()]
        .map(|text| format!("{text}{}", RoomId::random()).parse().expect("an id"))
}

pub(super) async fn a_room_of_a_host_without_an_account_is_theirs(store: &dyn Store) {
    let ann = someone(store).await;
    for host in texts().into_iter().chain([UserId::random()]) {
        let room = Meeting { host_id: host.clone(), ..room_of(&ann, 0) };
        let id = room.room_id;
        store.add_meeting(&room, None, 1).await.expect("a room");
        let more = Meeting { host_id: host.clone(), ..room_of(&ann, 1) };
        assert!(store.add_meeting(&more, None, 1).await.is_err(), "the limit is theirs as well");
        assert_eq!(store.meeting(id).await.expect("an answer"), Some(room.clone()));
        let page = MeetingPage { before: None, limit: 9 };
        assert_eq!(store.meetings_of(&host, page).await.expect("a page"), [room]);
        let change = MeetingChange { max_participants: Some(9), ..MeetingChange::default() };
        assert_eq!(store.change_meeting(id, &ann.id.into(), change.clone()).await.expect("an answer"), None);
        assert!(store.change_meeting(id, &host, change).await.expect("an answer").is_some());
        assert!(!store.remove_meeting(id, &ann.id.into()).await.expect("an answer"));
        assert!(store.remove_meeting(id, &host).await.expect("an answer"));
    }
}

pub(super) async fn a_message_of_a_sender_without_an_account_is_theirs(store: &dyn Store) {
    let ann = someone(store).await;
    let room = room_of(&ann, 0);
    store.add_meeting(&room, Some(ann.id), 9).await.expect("a room");
    for (number, sender) in texts().into_iter().enumerate() {
        let id = format!("s-{number}");
        let said = Message {
            room_id: room.room_id,
            id: id.clone(),
            sender_id: Some(sender.clone()),
            sender_name: "Eve".to_owned(),
            content: "Hi".to_owned(),
            sent_at: at(1),
        };
        assert_eq!(store.add_messages(std::slice::from_ref(&said)).await.expect("added"), 1);
        let page = MessagePage { before: None, limit: 1 };
        let found = store.messages_of(room.room_id, page).await.expect("a page");
        assert_eq!(found.first().map(|stored| &stored.message), Some(&said));
        let stranger: UserId = "somebody-else".parse().expect("an id");
        let delete = async |user| store.delete_message(room.room_id, &id, user, at(2)).await.expect("an answer");
        assert_eq!(delete(&stranger).await, Deletion::NotTheirs);
        assert_eq!(delete(&sender).await, Deletion::Deleted);
    }
}
