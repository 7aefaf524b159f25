//! `attack`: hostile clients beside established calls. Each attack costs its attacker, and nobody else, anything; else the
//! run fails. The node has its default limits, and each attacker an address of its own. Must not know how a client attacks.

mod budget;
mod flood;
mod kinds;
mod memory;

use std::net::{IpAddr, Ipv4Addr};

use anyhow::ensure;
use clap::{Args, Subcommand};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

use super::Run;
use crate::attacker::Account;
use crate::node::{Node, Token};
use crate::report::Report;
use client::wire::Way;

/// Connections of established clients from one address: few enough for the default limits of an address.
const PER_ADDRESS: usize = 50;
/// Settings that are not default: a slow generator needs longer for its hellos, and rooms are as large as the attack needs.
const SETTINGS: &[&str] = &["socket.hello_within=1m", "room.mesh_participants_max=100", "log.filter=warn"];

/// Options of `attack`.
#[derive(Debug, Args)]
pub(crate) struct Attack {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// Clients that make the node buffer what nobody takes, against a node with little memory
    Memory(memory::Memory),
    /// Clients that send as much as they can, or make others work: takeovers, joins, floods, pings, guesses
    Budget(budget::Budget),
}

impl Attack {
    pub(super) const fn figures(&self) -> &'static [&'static str] {
        match &self.kind {
            Kind::Memory(_) => memory::FIGURES,
            Kind::Budget(_) => budget::FIGURES,
        }
    }

    pub(super) async fn play(&self, run: &Run) -> anyhow::Result<Report> {
        let is_alone = run.shared.source.is_empty();
        ensure!(is_alone, "--source: established clients and attackers have loopback addresses of their own");
        // The established clients share addresses as an office does, not one for all.
        let run = Run { epoch: run.epoch, ..Run::new(run.shared.clone().with_per_source_max(PER_ADDRESS)) };
        match &self.kind {
            Kind::Memory(memory) => memory.play(&run).await,
            Kind::Budget(budget) => budget.play(&run).await,
        }
    }
}

/// A thread for attackers alone, of the lowest priority: where the generator has one core, what they send and receive delays
/// hardly any established client's reading.
struct Apart {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Apart {
    fn begin() -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("attackers")
            .on_thread_start(|| {
                // Without it the run is only noisier.
                let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), LOWEST);
            })
            .enable_all()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.handle.spawn(work)
    }
}

impl Drop for Apart {
    /// Ends without waiting for what is left: readers of connections.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The lowest priority of the scheduler's normal class (setpriority(2)).
const LOWEST: i32 = 19;

/// The account of a token, at the address with this number among the attackers'.
fn account(node: &Node, token: &Token, number: usize) -> Account {
    let number = u32::try_from(number).unwrap_or(u32::MAX - ATTACKERS);
    let source = node.address.ip().is_loopback().then(|| IpAddr::from(Ipv4Addr::from_bits(ATTACKERS + number)));
    let way = Way { to: node.address, source, receive_bytes: None, trust: node.trust.clone() };
    Account { token: token.token.as_str().into(), way }
}

/// The first address of attackers, 127.1.0.1: beyond those of established clients.
const ATTACKERS: u32 = u32::from_be_bytes([127, 1, 0, 1]);
