//! Redis Sentinel: asks one of several sentinels where the master is now. Whether it is one is for the handshake to see.

use std::{io, time::Duration};

use redis::{AsyncConnectionConfig, RedisConnectionInfo, aio::MultiplexedConnection, cmd};
use tokio::time::timeout;

use super::stream::Stream;

/// How long one sentinel may take; then the next one is asked.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
/// The port of a sentinel whose address names none.
const PORT: u16 = 26_379;

/// Sentinels, and what they call the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentinels {
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) master: String,
    /// The URL of a server with the same login and database.
    pub(super) login: String,
}

impl Sentinels {
    /// Reads what follows the scheme: `[user:password@]host[:port],…/master[/db]`.
    pub(super) fn read(rest: &str) -> Option<Self> {
        let (login, rest) = rest.rsplit_once('@').map_or((None, rest), |(login, rest)| (Some(login), rest));
        let (hosts, path) = rest.split_once('/')?;
        let (master, database) = path.split_once('/').unwrap_or((path, ""));
        let host = |host: &str| match host.rsplit_once(':') {
            Some((name, port)) if !name.is_empty() => Some((name.to_owned(), port.parse().ok()?)),
            Some(_) => None,
            None => (!host.is_empty()).then(|| (host.to_owned(), PORT)),
        };
        let hosts = hosts.split(',').map(host).collect::<Option<Vec<_>>>()?;
        let login = login.map(|login| format!("{login}@")).unwrap_or_default();
        let is_whole = !master.is_empty();
        is_whole.then(|| Self {
            hosts,
            master: master.to_owned(),
            login: format!("redis://{login}sentinel/{database}"),
        })
    }
}

/// Asks a sentinel on this stream.
pub(super) async fn ask(stream: Box<dyn Stream>, master: &str) -> io::Result<(String, u16)> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER_WITHIN));
    let asking = async {
        let settings = RedisConnectionInfo::default();
        let (mut connection, driver) = MultiplexedConnection::new_with_config(&settings, stream, config).await?;
        let driver = tokio::spawn(driver);
        let question = cmd("SENTINEL").arg("get-master-addr-by-name").arg(master).take();
        let answer: Result<Option<(String, u16)>, _> = question.query_async(&mut connection).await;
        driver.abort();
        answer
    };
    let answer = timeout(ANSWER_WITHIN, asking).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
    let answer = answer.map_err(|why| io::Error::other(format!("the sentinel refuses: {why}")))?;
    answer.ok_or_else(|| io::Error::other(format!("the sentinel knows no master `{master}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_sentinels_a_master_a_login_and_a_database() {
        let read = |text| Sentinels::read(text).map(|read| (read.hosts, read.master, read.login));
        let host = |name: &str, port| (name.to_owned(), port);
        assert_eq!(
            read("ann:p@ss@a:1,b/main/2"),
            Some((vec![host("a", 1), host("b", 26_379)], "main".to_owned(), "redis://ann:p@ss@sentinel/2".to_owned()))
        );
        assert_eq!(read("a/main"), Some((vec![host("a", 26_379)], "main".to_owned(), "redis://sentinel/".to_owned())));
        for wrong in ["", "a", "a/", "/main", "a,,b/main", "a:port/main", ":1/main"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
