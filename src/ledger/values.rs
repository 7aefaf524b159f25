//! Values that nodes share in Redis beside the rooms: settings of rooms, and counts of limits. Best effort: an answer that is not
//! there within a moment is none, and nothing is asked for a while; what is right is in the database, and each node counts, too.
//!
//! One connection of its own, which a slow value cannot take from the ledger. Must not know what the values mean.

#[cfg(test)]
mod tests;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actors::clock::monotonic;
use async_trait::async_trait;
use redis::{AsyncConnectionConfig, ConnectionInfo, RedisError, Script, aio::MultiplexedConnection, cmd};

use super::redis::{Dial, DialError, RedisAddress};
use crate::net::rate::{Counts, Rate};

/// How long an answer may take, connecting included: a join or a login waits for it.
const WITHIN: Duration = Duration::from_millis(100);
/// How long nothing is asked after that.
const PAUSE: Duration = Duration::from_secs(1);

/// Shared values under one prefix of keys.
pub struct Values {
    login: ConnectionInfo,
    dial: Dial,
    prefix: String,
    line: Mutex<Line>,
    /// Held by the one that connects.
    connecting: tokio::sync::Mutex<()>,
    put: Script,
    take: Script,
}

#[derive(Default)]
struct Line {
    connection: Option<MultiplexedConnection>,
    /// Which connection this is: a failure of one does not end its successor.
    number: u64,
    /// Nothing is asked until then.
    away_until: Option<Instant>,
}

/// Why there is no answer; the reason was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;

impl Values {
    /// Values below `prefix` in the Redis at this address, which is dialed when the first one is asked for.
    ///
    /// # Errors
    /// The URL cannot be read. The error does not contain its password.
    pub fn new(address: &RedisAddress, prefix: &str) -> Result<Self, DialError> {
        let (login, dial) = address.dial()?;
        Ok(Self {
            login,
            dial,
            prefix: prefix.to_owned(),
            line: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
            put: Script::new(include_str!("values/put.lua")),
            take: Script::new(include_str!("values/take.lua")),
        })
    }

    /// The text stored under `key`, if there is one.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn get(&self, key: &str) -> Result<Option<String>, Away> {
        let get = cmd("GET").arg(self.key(key)).take();
        self.ask(async |mut connection: MultiplexedConnection| get.query_async(&mut connection).await).await
    }

    /// Stores a state of `key`, unless a newer one is stored: one with a higher `revision`, or the removal, which has none.
    /// Answers whether it was stored. The text is a JSON object, with `"revision"`, or `"removed": true`.
    ///
    /// # Errors
    /// Redis is away: it may be stored, or not.
    pub async fn put(&self, key: &str, text: &str, revision: Option<u64>, ttl: Duration) -> Result<bool, Away> {
        let mut put = self.put.prepare_invoke();
        put.key(self.key(key)).arg(text);
        let revision = revision.map_or(-1, |revision| i64::try_from(revision).unwrap_or(i64::MAX));
        put.arg(revision).arg(millis(ttl));
        self.ask(async |mut connection: MultiplexedConnection| put.invoke_async(&mut connection).await).await
    }

    /// Forgets what is stored under `key`.
    ///
    /// # Errors
    /// Redis is away: it may be forgotten, or not.
    pub async fn forget(&self, key: &str) -> Result<(), Away> {
        let delete = cmd("DEL").arg(self.key(key)).take();
        let deleted =
            self.ask(async |mut connection: MultiplexedConnection| delete.query_async::<u64>(&mut connection).await);
        deleted.await.map(drop)
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Asks on the present connection, or a new one. When there is no answer, the connection is given up.
    async fn ask<T, F>(&self, question: impl FnOnce(MultiplexedConnection) -> F) -> Result<T, Away>
    where
        F: Future<Output = Result<T, RedisError>>,
    {
        if self.is_pausing() {
            return Err(Away);
        }
        let mut used = None;
        let asked = async {
            let (connection, number) = self.connection().await?;
            used = Some(number);
            question(connection).await
        };
        let why = match tokio::time::timeout(WITHIN, asked).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(why)) => why.to_string(),
            Err(_) => format!("no answer within {WITHIN:?}"),
        };
        let mut line = self.lock();
        // Not if another connection has been made by now.
        if used.is_none_or(|used| used == line.number) {
            let was_away = line.away_until.is_some();
            line.connection = None;
            line.away_until = Some(monotonic() + PAUSE);
            drop(line);
            if was_away {
                tracing::debug!(why, "Redis still gives no shared values");
            } else {
                tracing::warn!(why, "Redis gives no shared values: the database and this node's own counts are used");
            }
        }
        Err(Away)
    }

    fn is_pausing(&self) -> bool {
        self.lock().away_until.is_some_and(|until| monotonic() < until)
    }

    /// The present connection, or a new one, with its number.
    async fn connection(&self) -> Result<(MultiplexedConnection, u64), RedisError> {
        if let Some(present) = self.present() {
            return Ok(present);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(present) = self.present() {
            return Ok(present); // somebody else has made it meanwhile
        }
        // The caller waits for so long and no longer.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let (stream, settings) = ((self.dial)().await?, self.login.redis_settings());
        let (connection, driver) = MultiplexedConnection::new_with_config(settings, stream, config).await?;
        tokio::spawn(driver); // until the last handle of the connection is dropped
        let mut line = self.lock();
        line.number += 1;
        line.away_until = None;
        line.connection = Some(connection.clone());
        Ok((connection, line.number))
    }

    fn present(&self) -> Option<(MultiplexedConnection, u64)> {
        let line = self.lock();
        line.connection.clone().map(|connection| (connection, line.number))
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Counts for Values {
    async fn take(&self, key: &str, rate: Rate) -> Option<Result<(), Duration>> {
        let every = u64::try_from(rate.per.as_micros()).unwrap_or(u64::MAX) / u64::from(rate.burst.max(1));
        let mut take = self.take.prepare_invoke();
        take.key(self.key(key)).arg(every.max(1)).arg(rate.burst);
        let asked = async |mut connection: MultiplexedConnection| take.invoke_async::<u64>(&mut connection).await;
        let wait = self.ask(asked).await.ok()?;
        Some(if wait == 0 { Ok(()) } else { Err(Duration::from_millis(wait)) })
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
