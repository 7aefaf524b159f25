//! Lost sockets: a resume within the window goes unnoticed by other members.

use std::{sync::Arc, time::Duration};

use actors::{messages::socket::Disconnect, ports::Shedding, protocol::Close, settings::Settings};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

#[tokio::test(start_paused = true)]
async fn a_resume_on_another_node_misses_nothing_and_is_seen_by_nobody() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut alice = world.member(0, 1, room).await;
    let bob = world.member(0, 2, room).await;
    alice.hears("user_joined").await;
    bob.disconnects(Disconnect::Lost);
    alice.hears_nothing_for(Duration::from_secs(2)).await;
    alice.offers(1, &name(2), "v=0");
    alice.candidate(2, &name(2), "candidate:1");
    alice.chats(3, "still there?");
    let mut back = Browser::connect(&world.nodes[1], None);
    let resumed = back.resumes(&bob).await;
    assert_eq!(resumed["type"], "resumed");
    assert_eq!(
        (resumed["data"]["fromSeq"].as_u64(), resumed["data"]["peers"][0]["userId"].as_str()),
        (Some(1), Some(name(1).as_str()))
    );
    assert_eq!(back.hears("offer").await["sdp"], "v=0");
    back.hears("ice_candidate").await;
    assert_eq!(back.hears("chat_message").await["content"], "still there?");
    back.answers(1, &name(1), "v=0 answer");
    assert_eq!(alice.hears("answer").await["sdp"], "v=0 answer");
}

