//! A media server without media: the whole contract, and transports that never connect. For tests of what is in front of
//! a media server.

use clap::Parser;
use media_server::{config::Cli, process, stub::Silence};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    process::main(Cli::parse(), async |flags| {
        flags.announced()?;
        Ok(Silence::at(flags.rtc_bind))
    })
    .await
}
