//! Actors with nothing to do rest in the directory, and wake with the next message.

use std::time::Duration;

use actors::node::{Population, Settings};

use super::{
    browser::{Browser, Heard},
    world::{World, name},
};

/// Long enough for everybody to fall asleep: a ping's round, and the rest after it.
const A_WHILE: Duration = Duration::from_secs(60);

const EVERYBODY: Population = Population { sockets: 2, users: 2, rooms: 1 };

/// Both answer pings and say `heartbeat` for that long, and hear nothing else.
async fn stand_by(members: &mut [Browser], span: Duration) {
    let [one, two] = members else { panic!("two of them") };
    tokio::join!(one.hears_nothing_for(span), two.hears_nothing_for(span));
}

#[tokio::test(start_paused = true)]
async fn who_only_shows_signs_of_life_rests_and_is_still_asked_for_them() {
    let world = World::of(1, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    stand_by(&mut members, A_WHILE).await;
    assert_eq!(world.nodes[0].asleep(), EVERYBODY);
    stand_by(&mut members, A_WHILE).await;
    assert_eq!((world.nodes[0].asleep(), world.nodes[0].population()), (EVERYBODY, EVERYBODY), "nobody was woken");
    members[0].pongs = false;
    assert!(matches!(members[0].next().await, Heard::Ping(_)));
}

#[tokio::test(start_paused = true)]
async fn a_message_wakes_those_it_concerns_and_nothing_is_forgotten() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    members[0].offers(1, &name(2), "v=0 offer");
    members[1].hears("offer").await;
    stand_by(&mut members, A_WHILE).await;
    members[1].answers(1, &name(1), "v=0 answer");
    assert_eq!(members[0].hears("answer").await["sdp"], "v=0 answer");
    members[0].candidate(2, &name(2), "candidate:1");
    members[1].hears("ice_candidate").await;
    stand_by(&mut members, A_WHILE).await;
    members[1].says(&format!(r#"{{"type":"offer","cid":2,"data":{{"targetUserId":"{}","sdp":"v=0"}}}}"#, name(1)));
    assert_eq!(members[1].hears("error").await["code"], "glare", "roles outlive any number of naps");
}

#[tokio::test(start_paused = true)]
async fn a_sleeper_that_no_longer_answers_is_found_half_open() {
    let world = World::of(1, Settings::default()).await;
    let mut members = world.members(2, world.room(4)).await;
    stand_by(&mut members, A_WHILE).await;
    let silent = members.pop().expect("two");
    let mut left = silent.user.clone();
    for _ in 0..6 {
        members[0].says(r#"{"type":"heartbeat"}"#);
        if let Some(Heard::Text(message)) = members[0].next_within(Duration::from_secs(5)).await {
            left = format!("{} {} {}", message["type"], message["data"]["reason"], left);
            break;
        }
    }
    assert_eq!(left, format!(r#""user_left" "lost" {}"#, silent.user));
}
