//! Seats of rooms whose media flows between the browsers, or was never placed: fewer for newcomers, the same for members.

use super::{Make, world::World};
use crate::ledger::{Placing, SeatsMax};

/// Four seats, and two while media flows between the browsers.
const FALLEN: SeatsMax = SeatsMax { own: 4, unplaced: 4, mesh: 2 };

pub(super) async fn a_room_between_browsers_takes_no_more_newcomers_than_they_carry(make: Make) {
    let mut w = World::new(make).await;
    for name in ["ann", "bob"] {
        w.try_join(name, "a", FALLEN).await.expect("an answer").expect("a seat");
    }
    assert_eq!(w.place("a", 0, Placing::Mesh { below: 3 }).await, "won mesh in 1");
    assert_eq!(w.why_no_seat("b", FALLEN).await, "crowded", "also where nobody knows the room yet");
    assert_eq!(w.why_no_seat("b", SeatsMax { own: 2, ..FALLEN }).await, "full");
    assert_eq!(w.place_at("a", 1, "m").await, "won m1 in 2");
    assert!(w.try_join("cem", "b", FALLEN).await.expect("an answer").is_some(), "a media server carries more");
}

pub(super) async fn who_has_a_seat_takes_it_again_in_a_crowded_room(make: Make) {
    let mut w = World::new(make).await;
    for name in ["ann", "bob", "cem"] {
        w.join(name, "a").await;
    }
    assert_eq!(w.place("a", 0, Placing::Mesh { below: 4 }).await, "won mesh in 1");
    let ann = w.try_join("ann", "b", FALLEN).await.expect("an answer").expect("her seat");
    assert!(ann.replaced.is_some() && ann.before == ["bob", "cem"]);
    assert_eq!(w.why_no_seat("b", FALLEN).await, "crowded");
}

pub(super) async fn a_room_that_was_never_placed_has_a_bound_of_its_own(make: Make) {
    let mut w = World::new(make).await;
    let grows = SeatsMax { own: 4, unplaced: 2, mesh: 3 };
    for name in ["ann", "bob"] {
        w.try_join(name, "a", grows).await.expect("an answer").expect("a seat");
    }
    assert_eq!(w.why_no_seat("b", grows).await, "crowded");
    assert_eq!(w.place("a", 0, Placing::Mesh { below: 3 }).await, "won mesh in 1");
    assert!(w.try_join("cem", "b", grows).await.expect("an answer").is_some());
    assert_eq!(w.why_no_seat("b", grows).await, "crowded");
}
