//! API keys are made, used, followed and revoked.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_util::sync::CancellationToken;

use super::{Bench, bench, cheap};
use crate::{
    accounts::api_keys::ApiKeyMade,
    auth::{ApiKeyId, TokenError},
    storage::{ApiAlgorithm, ApiKey},
};

/// From `openssl genpkey -algorithm ed25519`, for tests only.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAH76D7xkcY72xIfq0y4JAkSo/jUrz/g5dINi5KqzUc2U=\n-----END PUBLIC KEY-----\n";

async fn made(bench: &Bench) -> (ApiKey, SecretString) {
    match bench.accounts.make_api_key("Shop".to_owned(), None).await.expect("an answer") {
        ApiKeyMade::Made(made) => (made.key, made.secret.expect("a secret")),
        other @ (ApiKeyMade::TooMany | ApiKeyMade::Refused(_)) => panic!("{other:?}"),
    }
}

/// A token that the backend signs with its key.
fn token(bench: &Bench, id: ApiKeyId, secret: &SecretString) -> String {
    let now = bench.hand.clock().now().as_second();
    let claims = serde_json::json!({
        "sub": "3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210", "iss": id.to_string(), "exp": now + 60, "aldis": { "join": true },
    });
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key).expect("signed")
}

#[tokio::test]
async fn a_key_can_be_used_when_it_is_told_and_not_any_more_when_its_revocation_is_answered() {
    let bench = bench(cheap()).await;
    let (key, secret) = made(&bench).await;
    let id = ApiKeyId(key.id);
    let token = token(&bench, id, &secret);
    assert_eq!(bench.accounts.tokens().verify(&token).expect("good").session, Some(key.id));
    assert_eq!(bench.accounts.api_keys().await.expect("an answer"), std::slice::from_ref(&key));
    assert!(bench.accounts.revoke_api_key(id).await.expect("an answer"));
    assert_eq!(bench.accounts.tokens().verify(&token), Err(TokenError::UnknownKey));
    assert_eq!(bench.live.commands(), [format!("end login {}", key.id)], "its sockets are closed");
    assert!(!bench.accounts.revoke_api_key(id).await.expect("an answer"), "it is gone");
    assert!(bench.live.commands().is_empty());
}

#[tokio::test]
async fn what_another_node_makes_and_revokes_is_followed_and_a_made_up_key_costs_little() {
    let bench = bench(cheap()).await;
    let (key, secret) = made(&bench).await;
    let (id, stop) = (ApiKeyId(key.id), CancellationToken::new());
    let token = token(&bench, id, &secret);
    let following = tokio::spawn(bench.accounts.clone().follow_api_keys(stop.clone()));
    bench.store.remove_api_key(key.id).await.expect("another node revokes it");
    while bench.accounts.tokens().verify(&token).is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(bench.accounts.tokens().verify(&token), Err(TokenError::UnknownKey), "it was known, and is gone");
    bench.store.add_api_key(&key, 10).await.expect("another node makes one");
    while bench.accounts.tokens().verify(&token).is_err() {
        tokio::task::yield_now().await; // each refusal asks for a reading
    }
    stop.cancel();
    following.await.expect("it ends");
    assert_eq!(bench.live.commands(), [format!("end login {}", key.id)], "told once");
}

#[tokio::test]
async fn a_key_that_another_node_has_just_made_is_to_be_tried_again_and_one_that_nobody_made_is_not() {
    let bench = bench(cheap()).await;
    let (key, secret) = made(&bench).await;
    bench.accounts.revoke_api_key(ApiKeyId(key.id)).await.expect("an answer");
    let (other, stop) = (uuid::Uuid::new_v4(), CancellationToken::new());
    let made_up = token(&bench, ApiKeyId(other), &secret);
    assert_eq!(bench.accounts.tokens().verify(&made_up), Err(TokenError::UnknownKey), "nobody else makes any");
    let following = tokio::spawn(bench.accounts.clone().follow_api_keys(stop.clone()));
    tokio::task::yield_now().await;
    let [newer, made_up] = [(); 2].map(|()| ApiKeyId(uuid::Uuid::new_v4()));
    let sealed = ApiKey { id: newer.0, algorithm: ApiAlgorithm::EdDsa, material: PUBLIC.into(), ..key };
    bench.store.add_api_key(&sealed, 10).await.expect("another node makes it");
    let [of_newer, made_up] = [newer, made_up].map(|id| token(&bench, id, &secret));
    let verified = |token: &str| bench.accounts.tokens().verify(token);
    let until = async |token: &str, end: TokenError| {
        while verified(token).err() != Some(end.clone()) {
            assert_eq!(verified(token), Err(TokenError::KeyNotYet), "not refused before");
            tokio::task::yield_now().await;
        }
    };
    until(&of_newer, TokenError::WrongAlgorithm).await; // it is known
    until(&made_up, TokenError::UnknownKey).await;
    stop.cancel();
    following.await.expect("it ends");
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_with_words() {
    let bench = bench(cheap()).await;
    let refused = bench.accounts.make_api_key("Shop".to_owned(), Some("canary".to_owned())).await;
    assert!(matches!(refused, Ok(ApiKeyMade::Refused(why)) if why.contains("Ed25519") && !why.contains("canary")));
    assert!(bench.accounts.api_keys().await.expect("an answer").is_empty());
}
