//! What backends do with members: those whom others are not told of, and those who are moved to another room.

use std::time::Duration;

use actors::{
    messages::socket::Disconnect,
    protocol::{Close, RoomId, UserId},
    settings::Settings,
};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

const QUIET: Duration = Duration::from_secs(2);

/// A browser of this user, whose token grants this (`world::Trusting`).
async fn granted(world: &World, node: usize, user: u128, claim: &str) -> Browser {
    let token = format!("{}#{claim}", name(user));
    let mut browser = Browser::connect(&world.nodes[node], Some(token.clone()));
    browser.hears("welcome").await;
    browser.user = token;
    browser
}

/// The code of the refusal of what this browser has sent.
async fn refused(browser: &mut Browser) -> String {
    let Heard::Text(message) = browser.next().await else { panic!("{} is refused", browser.user) };
    assert_eq!(message["type"], "error", "{message}");
    message["data"]["code"].as_str().expect("a code").to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_hidden_member_hears_everything_and_nobody_hears_of_them() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut ann = world.member(0, 1, room).await;
    let mut eve = granted(&world, 1, 5, "hidden").await;
    let joined = eve.joins(room).await;
    assert_eq!((&joined["existingPeers"][0], &joined["attributes"]["_hidden"]), (&name(1).into(), &"true".into()));
    let mut bob = world.browser(1, 2).await;
    let joined = bob.joins(room).await;
    assert_eq!(
        (joined["existingPeers"].as_array().map(Vec::len), joined["peers"].as_array().map(Vec::len)),
        (Some(1), Some(1))
    );
    assert_eq!(eve.hears("user_joined").await["userId"], name(2));
    assert_eq!(ann.hears("user_joined").await["userId"], name(2));
    ann.chats(1, "hello");
    assert_eq!(eve.hears("chat_message").await["content"], "hello");
    bob.hears("chat_message").await;
    for (member, cid) in [(&mut ann, 2), (&mut bob, 1)] {
        member.offers(cid, &name(5), "v=0");
        assert_eq!(refused(member).await, "peer_not_found", "on whichever node");
    }
    eve.chats(1, "boo");
    assert_eq!(refused(&mut eve).await, "forbidden");
    for cid in [2, 3] {
        eve.offers(cid, &name(2), "v=0");
        assert_eq!(refused(&mut eve).await, "forbidden");
    }
    eve.disconnects(Disconnect::Lost);
    let mut again = Browser::connect(&world.nodes[0], None);
    assert_eq!(again.resumes(&eve).await["type"], "resumed");
    again.chats(4, "boo");
    assert_eq!(refused(&mut again).await, "forbidden");
    again.says(r#"{"type":"leave_room"}"#);
    again.hears("room_left").await;
    ann.hears_nothing_for(QUIET).await;
    bob.hears_nothing_for(QUIET).await;
    assert_eq!(world.nodes[0].members(room).await.map(|members| members.len()), Ok(2));
}

#[tokio::test(start_paused = true)]
async fn a_hidden_member_stays_hidden_when_the_ledger_has_lost_everything() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let (mut ann, mut eve) = (world.member(0, 1, room).await, granted(&world, 1, 5, "hidden").await);
    eve.joins(room).await;
    let mut bob = world.member(1, 2, room).await;
    (ann.is_patient, eve.is_patient, bob.is_patient) = (true, true, true);
    ann.hears("user_joined").await;
    eve.hears("user_joined").await;
    world.ledger.wipe();
    tokio::time::sleep(Duration::from_secs(20)).await; // paused: the epoch settles, and rosters are compared
    ann.hears_nothing_for(QUIET).await;
    bob.hears_nothing_for(QUIET).await;
    let members = world.nodes[0].members(room).await.expect("the ledger answers");
    let hidden: Vec<bool> = members.iter().map(|member| member.is_hidden()).collect();
    assert_eq!(hidden, [false, true, false]);
    ann.chats(1, "hello");
    assert_eq!(eve.hears("chat_message").await["content"], "hello");
}

/// Moves this user, again while the ledger does not answer.
async fn moves(world: &World, user: u128, (from, to): (RoomId, RoomId)) {
    for _ in 0..5 {
        if world.nodes[0].move_member(UserId::from_u128(user), from, to).await.is_ok() {
            return;
        }
    }
    panic!("{user} is still in {from}");
}

#[tokio::test(start_paused = true)]
async fn a_member_is_moved_wherever_they_are_and_the_others_see_them_leave_and_come() {
    let world = World::of(2, Settings::default()).await;
    let (old, new) = (world.room(4), world.room(4));
    let mut ann = world.member(0, 1, old).await;
    let mut cem = world.member(0, 3, new).await;
    let mut bob = granted(&world, 1, 2, &old.to_string()).await;
    bob.joins(old).await;
    ann.hears("user_joined").await;
    moves(&world, 2, (old, new)).await;
    let moved = bob.hears("moved").await;
    assert_eq!(moved["roomId"], new.to_string());
    assert_eq!(ann.hears("user_left").await["reason"], "left");
    let token = moved["token"].as_str().expect("the present one is for the old room only");
    bob.says(&format!(r#"{{"type":"token_refresh","data":{{"token":"{token}"}}}}"#));
    assert_eq!(bob.joins(new).await["existingPeers"][0], name(3));
    assert_eq!(cem.hears("user_joined").await["userId"], name(2));
    moves(&world, 2, (old, new)).await;
    bob.hears_nothing_for(QUIET).await;
}

#[tokio::test(start_paused = true)]
async fn whose_token_is_for_all_rooms_needs_no_other_one() {
    let world = World::single().await;
    let (old, new) = (world.room(4), world.room(4));
    let mut ann = world.member(0, 1, old).await;
    moves(&world, 1, (old, new)).await;
    assert!(ann.hears("moved").await["token"].is_null());
    ann.joins(new).await;
}

#[tokio::test(start_paused = true)]
async fn a_move_that_cannot_be_told_fails_and_can_be_repeated() {
    let world = World::of(2, Settings::default()).await;
    let (old, new) = (world.room(4), world.room(4));
    let ann = world.member(1, 1, old).await;
    ann.disconnects(Disconnect::Closed(Some(Close::Timeout.number())));
    tokio::time::sleep(Duration::from_millis(100)).await; // paused: the node has noticed
    let moved = world.nodes[0].move_member(UserId::from_u128(1), old, new).await;
    assert!(moved.is_err(), "nobody is there to be told");
}
