//! Which expired tokens say who their bearer was, and for how long.

use std::sync::Arc;

use actors::{
    ports::{Grants, Revocation, RevocationScope},
    protocol::UserId,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::ExposeSecret as _;
use serde_json::json;
use uuid::Uuid;

use super::GUEST_BACK_WITHIN;
use crate::auth::{ApiKeyId, ApiKeyring, KeyRing, Sealing, Settings, Subject, TokenError, Tokens, tests::Hand};

const GUS: UserId = UserId::from_u128(7);
const TTL: i64 = 900;
const BACK_WITHIN: i64 = GUEST_BACK_WITHIN.as_secs();
const LEEWAY: i64 = 5;

struct House {
    folder: tempfile::TempDir,
    hand: Hand,
    tokens: Tokens,
}

fn house() -> House {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let keys = KeyRing::open(folder.path(), hand.clock().now()).expect("keys");
    let tokens = Tokens::new(Arc::new(keys), &Settings::default(), hand.clock());
    House { folder, hand, tokens }
}

fn grants() -> Grants {
    Grants { room: Some("abc-defg-hij".parse().expect("a room")), join: true, ..Grants::default() }
}

fn gus() -> Subject<'static> {
    Subject { user: GUS, name: "Gus", session: None }
}

impl House {
    fn token(&self) -> String {
        self.tokens.mint_granted(gus(), &grants()).expect("a token")
    }
}

#[test]
fn a_guests_token_says_who_they_were_for_half_a_day_and_is_good_for_nothing_else() {
    let house = house();
    let token = house.token();
    let is_gus = || {
        let guest = house.tokens.verify_former_guest(&token)?;
        assert_eq!((guest.user, guest.grants.as_deref()), (GUS, Some(&grants())));
        Ok::<_, TokenError>(())
    };
    is_gus().expect("valid");
    house.hand.turn(TTL + LEEWAY);
    assert!(matches!(house.tokens.verify(&token), Err(TokenError::Expired(_))), "for all else it has expired");
    is_gus().expect("expired just now");
    house.hand.turn(BACK_WITHIN - LEEWAY - 1);
    is_gus().expect("a second before");
    house.hand.turn(1);
    assert!(matches!(is_gus(), Err(TokenError::Expired(_))));
}

#[test]
fn an_expired_token_that_is_revoked_or_of_other_keys_says_nothing() {
    let house = house();
    let token = house.token();
    house.hand.turn(TTL + LEEWAY);
    let others = Tokens::new(
        Arc::new(KeyRing::open(&house.folder.path().join("others"), house.hand.clock().now()).expect("keys")),
        &Settings::default(),
        house.hand.clock(),
    );
    assert_eq!(others.verify_former_guest(&token), Err(TokenError::UnknownKey));
    let now_ms = u64::try_from(house.hand.clock().now().as_millisecond()).expect("a time");
    house.tokens.revoked().add(&Revocation { user: GUS, scope: RevocationScope::AllBefore(now_ms) });
    assert_eq!(house.tokens.verify_former_guest(&token), Err(TokenError::Revoked));
    for wrong in ["", "a.b.c", &token[..token.len() - 6], &"x".repeat(super::super::TOKEN_BYTES_MAX + 1)] {
        assert_eq!(house.tokens.verify_former_guest(wrong), house.tokens.verify(wrong), "{wrong}");
    }
}

#[test]
fn an_expired_token_from_before_anything_known_to_be_revoked_says_nothing() {
    let house = house();
    let month = crate::auth::LIFE_MAX;
    let until = house.hand.clock().now().as_second() + i64::try_from(month.as_secs()).expect("seconds");
    let long = house.tokens.mint_until(gus(), until.cast_unsigned(), &grants()).expect("a token");
    house.hand.turn(until - house.hand.clock().now().as_second() - 1);
    house.tokens.verify_former_guest(&long).expect("valid");
    house.hand.turn(1);
    assert!(matches!(house.tokens.verify_former_guest(&long), Err(TokenError::Expired(_))));
}

#[test]
fn whoever_is_no_guest_is_none_after_their_token_has_expired() {
    let house = house();
    let api_keys = Arc::new(ApiKeyring::new(Sealing::own(house.folder.path())));
    let made = api_keys.make("Shop", None, house.hand.clock().now()).expect("a key");
    let (id, secret) = (ApiKeyId(made.row.id), made.secret.expect("a secret"));
    api_keys.replace(vec![made.row]);
    let tokens = house.tokens.with_api_keys(api_keys);
    let session = Some(Uuid::new_v4());
    let login = tokens.mint(Subject { session, ..gus() }).expect("a token");
    let operators = tokens.mint(gus()).expect("a token");
    let moved = Subject { session: Some(id.0), ..gus() };
    let until = house.hand.clock().now().as_second() + TTL;
    let moved = tokens.mint_until(moved, until.cast_unsigned(), &grants()).expect("a token");
    let now = house.hand.clock().now().as_second();
    let claims = json!({ "sub": GUS.to_string(), "name": "Gus", "iat": now, "exp": now + TTL,
        "aldis": { "room": "abc-defg-hij", "join": true } });
    let header = Header { kid: Some(id.to_string()), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    let of_backend = encode(&header, &claims, &key).expect("a token");
    for (what, token) in [("a login", login), ("an operator", operators), ("moved", moved), ("a backend", of_backend)] {
        tokens.verify(&token).unwrap_or_else(|why| panic!("{what}: {why}"));
        tokens.verify_former_guest(&token).expect_err(what);
        house.hand.turn(TTL + LEEWAY);
        assert!(matches!(tokens.verify(&token), Err(TokenError::Expired(_))), "{what}");
        tokens.verify_former_guest(&token).expect_err(what);
        house.hand.turn(-TTL - LEEWAY);
    }
}
