//! `rooms`: an operator lists all rooms, page by page, beside the signals of calls: how long a page takes, and the latency of the
//! signals. Must not know how rooms are stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::Args;
use hdrhistogram::Histogram;

use super::relay::{directions, drained, pairs, rates};
use super::script::Measure;
use super::{Run, seconds};
use crate::clock::nanos;
use crate::latency::{Latencies, histogram};
use crate::node::{Node, Operator};
use crate::pace::{Offer, Pace};
use crate::report::{Report, Unit, float, micros};

pub(super) const FIGURES: &[&str] =
    &["rooms", "pages", "page_p99_us", "live_page_p99_us", "idle_p99_us", "listed_p99_us", "p99_ratio", "lost"];

/// Options of `rooms`.
#[derive(Debug, Args)]
pub(crate) struct Rooms {
    /// Rooms that are listed
    #[arg(long, default_value_t = 10_000)]
    rooms: usize,
    /// Rooms of one page
    #[arg(long, default_value_t = 50)]
    page: usize,
    /// Pairs whose signals are measured meanwhile; their rooms are the live ones
    #[arg(long, default_value_t = 200)]
    pairs: usize,
    /// Messages a second of all pairs together
    #[arg(long, default_value_t = 1_000.0)]
    rate: f64,
    /// How long the signals are measured without and with the lists
    #[arg(long = "for", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    span: Duration,
    /// The longest p99 of a page, in milliseconds
    #[arg(long, default_value_t = 50.0)]
    page_p99_max_ms: f64,
    /// The longest p99 of the signals during the lists, as a multiple of that before them; 2 ms more are noise
    #[arg(long, default_value_t = 3.0)]
    p99_times_max: f64,
}

/// What a p99 of signals may be above the idle one without saying anything, in microseconds.
const NOISE_US: f64 = 2_000.0;

/// What the lists took.
struct Listed {
    all: Histogram<u64>,
    live: Histogram<u64>,
    /// Rooms of one whole list.
    rooms: usize,
}

impl Rooms {
    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let latencies = Arc::new(Latencies::new(&["warm", "idle", "listed", "after"])?);
        let mut node = Node::reach(run.shared.which.clone(), &[]).await?;
        node.rooms(self.rooms.saturating_sub(self.pairs), 2).await?;
        node.again().await?;
        let crowd = pairs(run, &node, (self.pairs, Box::new(Measure(Arc::clone(&latencies))))).await?;

        let offer = Offer { directions: directions(&crowd), rate: self.rate, bytes: run.shared.payload };
        let pace = Pace::begin(offer, Arc::clone(&crowd.play))?;
        run.watch("warm up", Duration::from_secs(3), rates(&crowd, &latencies)).await;
        latencies.enter("idle");
        run.watch("idle", self.span, rates(&crowd, &latencies)).await;
        latencies.enter("listed");
        let operator = node.operator().await?;
        let watching = run.watch("lists", self.span, rates(&crowd, &latencies));
        let (listed, ()) = tokio::join!(self.list(&operator), watching);
        let listed = listed?;
        latencies.enter("after");
        let lag = pace.end().await?;
        let lost = drained(&crowd).await;

        let mut report = run.report("rooms");
        let (idle, busy) = (latencies.of("idle")?, latencies.of("listed")?);
        report.phase("idle", &idle);
        report.phase("listed", &busy);
        report.phase("a page of all rooms", &listed.all);
        report.phase("a page of live rooms", &listed.live);
        report.phase("send lag", &lag);
        figures(&mut report, &listed, (&idle, &busy));
        self.judge(&mut report);
        report.figure(("lost", Unit::Count), float(lost), "signals sent, but not arrived");
        if lost > 0 {
            report.failure(format!("{lost} signals were lost"));
        }
        if listed.rooms < self.rooms {
            report.failure(format!("{} of {} rooms were listed", listed.rooms, self.rooms));
        }
        run.close((node, crowd), report).await
    }

    /// That pages are quick, and that calls do not feel them.
    fn judge(&self, report: &mut Report) {
        let value = |name| report.value(name).unwrap_or_default();
        let (idle, listed) = (value("idle_p99_us"), value("listed_p99_us"));
        let most = self.page_p99_max_ms;
        let slow = |name| {
            let took = value(name) / 1_000.0;
            (took > most).then(|| format!("{name} is {took:.1} ms, more than {most} ms"))
        };
        let felt = (listed > (idle * self.p99_times_max).max(idle + NOISE_US)).then(|| {
            format!("listed_p99_us is {listed:.0}, more than {} × idle_p99_us, {idle:.0}", self.p99_times_max)
        });
        let wrong: Vec<_> = [slow("page_p99_us"), slow("live_page_p99_us"), felt].into_iter().flatten().collect();
        for wrong in wrong {
            report.violation(wrong);
        }
    }

    /// Lists all rooms and the live ones, one page after the other, again and again.
    async fn list(&self, operator: &Operator) -> anyhow::Result<Listed> {
        let mut listed = Listed { all: histogram()?, live: histogram()?, rooms: 0 };
        let begun = Instant::now();
        while begun.elapsed() < self.span {
            listed.rooms = self.whole(operator, "/internal/rooms", &mut listed.all).await?;
            let live = self.whole(operator, "/internal/rooms/live", &mut listed.live).await?;
            ensure!(live >= self.pairs, "{live} of {} live rooms were listed", self.pairs);
        }
        Ok(listed)
    }

    /// One list; how many rooms it has.
    async fn whole(&self, operator: &Operator, path: &str, times: &mut Histogram<u64>) -> anyhow::Result<usize> {
        let (mut rooms, mut cursor) = (0, String::new());
        loop {
            let begun = Instant::now();
            let page = operator.page(&format!("{path}?limit={}{cursor}", self.page)).await?;
            times.saturating_record(nanos(begun.elapsed()));
            rooms += page.rooms.len();
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(rooms),
            }
        }
    }
}

fn figures(report: &mut Report, listed: &Listed, (idle, busy): (&Histogram<u64>, &Histogram<u64>)) {
    let p99 = |times: &Histogram<u64>| micros(times.value_at_quantile(0.99));
    #[expect(clippy::cast_precision_loss, reason = "no run lists 2^52 rooms")]
    report.figure(("rooms", Unit::Count), listed.rooms as f64, "listed, one list after the other");
    report.figure(("pages", Unit::Count), float(listed.all.len()), "of all rooms");
    report.figure(("page_p99_us", Unit::Microseconds), p99(&listed.all), "a page of all rooms");
    report.figure(("live_page_p99_us", Unit::Microseconds), p99(&listed.live), "a page of live rooms");
    report.figure(("idle_p99_us", Unit::Microseconds), p99(idle), "signals before the lists");
    report.figure(("listed_p99_us", Unit::Microseconds), p99(busy), "signals during the lists");
    report.figure(("p99_ratio", Unit::Ratio), p99(busy) / p99(idle).max(1e-3), "the second against the first");
}
