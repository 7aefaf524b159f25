//! The fuzz targets over their seeds, and over some thousand variations of each, without a fuzzer: a quick version of
//! `tests/fuzz.sh`. A failure prints the input.

#![allow(unused_attributes, reason = "the targets' own `no_main` is for the fuzzer's crate")]

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
};

// The targets name the fuzzer's crate; here it is this one, and a target becomes a function.
extern crate self as libfuzzer_sys;

#[path = "../fuzz/fuzz_targets/frame_guard.rs"]
mod frame_guard;
#[path = "../fuzz/fuzz_targets/handshake.rs"]
mod handshake;
#[path = "../fuzz/fuzz_targets/key_set.rs"]
mod key_set;
#[path = "../fuzz/fuzz_targets/message.rs"]
mod message;
#[path = "../fuzz/fuzz_targets/sfu.rs"]
mod sfu;
#[path = "../fuzz/fuzz_targets/token.rs"]
mod token;

/// A target's verdict on an input.
#[macro_export]
macro_rules! fuzz_target {
    (|$input:ident: &[u8]| $body:block) => {
        pub(crate) fn run($input: &[u8]) $body
    };
}

/// Variations of each seed.
const VARIATIONS: u64 = 2_000;

/// A small generator (xorshift64*): the same variations in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(drawn).expect("31 bits fit") % below.max(1)
    }

    /// Changes, drops, doubles or inserts a few bytes.
    fn vary(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut input = seed.to_vec();
        for _ in 0..=self.next(4) {
            let at = self.next(input.len());
            match self.next(5) {
                0 if !input.is_empty() => input[at] = u8::try_from(self.next(256)).expect("a byte"),
                1 if !input.is_empty() => input[at] ^= 1 << self.next(8),
                2 if !input.is_empty() => drop(input.drain(at..(at + 1 + self.next(8)).min(input.len()))),
                3 => input.insert(at.min(input.len()), u8::try_from(self.next(256)).expect("a byte")),
                _ => input.extend_from_within(at.min(input.len())..),
            }
            input.truncate(8_192);
        }
        input
    }
}

fn over_the_corpus(target: &str, run: fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut paths: Vec<_> = fs::read_dir(&seeds).expect("seeds").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "{} has hardly any seeds", seeds.display());
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for path in paths {
        let seed = fs::read(&path).expect("a seed");
        for number in 0..=VARIATIONS {
            let input = if number == 0 { seed.clone() } else { chance.vary(&seed) };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(&input))) {
                eprintln!("{target} fails on {} as {:?}", path.display(), String::from_utf8_lossy(&input));
                resume_unwind(panic);
            }
        }
    }
}

#[test]
fn invalid_frames_get_the_same_verdict_in_every_split() {
    over_the_corpus("frame_guard", frame_guard::run);
}

#[test]
fn request_heads_get_a_verdict_without_a_panic() {
    over_the_corpus("handshake", handshake::run);
}

#[test]
fn key_sets_of_other_issuers_are_read_or_refused() {
    over_the_corpus("key_set", key_set::run);
}

#[test]
fn messages_are_read_or_refused() {
    over_the_corpus("message", message::run);
}

#[test]
fn requests_to_media_servers_are_read_or_refused() {
    over_the_corpus("sfu", sfu::run);
}

#[test]
fn foreign_tokens_are_never_accepted() {
    over_the_corpus("token", token::run);
}
