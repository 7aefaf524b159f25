//! The drain of one node.

use std::time::Duration;

use actors::{
    protocol::Close,
    settings::{Drain, Settings},
};

use super::{browser::Browser, world::World};

#[tokio::test(start_paused = true)]
async fn a_drained_node_loses_nothing_and_its_clients_resume_elsewhere() {
    let world = World::of(2, Settings::default()).await;
    let room = world.room(4);
    let mut stays = world.member(1, 1, room).await;
    let mut moves = world.member(0, 2, room).await;
    stays.hears("user_joined").await;
    moves.chats(1, "said before the drain");
    tokio::task::yield_now().await;
    let node = world.nodes[0].clone();
    let draining = tokio::spawn(async move { node.drain(Drain::default()).await });
    let notice = moves.hears("server_draining").await;
    assert!(notice["retryAfterMs"].is_u64());
    moves.is_closed("draining", Close::Draining).await;
    let mut back = Browser::connect(&world.nodes[1], None);
    assert_eq!(back.resumes(&moves).await["type"], "resumed");
    back.chats(1, "said before the drain");
    assert_eq!(stays.hears("chat_message").await["content"], "said before the drain");
    stays.hears_nothing_for(Duration::from_secs(20)).await;
    assert!(draining.await.expect("the drain does not panic"), "the node came to rest in time");
    assert_eq!(world.nodes[0].population().sockets, 0);
    moves.goes().await;
}
