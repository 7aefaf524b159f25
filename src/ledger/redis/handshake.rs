//! From an address to two connections that are ready: commands and subscription. Asks the server who it is, refuses one
//! that cannot keep a ledger, and loads the scripts.

use std::sync::{Arc, PoisonError};

use actors::ports::Entropy;
use redis::{
    AsyncConnectionConfig, Cmd, PushInfo, PushKind, Value,
    aio::{AsyncPushSender, MultiplexedConnection, SendError},
    cmd,
};

use super::{
    dial::Dial,
    epoch::{ask, ask_all, begin_epoch},
    limits::RedisLimits,
    reply::{self, Parts},
    shared::Shared,
    stream::{DialError, Driver, Login, Stream, speak},
};

/// Where the link leads.
pub(super) struct Address {
    pub(super) login: Login,
    pub(super) dial: Dial,
    /// Spreads the pauses between attempts.
    pub(super) entropy: Box<dyn Entropy>,
}

impl Address {
    /// From 0 to 1.
    pub(super) fn jitter(&self) -> f64 {
        f64::from(self.entropy.bits() as u32) / f64::from(u32::MAX)
    }
}

/// Two connections that are ready. Dropped, both end.
pub(super) struct Session {
    pub(super) commands: MultiplexedConnection,
    /// Ends when the connection for commands does.
    pub(super) driver: Driver,
    pub(super) listener: Listener,
}

/// The connection on which pushes arrive. Dropped, it ends.
pub(super) struct Listener {
    pub(super) connection: MultiplexedConnection,
    /// Ends when the connection does.
    pub(super) driver: Driver,
}

/// A connection for commands, as its server knows it. Another server gives the same number to somebody else.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Client {
    server: String,
    id: i64,
}

/// Hands pushes on as they are read.
struct Handing(Arc<Shared>);

impl AsyncPushSender for Handing {
    fn send(&self, info: PushInfo) -> Result<(), SendError> {
        if info.kind != PushKind::Message {
            return Ok(());
        }
        let mut parts = info.data.into_iter().map(reply::text);
        if let (Some(Ok(channel)), Some(Ok(payload))) = (parts.next(), parts.next()) {
            self.0.published(&channel, &payload);
        }
        Ok(())
    }
}

/// Opens both streams.
pub(super) async fn open(dial: &Dial) -> Result<[Box<dyn Stream>; 2], DialError> {
    Ok([dial().await?, dial().await?])
}

/// Makes the handshake. `previous`: our connection before, which this server is told to end first: what it has not read of
/// it is never executed.
pub(super) async fn greet(
    shared: &Arc<Shared>,
    login: &Login,
    [commands, subscription]: [Box<dyn Stream>; 2],
    previous: Option<&Client>,
) -> Result<(Session, Client), DialError> {
    let (mut commands, driver) = speak(&login.with_pushes(), commands, config(shared)).await?;
    let listener = listen(shared, login, subscription).await?;
    let server = examine(&mut commands, &shared.limits).await?;
    if let Some(previous) = previous.filter(|previous| previous.server == server) {
        let kill = cmd("CLIENT").arg("KILL").arg("ID").arg(previous.id).take();
        ask(&mut commands, &kill).await?;
    }
    let Value::Int(id) = ask(&mut commands, cmd("CLIENT").arg("ID")).await? else {
        return Err(DialError::Malformed("CLIENT ID".to_owned()));
    };
    let loads: Vec<Cmd> = shared.scripts.texts().map(|text| cmd("SCRIPT").arg("LOAD").arg(text).take()).collect();
    ask_all(&mut commands, &loads).await?;
    begin_epoch(shared, &mut commands, &server, false).await?;
    shared.server.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&server);
    Ok((Session { commands, driver, listener }, Client { server, id }))
}

/// Speaks on the stream on which pushes are to arrive.
async fn listen(shared: &Arc<Shared>, login: &Login, stream: Box<dyn Stream>) -> Result<Listener, DialError> {
    let config = config(shared).set_push_sender(Handing(shared.clone()));
    let (connection, driver) = speak(&login.with_pushes(), stream, config).await?;
    Ok(Listener { connection, driver })
}

/// Dials the connection for pushes alone, while operations go on. Only the server that runs the scripts publishes what they tell.
pub(super) async fn dial_listener(shared: &Arc<Shared>, address: &Address) -> Result<Listener, DialError> {
    let mut listener = listen(shared, &address.login, (address.dial)().await?).await?;
    let server = examine(&mut listener.connection, &shared.limits).await?;
    if server != *shared.server.lock().unwrap_or_else(PoisonError::into_inner) {
        return Err(DialError::Unfit("another server than before answers at its address".to_owned()));
    }
    Ok(listener)
}

fn config(shared: &Shared) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_response_timeout(Some(shared.limits.late_max))
        .set_pipeline_buffer_size(shared.limits.in_flight_max)
}

/// Answers the server's run id.
pub(super) async fn examine(commands: &mut MultiplexedConnection, limits: &RedisLimits) -> Result<String, DialError> {
    let unfit = |why: &str| Err(DialError::Unfit(why.to_owned()));
    let role = Parts::of(ask(commands, &cmd("ROLE")).await?).and_then(|mut parts| parts.text());
    if role.as_deref() != Ok("master") {
        return unfit("it is a replica; a ledger needs the master → name the master, or the sentinels that know it");
    }
    let info = reply::text(ask(commands, &cmd("INFO")).await?).map_err(|why| DialError::Malformed(why.to_string()))?;
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let version = field("redis_version").and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    if version.is_none_or(|major| major < 7) {
        let is = field("redis_version").unwrap_or("of an unknown version");
        return unfit(&format!(
            "it is Redis {is}, older than 7.0, and does not know the scripts' flags → run Redis 7.0 or newer"
        ));
    }
    if field("maxmemory_policy") != Some("noeviction") && !limits.allow_eviction {
        return unfit("its maxmemory-policy evicts keys, and with them seats → CONFIG SET maxmemory-policy noeviction");
    }
    if field("cluster_enabled") == Some("1") {
        has_all_slots(commands).await?;
    }
    field("run_id").map(str::to_owned).ok_or_else(|| DialError::Malformed("INFO without run_id".to_owned()))
}

/// Of a Redis Cluster, only one is taken whose single master has all slots: rooms' keys go to the server that was dialed.
async fn has_all_slots(commands: &mut MultiplexedConnection) -> Result<(), DialError> {
    let info = reply::text(ask(commands, cmd("CLUSTER").arg("INFO")).await?);
    let info = info.map_err(|why| DialError::Malformed(why.to_string()))?;
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let (masters, slots) = (field("cluster_size").unwrap_or("?"), field("cluster_slots_ok").unwrap_or("?"));
    if (masters, slots) == ("1", "16384") {
        return Ok(());
    }
    Err(DialError::Unfit(format!(
        "it belongs to a Redis Cluster of {masters} masters with {slots} of 16384 slots: rooms are on one server, which must \
         have all slots → name a Redis without cluster-enabled, or a cluster of one master"
    )))
}
