//! The judgement of a run: what is missing, and whether it may be. Pure. Must not know members.

use super::losses::Verdict;

/// Lines of lost signals that are shown; the rest is counted.
const WORDS_MAX: usize = 10;

/// What may violate a guarantee, depending on whether Redis forgets.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) verdict: Verdict,
    /// Sessions that ended, and those of them whose sockets were open.
    pub(super) failed: u64,
    pub(super) failed_connected: u64,
    pub(super) members_told: u64,
}

impl Found {
    /// Every signal arrives, or is refused to its sender. Where Redis forgets, it may be missing if the receiver is told of a loss, and
    /// the session of a member without a socket may end. Nobody is told of a loss where nothing is lost.
    pub(super) fn judge(self, forgets: bool, why: &str) -> Vec<String> {
        let Self { verdict, failed, failed_connected, members_told } = self;
        let mut violations = Vec::new();
        let missing = if forgets { verdict.lost } else { verdict.lost + verdict.told };
        if missing > 0 {
            let and = if forgets { ", and nobody was told" } else { "" };
            violations.push(format!("{missing} signals were lost: they neither arrived nor were refused{and}"));
        }
        violations.extend(verdict.words.into_iter().take(WORDS_MAX));
        if verdict.false_refusals > 0 {
            violations.push(format!("{} signals arrived though they were refused", verdict.false_refusals));
        }
        let ended = if forgets { failed_connected } else { failed };
        if ended > 0 {
            violations.push(format!("{ended} sessions could not be resumed, or ended while connected ({why})"));
        }
        if !forgets && members_told > 0 {
            violations.push(format!("{members_told} members were told of a loss, though Redis lost nothing"));
        }
        violations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(told: u64, lost: u64) -> Found {
        Found { verdict: Verdict { told, lost, ..Verdict::default() }, ..Found::default() }
    }

    #[test]
    fn only_a_redis_that_forgets_may_lose_signals_and_only_if_that_is_told() {
        for (told, lost, kept, forgotten) in [(0, 0, 0, 0), (3, 0, 1, 0), (0, 2, 1, 1), (3, 2, 1, 1)] {
            assert_eq!(found(told, lost).judge(false, "").len(), kept, "{told} told, {lost} lost");
            assert_eq!(found(told, lost).judge(true, "").len(), forgotten, "{told} told, {lost} lost, Redis forgets");
        }
        assert_eq!(
            found(0, 2).judge(true, ""),
            ["2 signals were lost: they neither arrived nor were refused, and nobody was told"]
        );
    }

    #[test]
    fn nobody_is_told_of_a_loss_where_nothing_was_lost() {
        let told = || Found { members_told: 4, ..Found::default() };
        assert_eq!((told().judge(false, "").len(), told().judge(true, "").len()), (1, 0));
    }

    #[test]
    fn sessions_end_only_where_redis_forgets_and_only_without_a_socket() {
        let ended = |connected| Found { failed: 2, failed_connected: connected, ..Found::default() };
        assert_eq!((ended(0).judge(false, "").len(), ended(0).judge(true, "").len()), (1, 0));
        assert_eq!(ended(1).judge(true, "1 seat_gone").len(), 1);
    }
}
