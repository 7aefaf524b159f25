//! Redis Sentinel: asks one of several sentinels for the master's address. The handshake checks that it is a master.

use std::{io, time::Duration};

use redis::{AsyncConnectionConfig, cmd};

use super::stream::{Login, Stream, speak};

/// How long a sentinel may take, and then the master that it names.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_millis(500);
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
            // The port of an IPv6 address follows its brackets, which are not part of it.
            Some((name, port)) if !name.is_empty() && !port.ends_with(']') => {
                Some((name.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
            }
            Some((_, port)) if port.ends_with(']') => Some((host.trim_matches(['[', ']']).to_owned(), PORT)),
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
        let (mut connection, _driver) = speak(&Login::default(), stream, config).await?;
        let question = cmd("SENTINEL").arg("get-master-addr-by-name").arg(master).take();
        question.query_async::<Option<(String, u16)>>(&mut connection).await
    };
    let answer = asking.await;
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
        assert_eq!(read("[::1]:1,[::2]/main").map(|read| read.0), Some(vec![host("::1", 1), host("::2", 26_379)]));
        for wrong in ["", "a", "a/", "/main", "a,,b/main", "a:port/main", ":1/main"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
