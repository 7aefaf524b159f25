//! Options of all scenarios: the node, the source addresses, the generator's own limits, the output. Must not know
//! scenarios.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use rustix::thread::{CpuSet, sched_setaffinity};

use crate::limits::PER_SOURCE;
use crate::node::Which;
use crate::report::Expectation;

/// Options of every scenario.
#[derive(Debug, Clone, Args)]
pub struct Shared {
    #[command(flatten)]
    /// The node.
    pub which: Which,
    /// Connections, hellos, joins and logins per second during the ramp-up
    #[arg(long, default_value_t = 2_000, global = true)]
    pub ramp: u32,
    /// Bytes of one relayed message, from 240 to 65536
    #[arg(long, default_value_t = 255, value_parser = payload, global = true)]
    pub payload: usize,
    /// Numbered messages a client receives before it sends an ack; the web client does so every 8
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..), global = true)]
    pub(crate) ack_every: u32,
    /// Connect from this address; may be repeated [default: 127.0.0.1, .2, .3 … as needed, when the node is on
    /// loopback]
    #[arg(long, value_name = "ADDRESS", global = true)]
    pub(crate) source: Vec<IpAddr>,
    /// Connections from one source address
    #[arg(long, default_value_t = PER_SOURCE, value_parser = at_least_one, global = true)]
    pub(crate) per_source: usize,
    /// Threads of the generator, besides the one that keeps the pace [default: half the processors]
    #[arg(long, global = true)]
    threads: Option<NonZeroUsize>,
    /// Run the generator on these processors, such as 1 or 2-3
    #[arg(long, value_name = "LIST", value_parser = processors, global = true)]
    cpus: Option<Processors>,
    /// Exit with 3 unless this holds, such as 'p99_us<=500'; may be repeated
    #[arg(long, value_name = "FIGURE<=NUMBER", global = true)]
    pub(crate) expect: Vec<Expectation>,
    /// Also write the report here, as JSON
    #[arg(long, value_name = "FILE", global = true)]
    pub json: Option<PathBuf>,
    /// Also write a self-contained page with plots here
    #[arg(long, value_name = "FILE", global = true)]
    pub html: Option<PathBuf>,
}

/// Numbers of processors.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Processors(Vec<usize>);

impl Shared {
    pub(crate) fn threads(&self) -> usize {
        let half = || std::thread::available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        self.threads.map_or_else(half, NonZeroUsize::get)
    }

    /// By default, one processor for the node and the next for the generator.
    #[must_use]
    pub fn or_apart(mut self) -> Self {
        self.which.or_on_cpus("0");
        self.cpus.get_or_insert_with(|| Processors(vec![1]));
        self.threads = self.threads.or(Some(NonZeroUsize::MIN));
        self
    }

    /// The same, with at most so many connections from one source address.
    pub(crate) fn with_per_source_max(mut self, connections: usize) -> Self {
        self.per_source = self.per_source.min(connections);
        self
    }

    /// Pins this process and all its threads to the given processors.
    pub(crate) fn pin(&self) -> anyhow::Result<()> {
        let Some(Processors(numbers)) = &self.cpus else { return Ok(()) };
        let mut set = CpuSet::new();
        numbers.iter().for_each(|number| set.set(*number));
        sched_setaffinity(None, &set).context("cannot run on these processors → check --cpus")
    }
}

fn payload(text: &str) -> Result<usize, String> {
    let bytes = text.parse().map_err(|_| "not a number".to_owned())?;
    let fits = (240..=crate::limits::MESSAGE_BYTES_MAX).contains(&bytes);
    if fits {
        Ok(bytes)
    } else {
        Err("a candidate with its mark takes 240 bytes, and the protocol allows 65536".to_owned())
    }
}

/// Parses a non-zero count.
///
/// # Errors
///
/// It is none.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse::<NonZeroUsize>().map(NonZeroUsize::get).map_err(|_| "write a number from 1".to_owned())
}

fn processors(text: &str) -> Result<Processors, String> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number < CpuSet::MAX_CPU);
    let range = |part: &str| match part.split_once('-') {
        None => number(part).map(|one| one..=one),
        Some((first, last)) => Some(number(first)?..=number(last)?),
    };
    let ranges: Option<Vec<_>> = text.split(',').map(range).collect();
    let numbers: Vec<_> = ranges.into_iter().flatten().flatten().collect();
    if numbers.is_empty() {
        Err("write processors by number, such as 1 or 0,2-3".to_owned())
    } else {
        Ok(Processors(numbers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_numbers_and_ranges() {
        assert_eq!(processors("0,2-3"), Ok(Processors(vec![0, 2, 3])));
        for wrong in ["", "a", "1-", "3-2", "99999"] {
            assert!(processors(wrong).is_err(), "{wrong}");
        }
    }
}
