//! Any bytes as the key set of another issuer: reading it neither panics nor takes a key for what the operator does not allow, nor
//! more keys than there may be.

#![no_main]

use aldis::auth::issuers::{Algorithm, KeySet};
use libfuzzer_sys::fuzz_target;

const KEYS_MAX: usize = 4;

fuzz_target!(|input: &[u8]| {
    for allowed in [&Algorithm::ALL[..], &[Algorithm::Rs256], &[]] {
        let Ok(set) = KeySet::read(input, allowed, KEYS_MAX) else { continue };
        assert!(set.len() + set.unusable().len() <= KEYS_MAX);
        assert!(set.algorithms().iter().all(|algorithm| allowed.contains(algorithm)));
        assert_eq!(set.is_empty(), set.algorithms().is_empty());
    }
});
