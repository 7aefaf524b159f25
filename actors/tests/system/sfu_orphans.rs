//! What a media server has and nobody else: deletions that were lost, and rooms that have moved.

use std::{sync::Arc, time::Duration};

use actors::protocol::{RoomId, RoomMode, SessionId};

use super::{
    browser::Browser,
    media::{Fails, Media},
    world::World,
};

/// Time passes, in which the members answer pings and send heartbeats.
async fn pass(members: &mut [Browser], seconds: u64) {
    for _ in 0..seconds / 5 {
        for member in &mut *members {
            member.says(r#"{"type":"heartbeat"}"#);
            while member.next_within(Duration::from_millis(1)).await.is_some() {}
        }
        tokio::time::sleep(Duration::from_secs(5)).await; // paused
    }
}

/// Two nodes, two media servers, and a room whose first member has a transport.
async fn stage() -> (World, RoomId, Arc<Media>, Vec<Browser>) {
    let media = Media::new(7);
    for server in ["m", "n"] {
        media.start(server);
    }
    let world = World::with_media(2, Arc::clone(&media)).await;
    let room = world.room_of(8, RoomMode::Sfu);
    let mut members = vec![world.member(0, 1, room).await, world.member(1, 2, room).await];
    members.iter_mut().for_each(|member| member.is_patient = true);
    tokio::time::sleep(Duration::from_secs(1)).await; // paused: nodes hear them
    members[0].has_transport(1).await;
    (world, room, media, members)
}

#[tokio::test(start_paused = true)]
async fn peers_without_a_seat_and_rooms_without_members_are_deleted_within_minutes() {
    let (_world, room, media, mut members) = stage().await;
    members[1].has_transport(1).await;
    let forgotten = RoomId::from_letters([25; 10]);
    media.haunt("m", room, SessionId::from_u128(7));
    media.haunt("m", forgotten, SessionId::from_u128(8));
    assert_eq!(media.peers("m"), 4);
    pass(&mut members, 50).await;
    assert_eq!(media.peers("m"), 4, "not at once");
    pass(&mut members, 150).await;
    assert_eq!((media.peers("m"), media.has_room("m", forgotten)), (2, false), "members keep what they have");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_has_moved_is_deleted_where_it_was_though_the_first_deletion_was_lost() {
    let (_world, room, media, mut members) = stage().await;
    media.fails_so(Fails { undeleted: 1_000, ..Fails::default() });
    media.drain("m");
    pass(&mut members, 20).await;
    assert!(media.has_room("m", room) && media.has_room("n", room), "it has moved, and nobody has told m");
    members[1].has_transport(10).await;
    media.fails_so(Fails::default());
    pass(&mut members, 200).await;
    assert!(!media.has_room("m", room) && media.has_room("n", room));
    assert_eq!(media.peers("n"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_comes_back_to_a_media_server_finds_nothing_of_before() {
    let (_world, _, media, mut members) = stage().await;
    for time in 0..3 {
        members[0].has_transport(10 + 10 * time).await;
        members[1].has_transport(10 + 10 * time).await;
        // Both seem to die, and go on as if nothing had been: nothing could be deleted there.
        for server in ["m", "n"] {
            media.stop(server);
        }
        pass(&mut members, 30).await;
        for server in ["m", "n"] {
            media.wake(server);
        }
        pass(&mut members, 150 + 60 * time).await;
    }
    let (epoch, _) = members[0].has_transport(50).await;
    assert!(epoch >= 4, "it has gone and come back: {epoch}");
    assert_eq!(media.peers("m") + media.peers("n"), 1, "only what was made since");
}
