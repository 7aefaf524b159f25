//! The outcome of an operation that failed or was not answered: one table (`docs/redis.md`). Pure.

use std::time::Duration;

use actors::ledger::Failure;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// How long to wait before a retry while Redis is away.
pub(super) const AWAY_WAIT: Duration = Duration::from_millis(250);

/// The consequence of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// For the caller.
    pub(super) failure: Failure,
    /// Whether the connection is given up.
    pub(super) ends_link: bool,
}

/// It has not been sent.
pub(super) const NOT_SENT: Failure = Failure::NotApplied { wait: AWAY_WAIT };
/// It has been sent, and its answer is lost.
pub(super) const UNANSWERED: Failure = Failure::Unknown { wait: AWAY_WAIT };

/// Errors that a server answers before a script's first write.
const REFUSALS: [&str; 11] = [
    "LOADING",
    "READONLY",
    "OOM",
    "MISCONF",
    "NOREPLICAS",
    "CLUSTERDOWN",
    "MOVED",
    "MASTERDOWN",
    "BUSY",
    "NOSCRIPT",
    "NOPERM",
];
/// Of these, those that tell that another server or another handshake is needed.
const ENDINGS: [&str; 4] = ["READONLY", "NOSCRIPT", "MOVED", "MASTERDOWN"];

/// The table. Only an answered refusal is known not to be applied.
pub(super) fn outcome(error: &RedisError) -> Outcome {
    let is_loading = matches!(error.kind(), ErrorKind::Server(ServerErrorKind::BusyLoading));
    let code = if is_loading { "LOADING" } else { error.code().unwrap_or_default() };
    let is_answer = matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension);
    if is_answer && REFUSALS.contains(&code) {
        return Outcome { failure: NOT_SENT, ends_link: ENDINGS.contains(&code) };
    }
    Outcome { failure: UNANSWERED, ends_link: !is_answer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(text: &str) -> RedisError {
        let value = redis::parse_redis_value(format!("-{text}\r\n").as_bytes()).expect("RESP");
        value.extract_error().expect_err("an error")
    }

    #[test]
    fn what_a_server_refuses_was_not_applied() {
        for code in REFUSALS {
            let Outcome { failure, ends_link } = outcome(&answered(&format!("{code} why")));
            assert_eq!((failure, ends_link), (NOT_SENT, ENDINGS.contains(&code)), "{code}");
        }
    }

    #[test]
    fn the_outcome_of_what_failed_otherwise_is_unknown() {
        let lost = RedisError::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert_eq!(outcome(&lost), Outcome { failure: UNANSWERED, ends_link: true });
        let late = RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
        assert_eq!(outcome(&late), Outcome { failure: UNANSWERED, ends_link: true });
        let error = outcome(&answered("ERR user_script:1: something"));
        assert_eq!(error, Outcome { failure: UNANSWERED, ends_link: false });
    }
}
