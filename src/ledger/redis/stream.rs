//! A byte stream to a server, the Redis connection over it, and errors of connecting.

use std::io;

use redis::{AsyncConnectionConfig, RedisConnectionInfo, RedisError, aio::MultiplexedConnection};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

/// A byte stream to a server.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The task that reads and writes for a connection. Dropped, it ends, and the connection with it.
pub(crate) type Driver = AbortOnDropHandle<()>;

/// Speaks Redis on an open stream: login, database, protocol.
pub(crate) async fn speak(
    settings: &RedisConnectionInfo,
    stream: Box<dyn Stream>,
    config: AsyncConnectionConfig,
) -> Result<(MultiplexedConnection, Driver), RedisError> {
    let (connection, driver) = MultiplexedConnection::new_with_config(settings, stream, config).await?;
    Ok((connection, AbortOnDropHandle::new(tokio::spawn(driver))))
}

/// Why a server was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// It cannot be reached.
    #[error("Redis cannot be reached: {0}")]
    Unreachable(String),
    /// It refused a step of the handshake: a wrong password, missing rights, or a lost connection.
    #[error("Redis refused the handshake: {0}")]
    Refused(String),
    /// It is no server for a ledger.
    #[error("this Redis cannot keep a ledger: {0}")]
    Unfit(String),
    /// A live node has the name of the one that asks.
    #[error("a live node has the name `{name}`, too (lease `{lease}`) → give each node its own node.id, or none")]
    NameTaken {
        /// The name.
        name: String,
        /// The other node's.
        lease: String,
    },
    /// Its answer could not be read.
    #[error("Redis answered the handshake with something else: {0}")]
    Malformed(String),
}

impl From<io::Error> for DialError {
    fn from(why: io::Error) -> Self {
        Self::Unreachable(why.to_string())
    }
}

impl From<RedisError> for DialError {
    fn from(why: RedisError) -> Self {
        Self::Refused(why.to_string())
    }
}
