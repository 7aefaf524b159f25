//! Any text as an access token: verifying neither panics nor accepts a token that is not ours, however similar.
//!
//! The input is spliced into a valid token at a position that it contains: `place (2 bytes), bytes to drop (1 byte), text`.

#![no_main]

use std::sync::{Arc, LazyLock};

use aldis::auth::{Clock, KeyRing, LIFE_MAX, RefreshToken, Settings, Subject, Tokens};
use libfuzzer_sys::fuzz_target;
use uuid::Uuid;

static GOOD: LazyLock<(Tokens, String)> = LazyLock::new(|| {
    let clock = Clock::system();
    let folder = std::env::temp_dir().join(format!("aldis-fuzz-{}", std::process::id()));
    let keys = KeyRing::open(&folder, clock.now()).expect("keys");
    std::fs::remove_dir_all(&folder).expect("its own folder");
    let tokens = Tokens::new(Arc::new(keys), &Settings::default(), clock);
    let ann = Subject { user: Uuid::nil().into(), name: "Ann", session: Some(Uuid::nil()) };
    let good = tokens.mint_for(ann, LIFE_MAX).expect("a token");
    (tokens, good)
});

fuzz_target!(|input: &[u8]| {
    let (tokens, good) = &*GOOD;
    let bare = String::from_utf8_lossy(input);
    assert!(tokens.verify(&bare).is_err());
    let _ = tokens.inspect(&bare); // shows what there is, or refuses
    let _ = bare.parse::<RefreshToken>(); // is one, or not

    let [high, low, dropped, text @ ..] = input else { return };
    let from = usize::from(u16::from_be_bytes([*high, *low])) % good.len();
    let until = (from + usize::from(*dropped)).min(good.len());
    let close = format!("{}{}{}", &good[..from], String::from_utf8_lossy(text), &good[until..]);
    assert_eq!(tokens.verify(&close).is_ok(), &close == good, "{close}");
});
