//! Keys that tokens have named and that are not known here: whether they may be newer than what was read last. Pure.

use std::collections::VecDeque;

use super::ApiKeyId;

/// Keys that are remembered; of further ones the oldest is forgotten.
const KEYS_MAX: usize = 256;

/// Which keys were asked for before which reading. Readings are numbered from 1 as they begin.
#[derive(Default)]
pub(super) struct Asked {
    /// With the newest reading that had begun by then.
    keys: VecDeque<(ApiKeyId, u64)>,
    begun: u64,
    /// The newest reading that has ended.
    ended: u64,
}

impl Asked {
    pub(super) fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    pub(super) fn end(&mut self, reading: u64) {
        self.ended = self.ended.max(reading);
    }

    /// This key was known, and is no longer.
    pub(super) fn gone(&mut self, key: ApiKeyId) {
        self.remember(key, 0);
    }

    /// A token names this key, which is not known: whether a reading will tell. Once one that began later has ended without it, there
    /// is none.
    pub(super) fn may_come(&mut self, key: ApiKeyId) -> bool {
        let since = match self.keys.iter().find(|(known, _)| *known == key) {
            Some((_, since)) => *since,
            None => {
                self.remember(key, self.begun);
                self.begun
            }
        };
        self.ended <= since
    }

    fn remember(&mut self, key: ApiKeyId, since: u64) {
        self.keys.retain(|(known, _)| *known != key);
        if self.keys.len() >= KEYS_MAX {
            self.keys.pop_front();
        }
        self.keys.push_back((key, since));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn key(number: u128) -> ApiKeyId {
        ApiKeyId(Uuid::from_u128(number))
    }

    #[test]
    fn a_key_may_come_until_a_reading_that_began_later_has_ended_without_it() {
        let mut asked = Asked::default();
        assert!(asked.may_come(key(1)), "nothing was read yet");
        let early = asked.begin();
        assert!(asked.may_come(key(2)));
        asked.end(early);
        assert!(!asked.may_come(key(1)));
        assert!(asked.may_come(key(2)), "it may have been made after that reading had begun");
        let late = asked.begin();
        assert!(asked.may_come(key(2)), "the reading may have failed");
        asked.end(late);
        assert!(!asked.may_come(key(2)));
        asked.gone(key(3));
        assert!(!asked.may_come(key(3)), "one that was revoked does not come back");
    }

    #[test]
    fn made_up_keys_take_no_more_than_their_place() {
        let mut asked = Asked::default();
        for number in 0..1_000 {
            assert!(asked.may_come(key(number)));
        }
        assert_eq!(asked.keys.len(), KEYS_MAX);
    }
}
