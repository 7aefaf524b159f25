//! A media server of Aldis: the contract of `media-server` with a mediasoup worker as engine. One process is one worker, one
//! core, one media server: when the worker aborts, the process ends, and nodes move its rooms.

mod engine;

use clap::Parser;
use media_server::{config::Cli, process};

#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    process::main(Cli::parse(), engine::Mediasoup::start).await
}
