//! A look at a server before a node relies on it: whether it can keep the ledger, whether its clock agrees with ours, and
//! whether another node has this one's name. Changes nothing.

use std::time::Duration;

use actors::clock::unix_millis;
use redis::{AsyncConnectionConfig, Value, aio::MultiplexedConnection, cmd};
use tokio::time::{sleep, timeout};

use super::{
    dial::RedisAddress,
    epoch::{self, ask},
    handshake,
    keys::Keys,
    limits::RedisLimits,
    stream::{DialError, speak},
};

/// How far the clocks of node and server may be apart: tokens and windows are judged by both.
const SKEW_MAX: Duration = Duration::from_secs(2);

/// Asks the server at this address whether a node of this name can use it. Where another lease has the name, waits for
/// `renewed_within` to see whether it is still renewed.
///
/// # Errors
/// [`DialError`]: it cannot be reached, refuses the login, cannot keep a ledger, its clock differs by two seconds or more,
/// rooms of another layout are stored there, or a live node has the name.
pub async fn probe(
    address: &RedisAddress,
    (prefix, name): (&str, Option<&str>),
    limits: RedisLimits,
    renewed_within: Duration,
) -> Result<(), DialError> {
    let (login, dial) = address.dial()?;
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(limits.dial_within));
    let connecting = async { Ok::<_, DialError>(speak(&login.with_pushes(), dial().await?, config).await?) };
    let silent = || DialError::Unreachable("it does not answer in time".to_owned());
    let (mut commands, _driver) = timeout(limits.dial_within, connecting).await.map_err(|_| silent())??;
    handshake::examine(&mut commands, &limits).await?;
    clocks_agree(&mut commands).await?;
    let keys = Keys::new(prefix);
    let _of_our_layout = epoch::stored_eras(&keys, &mut commands).await?;
    match name {
        Some(name) => is_free(&mut commands, &keys, name, renewed_within).await,
        None => Ok(()),
    }
}

async fn clocks_agree(commands: &mut MultiplexedConnection) -> Result<(), DialError> {
    let (seconds, micros) = read::<(u64, u32)>(ask(commands, &cmd("TIME")).await?, "TIME")?;
    let theirs = Duration::new(seconds, 0) + Duration::from_micros(micros.into());
    let skew = Duration::from_millis(unix_millis()).abs_diff(theirs);
    if skew < SKEW_MAX {
        return Ok(());
    }
    let why = format!("its clock differs from this machine's by {:.1} s → let both use NTP", skew.as_secs_f64());
    Err(DialError::Unfit(why))
}

/// A node that has just been killed leaves a lease behind, which nobody renews.
async fn is_free(
    commands: &mut MultiplexedConnection,
    keys: &Keys,
    name: &str,
    renewed_within: Duration,
) -> Result<(), DialError> {
    let before = leases(commands, keys, name).await?;
    if before.is_empty() {
        return Ok(());
    }
    sleep(renewed_within).await;
    let after = leases(commands, keys, name).await?;
    match after.iter().find(|lease| !before.contains(lease)) {
        None => Ok(()),
        Some((lease, _)) => Err(DialError::NameTaken { name: name.to_owned(), lease: lease.clone() }),
    }
}

/// The leases of nodes with this name that have not run out, and until when they last.
async fn leases(
    commands: &mut MultiplexedConnection,
    keys: &Keys,
    name: &str,
) -> Result<Vec<(String, u64)>, DialError> {
    let Some(bucket) = keys.buckets().next() else { return Ok(Vec::new()) }; // each has all leases
    let command =
        cmd("ZRANGE").arg(bucket.leases).arg(unix_millis()).arg("+inf").arg("BYSCORE").arg("WITHSCORES").take();
    let all: Vec<(String, f64)> = read(ask(commands, &command).await?, "ZRANGE")?;
    let own =
        |lease: &str| lease.strip_prefix(name).is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.'));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
    Ok(all.into_iter().filter(|(lease, _)| own(lease)).map(|(lease, until)| (lease, until as u64)).collect())
}

fn read<T: redis::FromRedisValue>(value: Value, what: &str) -> Result<T, DialError> {
    redis::from_redis_value(value).map_err(|_| DialError::Malformed(what.to_owned()))
}
