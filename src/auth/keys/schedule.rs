//! When which key signs, and when one may go: pure, over the instants from which the keys of a folder sign.
//!
//! Such an instant is all that is stored of a key's role, as its file's name. So one step of the file system (a file that
//! appears, is renamed, or disappears) is one step of a rotation, and whatever a killed process left is a usable set.
//! **Invariant:** after any prefix of a plan there is a key that signs, and every token signed before verifies, unless its
//! key was given up as leaked (`keys::tests`).

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::auth::LIFE_MAX;

/// How long others may keep a copy of the JWKS: its `max-age`.
pub const JWKS_MAX_AGE: Duration = Duration::from_secs(300);
/// How long a key is published before it signs: twice as long, so that clocks and look-ups may be late.
pub const PUBLISHED_FOR: Duration = Duration::from_secs(2 * JWKS_MAX_AGE.as_secs());
/// How long a key verifies after the next one began to sign: the longest token, and an hour for what is late.
const KEPT_FOR: Duration = Duration::from_secs(LIFE_MAX.as_secs() + 60 * 60);
/// The most keys of a folder: one a day for as long as a key is kept, and as many again by hand.
pub(super) const KEYS_MAX: usize = 64;

/// What a key does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It signs.
    Current,
    /// It is published, so that everybody knows it when it signs.
    Next,
    /// It verifies the tokens it signed.
    Previous,
}

/// How a key is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotation {
    /// The next key is published, and signs once everybody can know it.
    #[default]
    Announced,
    /// The next key signs at once, or where nodes share keys in a minute: services with an older copy of the JWKS refuse its tokens
    /// until they fetch another.
    Now,
    /// The keys are known to strangers: a new one signs at once, and no token of the others is valid any more.
    Leaked,
}

/// One step of a rotation, which happens or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A new key that signs from then on.
    Add(Timestamp),
    /// The key of the first instant signs from the second one on.
    Move(Timestamp, Timestamp),
    /// The key is deleted.
    Remove(Timestamp),
}

impl Step {
    /// From when on a key signs by this step.
    pub(super) fn signs_from(self) -> Option<Timestamp> {
        match self {
            Self::Add(from) | Self::Move(_, from) => Some(from),
            Self::Remove(_) => None,
        }
    }
}

/// There are as many keys as a folder may have.
#[derive(Debug, thiserror::Error)]
#[error(
    "there are {KEYS_MAX} keys already, and each verifies until its last token has expired → wait until {until:.0}, or give all of them up: aldis keys rotate --leaked"
)]
pub(super) struct TooMany {
    until: Timestamp,
}

/// The role of the key that is the `place`th of `starts`, which are sorted.
pub(super) fn role(starts: &[Timestamp], place: usize, now: Timestamp) -> Role {
    match place.cmp(&current(starts, now)) {
        std::cmp::Ordering::Less => Role::Previous,
        std::cmp::Ordering::Equal => Role::Current,
        std::cmp::Ordering::Greater => Role::Next,
    }
}

/// The key that signs: the newest whose instant has come. If the clock was set back behind all of them, the oldest.
fn current(starts: &[Timestamp], now: Timestamp) -> usize {
    starts.iter().rposition(|start| *start <= now).unwrap_or(0)
}

/// Until when a previous key is needed; `None` for the others.
pub(super) fn until(starts: &[Timestamp], place: usize, now: Timestamp) -> Option<Timestamp> {
    let successor = *starts.get(place + 1)?;
    (role(starts, place, now) == Role::Previous).then(|| later(successor, KEPT_FOR))
}

/// The keys that are no longer needed.
fn expired(starts: &[Timestamp], now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let is_over = move |place: usize| until(starts, place, now).is_some_and(|until| until <= now);
    starts.iter().enumerate().filter(move |(place, _)| is_over(*place)).map(|(_, start)| *start)
}

/// Whether the current key has signed for so long that the next one must be published. `starts` are sorted.
pub(super) fn is_due(starts: &[Timestamp], every: Duration, now: Timestamp) -> bool {
    let Some(start) = starts.get(current(starts, now)) else { return true };
    // Made under a clock that was ahead, it would sign until that time comes.
    let is_ahead = *start > later(now, PUBLISHED_FOR);
    is_ahead || later(*start, every) <= later(now, PUBLISHED_FOR)
}

/// Removes keys that are no longer needed; to be called from time to time.
pub(super) fn tidying(starts: &[Timestamp], now: Timestamp) -> Vec<Step> {
    expired(starts, now).map(Step::Remove).collect()
}

