//! The epoch: compared in each handshake, and begun anew where the server is another one, or has lost what it stored. Every
//! bucket stores it, so that its scripts find it in their slot; an epoch that not all of them have is no epoch yet. The first one on
//! an empty server is named by its clock: to the node that begins it the server is new, though others may know that it was emptied.

use redis::{Cmd, RedisError, Value, aio::MultiplexedConnection, cmd};

use super::{
    keys::Keys,
    reply::Parts,
    scripts::Script,
    shared::{Run, Shared},
    stream::DialError,
};

/// A bucket's state: the epoch, the server on which it began, and the layout of its rooms.
pub(super) type Era = (Option<u64>, Option<String>, Option<String>);

/// How rooms are laid out in Redis: raised when a node of before could not read what one of now writes, or the other way round.
/// The first was without a number.
const LAYOUT: &str = "2";

/// Begins a new epoch if the server is not the one that the present epoch began on, or has lost it, be it in one bucket.
/// `forced`: in any case. Nodes that begin one at the same time begin the same one.
pub(super) async fn begin_epoch(
    shared: &Shared,
    commands: &mut MultiplexedConnection,
    id: &str,
    forced: bool,
) -> Result<(), DialError> {
    let stored = stored_eras(&shared.keys, commands).await?;
    let newest = stored.iter().filter_map(|(epoch, ..)| *epoch).fold(shared.epoch(), u64::max);
    let is_stored = stored.iter().all(|(epoch, server, _)| *epoch == Some(newest) && server.as_deref() == Some(id));
    if is_stored && !forced {
        shared.learn(newest);
        return Ok(());
    }
    let settle = shared.limits.ledger.settle_within.as_millis().to_string();
    let own = if newest == 0 {
        let (first, others) = (first_epoch(shared, commands).await?, listeners(shared, commands).await?);
        [id.to_owned(), first.to_string(), if others > 0 { settle } else { "0".to_owned() }, LAYOUT.to_owned()]
    } else {
        [id.to_owned(), (newest + 1).to_string(), settle, LAYOUT.to_owned()]
    };
    let hash = shared.scripts.hash(Script::Epoch);
    let begins: Vec<Cmd> = shared
        .keys
        .buckets()
        .map(|bucket| {
            let run =
                Run { keys: vec![bucket.era, bucket.leases, bucket.marks, bucket.hosts], arguments: own.to_vec() };
            evaluate(hash, &run)
        })
        .collect();
    let (mut epoch, mut is_new) = (0, false);
    for answer in ask_all(commands, &begins).await? {
        let read = Parts::of(answer).and_then(|mut parts| Ok((parts.number()?, parts.number()? == 1)));
        let (of_bucket, began) = read.map_err(|why| DialError::Malformed(why.to_string()))?;
        (epoch, is_new) = (epoch.max(of_bucket), is_new || began);
    }
    if is_new {
        let told = format!("P{epoch}");
        ask(commands, cmd("PUBLISH").arg(shared.keys.all()).arg(told)).await?;
    }
    shared.learn(epoch);
    Ok(())
}

/// The state of the buckets, if it has our layout.
///
/// # Errors
/// `Unfit`: it is of another one.
pub(super) async fn stored_eras(keys: &Keys, commands: &mut MultiplexedConnection) -> Result<Vec<Era>, DialError> {
    let reads: Vec<Cmd> =
        keys.buckets().map(|bucket| cmd("HMGET").arg(bucket.era).arg("n").arg("id").arg("v").take()).collect();
    let stored: Vec<Era> = redis::from_redis_value(Value::Array(ask_all(commands, &reads).await?))
        .map_err(|_| DialError::Malformed("HMGET".to_owned()))?;
    if let Some(layout) = stored.iter().find_map(other_layout) {
        return Err(DialError::Unfit(format!(
            "rooms are stored there in layout {layout}, and this version has layout {LAYOUT}: nodes of another version use it, or did \
             → stop them, and give this version another ledger.prefix, or delete the keys that begin with `{}`",
            keys.prefix()
        )));
    }
    Ok(stored)
}

/// The layout that a bucket has, if it is another one than ours.
fn other_layout((epoch, _, layout): &Era) -> Option<String> {
    let layout = layout.as_deref().unwrap_or("1");
    (epoch.is_some() && layout != LAYOUT).then(|| layout.to_owned())
}

/// The number of the first epoch on this server, by its clock.
async fn first_epoch(shared: &Shared, commands: &mut MultiplexedConnection) -> Result<u64, DialError> {
    if let Some(first) = shared.limits.first_epoch {
        return Ok(first);
    }
    let malformed = |_| DialError::Malformed("TIME".to_owned());
    let (seconds, micros): (u64, u64) =
        redis::from_redis_value(ask(commands, &cmd("TIME")).await?).map_err(malformed)?;
    Ok(seconds * 1_000 + micros / 1_000)
}

/// How many nodes listen on this server. They are told of epoch 0, which is older than any: nobody does anything. Where some do, a
/// server that stores nothing was emptied, and they claim what it has lost while the epoch settles.
async fn listeners(shared: &Shared, commands: &mut MultiplexedConnection) -> Result<i64, DialError> {
    let Value::Int(heard) = ask(commands, cmd("PUBLISH").arg(shared.keys.all()).arg("P0")).await? else {
        return Err(DialError::Malformed("PUBLISH".to_owned()));
    };
    Ok(heard)
}

/// The command that runs a script.
pub(super) fn evaluate(hash: &str, run: &Run) -> Cmd {
    let mut command = cmd("EVALSHA");
    command.arg(hash).arg(run.keys.len()).arg(&run.keys).arg(&run.arguments);
    command
}

/// Sends a command; an error that the server answers is an error.
pub(super) async fn ask(connection: &mut MultiplexedConnection, command: &Cmd) -> Result<Value, RedisError> {
    connection.send_packed_command(command).await?.extract_error()
}

/// Sends commands together, and reads an answer of each; one that is an error is the error of all.
pub(super) async fn ask_all(
    connection: &mut MultiplexedConnection,
    commands: &[Cmd],
) -> Result<Vec<Value>, RedisError> {
    let mut together = redis::pipe();
    for command in commands {
        together.add_command(command.clone());
    }
    let answers = connection.send_packed_commands(&together, 0, commands.len()).await?;
    answers.into_iter().map(Value::extract_error).collect()
}
