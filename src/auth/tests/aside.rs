//! Background work: order, limit, and the effect of a panic.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use futures_util::future::join_all;

use crate::auth::{AuthError, aside::Aside};

#[tokio::test]
async fn short_jobs_overtake_long_ones() {
    let (aside, done) = (Aside::new(1, 10), Arc::new(Mutex::new(Vec::new())));
    let (open, gate) = mpsc::channel::<()>();
    let note = |what: &'static str| {
        let done = Arc::clone(&done);
        move || done.lock().expect("a list").push(what)
    };
    let (one, two) = (aside.enter().expect("a place"), aside.enter().expect("a place"));
    let mut first = Box::pin(one.hash(move || gate.recv().is_err()));
    assert!(futures_util::poll!(&mut first).is_pending(), "the only thread is taken");
    let mut long = Box::pin(two.hash(note("long")));
    let mut moment = Box::pin(aside.moment(note("moment")));
    assert!(futures_util::poll!(&mut long).is_pending() && futures_util::poll!(&mut moment).is_pending());
    drop(open);
    first.await.expect("done");
    long.await.expect("done");
    moment.await.expect("done");
    assert_eq!(*done.lock().expect("a list"), ["moment", "long"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_jobs_run_than_there_are_threads() {
    let (aside, now, most) = (Aside::new(2, 300), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let work = async || {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        let job = move || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            now.fetch_sub(1, Ordering::SeqCst);
        };
        aside.enter().expect("a place").hash(job).await
    };
    for outcome in join_all((0..200).map(|_| work())).await {
        outcome.expect("done");
    }
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)), "{most:?} at once");
}

#[tokio::test]
async fn a_panic_fails_only_its_own_job() {
    let aside = Aside::new(1, 10);
    let broken: Result<(), _> = aside.moment(|| panic!("as the test wants")).await;
    assert!(matches!(broken, Err(AuthError::Broken(_))), "{broken:?}");
    assert_eq!(aside.moment(|| 7).await.expect("the next is done"), 7);
}