/// The steps of a rotation, in an order in which each prefix leaves a usable set. `starts` are sorted. `lead`: how long a key must
/// be known before it signs even if it is to sign now.
pub(super) fn plan(
    starts: &[Timestamp],
    rotation: Rotation,
    lead: Duration,
    now: Timestamp,
) -> Result<Vec<Step>, TooMany> {
    // After the current one: that may sign although its instant is in the future, because the clock was set back.
    let next = starts.get(current(starts, now) + 1..).and_then(|rest| rest.first()).copied();
    let mut steps = tidying(starts, now);
    let left = starts.len() - steps.len();
    match rotation {
        Rotation::Announced if next.is_some_and(|next| next <= later(now, PUBLISHED_FOR)) => return Ok(steps),
        Rotation::Announced => steps.push(Step::Add(free(starts, later(now, PUBLISHED_FOR)))),
        // It signs as soon as a new one could.
        Rotation::Now if next.is_some_and(|next| next <= later(now, lead)) => return Ok(steps),
        Rotation::Now => steps.push(match next {
            Some(next) => Step::Move(next, free(starts, later(now, lead))),
            None => Step::Add(free(starts, later(now, lead))),
        }),
        Rotation::Leaked => {
            // First the new one: without any key the next start would still make one, but a running node could not sign.
            steps = vec![Step::Add(free(starts, now))];
            steps.extend(starts.iter().map(|start| Step::Remove(*start)));
        }
    }
    let grows = rotation != Rotation::Leaked && steps.iter().any(|step| matches!(step, Step::Add(_)));
    if grows && left >= KEYS_MAX {
        let until = (0..starts.len()).filter_map(|place| until(starts, place, now)).min();
        return Err(TooMany { until: until.unwrap_or(now) });
    }
    Ok(steps)
}

/// The first instant from `at` on that is no key's yet; instants are milliseconds.
fn free(starts: &[Timestamp], at: Timestamp) -> Timestamp {
    let millis = |at: Timestamp| at.as_millisecond();
    let taken = |at: Timestamp| starts.iter().any(|start| millis(*start) == millis(at));
    let mut at = in_millis(at);
    while taken(at) {
        at = later(at, Duration::from_millis(1));
    }
    at
}

