//! The connection of the shared values. It is made in the background, because it may take longer than callers wait: TLS, a sentinel
//! that does not answer, a slow network. Must not know what is asked.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actors::clock::monotonic;
use redis::{AsyncConnectionConfig, Value, aio::MultiplexedConnection, cmd};
use tokio::{sync::Notify, time::timeout};

use crate::ledger::redis::{Dial, Login, speak};

/// How long making a connection may take.
const DIAL_WITHIN: Duration = Duration::from_secs(2);
/// How long nothing is asked after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection that is made when it is needed.
pub(super) struct Line {
    login: Login,
    dial: Dial,
    state: Mutex<State>,
    /// Told when an attempt to connect has ended.
    dialed: Notify,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    /// Which connection this is: a failure of one does not end its successor.
    number: u64,
    is_dialing: bool,
    /// Nothing is asked until then.
    away_until: Option<Instant>,
}

impl Line {
    pub(super) fn new(login: Login, dial: Dial) -> Arc<Self> {
        Arc::new(Self { login, dial, state: Mutex::default(), dialed: Notify::new() })
    }

    /// Whether nothing is to be asked now, because it failed a moment ago.
    pub(super) fn is_pausing(&self) -> bool {
        self.lock().away_until.is_some_and(|until| monotonic() < until)
    }

    /// The connection with its number; if there is none, the one that is made now, or none if that fails.
    pub(super) async fn connection(self: &Arc<Self>) -> Option<(MultiplexedConnection, u64)> {
        let mut dialed = pin!(self.dialed.notified());
        dialed.as_mut().enable(); // an attempt that ends from here on is noticed
        if let Some(present) = self.present() {
            return Some(present);
        }
        self.begin_dialing();
        dialed.await;
        self.present()
    }

    /// There was no answer, on the connection with this number or because there was none: it is given up.
    pub(super) fn failed(&self, used: Option<u64>, why: &str) {
        let mut state = self.lock();
        let is_past = used.map_or(state.connection.is_some(), |used| used != state.number);
        if !is_past {
            state.give_up(why);
        }
    }

    fn begin_dialing(self: &Arc<Self>) {
        if std::mem::replace(&mut self.lock().is_dialing, true) {
            return;
        }
        let line = Arc::clone(self);
        tokio::spawn(async move {
            let made = timeout(DIAL_WITHIN, line.made()).await;
            let made = made.unwrap_or_else(|_| Err(format!("no connection within {DIAL_WITHIN:?}")));
            let mut state = line.lock();
            state.is_dialing = false;
            match made {
                Ok(connection) => {
                    state.number += 1;
                    state.connection = Some(connection);
                    state.away_until = None;
                }
                Err(why) => state.give_up(&why),
            }
            drop(state);
            line.dialed.notify_waiters();
        });
    }

    /// A new connection to the master: a replica counts nothing, and may be behind.
    async fn made(&self) -> Result<MultiplexedConnection, String> {
        // Callers have timeouts of their own.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let stream = (self.dial)().await.map_err(|why| why.to_string())?;
        let spoken = speak(&self.login, stream, config).await;
        let (mut connection, driver) = spoken.map_err(|why| why.to_string())?;
        driver.detach(); // it ends with the last handle of the connection
        let role: Vec<Value> = cmd("ROLE").query_async(&mut connection).await.map_err(|why| why.to_string())?;
        match role.first() {
            Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
            Some(_) | None => Err("it is a replica".to_owned()),
        }
    }

    fn present(&self) -> Option<(MultiplexedConnection, u64)> {
        let state = self.lock();
        state.connection.clone().map(|connection| (connection, state.number))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn give_up(&mut self, why: &str) {
        self.connection = None;
        if self.away_until.replace(monotonic() + PAUSE).is_some() {
            tracing::debug!(why, "Redis still gives no shared values");
        } else {
            tracing::warn!(why, "Redis gives no shared values: the database and this node's own counts are used");
        }
    }
}
