//! The edge with an echo behind it, for the conformance suite: `cargo run --example ws_echo -- 127.0.0.1:9001`.
//!
//! Its limits are wide, since the suite sends messages of 16 MiB in a quarter of a million frames, and binary ones.

use std::net::SocketAddr;

use aldis::ws::{Limits, Listener, guard};
use tokio_util::sync::CancellationToken;

#[path = "../tests/edge/echo.rs"]
mod echo;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address: SocketAddr = std::env::args().nth(1).unwrap_or("127.0.0.1:0".to_owned()).parse()?;
    let frames = guard::Limits { message_bytes_max: 64 << 20, fragments_max: u32::MAX, binary: true };
    let connections_per_address_max = usize::MAX;
    let listener = Listener::bind(address, Limits { frames, connections_per_address_max, ..Limits::default() }).await?;
    eprintln!("echoing on ws://{}/ws", listener.local_addr()?);
    echo::serve(listener, echo::Echo::default(), CancellationToken::new()).await;
    Ok(())
}
