//! How sockets end: tokens, hosts, kicks, closed pages.

use std::time::Duration;

use actors::{
    ledger::{ClosedRoom, Ledger as _, Notice, Recipient},
    messages::socket::{Credential, Disconnect},
    protocol::{Close, RoomId, UserId},
};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

#[tokio::test(start_paused = true)]
async fn an_invalid_token_is_reported_and_the_socket_closed() {
    let world = World::single().await;
    for (token, code) in [("expired", "token_expired"), ("no id", "auth_invalid")] {
        let mut socket = Browser::connect(&world.nodes[0], Some(token.to_owned()));
        socket.is_closed(code, Close::Token).await;
        socket.goes().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_without_hello_is_closed_after_five_seconds() {
    let world = World::single().await;
    let started = tokio::time::Instant::now();
    let mut silent = Browser::connect(&world.nodes[0], None);
    silent.is_closed("timeout", Close::Timeout).await;
    assert!(started.elapsed() >= Duration::from_secs(5) && started.elapsed() < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_token_in_the_handshake_is_welcomed_at_once() {
    let world = World::single().await;
    let mut socket = Browser::connect(&world.nodes[0], Some(name(1)));
    let welcome = socket.hears("welcome").await;
    assert_eq!((welcome["userId"].as_str(), welcome["nodeId"].as_str()), (Some(name(1).as_str()), Some("node-0")));
}

#[tokio::test(start_paused = true)]
async fn a_cookie_needs_a_hello_whose_own_token_wins() {
    let world = World::single().await;
    for (cookie, hello, who) in
        [(name(1), "{}".to_owned(), name(1)), ("expired".to_owned(), format!(r#"{{"token":"{}"}}"#, name(2)), name(2))]
    {
        let mut socket = Browser::connect_with(&world.nodes[0], Credential::Cookie(cookie));
        socket.says(&format!(r#"{{"type":"hello","data":{hello}}}"#));
        assert_eq!(socket.hears("welcome").await["userId"], who);
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_page_leaves_at_once() {
    for code in [Some(1000), Some(1001), None] {
        let world = World::single().await;
        let mut members = world.members(2, world.room(4)).await;
        members[1].disconnects(Disconnect::Closed(code));
        let left = members[0].next_within(Duration::from_secs(1)).await;
        assert!(matches!(&left, Some(Heard::Text(text)) if text["data"]["reason"] == "left"), "{code:?}: {left:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_for_another_reason_keeps_the_seat_for_its_window() {
    for how in [Disconnect::Closed(Some(4000)), Disconnect::Closed(Some(1011)), Disconnect::Lost] {
        let world = World::single().await;
        let mut members = world.members(2, world.room(4)).await;
        members[1].disconnects(how);
        members[0].hears_nothing_for(Duration::from_secs(4)).await;
        assert_eq!(members[0].hears("user_left").await["reason"], "lost", "{how:?}");
    }
}

// T14
#[tokio::test(start_paused = true)]
async fn a_closed_room_closes_its_members_and_refuses_joins() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(3, room).await;
    let revision = world.book.set_active(room, false);
    world.nodes[0].close_room(room, revision).await.expect("the ledger answers");
    for member in &mut members {
        assert_eq!(member.hears("room_closed").await["reason"], "closed");
        member.is_closed("room_closed", Close::RoomGone).await;
    }
    refuse_joins(&world, room).await;
    assert_eq!(world.ledger.rooms(), 0);
}

/// Every node refuses joins.
async fn refuse_joins(world: &World, room: RoomId) {
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: every node is told
    for (node, user) in [(0, 8), (1, 9)] {
        let browser = &mut world.browser(node, user).await;
        browser.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
        assert_eq!(browser.hears("error").await["code"], "room_closed", "on node {node}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_notice_closes_no_room_that_was_opened_again() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let revision = world.book.set_active(room, false);
    world.nodes[0].close_room(room, revision).await.expect("the ledger answers");
    world.book.set_active(room, true);
    world.nodes[0].settings_changed(room).await.expect("the ledger answers");
    let mut members = world.members(2, room).await; // one on each node
    world
        .ledger
        .notify(Recipient::All, Notice::RoomClosed(ClosedRoom { room, revision }))
        .await
        .expect("the ledger answers");
    members.push(world.member(0, 8, room).await);
    members.push(world.member(1, 9, room).await);
    for member in &mut members[..3] {
        while member.hears("user_joined").await["userId"] != UserId::from_u128(9).to_string() {}
    }
}

#[tokio::test(start_paused = true)]
async fn settings_that_are_read_late_close_no_room_that_was_opened_again() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    world.book.hold(2); // reads that show it closed are answered late
    let revision = world.book.set_active(room, false);
    world.nodes[0].close_room(room, revision).await.expect("the ledger answers");
    world.nodes[1].settings_changed(room).await.expect("the ledger answers");
    world.book.set_active(room, true);
    world.nodes[0].settings_changed(room).await.expect("the ledger answers");
    let mut members = world.members(2, room).await; // one on each node
    while world.book.release().await {}
    members.push(world.member(0, 8, room).await);
    members.push(world.member(1, 9, room).await);
    for member in &mut members[..3] {
        while member.hears("user_joined").await["userId"] != UserId::from_u128(9).to_string() {}
    }
}

#[tokio::test(start_paused = true)]
async fn settings_that_are_read_late_open_no_room_that_was_closed() {
    let world = World::single().await;
    let room = world.room(4);
    world.book.hold(1); // the read that shows it open is answered late
    world.nodes[0].settings_changed(room).await.expect("the ledger answers");
    let mut early = world.browser(0, 1).await;
    early.says(&format!(r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#));
    tokio::time::sleep(Duration::from_millis(50)).await; // paused: its lookup is under way
    let revision = world.book.set_active(room, false);
    world.nodes[0].close_room(room, revision).await.expect("the ledger answers");
    while world.book.release().await {}
    assert_eq!(early.hears("error").await["code"], "room_closed");
}

#[tokio::test(start_paused = true)]
async fn a_closing_that_reaches_the_ledger_late_closes_no_room_that_was_opened_again() {
    let world = World::linked(2).await;
    let room = world.room(4);
    world.links[0].cut(Duration::from_secs(3));
    let revision = world.book.set_active(room, false);
    assert!(world.nodes[0].close_room(room, revision).await.is_err(), "it is told when the link is back");
    world.book.set_active(room, true);
    let _retried = world.nodes[1].settings_changed(room).await; // node 0 does not hear it before the link is back
    let mut member = world.member(1, 1, room).await;
    member.is_patient = true;
    member.hears_nothing_for(Duration::from_secs(8)).await;
    let late = world.member(0, 2, room).await;
    assert_eq!(member.hears("user_joined").await["userId"], late.user);
}

// T14
#[tokio::test(start_paused = true)]
async fn a_room_that_is_closed_while_the_ledger_is_away_is_closed_as_soon_as_it_answers() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(3, room).await;
    world.links[0].cut(Duration::from_secs(3));
    let revision = world.book.set_active(room, false);
    assert!(world.nodes[0].close_room(room, revision).await.is_err(), "the caller is told that it takes longer");
    for member in &mut members {
        member.is_patient = true;
        assert_eq!(member.hears("room_closed").await["reason"], "closed");
        member.is_closed("room_closed", Close::RoomGone).await;
    }
    refuse_joins(&world, room).await;
    assert_eq!(world.ledger.rooms(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_room_without_members_on_this_node_is_closed_everywhere() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let mut alice = world.member(1, 1, room).await;
    let revision = world.book.set_active(room, false);
    let _in_time_or_later = world.nodes[0].close_room(room, revision).await;
    assert_eq!(alice.hears("room_closed").await["reason"], "closed");
    alice.is_closed("room_closed", Close::RoomGone).await;
    refuse_joins(&world, room).await;
}

#[tokio::test(start_paused = true)]
async fn a_user_is_evicted_as_soon_as_the_ledger_answers() {
    let world = World::linked(2).await;
    let room = world.room(4);
    let mut members = world.members(3, room).await; // users 1 and 3 are on node 1
    members.iter_mut().for_each(|member| member.is_patient = true);
    world.links[1].cut(Duration::from_secs(3));
    world.nodes[1].evict(room, UserId::from_u128(2));
    members[1].is_closed("removed", Close::Forbidden).await;
    for bystander in [0, 2] {
        assert_eq!(members[bystander].hears("user_left").await["reason"], "kicked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_runs_out_is_announced_then_closes_the_socket() {
    let world = World::single().await;
    let soon = actors::clock::unix_millis() / 1_000 + 30;
    let mut socket = Browser::connect(&world.nodes[0], Some(format!("{}@{soon}", name(1))));
    socket.hears("welcome").await;
    let notice = socket.hears("token_expiring").await;
    assert!(notice["inSeconds"].as_u64().is_some_and(|left| left <= 30));
    socket.says(&format!(r#"{{"type":"token_refresh","data":{{"token":"{}"}}}}"#, name(2)));
    assert_eq!(socket.hears("error").await["code"], "forbidden");
    socket.says(&format!(r#"{{"type":"token_refresh","data":{{"token":"{}"}}}}"#, name(1)));
    socket.hears_nothing_for(Duration::from_secs(3)).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_when_all_members_have_left() {
    let world = World::single().await;
    let room = world.room(4);
    let members = world.members(3, room).await;
    for member in members {
        member.disconnects(Disconnect::Lost);
        member.goes().await;
    }
    tokio::time::sleep(Duration::from_secs(7)).await; // paused: the window passes at once
    let population = world.nodes[0].population();
    assert_eq!((population.sockets, population.users, population.rooms), (0, 0, 0));
    assert_eq!(world.ledger.rooms(), 0);
    let mut fresh = world.browser(0, 9).await;
    fresh.joins(room).await;
    assert!(matches!(fresh.next().await, Heard::Text(message) if message["data"]["code"] == "timeout"));
}
