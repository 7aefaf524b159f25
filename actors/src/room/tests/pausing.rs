//! Pauses and resumes of one producer, one after the other.

use super::{
    bench::*,
    media::{asker, host, hosting},
};
use crate::{
    ledger::{Failure, Published, TrackChange},
    messages::room::{MediaReply, Message, Publishing, Reply},
    ports::MediaError,
    protocol::{
        Entry, LeaveReason,
        media::{MediaNews, MediaReason},
        sfu::{Json, SfuAsk},
    },
};

fn pause(producer: &str, paused: bool) -> SfuAsk {
    SfuAsk::PauseProducer { producer: producer.into(), paused }
}

impl Bench {
    /// Two members, the first of whom sends `p1` and `p2`.
    fn sending() -> Self {
        let mut bench = Self::placed(2);
        bench.produces(1, 1, "p1");
        bench.produces(1, 2, "p2");
        bench
    }

    fn pauses(&mut self, key: u64, producer: &str, paused: bool) -> Vec<String> {
        self.asks(1, (key, 1), pause(producer, paused))
    }

    /// The media server has answered.
    fn called(&mut self, key: u64, (producer, paused): (&str, bool), answer: Result<Json, MediaError>) -> Vec<String> {
        self.media(MediaReply::Called(asker(1, key), (host("m"), 1), pause(producer, paused), answer))
    }

    /// The ledger has answered.
    fn publishes(
        &mut self,
        key: u64,
        (producer, paused): (&str, bool),
        answer: Result<Published, Failure>,
    ) -> Vec<String> {
        let change = TrackChange::Pause(producer.into(), paused);
        let publishing = Publishing { asker: asker(1, key), epoch: 1, change, answered: "{}".into() };
        self.answer(Reply::Published(Box::new(publishing), answer))
    }
}

fn done() -> Result<Json, MediaError> {
    Ok("{}".into())
}

#[test]
fn a_resume_waits_for_the_pause_before_it_at_the_media_server_and_in_the_ledger() {
    let mut bench = Bench::sending();
    assert_eq!(bench.pauses(7, "p1", true), ["media call 7 at m/1 in 1"]);
    assert_eq!(bench.pauses(8, "p1", false), NOTHING);
    assert_eq!(bench.pauses(9, "p1", true), NOTHING);
    assert_eq!(bench.pauses(10, "p2", true), ["media call 10 at m/1 in 1"], "another producer's");
    assert_eq!(bench.called(7, ("p1", true), done()), ["call pause p1 true of 1 in 1"]);
    let told = bench.publishes(7, ("p1", true), Ok(Published::Done(vec![])));
    assert_eq!(told, ["tell 1 answered 7 {}", "media call 8 at m/1 in 1"]);
    assert_eq!(bench.called(8, ("p1", false), done()), ["call pause p1 false of 1 in 1"]);
    let told = bench.publishes(8, ("p1", false), Ok(Published::Done(vec![])));
    assert_eq!(told, ["tell 1 answered 8 {}", "media call 9 at m/1 in 1"]);
    bench.called(9, ("p1", true), done());
    assert_eq!(bench.publishes(9, ("p1", true), Ok(Published::Done(vec![]))), ["tell 1 answered 9 {}"]);
    assert_eq!(bench.pauses(11, "p1", false), ["media call 11 at m/1 in 1"], "nothing is under way");
}

#[test]
fn one_that_fails_lets_the_next_one_go() {
    let mut bench = Bench::sending();
    bench.pauses(7, "p1", true);
    bench.pauses(8, "p1", false);
    let failed = bench.called(7, ("p1", true), Err(MediaError::Rejected("no".into())));
    assert_eq!(failed, ["tell 1 answered 7 media_rejected", "media call 8 at m/1 in 1"]);
    bench.pauses(9, "p1", true);
    bench.called(8, ("p1", false), done());
    let failed = bench.publishes(8, ("p1", false), Err(not_applied(1_000)));
    assert_eq!(failed, ["tell 1 answered 8 unavailable after 1000", "media call 9 at m/1 in 1"]);
}

#[test]
fn what_waits_is_judged_again_when_its_turn_comes() {
    let mut bench = Bench::sending();
    bench.pauses(7, "p1", true);
    bench.pauses(8, "p1", false);
    let news = MediaNews::Changed { hosting: hosting(2, Some("n")), reason: MediaReason::MediaMoved };
    bench.told(pushed(push(1, 2, Entry::Media(news.into()))));
    let stale = bench.called(7, ("p1", true), done());
    assert_eq!(stale, ["tell 1 answered 7 media_stale", "tell 1 answered 8 media_stale"]);
}

#[test]
fn whoever_is_gone_leaves_nothing_that_waits() {
    let mut bench = Bench::sending();
    bench.pauses(7, "p1", true);
    bench.pauses(8, "p1", false);
    bench.told(Message::Leave(seat(1), LeaveReason::Left));
    let wants = bench.called(7, ("p1", true), done());
    assert!(wants.iter().all(|want| !want.starts_with("media call")), "{wants:?}");
}
