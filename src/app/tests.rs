//! A node ends in time, whatever hangs.

use std::{future::pending, time::Duration};

use tokio::sync::oneshot;

use super::{Changes, Ends, ending, settings};

#[tokio::test(start_paused = true)]
async fn what_a_late_change_leaves_to_be_settled_is_settled_after_it() {
    let (ends, changes) = (Ends::default(), Changes::default());
    let (leave, left) = oneshot::channel();
    let (settle, settled) = oneshot::channel();
    let changed = ends.changed.clone();
    ends.tasks.spawn(async move {
        changed.cancelled().await;
        let _ = settle.send(left.await.is_ok()); // the test may have failed
    });
    assert!(changes.begin("test", async move {
        tokio::time::sleep(settings::CHANGES_WITHIN / 2).await; // paused
        let _ = leave.send(()); // nobody settles it any more
    }));
    let mails = async { true };
    assert_eq!(ending(ends.all(&changes, mails), async {}).await, (true, true));
    assert_eq!(settled.await, Ok(true));
}

#[tokio::test(start_paused = true)]
async fn a_node_exits_within_20_s_of_the_signal_whatever_hangs() {
    let begun = tokio::time::Instant::now();
    assert_eq!(ending(pending(), pending()).await, (false, false));
    let longest_drain = Duration::from_secs(15);
    assert!(begun.elapsed() + longest_drain + Duration::from_millis(500) <= Duration::from_secs(20));
    assert_eq!(ending(async { true }, pending()).await, (true, false));
    assert_eq!(ending(async { false }, async {}).await, (false, true));
    assert_eq!(ending(async { true }, async {}).await, (true, true));
    assert_eq!(settings::drain(&crate::config::Config::default()).within, longest_drain);
}
