//! Any bytes, in any split: the guard neither panics nor changes its verdict.
//!
//! The first byte is the seed of the split, the rest the connection.

#![no_main]

use aldis::ws::guard::{Guard, Kind, Limits, Whole};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((seed, bytes)) = bytes.split_first() else { return };
    let limits = Limits { message_bytes_max: 1_000, fragments_max: 8, binary: seed % 2 == 0 };
    let mut whole = Guard::new(limits);
    let passed = whole.feed(bytes);
    assert!(passed <= bytes.len());
    assert!(whole.is_over() || passed == bytes.len());

    let mut split = Guard::new(limits);
    let mut rest = bytes;
    let mut size = usize::from(*seed) % 17 + 1;
    while !rest.is_empty() && !split.is_over() {
        let (piece, later) = rest.split_at(size.min(rest.len()));
        split.feed(piece);
        rest = later;
        size = size % 31 + 1;
    }
    assert_eq!(whole.violation(), split.violation());
    assert_eq!(whole.delivered(), split.delivered());
    assert_eq!(whole.is_over(), split.is_over());
    assert!(whole.is_over() || whole.at_rest() == split.at_rest());
    // A whole frame at the front passes, unless it is text that is not UTF-8, and leaves the guard at rest.
    if let Some(Whole { kind, payload, .. }) = Whole::at_front(bytes, &limits) {
        let mut guard = Guard::new(limits);
        let passed = guard.feed(&bytes[..payload.end]);
        assert_eq!(guard.is_over(), guard.violation().is_some_and(|why| why.why == "text that is not UTF-8"));
        assert!(kind == Kind::Text || !guard.is_over());
        assert!(guard.is_over() || passed == payload.end && guard.at_rest() && guard.delivered() == 1);
    }
    // A guard at rest can be replaced: a new guard continues from here.
    if whole.at_rest() && !whole.is_over() {
        let (mut old, mut new) = (whole, Guard::new(limits));
        assert_eq!(old.feed(bytes), new.feed(bytes));
        assert_eq!(old.violation(), new.violation());
    }
});
