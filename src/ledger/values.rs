//! Values that nodes share in Redis besides rooms: room settings and rate counters. Best effort: if an answer does not come quickly,
//! Redis is not asked for a while; the database has the settings, and each node has counters of its own.
//!
//! It has a connection of its own, so that slow values do not delay the ledger. Must not know what the values mean.

pub mod chat;
mod line;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use redis::{RedisError, Script, aio::MultiplexedConnection, cmd};
use tokio::time::timeout;

use super::redis::{DialError, RedisAddress};
use crate::net::rate::{Counts, Rate};
use line::Line;

/// How long an answer may take, connecting included: a join or a login waits for it.
const WITHIN: Duration = Duration::from_millis(100);

/// Shared values under one prefix of keys.
pub struct Values {
    line: Arc<Line>,
    prefix: String,
    within: Duration,
    get: Script,
    put: Script,
    take: Script,
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
            line: Line::new(login, dial),
            prefix: prefix.to_owned(),
            within: WITHIN,
            get: Script::new(include_str!("values/get.lua")),
            put: Script::new(include_str!("values/put.lua")),
            take: Script::new(include_str!("values/take.lua")),
        })
    }

    /// The text stored under `key`, if there is one, and how long it still lives (zero if that cannot be told).
    ///
    /// # Errors
    /// Redis is away.
    pub async fn get(&self, key: &str) -> Result<Option<(String, Duration)>, Away> {
        let mut get = self.get.prepare_invoke();
        get.key(self.key(key));
        let asked = async |mut connection: MultiplexedConnection| {
            get.invoke_async::<Option<(String, u64)>>(&mut connection).await
        };
        Ok(self.ask(asked).await?.map(|(text, left)| (text, Duration::from_millis(left))))
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
        if self.line.is_pausing() {
            return Err(Away);
        }
        let mut used = None;
        let asked = async {
            let (connection, number) = self.line.connection().await?;
            used = Some(number);
            Some(question(connection).await)
        };
        let why = match timeout(self.within, asked).await {
            Ok(Some(Ok(answer))) => return Ok(answer),
            Ok(Some(Err(why))) => why.to_string(),
            Ok(None) => return Err(Away), // the reason was logged
            Err(_) => format!("no answer within {:?}", self.within),
        };
        self.line.failed(used, &why);
        Err(Away)
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
