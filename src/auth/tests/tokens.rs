//! Valid access tokens, and that all others are refused.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, encode, jwk::JwkSet};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use serde_json::json;
use uuid::Uuid;

use super::Hand;
use crate::auth::{KeyRing, Settings, Subject, TokenError, Tokens};
use std::sync::Arc;

struct Mint {
    _folder: tempfile::TempDir,
    hand: Hand,
    tokens: Tokens,
}

fn mint() -> Mint {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let keys = KeyRing::open(folder.path(), hand.clock().now()).expect("keys");
    let tokens = Tokens::new(Arc::new(keys), &Settings::default(), hand.clock());
    Mint { _folder: folder, hand, tokens }
}

fn subject(user: Uuid, name: &str) -> Subject<'_> {
    Subject { user: user.into(), name, session: None }
}

#[test]
fn a_token_is_valid_until_its_expiry_plus_the_leeway() {
    let (mint, user) = (mint(), Uuid::new_v4());
    let token = mint.tokens.mint(subject(user, "Ann")).expect("a token");
    let identity = mint.tokens.verify(&token).expect("good");
    assert_eq!((identity.user, identity.name.as_str()), (user.into(), "Ann"));
    mint.hand.turn(900 + 4);
    mint.tokens.verify(&token).expect("good within the leeway");
    mint.hand.turn(1);
    assert!(matches!(mint.tokens.verify(&token), Err(TokenError::Expired(_))));
}

#[test]
fn a_token_from_far_in_the_future_is_refused() {
    let mint = mint();
    let token = mint.tokens.mint(subject(Uuid::new_v4(), "Ann")).expect("a token");
    mint.hand.turn(-61);
    assert_eq!(mint.tokens.verify(&token), Err(TokenError::NotYet));
}

#[test]
fn the_jwks_suffices_to_verify_a_token() {
    let mint = mint();
    let token = mint.tokens.mint(subject(Uuid::new_v4(), "Ann")).expect("a token");
    let text = serde_json::to_string(&mint.tokens.keys().jwks()).expect("JSON");
    assert!(!text.contains("\"d\""), "the private half is not in it");
    let jwks: JwkSet = serde_json::from_str(&text).expect("a key set");
    let kid = jsonwebtoken::decode_header(&token).expect("a header").kid.expect("a kid");
    let jwk = jwks.find(&kid).expect("the key");
    assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).expect("a thumbprint"), kid, "RFC 7638");
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["aldis"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(jwk).expect("a key");
    let claims = jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).expect("verified").claims;
    assert_eq!(claims["exp"].as_i64().expect("exp") - claims["iat"].as_i64().expect("iat"), 900);
}

