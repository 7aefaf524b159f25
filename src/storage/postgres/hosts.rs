//! The servers that a URL names: usually one; of several, the one that can be written, as libpq's `target_session_attrs=read-write`
//! chooses it. Each connection is asked whether it can be written, and the pool turns to another server when it cannot.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use anyhow::{Context as _, bail, ensure};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};
use tokio::sync::Notify;

use crate::storage::StoreError;

/// How long a server may take to say whether it can be written.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The pause between two rounds over all servers.
const PAUSE: Duration = Duration::from_millis(500);
/// The most servers of a URL.
const HOSTS_MAX: usize = 8;

/// None of several servers can be written now.
#[derive(Debug, thiserror::Error)]
#[error("no server can be written: {0}")]
struct NoneWritable(String);

/// Whether opening may succeed later: nothing answered, or the server starts, stops, or has no connection left.
pub(in crate::storage) fn may_pass(why: &anyhow::Error) -> bool {
    why.chain().any(|why| {
        let passes = match why.downcast_ref::<sqlx::Error>() {
            Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            Some(sqlx::Error::Database(why)) => {
                // cannot_connect_now, admin_shutdown, crash_shutdown, too_many_connections
                why.code().is_some_and(|code| ["57P03", "57P01", "57P02", "53300"].contains(&&*code))
            }
            _ => false,
        };
        passes
            || why.is::<tokio::time::error::Elapsed>()
            || why.is::<NoneWritable>()
            || matches!(why.downcast_ref(), Some(StoreError::Unavailable(_)))
    })
}

/// One or more servers with the same database.
#[derive(Clone, Debug)]
pub(in crate::storage) struct Hosts(Arc<[PgConnectOptions]>);

impl Hosts {
    /// Reads `postgres://user:password@host:port,host:port/database?…`.
    pub(in crate::storage) fn parse(url: &str) -> anyhow::Result<Self> {
        let malformed = "the database url is malformed → write postgres://user:password@host:5432/database";
        let (scheme, rest) = url.split_once("://").context(malformed)?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, hosts) = authority.rsplit_once('@').map_or(("", authority), |(user, hosts)| (user, hosts));
        let at = if user.is_empty() { "" } else { "@" };
        let path = without_target(path)?;
        let one = |host: &str| {
            let options = PgConnectOptions::from_str(&format!("{scheme}://{user}{at}{host}{path}"));
            anyhow::Ok(options.context(malformed)?.application_name("aldis"))
        };
        let hosts: Vec<_> = hosts.split(',').map(one).collect::<Result<_, _>>()?;
        ensure!(hosts.len() <= HOSTS_MAX, "the database url names more than {HOSTS_MAX} hosts");
        Ok(Self(hosts.into()))
    }

    /// The servers, for errors.
    pub(super) fn names(&self) -> String {
        self.0.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    fn are_several(&self) -> bool {
        self.0.len() > 1
    }

    /// The only server, or the first of several that can be written.
    pub(in crate::storage) async fn writable(&self) -> anyhow::Result<PgConnectOptions> {
        if !self.are_several() {
            return Ok(self.0[0].clone());
        }
        let mut refused = Vec::new();
        for host in self.0.iter() {
            match tokio::time::timeout(ANSWER_WITHIN, Box::pin(ask(host))).await {
                Ok(Ok(true)) => return Ok(host.clone()),
                Ok(Ok(false)) => refused.push(format!("{} can only be read", name(host))),
                Ok(Err(why)) => refused.push(format!("{}: {why}", name(host))),
                Err(_) => refused.push(format!("{} does not answer", name(host))),
            }
        }
        Err(NoneWritable(refused.join("; ")).into())
    }

    /// A pool of connections to that server, each `made` so. Of several servers, it turns to another one when `turn` is told.
    pub(super) async fn pool(
        self,
        options: PgPoolOptions,
        made: impl Fn(PgConnectOptions) -> PgConnectOptions + Send + 'static,
        turn: &Arc<Notify>,
    ) -> anyhow::Result<PgPool> {
        let first = made(self.writable().await?);
        if !self.are_several() {
            return Ok(options.connect_lazy_with(first)); // the caller that opens it waits for a slow server
        }
        let read_only = Arc::clone(turn);
        let options = options
            .test_before_acquire(false) // as the question does
            .before_acquire(|connection, _| Box::pin(is_writable(connection)))
            .after_connect(move |connection, _| {
                let turn = Arc::clone(&read_only);
                Box::pin(async move {
                    if is_writable(connection).await? {
                        return Ok(());
                    }
                    turn.notify_one();
                    Err(sqlx::Error::Protocol("the server can only be read".to_owned()))
                })
            });
        let pool = options.connect_lazy_with(first);
        tokio::spawn(self.turn(pool.clone(), made, Arc::clone(turn)));
        Ok(pool)
    }

    /// Until the pool is closed: looks for a server that can be written whenever it is told that the present one cannot.
    async fn turn(self, pool: PgPool, made: impl Fn(PgConnectOptions) -> PgConnectOptions, turn: Arc<Notify>) {
        loop {
            let mut closed = pool.close_event();
            let found = closed.do_until(async {
                turn.notified().await;
                self.writable().await
            });
            match found.await {
                Err(_) => return,
                Ok(Ok(host)) => {
                    tracing::info!(server = name(&host), "the database's server that can be written");
                    pool.set_connect_options(made(host));
                }
                Ok(Err(why)) => {
                    tracing::warn!(%why, "the database is away");
                    turn.notify_one();
                }
            }
            if pool.close_event().do_until(tokio::time::sleep(PAUSE)).await.is_err() {
                return;
            }
        }
    }
}

