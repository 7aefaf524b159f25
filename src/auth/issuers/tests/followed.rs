//! When keys are fetched, and what tokens are told meanwhile; on the paused clock.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{Desk, Signer, set_of, settings};
use crate::auth::{
    Clock,
    issuers::{Algorithm, Issuers, Limits, Missing},
};

/// One issuer, followed; time of day and the paused clock go together.
struct Bench {
    desk: Desk,
    issuers: Arc<Issuers>,
    clock: Clock,
    stop: CancellationToken,
}

/// Long enough for whatever is under way to end.
const MOMENT: Duration = Duration::from_millis(1);

async fn bench(desk: Desk) -> Bench {
    let begun = Instant::now();
    let start = Timestamp::from_second(1_800_000_000).expect("a time");
    let clock = Clock::new(move || start + begun.elapsed());
    let issuers = Arc::new(Issuers::new(
        vec![settings("https://id.example.org", "corp:")],
        Arc::new(desk.clone()),
        Limits::default(),
    ));
    let stop = CancellationToken::new();
    tokio::spawn(Arc::clone(&issuers).follow(clock.clone(), stop.clone()));
    sleep(MOMENT).await; // paused
    Bench { desk, issuers, clock, stop }
}

impl Bench {
    fn finds(&self, kid: &str) -> Result<(), Missing> {
        let issuer = self.issuers.named("https://id.example.org").expect("the issuer");
        self.issuers.find(issuer, (Some(kid), Algorithm::EdDsa), self.clock.now()).map(drop)
    }
}

async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await; // paused
}

#[tokio::test(start_paused = true)]
async fn while_an_issuer_was_never_reached_tokens_are_to_be_sent_again() {
    let (bench, key) = (bench(Desk::default()).await, Signer::ed25519("one"));
    assert_eq!((bench.desk.asked(), bench.finds("one")), (1, Err(Missing::NotYet)));
    bench.desk.answers(Some(set_of(&[&key])));
    pass(9).await;
    assert_eq!(bench.desk.asked(), 1, "not more often than every ten seconds, however many tokens come");
    pass(1).await;
    sleep(MOMENT).await; // paused
    assert_eq!((bench.desk.asked(), bench.finds("one")), (2, Ok(())));
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_known_soon_after_the_first_token_that_it_signed() {
    let (old, new) = (Signer::ed25519("old"), Signer::ed25519("new"));
    let bench = bench(Desk::of(set_of(&[&old]))).await;
    assert_eq!((bench.finds("old"), bench.finds("new")), (Ok(()), Err(Missing::Unknown)), "the set is a moment old");
    pass(30).await;
    assert_eq!(bench.desk.asked(), 2, "it was asked for once, although in vain");
    bench.desk.answers(Some(set_of(&[&old, &new])));
    pass(30).await;
    assert_eq!(bench.desk.asked(), 2, "nobody asks for it");
    assert_eq!(bench.finds("new"), Err(Missing::NotYet), "it may be newer than the set");
    sleep(MOMENT).await; // paused
    assert_eq!((bench.finds("new"), bench.finds("old"), bench.desk.asked()), (Ok(()), Ok(()), 3));
}

#[tokio::test(start_paused = true)]
async fn made_up_keys_cost_one_request_every_ten_seconds() {
    let key = Signer::ed25519("one");
    let bench = bench(Desk::of(set_of(&[&key]))).await;
    for n in 0..600 {
        let _ = bench.finds(&format!("made-up-{n}")); // unknown, or not yet
        sleep(Duration::from_millis(100)).await; // paused
    }
    assert!((6..=7).contains(&bench.desk.asked()), "{}", bench.desk.asked());
    assert_eq!(bench.finds("one"), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_outage_and_nonsense_keep_the_keys_and_a_withdrawn_key_is_gone_in_five_minutes() {
    let (old, new) = (Signer::ed25519("old"), Signer::ed25519("new"));
    let bench = bench(Desk::of(set_of(&[&old]))).await;
    for answer in [None, Some("<html>".to_owned()), Some("{\"keys\":7}".to_owned())] {
        bench.desk.answers(answer);
        let before = bench.desk.asked();
        pass(3_600).await;
        let asked = bench.desk.asked() - before;
        assert_eq!(bench.finds("old"), Ok(()));
        assert!((10..=30).contains(&asked), "it asked {asked} times in an hour");
    }
    bench.desk.answers(Some(set_of(&[&new])));
    pass(331).await;
    assert_eq!((bench.finds("new"), bench.finds("old").is_err()), (Ok(()), true));
    bench.stop.cancel();
    let before = bench.desk.asked();
    pass(3_600).await;
    assert_eq!(bench.desk.asked(), before, "it has stopped");
}