/// The instant in whole milliseconds, as it is stored.
pub(super) fn in_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Whether an instant comes within this time.
pub(super) fn is_within(at: Timestamp, now: Timestamp, within: Duration) -> bool {
    at <= later(now, within)
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    fn starts<const N: usize>(seconds: [i64; N]) -> Vec<Timestamp> {
        seconds.map(at).to_vec()
    }

    fn roles(starts: &[Timestamp], now: i64) -> Vec<Role> {
        (0..starts.len()).map(|place| role(starts, place, at(now))).collect()
    }

    #[test]
    fn the_newest_key_whose_time_has_come_signs() {
        use Role::{Current, Next, Previous};
        let three = starts([100, 200, 300]);
        for (now, expected) in [
            (99, [Current, Next, Next]), // the clock was set back: the oldest still signs
            (100, [Current, Next, Next]),
            (199, [Current, Next, Next]),
            (200, [Previous, Current, Next]),
            (300, [Previous, Previous, Current]),
            (i64::from(u32::MAX), [Previous, Previous, Current]),
        ] {
            assert_eq!(roles(&three, now), expected, "{now}");
        }
    }

    #[test]
    fn a_key_is_published_for_longer_than_others_keep_the_jwks() {
        let steps = plan(&starts([100]), Rotation::Announced, Duration::ZERO, at(1000)).expect("a plan");
        assert_eq!(steps, [Step::Add(at(1600))]);
        assert!(PUBLISHED_FOR > JWKS_MAX_AGE);
        let steps = plan(&starts([100, 1600]), Rotation::Announced, Duration::ZERO, at(1100)).expect("a plan");
        assert_eq!(steps, [], "it is published already");
        // A clock that was ahead by a year left a key that nobody wants to wait for.
        let steps = plan(&starts([100, 40_000_000]), Rotation::Announced, Duration::ZERO, at(1000)).expect("a plan");
        assert_eq!(steps, [Step::Add(at(1600))]);
    }

    #[test]
    fn the_published_key_signs_at_once_if_it_must() {
        let now = |starts: &[Timestamp]| plan(starts, Rotation::Now, Duration::ZERO, at(1000)).expect("a plan");
        assert_eq!(now(&starts([100])), [Step::Add(at(1000))]);
        assert_eq!(now(&starts([100, 1600])), [Step::Move(at(1600), at(1000))]);
        assert_eq!(now(&starts([1000])), [Step::Add(Timestamp::from_millisecond(1_000_001).expect("a time"))]);
        assert_eq!(
            now(&starts([5000])),
            [Step::Add(at(1000))],
            "the only key signs already, though its time has not come"
        );
    }

    #[test]
    fn where_nodes_share_keys_the_next_one_signs_a_minute_after_it_was_published() {
        let minute = Duration::from_secs(60);
        let now = |starts: &[Timestamp]| plan(starts, Rotation::Now, minute, at(1000)).expect("a plan");
        assert_eq!(now(&starts([100])), [Step::Add(at(1060))]);
        assert_eq!(now(&starts([100, 1600])), [Step::Move(at(1600), at(1060))]);
        assert_eq!(now(&starts([100, 1060])), [], "another node has done it");
        assert_eq!(now(&starts([100, 1030])), [], "it signs sooner");
        let leaked = plan(&starts([100]), Rotation::Leaked, minute, at(1000)).expect("a plan");
        assert_eq!(leaked, [Step::Add(at(1000)), Step::Remove(at(100))]);
        assert!(PUBLISHED_FOR > minute, "an announced one is published for longer");
    }

    #[test]
    fn leaked_keys_are_given_up_once_there_is_another() {
        let steps = plan(&starts([100, 1600]), Rotation::Leaked, Duration::ZERO, at(1000)).expect("a plan");
        assert_eq!(steps, [Step::Add(at(1000)), Step::Remove(at(100)), Step::Remove(at(1600))]);
    }

    #[test]
    fn a_key_goes_when_its_last_token_has_expired() {
        let two = starts([100, 200]);
        let gone = 200 + i64::try_from(KEPT_FOR.as_secs()).expect("seconds");
        assert_eq!(until(&two, 0, at(200)), Some(at(gone)));
        assert_eq!(tidying(&two, at(gone - 1)), []);
        assert_eq!(tidying(&two, at(gone)), [Step::Remove(at(100))]);
        assert_eq!(tidying(&starts([100]), at(gone * 100)), [], "the one that signs stays forever");
    }

    #[test]
    fn the_timer_publishes_in_time_and_a_wrong_clock_does_not_stop_it() {
        let due = |starts: &[Timestamp], now: i64| is_due(starts, DAY, at(now));
        assert!(!due(&starts([0]), 86_400 - 601));
        assert!(due(&starts([0]), 86_400 - 600));
        assert!(due(&starts([0]), 86_400 * 400), "the node was off for a year");
        assert!(!due(&starts([0, 86_400]), 86_400 + 1));
        assert!(due(&starts([40_000_000]), 1000), "the first start's clock was a year ahead");
    }

    #[test]
    fn the_number_of_keys_is_bounded_and_leaked_ones_can_always_be_replaced() {
        let many: Vec<_> = (0..64).map(at).collect();
        let why = plan(&many, Rotation::Announced, Duration::ZERO, at(1000)).expect_err("too many").to_string();
        assert!(why.starts_with("there are 64 keys already") && why.contains("--leaked"), "{why}");
        assert!(plan(&many, Rotation::Now, Duration::ZERO, at(1000)).is_err());
        assert_eq!(plan(&many, Rotation::Leaked, Duration::ZERO, at(1000)).expect("a plan").len(), 65);
    }

    proptest! {
        /// Over any history of rotations by timer and by hand: at each instant one key signs, and a token verifies until it expires.
        #[test]
        fn every_token_verifies_until_it_expires(
            turns in proptest::collection::vec((0_u64..3_000_000, 0..4), 1..60),
            every in 1_u32..40,
        ) {
            let (mut starts, mut now) = (vec![at(0)], at(0));
            let mut tokens: Vec<(Timestamp, Timestamp)> = Vec::new();
            for (wait, wish) in turns {
                now = later(now, Duration::from_secs(wait));
                tokens.retain(|(_, expires)| *expires > now);
                let signing = starts[current(&starts, now)];
                tokens.push((signing, later(now, LIFE_MAX)));
                let is_due = is_due(&starts, DAY * every, now);
                let steps = match wish {
                    0 => plan(&starts, Rotation::Announced, Duration::ZERO, now).unwrap_or_default(),
                    1 => plan(&starts, Rotation::Now, Duration::ZERO, now).unwrap_or_default(),
                    2 if is_due => plan(&starts, Rotation::Announced, Duration::ZERO, now).unwrap_or_default(),
                    _ => tidying(&starts, now),
                };
                for step in steps {
                    match step {
                        Step::Add(start) => starts.push(start),
                        Step::Move(from, to) => starts.iter_mut().filter(|start| **start == from).for_each(|start| *start = to),
                        Step::Remove(start) => starts.retain(|other| *other != start),
                    }
                    starts.sort_unstable();
                    prop_assert!(!starts.is_empty() && starts.len() <= KEYS_MAX);
                    for (key, _) in &tokens {
                        prop_assert!(starts.contains(key), "{key} was deleted while a token of it is valid");
                    }
                    let current = (0..starts.len()).filter(|place| role(&starts, *place, now) == Role::Current);
                    prop_assert_eq!(current.count(), 1);
                }
            }
        }
    }
}
