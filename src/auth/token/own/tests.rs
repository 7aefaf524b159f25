//! The fast path and the JWT library agree on every token that the fast path judges.

use std::sync::{Arc, LazyLock};

use actors::protocol::UserId;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header, encode};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::{Clock, KeyRing, Settings, Subject, TokenError, Tokens};

const NOW: i64 = 1_800_000_000;

static TOKENS: LazyLock<(tempfile::TempDir, Tokens)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let now = Timestamp::from_second(NOW).expect("a time");
    let keys = Arc::new(KeyRing::open(folder.path(), now).expect("keys"));
    (folder, Tokens::new(keys, &Settings::default(), Clock::new(move || now)))
});

/// A token with these claims, signed with the live key.
fn signed(claims: &str) -> String {
    let key = TOKENS.1.keys().signer().expect("a key");
    let value: &serde_json::value::RawValue = serde_json::from_str(claims).expect("JSON");
    encode(&key.header, &value, &key.signing).expect("a token")
}

fn claims() -> Value {
    json!({"sub": Uuid::nil(), "name": "Ann", "iat": NOW, "exp": NOW + 900, "iss": "aldis", "aud": "aldis", "jti": "x"})
}

/// Both verdicts; `None` where the fast path leaves the token to the library.
fn verdicts(token: &str) -> (Option<Result<UserId, TokenError>>, Result<UserId, TokenError>) {
    let user = |verdict: Result<super::Identity, TokenError>| verdict.map(|identity| identity.user);
    (TOKENS.1.verify_own(token).map(user), user(TOKENS.1.verify_any(token)))
}

#[test]
fn a_minted_token_takes_the_fast_path() {
    let token = TOKENS
        .1
        .mint(Subject { user: Uuid::nil().into(), name: "Ann \"\u{e9}\" \\", session: Some(Uuid::nil()) })
        .expect("a token");
    assert!(token.starts_with(&TOKENS.1.keys().signer().expect("a key").encoded_header));
    let own = TOKENS.1.verify_own(&token).expect("the fast path").expect("valid");
    assert_eq!(Ok(own), TOKENS.1.verify_any(&token));
}

#[test]
fn other_tokens_are_left_to_the_library() {
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        claims.to_string()
    };
    let twice = claims().to_string().replacen('{', "{\"jti\":\"y\",", 1);
    let without = json!({"sub": Uuid::nil(), "iat": NOW, "exp": NOW, "iss": "aldis", "aud": "aldis", "jti": "x"});
    for claims in [
        with("nbf", json!(NOW)),
        with("nbf", json!({"an": "object"})),
        with("aud", json!(["aldis"])),
        with("exp", json!(-1)),
        with("exp", json!(1.8e9)),
        with("iat", json!("now")),
        twice,
        without.to_string(),
        "[]".to_owned(),
    ] {
        assert_eq!(verdicts(&signed(&claims)).0, None, "{claims}");
    }
    let key = TOKENS.1.keys().signer().expect("a key");
    let other = Header { typ: None, kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
    let token = encode(&other, &claims(), &key.signing).expect("a token");
    assert_eq!(verdicts(&token), (None, Ok(Uuid::nil().into())), "another header, though valid");
}

/// A claim's value: right, nearly right, or of another kind.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        (NOW - 1_000..NOW + 1_000).prop_map(|number| json!(number)),
        proptest::num::f64::ANY.prop_map(|number| json!(number)),
        "[a-z\\\\\"é]{0,6}".prop_map(|text| json!(text)),
        proptest::sample::select(vec![Value::Null, json!("aldis"), json!(["aldis"]), json!([]), json!({"a": 1})]),
        any::<u128>().prop_map(|id| json!(Uuid::from_u128(id))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn both_paths_agree_on_any_claims(
        changed in proptest::collection::vec((0_usize..9, value()), 0..3),
        flipped in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut claims = claims();
        for (place, value) in changed {
            claims[["sub", "name", "iat", "exp", "iss", "aud", "jti", "nbf", "sid"][place]] = value;
        }
        let mut token = signed(&claims.to_string()).into_bytes();
        if let Some(place) = flipped {
            let place = place.index(token.len());
            token[place] = if token[place] == b'A' { b'B' } else { b'A' };
        }
        let token = String::from_utf8(token).expect("ASCII");
        if let (Some(own), any) = verdicts(&token) {
            prop_assert_eq!(own, any);
        }
    }
}
