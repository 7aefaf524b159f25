//! Room tokens that are valid, and that all others are refused with words.

use std::sync::Arc;

use actors::{ports::Action, protocol::UserId};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::auth::{ApiKeyId, ApiKeyring, KeyRing, Sealing, Settings, TokenError, Tokens, tests::Hand};

const USER: &str = "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210";

struct Backend {
    _folder: tempfile::TempDir,
    hand: Hand,
    tokens: Tokens,
    id: ApiKeyId,
    secret: SecretString,
}

fn backend() -> Backend {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let keys = Arc::new(KeyRing::open(folder.path(), hand.clock().now()).expect("keys"));
    let api_keys = Arc::new(ApiKeyring::new(Sealing::own(folder.path())));
    let made = api_keys.make("Shop", None, hand.clock().now()).expect("a key");
    let (id, secret) = (ApiKeyId(made.row.id), made.secret.expect("a secret"));
    api_keys.replace(vec![made.row]);
    let tokens = Tokens::new(keys, &Settings::default(), hand.clock()).with_api_keys(api_keys);
    Backend { _folder: folder, hand, tokens, id, secret }
}

impl Backend {
    fn now(&self) -> i64 {
        self.hand.clock().now().as_second()
    }

    /// The claims of a good token, with these on top; `null` removes one.
    fn claims(&self, more: Value) -> Value {
        let mut claims = json!({
            "sub": USER, "name": "Ann", "iat": self.now(), "exp": self.now() + 600,
            "aldis": { "room": "abc-defg-hij", "join": true, "metadata": "gold" },
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        claims
    }

    fn header(&self) -> Header {
        Header { kid: Some(self.id.to_string()), ..Header::new(Algorithm::HS256) }
    }

    fn signed(&self, header: &Header, claims: &Value) -> String {
        let key = EncodingKey::from_secret(self.secret.expose_secret().as_bytes());
        encode(header, claims, &key).expect("signed")
    }

    fn verified(&self, more: Value) -> Result<crate::auth::Identity, TokenError> {
        self.tokens.verify(&self.signed(&self.header(), &self.claims(more)))
    }
}

#[test]
fn a_token_of_a_backend_says_who_and_what_for() {
    let backend = backend();
    let identity = backend.verified(json!({})).expect("good");
    assert_eq!((identity.user.to_string().as_str(), identity.name.as_str()), (USER, "Ann"));
    assert_eq!(identity.session, Some(backend.id.0), "so that it ends with its key");
    let grants = identity.grants.expect("grants");
    assert_eq!(grants.metadata.as_deref(), Some("gold"));
    let may = |action| actors::ports::grants::decide(Some(&grants), action).is_ok();
    assert!(may(Action::Join("abc-defg-hij".parse().expect("a room"))) && !may(Action::CreateRoom));
}

#[test]
fn a_token_names_anybody_and_no_account() {
    let backend = backend();
    for sub in [USER, "auth0|abc", "7"] {
        let identity = backend.verified(json!({ "sub": sub })).expect("good");
        assert_eq!((identity.user.to_string().as_str(), identity.account), (sub, None));
    }
    for sub in ["", "ann lee", "a\"b"] {
        assert_eq!(backend.verified(json!({ "sub": sub })), Err(TokenError::Malformed), "{sub:?}");
    }
}

#[test]
fn the_key_is_named_by_the_header_or_by_the_issuer() {
    let backend = backend();
    let bare = Header::new(Algorithm::HS256);
    let by_issuer = backend.claims(json!({ "iss": backend.id.to_string() }));
    backend.tokens.verify(&backend.signed(&bare, &by_issuer)).expect("good");
    backend.tokens.verify(&backend.signed(&backend.header(), &by_issuer)).expect("both say the same");
    let other = ApiKeyId(uuid::Uuid::nil()).to_string();
    assert_eq!(backend.verified(json!({ "iss": other })), Err(TokenError::NotForUs), "they contradict each other");
    let unnamed = backend.tokens.verify(&backend.signed(&bare, &backend.claims(json!({}))));
    assert_eq!(unnamed, Err(TokenError::WrongAlgorithm));
    let unknown = Header { kid: Some(other), ..bare.clone() };
    assert_eq!(
        backend.tokens.verify(&backend.signed(&unknown, &backend.claims(json!({})))),
        Err(TokenError::UnknownKey)
    );
    let broken = Header { kid: Some("ak_x".to_owned()), ..bare };
    assert_eq!(
        backend.tokens.verify(&backend.signed(&broken, &backend.claims(json!({})))),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn names_audiences_and_fractions_may_have_any_form_that_the_rfc_allows() {
    let backend = backend();
    assert_eq!(backend.verified(json!({ "name": null })).expect("good").name, USER, "the id, where there is no name");
    assert_eq!(backend.verified(json!({ "aud": "aldis" })).expect("good").name, "Ann");
    backend.verified(json!({ "aud": ["x", "aldis"] })).expect("one of several");
    assert_eq!(backend.verified(json!({ "aud": ["x"] })), Err(TokenError::NotForUs));
    #[expect(clippy::cast_precision_loss, reason = "a time of this century")]
    let exp = backend.now() as f64 + 60.5;
    assert_eq!(backend.verified(json!({ "exp": exp })).expect("good").expires.as_second(), backend.now() + 60);
    backend.verified(json!({ "iat": null })).expect("without iat");
}

#[test]
fn a_token_lives_for_a_day_at_most_and_not_before_its_time() {
    let backend = backend();
    let now = backend.now();
    backend.verified(json!({ "exp": now + 86_400 })).expect("a day");
    for exp in [now + 86_401, now + 90_000_000, i64::MAX] {
        assert_eq!(backend.verified(json!({ "exp": exp })), Err(TokenError::TooLongLived("24 hours")), "{exp}");
    }
    let future = json!({ "iat": now + 86_000, "exp": now + 2 * 86_400 });
    assert_eq!(backend.verified(future), Err(TokenError::TooLongLived("24 hours")));
    assert_eq!(backend.verified(json!({ "nbf": now + 120 })), Err(TokenError::NotYet));
    backend.verified(json!({ "nbf": now + 30 })).expect("clocks differ by less than a minute");
    assert!(matches!(backend.verified(json!({ "exp": now - 10 })), Err(TokenError::Expired(_))));
    assert_eq!(backend.verified(json!({ "exp": null })), Err(TokenError::Malformed));
    assert_eq!(backend.verified(json!({ "sub": null })), Err(TokenError::Malformed));
}

#[test]
fn grants_that_cannot_be_given_are_refused_with_the_reason() {
    let backend = backend();
    for (claim, expected) in [
        (json!({ "hidden": "yes", "join": true }), "hidden (true or false)"),
        (json!({ "publish_chat": false }), "publishChat"),
        (json!({ "room": "Canary" }), "such as abc-defg-hij"),
        (json!({ "join": "yes" }), "true or false"),
        (json!([]), "it is an object"),
        (json!({ "metadata": "x".repeat(1_025) }), "longer than 1024 bytes"),
    ] {
        let why = backend.verified(json!({ "aldis": claim })).expect_err("refused").to_string();
        assert!(why.contains(expected) && !why.contains("Canary"), "{why}");
    }
    let bare = backend.verified(json!({ "aldis": null })).expect("good, and for nothing");
    assert!(!bare.grants.expect("grants").join);
}

#[test]
fn another_algorithm_than_the_keys_is_refused() {
    let backend = backend();
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let header = Header { alg: algorithm, ..backend.header() };
        let token = backend.signed(&header, &backend.claims(json!({})));
        assert_eq!(backend.tokens.verify(&token), Err(TokenError::WrongAlgorithm), "{algorithm:?}");
    }
    let token = backend.signed(&backend.header(), &backend.claims(json!({})));
    let (head, _) = token.rsplit_once('.').expect("a signature");
    assert_eq!(backend.tokens.verify(&format!("{head}.AAAA")), Err(TokenError::BadSignature));
}

#[test]
fn a_backend_with_a_private_key_of_its_own_shares_only_the_public_half() {
    let backend = backend();
    let pair = Ed25519KeyPair::generate().expect("a pair");
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("encoded");
    let pem =
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64_STANDARD.encode(der.as_ref()));
    let made = backend.tokens.api_keys().make("Shop", Some(&pem), backend.hand.clock().now()).expect("a key");
    let id = ApiKeyId(made.row.id);
    let gone = backend.tokens.api_keys().replace(vec![made.row]);
    assert_eq!(gone, [backend.id]);
    let private = EncodingKey::from_ed_der(pair.to_pkcs8().expect("encoded").as_ref());
    let header = Header { kid: Some(id.to_string()), ..Header::new(Algorithm::EdDSA) };
    let token = encode(&header, &backend.claims(json!({})), &private).expect("signed");
    assert_eq!(backend.tokens.verify(&token).expect("good").session, Some(id.0));
    // The public half as the secret of an HMAC: the classic confusion.
    let header = Header { alg: Algorithm::HS256, ..header };
    let forged =
        encode(&header, &backend.claims(json!({})), &EncodingKey::from_secret(pem.as_bytes())).expect("signed");
    assert_eq!(backend.tokens.verify(&forged), Err(TokenError::WrongAlgorithm));
    assert_eq!(backend.verified(json!({})), Err(TokenError::UnknownKey), "the former key is gone");
}

#[test]
fn the_tokens_of_guests_are_minted_here_with_grants() {
    let backend = backend();
    let grants = super::granted(json!({ "room": "abc-defg-hij", "join": true })).expect("grants");
    let subject = crate::auth::Subject { user: UserId::from_u128(7), name: "Guest", session: None };
    let token = backend.tokens.mint_granted(subject.clone(), &grants).expect("minted");
    let identity = backend.tokens.verify(&token).expect("good");
    assert_eq!((identity.grants.as_deref(), identity.session, identity.account), (Some(&grants), None, None));
    let plain = backend.tokens.verify(&backend.tokens.mint(subject).expect("minted")).expect("good");
    assert_eq!(plain.grants, None);
}

#[test]
fn whoever_is_moved_gets_a_token_for_the_other_room_that_ends_with_the_key_and_the_time_of_theirs() {
    use actors::ports::Verifier;
    let backend = backend();
    let token = backend.signed(&backend.header(), &backend.claims(json!({})));
    let identity = Verifier::verify(&backend.tokens, &token).expect("good");
    let other = "xyz-abcd-efg".parse().expect("a room");
    let moved = backend.tokens.token_for(&identity, other).expect("signed");
    let moved = Verifier::verify(&backend.tokens, &moved).expect("good");
    let (before, after) = (identity.grants.as_ref().expect("grants"), moved.grants.as_ref().expect("grants"));
    assert_eq!((after.room, after.join, &after.metadata), (Some(other), true, &before.metadata));
    assert_eq!(
        (moved.user, moved.name, moved.expires),
        (identity.user.clone(), identity.name.clone(), identity.expires)
    );
    assert_eq!(moved.login, identity.login, "so that it ends with its key");
    assert_eq!(
        backend.tokens.token_for(&identity, "abc-defg-hij".parse().expect("a room")),
        None,
        "it is for that one"
    );
    let free = backend.signed(&backend.header(), &backend.claims(json!({ "aldis": { "join": true } })));
    let free = Verifier::verify(&backend.tokens, &free).expect("good");
    assert_eq!(backend.tokens.token_for(&free, other), None, "it is for all rooms");
    let moved = backend.tokens.token_for(&identity, other).expect("signed");
    backend.tokens.api_keys().replace(Vec::new());
    assert_eq!(backend.tokens.verify(&moved), Err(TokenError::UnknownKey));
}
