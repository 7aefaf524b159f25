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

/// A port of this machine that nobody uses.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
