//! A media server's life, step by step, and what holds in every one.

use proptest::prelude::*;

use super::*;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const SILENT: Duration = Duration::from_millis(3_500);

fn run(name: &str) -> Arc<str> {
    name.into()
}

fn load(is_draining: bool) -> Load {
    Load { consumers: 3, consumers_max: 400, is_draining }
}

fn heard(name: &str) -> Act {
    Act::Heard { instance: run(name), is_draining: false }
}

/// A life with its clock.
struct Bench(Life, Instant);

impl Bench {
    /// A server whose stream is open.
    fn heard() -> Self {
        let mut bench = Self(Life::new(SILENT, None), Instant::now());
        bench.does(Event::Begun, &[Act::Open(Duration::ZERO)]);
        bench.does(Event::Hello(run("one")), &[]);
        bench.does(Event::Load(load(false)), &[heard("one")]);
        bench
    }

    /// Exactly this follows.
    #[track_caller]
    fn does(&mut self, event: Event, acts: &[Act]) {
        assert_eq!(self.0.handle(event, self.1), acts);
    }

    /// When something is due next, this follows; how long that takes.
    #[track_caller]
    fn next(&mut self, acts: &[Act]) -> Duration {
        let at = self.0.wake_at().expect("something is due");
        let waited = at - self.1;
        self.1 = at;
        self.does(Event::Woken, acts);
        waited
    }

    /// The server is well for as long as its breaker asks.
    fn recovers(&mut self, name: &str) {
        for _ in 0..2 {
            self.next(&[Act::Probe]);
            self.does(Event::Probed(Some(run(name))), &[]);
        }
        self.next(&[Act::Probe]);
    }
}

#[test]
fn a_stream_is_heard_each_second_and_tells_the_load() {
    let mut bench = Bench::heard();
    bench.1 += SECOND;
    bench.does(Event::Load(load(true)), &[Act::Heard { instance: run("one"), is_draining: true }]);
    assert_eq!(bench.0.load(), Some(load(true)));
    assert_eq!(bench.0.wake_at(), Some(bench.1 + SILENT));
}

#[test]
fn a_stream_that_breaks_while_the_server_answers_is_opened_again_later_each_time() {
    let mut bench = Bench::heard();
    for pause in [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000] {
        bench.does(Event::Ended, &[Act::Probe]);
        assert_eq!(bench.0.load(), None, "what it carries now is not known");
        bench.does(Event::Probed(Some(run("one"))), &[Act::Open(pause * MS)]);
        bench.does(Event::Hello(run("one")), &[]);
    }
    bench.does(Event::Load(load(false)), &[heard("one")]);
    for _ in 0..5 {
        bench.1 += 2 * SECOND;
        bench.does(Event::Load(load(false)), &[heard("one")]);
    }
    bench.does(Event::Ended, &[Act::Probe]);
    bench.does(Event::Probed(Some(run("one"))), &[Act::Open(250 * MS)]);
}

#[test]
fn a_server_whose_stream_breaks_and_that_does_not_answer_is_lost_at_once_and_told_once() {
    let mut bench = Bench::heard();
    bench.does(Event::Ended, &[Act::Probe]);
    assert_eq!(bench.0.position(), Position::Closed, "one probe decides");
    bench.does(Event::Probed(None), &[Act::Lost(run("one"))]);
    assert_eq!(bench.0.position(), Position::Open);
    for seconds in [1, 2, 4, 8, 8] {
        assert_eq!(bench.next(&[Act::Probe]), seconds * SECOND);
        bench.does(Event::Probed(None), &[]);
    }
}

#[test]
fn a_server_that_is_back_is_listened_to_once_three_probes_were_good() {
    let mut bench = Bench::heard();
    bench.does(Event::Ended, &[Act::Probe]);
    bench.does(Event::Probed(None), &[Act::Lost(run("one"))]);
    bench.recovers("two");
    bench.does(Event::Probed(Some(run("two"))), &[Act::Open(250 * MS)]);
    assert_eq!(bench.0.position(), Position::Closed);
    bench.does(Event::Hello(run("two")), &[]);
    bench.does(Event::Load(load(false)), &[heard("two")]);
}

#[test]
fn silence_ends_a_stream_as_its_end_does() {
    let mut bench = Bench::heard();
    bench.1 += 3 * SECOND;
    bench.does(Event::Alive, &[]);
    assert_eq!(bench.next(&[Act::Close, Act::Probe]), SILENT);
    bench.does(Event::Probed(None), &[Act::Lost(run("one"))]);
    bench.does(Event::Load(load(false)), &[]); // from the stream that was closed
}

#[test]
fn a_server_that_was_restarted_in_between_is_another_one() {
    let mut bench = Bench::heard();
    bench.does(Event::Ended, &[Act::Probe]);
    bench.does(Event::Probed(Some(run("two"))), &[Act::Lost(run("one")), Act::Open(250 * MS)]);
    bench.does(Event::Hello(run("three")), &[Act::Lost(run("two"))]);
    bench.does(Event::Load(load(false)), &[heard("three")]);
}

