//! The contract on a real Redis, and what only this ledger promises.

mod chat;
mod contract;
mod difference;
mod failing;
#[path = "../../../tests/services/redis.rs"]
pub(crate) mod server;

use redis::{AsyncConnectionConfig, aio::MultiplexedConnection};

/// A connection of the test's own to the server at this address.
pub(crate) async fn connection(url: &str) -> MultiplexedConnection {
    let client = redis::Client::open(url).expect("an address");
    let patient = AsyncConnectionConfig::new().set_response_timeout(None);
    client.get_multiplexed_async_connection_with_config(&patient).await.expect("the server answers")
}