async fn ask(host: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut connection = host.connect().await?;
    let is_writable = is_writable(&mut connection).await?;
    connection.close().await?;
    Ok(is_writable)
}

async fn is_writable(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let read_only: String = sqlx::query_scalar("SHOW transaction_read_only").fetch_one(connection).await?;
    Ok(read_only == "off")
}

fn name(host: &PgConnectOptions) -> String {
    format!("{}:{}", host.get_host(), host.get_port())
}

/// The path and query of a URL without `target_session_attrs`, which the driver does not know.
fn without_target(path: &str) -> anyhow::Result<String> {
    let Some((path, query)) = path.split_once('?') else { return Ok(path.to_owned()) };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.strip_prefix("target_session_attrs=") {
            None => kept.push(pair),
            Some("read-write" | "primary") => {}
            Some(other) => bail!(
                "the database url asks for target_session_attrs={other} → write read-write, or leave it out: of several hosts the one that can be written is taken"
            ),
        }
    }
    Ok(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
}

#[cfg(test)]
mod tests {
    use super::{Hosts, NoneWritable, StoreError, may_pass};

    #[test]
    fn only_what_may_pass_is_waited_for() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let io = anyhow::Error::from(sqlx::Error::Io(refused)).context("cannot open");
        let none = anyhow::Error::from(NoneWritable("a can only be read".to_owned()));
        let away = anyhow::Error::from(StoreError::Unavailable("busy".to_owned())).context("cannot use");
        for passes in [io, sqlx::Error::PoolTimedOut.into(), none, away] {
            assert!(may_pass(&passes), "{passes:#}");
        }
        for stays in [anyhow::anyhow!("a wrong url"), sqlx::Error::PoolClosed.into(), StoreError::EmailTaken.into()] {
            assert!(!may_pass(&stays), "{stays:#}");
        }
    }

    #[test]
    fn a_url_names_one_server_or_several_with_one_database() {
        let read = |url: &str| Hosts::parse(url).expect(url);
        assert_eq!(read("postgres://ann:s%40crt@db.example/aldis").names(), "db.example:5432");
        let two =
            read("postgresql://ann:secret@a:5433,b,[::1]:5434/aldis?sslmode=require&target_session_attrs=read-write");
        assert_eq!(two.names(), "a:5433, b:5432, [::1]:5434");
        for host in two.0.iter() {
            assert_eq!((host.get_username(), host.get_database()), ("ann", Some("aldis")));
        }
        assert_eq!(read("postgres://a,b?target_session_attrs=primary").names(), "a:5432, b:5432");
        for wrong in ["postgres:a", "postgres://a:port/aldis", &format!("postgres://{}z/aldis", "h,".repeat(8))] {
            assert!(Hosts::parse(wrong).is_err(), "{wrong}");
        }
        let why = Hosts::parse("postgres://:canary@a,b/aldis?target_session_attrs=standby").expect_err("no writer");
        assert!(why.to_string().contains("→ write read-write") && !why.to_string().contains("canary"), "{why}");
    }
}
