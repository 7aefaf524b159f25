//! The contract on a real Redis, and what only this ledger promises.

mod chat;
mod cluster;
mod concurrent;
mod contract;
mod difference;
mod failing;
mod leases;
mod outlived;
mod presence;
#[path = "../../../tests/services/redis.rs"]
pub(crate) mod server;
mod strict;

use redis::{AsyncConnectionConfig, aio::MultiplexedConnection};

/// What tests of others ask a server with, where they look at what nodes share.
pub(crate) mod raw {
    pub(crate) use redis::{AsyncCommands, aio::MultiplexedConnection, cmd};
}

/// A connection of the test's own to the server at this address.
pub(crate) async fn connection(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).expect("an address");
    let patient = AsyncConnectionConfig::new().set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&patient).await.expect("the server answers")
}

/// A port that nobody listens on, below those that Linux gives to outgoing connections: it is free until the server starts.
fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| rand::random_range(10_000..30_000));
    ports.find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("one of them is free")
}
