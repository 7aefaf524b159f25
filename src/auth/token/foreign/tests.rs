//! Tokens of other issuers: who is who, which are good, and every way of passing off another one.

mod claimed;

use std::sync::Arc;

use actors::ports::{Revocation, RevocationScope};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Signing, EncodingKey, Header, encode};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use serde_json::{Value, json};

use crate::auth::{
    Identity, KeyRing, Settings, Subject, TokenError, Tokens,
    issuers::{
        Algorithm, IssuerSettings, Issuers, Limits,
        tests::{Desk, Signer, set_of, settings},
    },
    tests::Hand,
};

pub(super) const ISS: &str = "https://id.example.org";

/// A node that trusts other issuers.
pub(super) struct Node {
    _folder: tempfile::TempDir,
    pub(super) hand: Hand,
    pub(super) tokens: Tokens,
}

impl Node {
    pub(super) async fn trusting(issuers: Vec<IssuerSettings>, set: String) -> Self {
        Self::with(Settings::default(), issuers, Desk::of(set)).await
    }

    async fn with(settings: Settings, issuers: Vec<IssuerSettings>, desk: Desk) -> Self {
        let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
        let keys = Arc::new(KeyRing::open(folder.path(), hand.clock().now()).expect("keys"));
        let issuers = Arc::new(Issuers::new(issuers, Arc::new(desk), Limits::default()));
        issuers.fetch_all(&hand.clock()).await;
        let tokens = Tokens::new(keys, &settings, hand.clock()).with_issuers(issuers);
        Self { _folder: folder, hand, tokens }
    }

    fn now(&self) -> i64 {
        self.hand.clock().now().as_second()
    }

