//! The first walk of `docs/architecture.md`: A's offer to B on another node, and the answer.

use super::world::{World, name};

#[tokio::test(start_paused = true)]
async fn an_offer_crosses_nodes_and_its_answer_returns() {
    let world = World::of(2, actors::settings::Settings::default()).await;
    let room = world.room(4);
    let mut members = world.members(2, room).await;
    let (mut newer, mut older) = (members.pop().expect("two"), members.pop().expect("two"));
    older.offers(1, &name(2), "v=0 offer");
    let offer = newer.hears("offer").await;
    assert_eq!((offer["senderUserId"].as_str(), offer["sdp"].as_str()), (Some(name(1).as_str()), Some("v=0 offer")));
    newer.answers(1, &name(1), "v=0 answer");
    assert_eq!(older.hears("answer").await["sdp"], "v=0 answer");
    older.candidate(2, &name(2), "candidate:1");
    assert_eq!(newer.hears("ice_candidate").await["candidate"]["candidate"], "candidate:1");
}
