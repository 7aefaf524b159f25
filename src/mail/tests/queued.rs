//! The queue: retries, limits, shutdown.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    super::{Cause, Limits, MailError, MailQueue, Security, Server, Smtp, kept::Kept},
    letter,
    server::{Conduct, SmtpServer},
};

fn later() -> MailError {
    MailError { is_final: false, why: "as the test wants".to_owned() }
}

fn try_post(queue: &MailQueue, to: &str, cause: Cause) -> bool {
    queue.reserve(cause).map(|place| place.post(to, letter())).is_some()
}

#[track_caller]
fn post(queue: &MailQueue, to: &str) {
    assert!(try_post(queue, to, Cause::Reset), "the queue is full");
}

#[tokio::test(start_paused = true)]
async fn sign_ups_leave_places_for_those_who_forgot_a_password() {
    let kept = Arc::new(Kept::default());
    let limits = Limits { waiting_max: 5, reserved_for_resets: 2, ..Limits::default() };
    let queue = MailQueue::new(Arc::clone(&kept) as _, limits);
    let places: Vec<_> = (0..9).filter_map(|_| queue.reserve(Cause::Signup)).collect();
    assert_eq!((places.len(), queue.waiting()), (3, 3));
    assert!(try_post(&queue, "ann@example.org", Cause::Reset) && try_post(&queue, "ann@example.org", Cause::Reset));
    assert!(!try_post(&queue, "ann@example.org", Cause::Reset), "now it is full");
    drop(places);
    kept.mail(1).await;
    assert!(queue.finish(Duration::from_secs(1)).await);
    assert_eq!(queue.waiting(), 0, "what was not posted gives its place back");
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_retried_with_growing_pauses_until_it_is_sent() {
    let kept = Arc::new(Kept::default());
    kept.fails([later(), later(), later()]);
    let queue = MailQueue::new(Arc::clone(&kept) as _, Limits::default());
    let begun = Instant::now();
    post(&queue, "ann@example.org");
    assert_eq!(kept.mail(0).await.to, "ann@example.org");
    assert_eq!(begun.elapsed().as_secs(), 2 + 4 + 8);
    assert!(queue.finish(Duration::from_secs(1)).await);
    assert_eq!((queue.waiting(), kept.arrived().len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_is_refused_for_good_is_not_retried_and_no_mail_is_retried_for_ever() {
    let kept = Arc::new(Kept::default());
    let limits = Limits { retry_within: Duration::from_secs(60), ..Limits::default() };
    let queue = MailQueue::new(Arc::clone(&kept) as _, limits);
    kept.fails([MailError { is_final: true, ..later() }]);
    post(&queue, "ann@example.org");
    post(&queue, "bob@example.org");
    assert_eq!(kept.mail(0).await.to, "bob@example.org", "nobody waits for the one that failed");
    // Pauses of 2, 4, 8, 16 s are 30 s; one more of 32 s would be too long.
    kept.fails((0..5).map(|_| later()));
    post(&queue, "cat@example.org");
    let begun = Instant::now();
    while queue.waiting() > 0 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    assert!((30..40).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    assert_eq!(kept.arrived().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_holds_up_nobody_and_a_full_queue_drops_mails() {
    let post = SmtpServer::start(Conduct { hangs: true, ..Conduct::default() }).await;
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port: post.address.port(),
        security: Security::Plain,
        credentials: None,
        from: "no-reply@call.example.org".to_owned(),
    };
    let limits = Limits {
        waiting_max: 3,
        reserved_for_resets: 1,
        connections_max: 1,
        retry_within: Duration::ZERO,
        ..Limits::default()
    };
    let queue = MailQueue::new(Arc::new(Smtp::new(&server).expect("a mailer")), limits.clone());
    let begun = Instant::now();
    let posted = (0..9).filter(|_| try_post(&queue, "ann@example.org", Cause::Reset)).count();
    assert_eq!(posted, 3);
    assert_eq!((queue.waiting(), begun.elapsed()), (3, Duration::ZERO), "posting waits for nothing");
    assert!(queue.finish(4 * limits.send_within).await, "each sending has its limit");
    assert_eq!((begun.elapsed().as_secs(), queue.waiting()), (90, 0), "one after the other");
}

#[tokio::test(start_paused = true)]
async fn shutdown_tries_once_more_and_then_gives_up() {
    let kept = Arc::new(Kept::default());
    let queue = MailQueue::new(Arc::clone(&kept) as _, Limits::default());
    kept.fails([later()]);
    post(&queue, "ann@example.org");
    tokio::task::yield_now().await;
    let begun = Instant::now();
    assert!(queue.finish(Duration::from_secs(1)).await);
    assert_eq!((kept.arrived().len(), begun.elapsed()), (1, Duration::ZERO), "the retry was not waited for");
}
