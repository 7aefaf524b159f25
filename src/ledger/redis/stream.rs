//! A byte stream to a server, the Redis connection over it, and errors of connecting.

use std::io;

use redis::{AsyncConnectionConfig, ProtocolVersion, RedisConnectionInfo, RedisError, aio::MultiplexedConnection, cmd};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::AbortOnDropHandle;

/// A byte stream to a server.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The task that reads and writes for a connection. Dropped, it ends, and the connection with it.
pub(crate) type Driver = AbortOnDropHandle<()>;

/// As whom a connection logs in.
#[derive(Debug, Clone, Default)]
pub struct Login {
    /// User, password, database and protocol.
    pub(super) settings: RedisConnectionInfo,
    /// What `CLIENT LIST` calls the connection.
    pub(super) name: Option<String>,
}

impl Login {
    /// The same, for a connection on which pushes arrive.
    pub(super) fn with_pushes(&self) -> Self {
        Self { settings: self.settings.clone().set_protocol(ProtocolVersion::RESP3), name: self.name.clone() }
    }
}

/// Speaks Redis on an open stream: login, database, protocol, name.
pub(crate) async fn speak(
    login: &Login,
    stream: Box<dyn Stream>,
    config: AsyncConnectionConfig,
) -> Result<(MultiplexedConnection, Driver), RedisError> {
    let (mut connection, driver) = MultiplexedConnection::new_with_config(&login.settings, stream, config).await?;
    let driver = AbortOnDropHandle::new(tokio::spawn(driver));
    if let Some(name) = &login.name {
        // A user without this right has nameless connections, which do all the same.
        let named: Result<(), RedisError> = cmd("CLIENT").arg("SETNAME").arg(name).query_async(&mut connection).await;
        if let Err(why) = named {
            tracing::debug!(%why, "this connection to Redis has no name");
        }
    }
    Ok((connection, driver))
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
