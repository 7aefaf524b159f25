//! SIGTERM: sockets are notified and closed, and the process exits in time; a second signal stops it at once.

use std::time::{Duration, Instant};

use crate::process::Node;

#[tokio::test]
async fn a_terminated_node_notifies_its_sockets_and_exits_cleanly() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let mut socket = node.socket(&ann).await;
    socket.joins(&room).await;
    let begun = Instant::now();
    node.signal("-TERM");
    socket.hears("server_draining").await;
    assert_eq!(socket.hears("error").await["data"]["code"], "draining");
    assert_eq!(socket.is_closed().await, Some(1001));
    drop(socket);
    let (status, log) = node.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("\"rested\":true") && log.contains("\"ended\":true"), "nothing was left:\n{log}");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_second_signal_stops_now() {
    // A client that never answers the close frame would hold the drain for seconds.
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let _deaf = node.socket(&ann).await;
    node.signal("-TERM");
    node.signal("-TERM");
    let (status, log) = node.ended().await;
    assert_eq!(status.code(), Some(0), "{log}");
}
