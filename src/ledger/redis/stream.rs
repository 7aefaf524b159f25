//! A byte stream to a server, and why there is none.

use std::io;

use redis::RedisError;
use tokio::io::{AsyncRead, AsyncWrite};

/// A byte stream to a server.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

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