#[test]
fn requests_that_fail_open_the_breaker_and_lose_no_server_that_is_heard() {
    let mut bench = Bench::heard();
    for _ in 0..3 {
        bench.does(Event::Failed(Failure::Timeout), &[]);
    }
    assert_eq!(bench.0.position(), Position::Open);
    bench.1 += SECOND;
    bench.does(Event::Load(load(false)), &[heard("one"), Act::Probe]);
    bench.does(Event::Probed(None), &[]);
    bench.does(Event::Ended, &[]); // the breaker's next probe decides
    bench.next(&[Act::Probe]);
    bench.does(Event::Probed(None), &[Act::Lost(run("one"))]);
}

#[test]
fn a_breaker_that_closes_while_the_stream_is_open_opens_no_second_one() {
    let mut bench = Bench::heard();
    for _ in 0..5 {
        bench.does(Event::Failed(Failure::Broken), &[]);
    }
    for _ in 0..3 {
        let at = bench.0.probe_at().expect("open");
        while bench.1 + SECOND < at {
            bench.1 += SECOND;
            bench.does(Event::Alive, &[]);
        }
        bench.1 = at;
        bench.does(Event::Alive, &[Act::Probe]);
        bench.does(Event::Probed(Some(run("one"))), &[]);
    }
    assert_eq!(bench.0.position(), Position::Closed);
}

#[test]
fn a_server_that_was_never_there_is_probed_and_nothing_is_told() {
    let mut bench = Bench(Life::new(SILENT, None), Instant::now());
    bench.does(Event::Begun, &[Act::Open(Duration::ZERO)]);
    bench.does(Event::Ended, &[Act::Probe]);
    bench.does(Event::Probed(None), &[]);
    assert_eq!(bench.next(&[Act::Probe]), SECOND);
}

#[test]
fn after_its_actor_died_the_run_that_was_heard_is_still_known() {
    let mut bench = Bench(Life::new(SILENT, Some(run("one"))), Instant::now());
    bench.does(Event::Begun, &[Act::Open(Duration::ZERO)]);
    bench.does(Event::Hello(run("two")), &[Act::Lost(run("one"))]);
}

fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
    let name = prop_oneof![Just("one"), Just("two")];
    let event = prop_oneof![
        3 => Just(Event::Woken),
        2 => name.clone().prop_map(|name| Event::Hello(name.into())),
        3 => any::<bool>().prop_map(|is_draining| Event::Load(load(is_draining))),
        1 => Just(Event::Alive),
        2 => Just(Event::Ended),
        4 => prop::option::of(name).prop_map(|name| Event::Probed(name.map(Into::into))),
        1 => Just(Event::Failed(Failure::Timeout)),
        1 => Just(Event::Failed(Failure::Broken)),
    ];
    prop::collection::vec((0_u64..4_000, event), 0..200)
}

proptest! {
    /// Whatever happens, in any order: something is under way or due, at most one stream and one probe are, and who was lost is
    /// told lost once.
    #[test]
    fn it_never_falls_asleep_and_tells_each_loss_once(events in events()) {
        let (mut life, mut now) = (Life::new(SILENT, None), Instant::now());
        let (mut has_stream, mut has_probe, mut known) = (false, false, None);
        for (wait, event) in std::iter::once((0, Event::Begun)).chain(events) {
            now += Duration::from_millis(wait);
            // What nobody has asked for does not come.
            match &event {
                Event::Probed(_) if !has_probe => continue,
                Event::Hello(_) | Event::Load(_) | Event::Alive | Event::Ended if !has_stream => continue,
                Event::Probed(_) => has_probe = false,
                Event::Ended => has_stream = false,
                Event::Begun | Event::Woken | Event::Hello(_) | Event::Load(_) | Event::Alive | Event::Failed(_) => {}
            }
            let acts = life.handle(event, now);
            for act in acts {
                match act {
                    Act::Open(_) => prop_assert!(!std::mem::replace(&mut has_stream, true), "a second stream"),
                    Act::Close => prop_assert!(std::mem::replace(&mut has_stream, false), "no stream to close"),
                    Act::Probe => prop_assert!(!std::mem::replace(&mut has_probe, true), "a second probe"),
                    Act::Heard { instance, .. } => known = Some(instance),
                    Act::Lost(instance) => {
                        prop_assert!(life.instance() != Some(&instance));
                        prop_assert!(known.take().is_none_or(|known| known == instance), "another was heard");
                    }
                }
            }
            prop_assert!(has_stream || has_probe || life.wake_at().is_some(), "nothing will ever happen: {:?}", life);
            prop_assert!(life.load().is_none() || has_stream, "a load without a stream");
        }
    }
}