fn part(value: &serde_json::Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn only_our_own_tokens_are_valid() {
    let mint = mint();
    let tokens = &mint.tokens;
    let good = tokens.mint(subject(Uuid::new_v4(), "Ann")).expect("a token");
    let [head, body, signature] = *good.split('.').collect::<Vec<_>>() else { panic!("three parts") };
    let kid = jsonwebtoken::decode_header(&good).expect("a header").kid;
    let public = serde_json::to_vec(&tokens.keys().jwks()).expect("JSON");
    let claims = json!({"sub": Uuid::new_v4(), "name": "Eve", "iat": 1_800_000_000, "exp": 1_800_000_900, "iss": "aldis", "aud": "aldis", "jti": "x"});
    // The classic: HS256 keyed with the public key.
    let hs256 = Header { kid: kid.clone(), ..Header::new(Algorithm::HS256) };
    let confused = encode(&hs256, &claims, &EncodingKey::from_secret(&public)).expect("a token");
    let none = format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT", "kid": kid})), part(&claims));
    let no_kid = format!("{}.{body}.{signature}", part(&json!({"alg": "RS256", "typ": "JWT"})));
    let other_kid = format!("{}.{body}.{signature}", part(&json!({"alg": "RS256", "kid": "../../etc/passwd"})));
    let swapped = format!("{head}.{}.{signature}", part(&claims));
    let long = format!("{good}{}", "A".repeat(4096));
    let cases = [
        ("", TokenError::Missing),
        (".", TokenError::Malformed),
        ("..", TokenError::Malformed),
        ("a.b.c", TokenError::Malformed),
        ("not a token", TokenError::Malformed),
        (head, TokenError::Malformed),
        // Without its last six characters the signature is whole base64 groups, but too short.
        (&good[..good.len() - 6], TokenError::BadSignature),
        (&good[..good.len() - 1], TokenError::Malformed),
        (&format!("{good}.x"), TokenError::Malformed),
        (&format!(" {good}"), TokenError::Malformed),
        (&format!("{head}.{body}."), TokenError::BadSignature),
        (&long, TokenError::TooLong),
        (&confused, TokenError::WrongAlgorithm),
        (&none, TokenError::Malformed),
        (&no_kid, TokenError::UnknownKey),
        (&other_kid, TokenError::UnknownKey),
        (&swapped, TokenError::BadSignature),
    ];
    for (token, expected) in cases {
        assert_eq!(tokens.verify(token), Err(expected), "{token}");
    }
    tokens.verify(&good).expect("the original is good");
}

#[test]
fn a_token_of_ours_with_other_claims_is_refused() {
    let mint = mint();
    let key = mint.tokens.keys().signer().expect("a key");
    let good = json!({"sub": Uuid::new_v4(), "name": "Ann", "iat": 1_800_000_000, "exp": 1_800_000_900, "iss": "aldis", "aud": "aldis", "jti": "x"});
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
    for (claim, value, expected) in [
        ("iss", json!("else"), TokenError::NotForUs),
        ("aud", json!("else"), TokenError::NotForUs),
        ("aud", json!(null), TokenError::Malformed),
        ("sub", json!("ann lee"), TokenError::Malformed),
        ("sub", json!(null), TokenError::Malformed),
        ("exp", json!("tomorrow"), TokenError::Malformed),
        ("exp", json!(i64::MAX), TokenError::Malformed),
        ("exp", json!(-1), TokenError::Malformed),
        ("exp", json!(0), TokenError::Expired(jiff::Timestamp::UNIX_EPOCH)),
        ("iat", json!(null), TokenError::Malformed),
        ("name", json!(7), TokenError::Malformed),
        ("name", json!("A\nB"), TokenError::Malformed),
        ("name", json!("A".repeat(65)), TokenError::Malformed),
        ("sub", json!(""), TokenError::Malformed),
        ("sub", json!("a".repeat(129)), TokenError::Malformed),
        ("sid", json!("a session"), TokenError::Malformed),
        ("nbf", json!(1_800_000_061), TokenError::NotYet),
        ("nbf", json!("soon"), TokenError::Malformed),
        ("iat", json!(1_800_000_061), TokenError::NotYet),
        ("exp", json!(1_800_000_000 + 30 * 24 * 3_600 + 1), TokenError::TooLongLived("30 days")),
    ] {
        let mut claims = good.clone();
        claims[claim] = value;
        let token = encode(&header, &claims, &key.signing).expect("a token");
        assert_eq!(mint.tokens.verify(&token), Err(expected), "{claim}: {}", claims[claim]);
    }
    mint.tokens.verify(&encode(&header, &good, &key.signing).expect("a token")).expect("unchanged it is good");
    let mut past = good.clone();
    past["nbf"] = json!(1_799_999_000);
    past["unknown"] = json!("is ignored, RFC 7519 §4");
    mint.tokens.verify(&encode(&header, &past, &key.signing).expect("a token")).expect("good since then");
    for other in [
        Header { crit: Some(vec!["b64".to_owned()]), ..header.clone() },
        Header { typ: Some("at+jwt".to_owned()), ..header.clone() },
    ] {
        let token = encode(&other, &good, &key.signing).expect("a token");
        assert_eq!(mint.tokens.verify(&token), Err(TokenError::OtherKind), "{other:?}");
    }
}

#[test]
fn a_token_of_an_ended_session_is_refused_by_both_paths_and_one_minted_after_is_not() {
    use actors::ports::{Revocation, RevocationScope};
    let (mint, user, session) = (mint(), Uuid::new_v4(), Uuid::new_v4());
    let subject = Subject { session: Some(session), ..subject(user, "Ann") };
    let token = mint.tokens.mint(subject.clone()).expect("a token");
    assert_eq!(mint.tokens.verify(&token).expect("good").session, Some(session));
    let at = 1_800_000_000_250;
    let user_id = actors::protocol::UserId::from_u128(user.as_u128());
    mint.tokens.revoked().add(&Revocation { user: user_id.clone(), scope: RevocationScope::AllBefore(at) });
    assert_eq!(mint.tokens.verify(&token), Err(TokenError::Revoked));
    let fresh = mint.tokens.mint(subject).expect("a token of the same second");
    mint.tokens.verify(&fresh).expect("minted after the end");
    let scope = RevocationScope::Session(actors::protocol::LoginId::from_u128(session.as_u128()));
    mint.tokens.revoked().add(&Revocation { user: user_id, scope });
    assert_eq!(mint.tokens.verify(&fresh), Err(TokenError::Revoked));
    let key = mint.tokens.keys().signer().expect("a key");
    let header = Header { typ: None, kid: Some(key.kid.clone()), ..Header::new(Algorithm::RS256) };
    let claims: serde_json::Value = jsonwebtoken::dangerous::insecure_decode(&fresh).expect("claims").claims;
    let other_form = encode(&header, &claims, &key.signing).expect("a token");
    assert_eq!(mint.tokens.verify(&other_form), Err(TokenError::Revoked));
}

#[test]
fn inspecting_shows_the_content_of_an_invalid_token_and_that_it_is_invalid() {
    let mint = mint();
    let token = mint.tokens.mint_for(subject(Uuid::nil(), "Ann"), std::time::Duration::from_secs(60)).expect("a token");
    mint.hand.turn(3600);
    let seen = mint.tokens.inspect(&token).expect("something to show");
    assert_eq!((seen.header["alg"].as_str(), seen.claims["name"].as_str()), (Some("RS256"), Some("Ann")));
    assert!(matches!(seen.verdict, Err(TokenError::Expired(_))));
    assert!(mint.tokens.inspect("junk").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_modified_token_is_valid(place in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        static MINT: std::sync::LazyLock<(Mint, String)> = std::sync::LazyLock::new(|| {
            let mint = mint();
            let token = mint.tokens.mint(subject(Uuid::nil(), "Ann")).expect("a token");
            (mint, token)
        });
        let (mint, token) = &*MINT;
        let mut changed = token.clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] = byte & 0x7f;
        if let Ok(changed) = String::from_utf8(changed) && &changed != token {
            prop_assert!(mint.tokens.verify(&changed).is_err());
        }
    }

    #[test]
    fn no_text_makes_verifying_panic(text in ".{0,300}") {
        static MINT: std::sync::LazyLock<Mint> = std::sync::LazyLock::new(mint);
        prop_assert!(MINT.tokens.verify(&text).is_err());
    }
}
