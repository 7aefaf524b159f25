//! Rooms that outlive their server: on one that is started again with what it had stored, which may lack the last moments.

use actors::{
    ledger::{Event, Ledger as _, Send},
    protocol::{Kind, Message},
};

use super::{
    super::*,
    failing::{Stage, run, settled_soon},
    server::Server,
};

/// Its number may be that of one which the server has forgotten.
#[test]
fn a_message_of_an_epoch_before_is_not_appended_to_a_room_that_outlived_its_server() {
    run(async {
        let mut server = Server::start_with(&["--appendonly", "yes", "--appendfsync", "always"]);
        let stage = Stage::on(&server, settled_soon()).await;
        let (from, to) = (stage.join(1).await, stage.join(2).await);
        let first = stage.ledger.epoch();
        let send = |cid| {
            let message = Message { kind: Kind::IceCandidate, data: "{}".into() };
            let (skipped, released, to) = (Vec::new(), Vec::new(), to.order);
            let send = Send { from, to, cid: Some(cid), skipped, released, messages: vec![message] };
            stage.ledger.send(At { epoch: first, ..stage.at() }, send)
        };
        for cid in 1..=3 {
            assert!(matches!(send(cid).await, Ok(Sent::Appended(_))));
        }
        server.kill();
        stage.until(|event| *event == Event::Interrupted).await;
        server.restart();
        let answer = loop {
            match send(4).await {
                Err(Failure::NotApplied { .. } | Failure::Unknown { .. }) => tokio::task::yield_now().await,
                other => break other,
            }
        };
        assert_eq!(answer, Err(Failure::Epoch(first + 1)));
    });
}