#[tokio::test(start_paused = true)]
async fn candidates_of_an_established_call_are_kept_for_a_disconnected_member() {
    let world = World::single().await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    let (mut bob, mut alice) = (members.pop().expect("two"), members.pop().expect("two"));
    alice.offers(1, &name(2), "v=0");
    bob.hears("offer").await;
    bob.answers(1, &name(1), "v=0 answer");
    alice.hears("answer").await;
    bob.disconnects(Disconnect::Lost);
    alice.candidate(2, &name(2), "candidate:away");
    let mut back = Browser::connect(&world.nodes[0], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    assert_eq!(back.hears("ice_candidate").await["candidate"]["candidate"], "candidate:away");
    alice.candidate(3, &name(2), "candidate:back");
    assert_eq!(back.hears("ice_candidate").await["candidate"]["candidate"], "candidate:back");
    back.candidate(2, &name(1), "candidate:mine");
    assert_eq!(alice.hears("ice_candidate").await["candidate"]["candidate"], "candidate:mine");
}

#[tokio::test(start_paused = true)]
async fn past_the_window_the_seat_is_lost_once() {
    let world = World::single().await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    let bob = members.pop().expect("two");
    bob.disconnects(Disconnect::Lost);
    let left = members[0].hears("user_left").await;
    assert_eq!((left["userId"].as_str(), left["reason"].as_str()), (Some(name(2).as_str()), Some("lost")));
    let mut back = Browser::connect(&world.nodes[0], None);
    let answer = back.resumes(&bob).await;
    assert_eq!(
        (answer["type"].as_str(), answer["data"]["reason"].as_str()),
        (Some("resume_failed"), Some("seat_gone"))
    );
    back.joins(room).await;
    members[0].hears("user_joined").await;
}

/// An edge that has sent clients this retry delay.
struct Told(Duration);

impl Shedding for Told {
    fn retry_delay_max(&self) -> Duration {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_waits_for_its_retry_delay_keeps_its_seat() {
    let world = World::single().await;
    world.nodes[0].keep_seats_while(Arc::new(Told(Duration::from_secs(8))));
    let mut members = world.members(2, world.room(4)).await;
    let bob = members.pop().expect("two");
    bob.disconnects(Disconnect::Lost);
    members[0].hears_nothing_for(Duration::from_secs(5 + 7)).await;
    let mut back = Browser::connect(&world.nodes[0], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    members[0].hears_nothing_for(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn retry_delays_extend_a_seat_by_a_bounded_time() {
    let world = World::single().await;
    world.nodes[0].keep_seats_while(Arc::new(Told(Duration::from_secs(1_000))));
    let mut members = world.members(2, world.room(4)).await;
    members.pop().expect("two").disconnects(Disconnect::Lost);
    members[0].hears_nothing_for(Duration::from_secs(5 + 29)).await;
    let left = members[0].next_within(Duration::from_secs(5)).await;
    assert!(matches!(left, Some(Heard::Text(message)) if message["type"] == "user_left"));
}

#[tokio::test(start_paused = true)]
async fn unacknowledged_messages_are_resent_and_delivered_once() {
    let world = World::of(2, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    let (mut bob, alice) = (members.pop().expect("two"), members.pop().expect("two"));
    alice.offers(1, &name(2), "one");
    alice.candidate(2, &name(2), "two");
    bob.hears("offer").await;
    bob.hears("ice_candidate").await;
    alice.disconnects(Disconnect::Lost);
    let mut again = Browser::connect(&world.nodes[0], None);
    assert_eq!(again.resumes(&alice).await["type"], "resumed");
    again.offers(1, &name(2), "one");
    again.candidate(2, &name(2), "two");
    again.candidate(3, &name(2), "three");
    assert_eq!(bob.hears("ice_candidate").await["candidate"]["candidate"], "three");
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_waited_on_a_lost_node_is_resent_and_waits_again() {
    let world = World::of(2, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    let (mut bob, alice) = (members.pop().expect("two"), members.pop().expect("two"));
    alice.candidate(1, &name(2), "early");
    alice.chats(2, "hi");
    bob.hears("chat_message").await;
    alice.disconnects(Disconnect::Lost);
    let mut again = Browser::connect(&world.nodes[0], None);
    again.resumes(&alice).await;
    again.candidate(1, &name(2), "early");
    again.chats(2, "hi");
    again.offers(3, &name(2), "v=0");
    assert_eq!(bob.hears("offer").await["sdp"], "v=0");
    assert_eq!(bob.hears("ice_candidate").await["candidate"]["candidate"], "early");
    bob.hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stolen_or_malformed_resume_token_is_refused() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    let mut bob = members.pop().expect("two");
    let honest = bob.resume_token.clone();
    for (user, token) in [
        (name(2), "rubbish".to_owned()),
        (name(3), honest.clone()),
        (name(2), format!("{}0", &honest[..honest.len() - 1])),
    ] {
        if token == honest && user == name(2) {
            continue; // the last digit was a zero already
        }
        (bob.user, bob.resume_token) = (user, token);
        let mut thief = Browser::connect(&world.nodes[0], None);
        assert_eq!(thief.resumes(&bob).await["type"], "resume_failed");
    }
    members[0].hears_nothing_for(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_tab_takes_the_seat_and_the_first_is_closed_as_replaced() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(2);
    let mut members = world.members(2, room).await;
    let mut first = members.pop().expect("two");
    let mut second = world.member(1, 2, room).await;
    first.is_closed("replaced", Close::Replaced).await;
    assert_eq!(members[0].hears("user_left").await["reason"], "replaced");
    members[0].hears("user_joined").await;
    members[0].offers(1, &name(2), "v=0");
    assert_eq!(second.hears("offer").await["sdp"], "v=0");
    members[0].hears_nothing_for(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_resume_while_the_old_socket_is_open_takes_over_unnoticed() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    let mut bob = members.pop().expect("two");
    let mut back = Browser::connect(&world.nodes[0], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    bob.is_closed("replaced", Close::Replaced).await;
    members[0].offers(1, &name(2), "v=0");
    back.hears("offer").await;
    members[0].hears_nothing_for(Duration::from_secs(20)).await;
}

#[tokio::test(start_paused = true)]
async fn of_two_sockets_that_resume_one_session_at_once_one_stays() {
    for other in [0, 1] {
        let world = World::of(2, Settings::default()).await;
        let mut members = world.members(2, world.room(4)).await;
        let bob = members.pop().expect("two");
        bob.disconnects(Disconnect::Lost);
        let mut both = [Browser::connect(&world.nodes[0], None), Browser::connect(&world.nodes[other], None)];
        let (token, resume, seq) = (&bob.user, &bob.resume_token, bob.seq);
        for socket in &both {
            socket.says(&format!(
                r#"{{"type":"hello","data":{{"token":"{token}","resume":{{"resumeToken":"{resume}","seq":{seq}}}}}}}"#
            ));
        }
        members[0].chats(1, "to whoever stays");
        let mut staying = Vec::new();
        for (at, socket) in both.iter_mut().enumerate() {
            let mut heard = 0;
            let is_closed = loop {
                match socket.next_within(Duration::from_secs(3)).await {
                    None => break false,
                    Some(Heard::Closed(_)) => break true,
                    Some(Heard::Text(text)) => heard += usize::from(text["data"]["content"] == "to whoever stays"),
                    Some(Heard::Ping(_) | Heard::Pong(_)) => {}
                }
            };
            if !is_closed {
                assert_eq!(heard, 1, "socket {at} stays");
                staying.push(at);
            }
        }
        let [at] = staying[..] else { panic!("these stay: {staying:?}") };
        let stays = &mut both[at];
        stays.chats(1, "back");
        assert_eq!(members[0].hears("chat_message").await["content"], "back", "nobody has seen them leave");
    }
}

// C9
#[tokio::test(start_paused = true)]
async fn a_socket_that_was_taken_over_on_another_node_is_closed_and_speaks_for_nobody() {
    let world = World::of(2, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await; // user 2 is on the first node
    let mut bob = members.pop().expect("two");
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&bob).await["type"], "resumed");
    bob.chats(1, "from the old socket");
    back.chats(1, "from the new socket");
    assert_eq!(members[0].hears("chat_message").await["content"], "from the new socket");
    bob.is_patient = true;
    bob.is_closed("replaced", Close::Replaced).await;
    members[0].hears_nothing_for(Duration::from_secs(20)).await;
}

// C1
#[tokio::test(start_paused = true)]
async fn the_old_socket_of_a_session_that_was_resumed_elsewhere_cannot_leave_for_it() {
    for code in [None, Some(1000), Some(1001)] {
        let world = World::of(2, Settings::default()).await;
        let mut members = world.members(2, world.room(4)).await; // user 2 is on the first node
        let bob = members.pop().expect("two");
        let mut back = Browser::connect(&world.nodes[1], None);
        assert_eq!(back.resumes(&bob).await["type"], "resumed");
        bob.disconnects(Disconnect::Closed(code));
        let [alice] = &mut members[..] else { panic!("one is left") };
        let long = Duration::from_secs(20);
        tokio::join!(alice.hears_nothing_for(long), back.hears_nothing_for(long));
        alice.chats(1, "still there?");
        assert_eq!(back.hears("chat_message").await["content"], "still there?");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_socket_is_detected_and_its_seat_lost() {
    let world = World::single().await;
    let mut members = world.members(2, world.room(4)).await;
    let mut bob = members.pop().expect("two");
    bob.pongs = false;
    let started = tokio::time::Instant::now();
    let watch = async {
        loop {
            match bob.next().await {
                Heard::Ping(_) => {}
                Heard::Text(message) => assert_eq!(message["data"]["code"], "timeout"),
                other @ (Heard::Pong(_) | Heard::Closed(_)) => break other,
            }
        }
    };
    let closed = watch.await;
    assert_eq!(closed, Heard::Closed(Some(Close::Timeout.number())));
    assert!(started.elapsed() <= Duration::from_secs(25), "found after {:?}", started.elapsed());
}
