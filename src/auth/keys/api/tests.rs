//! API keys are made, sealed, read back and replaced.

use std::path::Path;

use jiff::Timestamp;
use secrecy::ExposeSecret as _;

use super::{ApiAlgorithm, ApiKeyId, ApiKeyring, Sealing};

/// From `openssl genpkey -algorithm ed25519`, for tests only.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAH76D7xkcY72xIfq0y4JAkSo/jUrz/g5dINi5KqzUc2U=\n-----END PUBLIC KEY-----\n";

fn ring(folder: &Path) -> ApiKeyring {
    ApiKeyring::new(Sealing::own(folder))
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[test]
fn the_secret_is_told_once_and_stored_sealed_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = ring(folder.path());
    let made = ours.make(" Shop ", None, now()).expect("a key");
    let secret = made.secret.expect("a secret").expose_secret().to_owned();
    assert_eq!((secret.len(), made.row.name.as_str(), made.row.algorithm), (43, "Shop", ApiAlgorithm::Hs256));
    assert!(!made.row.material.windows(8).any(|part| secret.as_bytes().windows(8).any(|other| part == other)));
    assert!(!format!("{:?}", made.row).contains(&secret));
    let again = ring(folder.path());
    assert!(again.replace(vec![made.row.clone()]).is_empty());
    assert!(again.find(ApiKeyId(made.row.id)).is_some(), "another process opens it with the same file");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let strangers = ring(elsewhere.path());
    strangers.make("other", None, now()).expect("a key, and with it another secret");
    strangers.replace(vec![made.row.clone()]);
    assert!(strangers.find(ApiKeyId(made.row.id)).is_none(), "the database alone does not give it");
}

#[test]
fn of_an_eddsa_key_only_the_public_half_is_taken() {
    let none = ApiKeyring::default();
    let made = none.make("Shop", Some(PUBLIC), now()).expect("it needs no secret of the node");
    assert!(made.secret.is_none() && made.row.algorithm == ApiAlgorithm::EdDsa);
    none.replace(vec![made.row.clone()]);
    assert!(none.find(ApiKeyId(made.row.id)).is_some());
    let private = PUBLIC.replace("PUBLIC", "PRIVATE");
    for wrong in ["", "canary", private.as_str(), &PUBLIC[..60], &PUBLIC.repeat(20)] {
        let why = none.make("Shop", Some(wrong), now()).err().expect(wrong).to_string();
        assert!(why.contains("-pubout") && !why.contains("canary"), "{why}");
    }
}

#[test]
fn what_is_replaced_is_gone_and_what_stays_is_not_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = ring(folder.path());
    let [one, other] = ["one", "other"].map(|name| ours.make(name, None, now()).expect("a key").row);
    assert!(ours.replace(vec![one.clone(), other.clone()]).is_empty());
    let before = ours.find(ApiKeyId(one.id)).expect("it is there");
    assert_eq!(ours.replace(vec![one.clone()]), [ApiKeyId(other.id)]);
    let after = ours.find(ApiKeyId(one.id)).expect("it is there");
    assert!(std::sync::Arc::ptr_eq(&before, &after));
    assert!(ours.find(ApiKeyId(other.id)).is_none());
}

#[test]
fn a_name_that_cannot_be_shown_is_refused_and_so_is_a_secret_without_a_seal() {
    let none = ApiKeyring::default();
    for name in ["", " ", "a\nb", &"x".repeat(101)] {
        assert!(none.make(name, Some(PUBLIC), now()).is_err(), "{name:?} was taken");
    }
    let why = none.make("Shop", None, now()).err().expect("no secret").to_string();
    assert!(why.contains("auth.key_secret_file"), "{why}");
}
