//! Changing passwords, disabling and deleting accounts.

use super::{ann, bench, cheap, login};
use crate::{
    accounts::ChangePassword,
    auth::{AuthError, Signup, TokenError},
    storage::{Message, RoomId},
};

fn change(from: &str, to: &str) -> ChangePassword {
    ChangePassword { password: from.to_owned(), new_password: to.to_owned() }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let bench = bench(cheap()).await;
    let one = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let two = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    let ask = |from, to| bench.accounts.change_password(one.user.id, Some(one.session), change(from, to));
    assert!(matches!(ask("wrong horse", "battery staple").await, Err(AuthError::WrongCredentials)));
    let Err(AuthError::Invalid(faults)) = ask("correct horse", "password").await else { panic!("a common one") };
    assert_eq!(faults[0].field, "newPassword");
    assert_eq!(ask("correct horse", "battery staple").await.expect("changed"), 1);
    assert_eq!(bench.live.commands(), [format!("revoke {} session {}", one.user.id, two.session)]);
    bench.accounts.tokens().verify(&one.access).expect("this session goes on");
    assert_eq!(bench.accounts.tokens().verify(&two.access), Err(TokenError::Revoked));
    let old = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await;
    assert!(matches!(old, Err(AuthError::WrongCredentials)));
    bench.accounts.log_in(login("ann@example.org", "battery staple"), "").await.expect("the new one");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_in_again_when_enabled() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let id = session.user.id;
    bench.hand.turn(1);
    assert!(bench.accounts.set_disabled(id, true).await.expect("an answer"));
    let by_name = format!("revoke {id} session {}", session.session);
    assert_eq!(
        bench.live.commands(),
        [format!("revoke {id}"), by_name],
        "a token minted by a clock ahead is refused, too"
    );
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    assert!(bench.accounts.set_disabled(id, false).await.expect("an answer"));
    let again = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await.expect("a login");
    bench.accounts.tokens().verify(&again.access).expect("though minted in the same second");
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked), "forever");
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_rooms_and_sessions() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let (id, room) = (session.user.id, bench.room(session.user.id).await);
    bench.hand.turn(1);
    assert!(bench.rooms.find(room).await.expect("an answer").is_some());
    assert!(bench.accounts.delete(id).await.expect("an answer"));
    let by_name = format!("revoke {id} session {}", session.session);
    assert_eq!(bench.live.commands(), [format!("revoke {id}"), by_name, format!("close {room}")]);
    assert_eq!(bench.rooms.find(room).await.expect("an answer"), None, "not even in the cache");
    assert_eq!(bench.accounts.tokens().verify(&session.access), Err(TokenError::Revoked));
    assert!(matches!(bench.accounts.account(id).await, Err(AuthError::Gone)));
    assert!(!bench.accounts.delete(id).await.expect("an answer"), "it is gone");
    bench.accounts.sign_up(ann(), "").await.expect("the address is free");
}

/// What somebody has who has been here for years.
async fn long_history(bench: &super::Bench, user: uuid::Uuid, name: &str) -> RoomId {
    let (room, said_at) = (bench.room(user).await, bench.hand.clock().now());
    for part in 0..3 {
        let said = |number| Message {
            room_id: room,
            id: format!("{name}-{part}-{number}"),
            sender_id: Some(user.into()),
            sender_name: name.to_owned(),
            content: "Hello".to_owned(),
            sent_at: said_at,
        };
        let messages: Vec<_> = (0..1_000).map(said).collect();
        bench.store.add_messages(&messages).await.expect("stored");
    }
    room
}

#[tokio::test]
async fn what_is_left_of_a_deleted_account_is_deleted_by_the_sweep_a_part_at_a_time() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let (id, mut rooms) = (session.user.id, Vec::new());
    rooms.push(long_history(&bench, id, "Ann").await);
    for _ in 0..9 {
        rooms.push(bench.room(id).await);
    }
    // As a node leaves it that was killed after the first statement.
    let end = crate::storage::End { at: bench.hand.clock().now(), until: bench.hand.clock().now() };
    bench.store.begin_removal(id, end).await.expect("an answer").expect("begun");
    let login = bench.accounts.log_in(login("ann@example.org", "correct horse"), "").await;
    assert!(matches!(login, Err(AuthError::WrongCredentials)), "{login:?}");
    assert!(!bench.accounts.set_disabled(id, false).await.expect("an answer"));
    assert!(bench.accounts.sweep(1_000).await.expect("swept") > 0);
    assert!(bench.store.removals(9).await.expect("a list").is_empty());
    let mut closed = bench.live.commands();
    closed.sort();
    let mut expected: Vec<_> = rooms.iter().map(|room| format!("close {room}")).collect();
    expected.sort();
    assert_eq!(closed, expected, "whoever is in them is told");
    let page = crate::storage::MessagePage { before: None, limit: 9 };
    assert_eq!(bench.store.messages_of(rooms[0], page).await.expect("a page"), []);
}

#[tokio::test]
async fn a_deletion_that_takes_long_is_answered_and_goes_on_and_others_messages_keep_the_name() {
    let bench = bench(cheap()).await;
    let session = bench.accounts.sign_up(ann(), "").await.expect("an account").signed_in();
    let bob = Signup { email: "bob@example.org".to_owned(), ..ann() };
    let bob = bench.accounts.sign_up(bob, "").await.expect("an account").signed_in().user.id;
    let (id, theirs) = (session.user.id, long_history(&bench, bob, "Bob").await);
    let message = Message {
        room_id: theirs,
        id: "a".to_owned(),
        sender_id: Some(id.into()),
        sender_name: "Ann".to_owned(),
        content: "Hi".to_owned(),
        sent_at: bench.hand.clock().now(),
    };
    bench.store.add_messages(std::slice::from_ref(&message)).await.expect("stored");
    // `bench` allows ten rooms.
    for nth in 0..60 {
        let host = crate::storage::Meeting {
            room_id: RoomId::random(),
            host_id: id.into(),
            active: true,
            max_participants: 4,
            seat_window_seconds: 5,
            mode: crate::storage::Mode::Mesh,
            revision: 1,
            created_at: jiff::Timestamp::from_second(nth).expect("a time"),
            name: String::new(),
            guests: crate::storage::Guests::No,
            locked: false,
            bans: Vec::new(),
        };
        bench.store.add_meeting(&host, host.host_id.as_uuid(), 1_000).await.expect("a room");
    }
    assert!(bench.accounts.delete(id).await.expect("an answer"));
    assert_eq!(bench.store.removals(9).await.expect("a list"), [id], "it goes on");
    bench.accounts.sign_up(ann(), "").await.expect("the address is free meanwhile");
    let stop = tokio_util::sync::CancellationToken::new();
    let settling = tokio::spawn(bench.accounts.clone().settle(stop.clone()));
    while !bench.store.removals(9).await.expect("a list").is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    settling.await.expect("ended");
    let page = crate::storage::MessagePage { before: None, limit: 1 };
    let last = bench.store.messages_of(theirs, page).await.expect("a page").remove(0).message;
    assert_eq!(last, Message { sender_id: None, ..message });
}
