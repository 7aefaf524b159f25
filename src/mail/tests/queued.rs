//! The queue: retries, limits, shutdown.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    super::{Limits, MailError, MailQueue, Security, Server, Smtp, kept::Kept},
    letter,
    server::{Conduct, SmtpServer},
};

fn later() -> MailError {
    MailError { is_final: false, why: "as the test wants".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_mail_is_retried_with_growing_pauses_until_it_is_sent() {
    let kept = Arc::new(Kept::default());
    kept.fails([later(), later(), later()]);
    let queue = MailQueue::new(Arc::clone(&kept) as _, Limits::default());
    let begun = Instant::now();
    queue.post("ann@example.org", letter());
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
    queue.post("ann@example.org", letter());
    queue.post("bob@example.org", letter());
    assert_eq!(kept.mail(0).await.to, "bob@example.org", "nobody waits for the one that failed");
    // Pauses of 2, 4, 8, 16 s are 30 s; one more of 32 s would be too long.
    kept.fails((0..5).map(|_| later()));
    queue.post("cat@example.org", letter());
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
    let limits = Limits { waiting_max: 3, connections_max: 1, retry_within: Duration::ZERO, ..Limits::default() };
    let queue = MailQueue::new(Arc::new(Smtp::new(&server).expect("a mailer")), limits.clone());
    let begun = Instant::now();
    for _ in 0..9 {
        queue.post("ann@example.org", letter());
    }
    assert_eq!((queue.waiting(), begun.elapsed()), (3, Duration::ZERO), "posting waits for nothing");
    assert!(queue.finish(4 * limits.send_within).await, "each sending has its limit");
    assert_eq!((begun.elapsed().as_secs(), queue.waiting()), (90, 0), "one after the other");
}

#[tokio::test(start_paused = true)]
async fn shutdown_tries_once_more_and_then_gives_up() {
    let kept = Arc::new(Kept::default());
    let queue = MailQueue::new(Arc::clone(&kept) as _, Limits::default());
    kept.fails([later()]);
    queue.post("ann@example.org", letter());
    tokio::task::yield_now().await;
    let begun = Instant::now();
    assert!(queue.finish(Duration::from_secs(1)).await);
    assert_eq!((kept.arrived().len(), begun.elapsed()), (1, Duration::ZERO), "the retry was not waited for");
}
