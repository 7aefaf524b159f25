//! New clients of a node: each is admitted or refused, waits for its retry delay, and retries until it is admitted; then it
//! disconnects. Must not know the established clients, nor what is measured.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clock::nanos;
use crate::latency::histogram;
use crate::limits::{BACK_WITHIN, OPEN_WITHIN};
use crate::ramp::Ramp;
use client::wire::{Refused, Trust, Upgrade, Way, open};

/// Maximum concurrent newcomers: a burst beyond any accept queue; further ones are not offered.
pub(crate) const AT_ONCE_MAX: usize = 4_096;
/// Concurrent newcomers while the admission rate is measured.
const TRYING: usize = 64;

/// A stream of newcomers.
pub(crate) struct Newcomers(Arc<Shared>);

struct Shared {
    to: SocketAddr,
    trust: Option<Arc<Trust>>,
    tokens: Vec<String>,
    turn: AtomicUsize,
    places: Arc<Semaphore>,
    counts: Counts,
    times: Mutex<Option<Histogram<u64>>>,
    waits: Mutex<Option<(Duration, Duration)>>,
    under_way: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct Counts {
    tried: AtomicU64,
    let_in: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

/// The result.
pub(crate) struct Gathered {
    /// Attempted handshakes.
    pub(crate) tried: u64,
    pub(crate) let_in: u64,
    pub(crate) refused: u64,
    /// Newcomers neither admitted nor given a retry delay.
    pub(crate) failed: u64,
    /// From the first handshake of each until it was admitted.
    pub(crate) times: Histogram<u64>,
    /// The shortest and the longest retry delay.
    pub(crate) waits: (Duration, Duration),
}

impl Newcomers {
    pub(crate) fn new((to, trust): (SocketAddr, Option<Arc<Trust>>), tokens: impl Iterator<Item = String>) -> Self {
        Self(Arc::new(Shared {
            to,
            trust,
            tokens: tokens.collect(),
            turn: AtomicUsize::new(0),
            places: Arc::new(Semaphore::new(AT_ONCE_MAX)),
            counts: Counts::default(),
            times: Mutex::default(),
            waits: Mutex::default(),
            under_way: Mutex::default(),
        }))
    }

    /// The rate of admissions with a constant number of concurrent newcomers.
    pub(crate) async fn as_many_as_get_in(&self, span: Duration) -> f64 {
        let (begun, in_before) = (Instant::now(), self.0.counts.let_in.load(Relaxed));
        let mut trying = JoinSet::new();
        for _ in 0..TRYING {
            let shared = Arc::clone(&self.0);
            trying.spawn(async move {
                while begun.elapsed() < span {
                    shared.newcomer().await;
                }
            });
        }
        while trying.join_next().await.is_some() {}
        let let_in = self.0.counts.let_in.swap(0, Relaxed) - in_before;
        self.0.counts.refused.store(0, Relaxed);
        self.0.counts.tried.store(0, Relaxed);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let let_in = let_in as f64;
        let_in / begun.elapsed().as_secs_f64()
    }

    /// Offers newcomers at a rate, independent of the previous ones; refused ones retry.
    pub(crate) async fn come(&self, per_second: f64, span: Duration) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of people, rounded")]
        let (mut ramp, begun) = (Ramp::new(per_second as u32), Instant::now());
        while begun.elapsed() < span {
            ramp.turn().await;
            let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() else { continue };
            let shared = Arc::clone(&self.0);
            let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            under_way.spawn(async move {
                shared.newcomer().await;
                drop(place);
            });
            while under_way.try_join_next().is_some() {}
        }
    }

    /// Waits until all newcomers are admitted.
    pub(crate) async fn all_in(&self) -> anyhow::Result<Gathered> {
        let Shared { counts, times, waits, under_way, .. } = &*self.0;
        let tried = counts.tried.load(Relaxed);
        let mut last = std::mem::take(&mut *under_way.lock().unwrap_or_else(PoisonError::into_inner));
        while last.join_next().await.is_some() {}
        let times = times.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(Gathered {
            tried,
            let_in: counts.let_in.load(Relaxed),
            refused: counts.refused.load(Relaxed),
            failed: counts.failed.load(Relaxed),
            times: times.map_or_else(histogram, Ok)?,
            waits: waits.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default(),
        })
    }
}

impl Shared {
    /// One newcomer, retrying until it is admitted.
    async fn newcomer(&self) {
        let begun = Instant::now();
        let token = &self.tokens[self.turn.fetch_add(1, Relaxed) % self.tokens.len()];
        while begun.elapsed() < BACK_WITHIN {
            self.counts.tried.fetch_add(1, Relaxed);
            match timeout(OPEN_WITHIN, self.knock(token)).await {
                Ok(Ok(())) => {
                    self.counts.let_in.fetch_add(1, Relaxed);
                    let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
                    if times.is_none() {
                        *times = histogram().ok();
                    }
                    times.iter_mut().for_each(|times| times.saturating_record(nanos(begun.elapsed())));
                    return;
                }
                Ok(Err(error)) => match error.downcast_ref::<Refused>().and_then(|refused| refused.retry_after) {
                    Some(wait) => {
                        self.counts.refused.fetch_add(1, Relaxed);
                        self.waited(wait);
                        tokio::time::sleep(wait).await;
                    }
                    None => break,
                },
                Err(_) => break,
            }
        }
        self.counts.failed.fetch_add(1, Relaxed);
    }

    fn waited(&self, wait: Duration) {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let (least, most) = waits.unwrap_or((wait, wait));
        *waits = Some((least.min(wait), most.max(wait)));
    }

    /// Connects until `welcome`, then disconnects.
    async fn knock(&self, token: &str) -> anyhow::Result<()> {
        let way = Way { to: self.to, source: None, receive_bytes: None, trust: self.trust.clone() };
        let mut opened = open(way, &Upgrade::aldis()).await?;
        opened.send(&format!(r#"{{"type":"hello","data":{{"token":"{token}"}}}}"#)).await?;
        let mut heard = std::mem::take(&mut opened.early);
        while !heard.windows(WELCOME.len()).any(|text| text == WELCOME) {
            if opened.stream.read_buf(&mut heard).await.context("the connection broke before welcome")? == 0 {
                bail!("the node closed the connection before welcome");
            }
        }
        Ok(())
    }
}

const WELCOME: &[u8] = br#""type":"welcome""#;
