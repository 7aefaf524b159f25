//! A cell as operators see it, and the clock of a run.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use super::{
    super::{CellState, Posted, Run, System as _, cell::Cell, deliver},
    house::{Counter, Deed, House, Told, house},
};

#[test]
fn operators_see_all_that_is_queued_and_since_when() {
    let now = Instant::now();
    let mut cell = Cell::<Counter, u8>::new(Box::new(Counter::new(1, Arc::default())));
    assert_eq!(cell.look(), CellState { active: false, running: false, depth: 0, oldest: None });
    assert!(matches!(cell.post(Told::Add(1), now, 4), Posted::Claimed(..)));
    assert_eq!(cell.wait(|| Some(9)), Some((&9, 0)));
    for _ in 0..2 {
        assert!(matches!(cell.post(Told::Add(1), now, 4), Posted::Queued));
    }
    let answer = cell.answer((|worker: &u8| *worker == 9, 0), Told::Add(1), now);
    assert!(matches!(answer, Posted::Queued));
    assert_eq!(cell.look(), CellState { active: true, running: true, depth: 3, oldest: Some(now) });
}

#[tokio::test(start_paused = true)]
async fn a_run_reads_the_clock_once_in_eight_steps() {
    let house = house(Duration::from_secs(1)).await;
    let mut run = Run::new(house.now());
    run.begin(&house);
    let before = house.readings.load(Ordering::Relaxed);
    for _ in 0..16 {
        run.took_step(&house);
    }
    assert_eq!(house.readings.load(Ordering::Relaxed) - before, 2);
}

/// What another thread does while a turn runs: time passes there, and it posts.
fn meanwhile(house: &Arc<House>) -> Deed {
    let house = Arc::clone(house);
    Box::new(move || {
        house.unix_ms.fetch_add(1, Ordering::Relaxed);
        let posted = house.cells.post(&1, Told::Look, house.now().at);
        assert!(matches!(posted, Posted::Queued));
    })
}

#[tokio::test(start_paused = true)]
async fn no_message_is_handled_at_a_time_before_another_thread_queued_it() {
    let house = house(Duration::from_secs(1)).await;
    deliver(&house, [(1, Told::Do(meanwhile(&house)))]);
    assert_eq!(house.heard(), [(1, 1)], "posted in a turn");
    deliver(&house, [(1, Told::DoLater(meanwhile(&house)))]);
    assert_eq!(house.heard(), [(1, 1), (1, 2)], "posted when it had settled");
}

#[test]
fn a_message_without_space_is_refused_or_another_one_takes_its_place() {
    let now = Instant::now();
    let mut cell = Cell::<Counter, u8>::new(Box::new(Counter::new(1, Arc::default())));
    assert!(matches!(cell.post(Told::Add(1), now, 1), Posted::Claimed(..)));
    assert!(matches!(cell.post(Told::Bulky, now, 1), Posted::Queued), "there is space");
    assert!(matches!(cell.post(Told::Add(1), now, 1), Posted::Full(Told::Add(1))));
    assert!(matches!(cell.post(Told::Bulky, now, 1), Posted::Queued));
    assert!(matches!((cell.next(), cell.next(), cell.next()), (Some(Told::Bulky), Some(Told::Add(500)), None)));
}