    /// The claims of a good token, with these on top; `null` removes one.
    pub(super) fn claims(&self, more: &Value) -> Value {
        let mut claims = json!({
            "iss": ISS, "aud": "calls", "sub": "ann", "name": "Ann", "iat": self.now(), "exp": self.now() + 600,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        claims
    }

    pub(super) fn verified(&self, signer: &Signer, more: &Value) -> Result<Identity, TokenError> {
        self.tokens.verify(&signer.token(&self.claims(more)))
    }
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_signed_by_each_algorithm_says_who_it_is() {
    let signers = [Signer::es256("e"), Signer::ed25519("o"), Signer::rsa("r", Signing::RS256)];
    let all = [&signers[0], &signers[1], &signers[2], &Signer::rsa("p", Signing::PS256)];
    let node = Node::trusting(vec![settings(ISS, "corp:")], set_of(&all)).await;
    for signer in all {
        let identity = node.verified(signer, &json!({})).expect("good");
        assert_eq!((identity.user.to_string().as_str(), identity.name.as_str()), ("corp:ann", "Ann"));
        assert_eq!((identity.account, identity.session, identity.grants), (None, None, None));
        assert_eq!(identity.issuer.as_deref(), Some(ISS));
    }
}

#[tokio::test]
async fn a_token_without_a_kid_is_good_if_there_is_only_one_key_for_it() {
    let signer = Signer::ed25519("o");
    let node = Node::trusting(vec![settings(ISS, "corp:")], set_of(&[&signer, &Signer::es256("e")])).await;
    let header = Header { kid: None, ..signer.header() };
    let token = encode(&header, &node.claims(&json!({})), &signer.key).expect("a token");
    node.tokens.verify(&token).expect("good");
}

#[tokio::test]
async fn times_audiences_and_kinds_are_those_of_the_rfcs() {
    let signer = Signer::ed25519("o");
    let node = Node::trusting(vec![settings(ISS, "corp:")], set_of(&[&signer])).await;
    let (now, month) = (node.now(), 30 * 24 * 3_600);
    #[expect(clippy::cast_precision_loss, reason = "a time of this century")]
    let fraction = now as f64 + 60.5;
    for good in [
        json!({ "aud": ["x", "calls"] }),
        json!({ "exp": fraction }),
        json!({ "iat": null, "nbf": now }),
        json!({ "nbf": now + 30 }),
        json!({ "exp": now - 4, "iat": now - 600 }),
        json!({ "exp": now + month }),
        json!({ "jti": 7, "unknown": { "is": "ignored" } }),
        json!({ "sid": "a session of theirs" }),
    ] {
        node.verified(&signer, &good).unwrap_or_else(|why| panic!("{good}: {why}"));
    }
    for (bad, expected) in [
        (json!({ "aud": null }), TokenError::NotForUs),
        (json!({ "aud": "aldis" }), TokenError::NotForUs),
        (json!({ "aud": [] }), TokenError::NotForUs),
        (json!({ "aud": ["x", 7] }), TokenError::NotForUs),
        (json!({ "aud": { "calls": 1 } }), TokenError::NotForUs),
        (json!({ "exp": null }), TokenError::Malformed),
        (json!({ "exp": "soon" }), TokenError::Malformed),
        (json!({ "nbf": "soon" }), TokenError::Malformed),
        (json!({ "nbf": now + 61 }), TokenError::NotYet),
        (json!({ "iat": now + 61 }), TokenError::NotYet),
        (json!({ "exp": now + month + 61 }), TokenError::TooLongLived("30 days")),
        (json!({ "exp": now + 10, "iat": now - month }), TokenError::TooLongLived("30 days")),
    ] {
        assert_eq!(node.verified(&signer, &bad).map(drop), Err(expected), "{bad}");
    }
    assert!(matches!(node.verified(&signer, &json!({ "exp": now - 5 })), Err(TokenError::Expired(_))));
    for (kind, is_good) in [("at+jwt", true), ("AT+JWT", true), ("application/at+jwt", true), ("logout+jwt", false)] {
        let header = Header { typ: Some(kind.to_owned()), ..signer.header() };
        let token = encode(&header, &node.claims(&json!({})), &signer.key).expect("a token");
        assert_eq!(node.tokens.verify(&token).is_ok(), is_good, "{kind}");
    }
    let header = Header { crit: Some(vec!["b64".to_owned()]), ..signer.header() };
    let token = encode(&header, &node.claims(&json!({})), &signer.key).expect("a token");
    assert_eq!(node.tokens.verify(&token), Err(TokenError::OtherKind));
}

#[tokio::test]
async fn another_algorithm_than_the_key_and_the_operator_say_is_refused() {
    let (rsa, ec) = (Signer::rsa("r", Signing::RS256), Signer::es256("e"));
    let only = IssuerSettings { algorithms: vec![Algorithm::Rs256, Algorithm::Es256], ..settings(ISS, "corp:") };
    let set = set_of(&[&rsa, &ec]);
    let node = Node::trusting(vec![only], set.clone()).await;
    let claims = node.claims(&json!({}));
    // The classic: an HMAC whose secret is what everybody can read.
    for secret in [set.as_str(), rsa.jwk["n"].as_str().expect("a number"), &rsa.jwk.to_string()] {
        for signing in [Signing::HS256, Signing::HS384, Signing::HS512] {
            let header = Header { kid: Some("r".to_owned()), ..Header::new(signing) };
            let token = encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token");
            assert_eq!(node.tokens.verify(&token), Err(TokenError::WrongAlgorithm));
        }
    }
    for alg in ["none", "None", "", "RS257", "rs256", "ES256K", "ES512"] {
        for signature in ["", "AAAA"] {
            let token = format!("{}.{}.{signature}", part(&json!({ "alg": alg, "kid": "r" })), part(&claims));
            assert_eq!(node.tokens.verify(&token), Err(TokenError::WrongAlgorithm), "{alg}");
        }
    }
    let ps = Signer::rsa("r", Signing::PS256);
    assert_eq!(node.tokens.verify(&ps.token(&claims)), Err(TokenError::WrongAlgorithm), "not in the list");
    // A good signature under the name of another key.
    let header = Header { kid: Some("e".to_owned()), ..rsa.header() };
    let token = encode(&header, &claims, &rsa.key).expect("a token");
    assert_eq!(node.tokens.verify(&token), Err(TokenError::WrongAlgorithm));
    let header = Header { kid: Some("e".to_owned()), ..ec.header() };
    let token = encode(&header, &claims, &Signer::es256("e").key).expect("a token");
    assert_eq!(node.tokens.verify(&token), Err(TokenError::BadSignature), "another key of the same name");
}

#[tokio::test]
async fn no_issuer_signs_for_another_one_nor_for_us() {
    let (one, two) = (Signer::ed25519("k"), Signer::ed25519("k"));
    let desk = Desk::of(set_of(&[&one]));
    let both = vec![settings(ISS, "one:"), settings("https://other.example.org", "two:")];
    let node = Node::with(Settings::default(), both, desk).await; // both publish the key of the first
    let other = node.claims(&json!({ "iss": "https://other.example.org" }));
    assert_eq!(node.tokens.verify(&one.token(&other)).expect("its own key").user.to_string(), "two:ann");
    assert_eq!(node.tokens.verify(&two.token(&other)), Err(TokenError::BadSignature));
    let ours = node.claims(&json!({ "iss": "aldis", "aud": "aldis", "jti": "x" }));
    assert!(node.tokens.verify(&one.token(&ours)).is_err(), "an issuer's key does not sign our tokens");
    for iss in ["https://id.example.org/", "https://ID.example.org", "", "https://id.example.org\u{0}"] {
        let claims = node.claims(&json!({ "iss": iss }));
        assert!(node.tokens.verify(&one.token(&claims)).is_err(), "{iss:?} is another issuer");
    }
    let own = node.tokens.mint(Subject { user: "one:ann".parse().expect("an id"), name: "Eve", session: None });
    let own = own.expect("a token of ours");
    let [head, _, signature] = *own.split('.').collect::<Vec<_>>() else { panic!("three parts") };
    let forged = format!("{head}.{}.{signature}", part(&node.claims(&json!({}))));
    assert!(node.tokens.verify(&forged).is_err());
}

#[tokio::test]
async fn a_token_of_an_issuer_that_is_away_may_be_sent_again_and_of_an_unknown_key_not() {
    let (known, unknown) = (Signer::ed25519("known"), Signer::ed25519("unknown"));
    let away = Node::with(Settings::default(), vec![settings(ISS, "corp:")], Desk::default()).await;
    assert_eq!(away.verified(&known, &json!({})), Err(TokenError::IssuerAway));
    let node = Node::trusting(vec![settings(ISS, "corp:")], set_of(&[&known])).await;
    node.verified(&known, &json!({})).expect("good");
    assert_eq!(node.verified(&unknown, &json!({})), Err(TokenError::UnknownKey), "the set is new");
    node.hand.turn(10);
    assert_eq!(node.verified(&unknown, &json!({})), Err(TokenError::IssuerAway), "the key may be newer than the set");
    node.verified(&known, &json!({})).expect("it needs nobody");
    let on_the_socket = actors::ports::Verifier::verify(&node.tokens, &unknown.token(&node.claims(&json!({}))));
    assert!(matches!(on_the_socket, Err(actors::ports::TokenError::Unavailable(_))), "{on_the_socket:?}");
}

#[tokio::test]
async fn a_revocation_of_a_user_ends_the_tokens_that_were_issued_before_also_those_that_do_not_say_when() {
    let signer = Signer::ed25519("o");
    let node = Node::trusting(vec![settings(ISS, "corp:")], set_of(&[&signer])).await;
    let (old, silent) = (json!({}), json!({ "iat": null }));
    for claims in [&old, &silent] {
        node.verified(&signer, claims).expect("good");
    }
    let (user, before) = ("corp:ann".parse().expect("an id"), u64::try_from(node.now() + 1).expect("a time") * 1_000);
    node.tokens.revoked().add(&Revocation { user, scope: RevocationScope::AllBefore(before) });
    for claims in [&old, &silent] {
        assert_eq!(node.verified(&signer, claims), Err(TokenError::Revoked));
    }
    node.hand.turn(1);
    node.verified(&signer, &json!({})).expect("issued after it");
    node.verified(&signer, &json!({ "sub": "bob", "iat": null })).expect("another user");
}

#[tokio::test]
async fn without_accounts_the_tokens_of_logins_are_refused_and_those_of_operators_are_not() {
    let off = Settings { accounts: false, ..Settings::default() };
    let node = Node::with(off, vec![settings(ISS, "")], Desk::default()).await;
    let id = uuid::Uuid::new_v4();
    let minted = |session| node.tokens.mint(Subject { user: id.into(), name: "Ann", session }).expect("a token");
    assert_eq!(node.tokens.verify(&minted(Some(id))), Err(TokenError::NoAccounts));
    node.tokens.verify(&minted(None)).expect("an operator's");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_modified_token_is_valid(place in any::<proptest::sample::Index>(), byte in any::<u8>(), which in 0_usize..3) {
        static NODE: std::sync::LazyLock<(Node, Vec<String>)> = std::sync::LazyLock::new(|| {
            let signers = [Signer::ed25519("o"), Signer::es256("e"), Signer::rsa("r", Signing::PS256)];
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            let set = set_of(&signers.iter().collect::<Vec<_>>());
            let node = runtime.block_on(Node::trusting(vec![settings(ISS, "corp:")], set));
            let tokens = signers.iter().map(|signer| signer.token(&node.claims(&json!({})))).collect();
            (node, tokens)
        });
        let (node, tokens) = &*NODE;
        let mut changed = tokens[which].clone().into_bytes();
        let place = place.index(changed.len());
        changed[place] = byte & 0x7f;
        if let Ok(changed) = String::from_utf8(changed) && changed != tokens[which] {
            prop_assert!(node.tokens.verify(&changed).is_err());
        }
    }
}
