//! The contract of every `Store` for API keys.

use uuid::Uuid;

use super::at;
use crate::storage::{ApiAlgorithm, ApiKey, Store};

fn key(algorithm: ApiAlgorithm, second: i64) -> ApiKey {
    ApiKey {
        id: Uuid::new_v4(),
        name: "Ä shop".to_owned(),
        algorithm,
        material: vec![0, 1, 255],
        created_at: at(second),
    }
}

pub(super) async fn a_key_is_found_as_it_was_made_until_it_is_removed(store: &dyn Store) {
    let (one, other) = (key(ApiAlgorithm::Hs256, 2), key(ApiAlgorithm::EdDsa, 1));
    for key in [&one, &other] {
        assert!(store.add_api_key(key, 1_000).await.expect("an answer"));
    }
    let found = store.api_keys().await.expect("an answer");
    let ours: Vec<_> = found.iter().filter(|key| [one.id, other.id].contains(&key.id)).collect();
    assert_eq!(ours, [&other, &one], "the oldest first");
    assert!(store.remove_api_key(one.id).await.expect("an answer"));
    assert!(!store.remove_api_key(one.id).await.expect("an answer"), "it is gone");
    assert!(!store.api_keys().await.expect("an answer").contains(&one));
}

pub(super) async fn there_are_no_more_keys_than_the_limit(store: &dyn Store) {
    let count = u32::try_from(store.api_keys().await.expect("an answer").len()).expect("a few");
    let (last, beyond) = (key(ApiAlgorithm::Hs256, 1), key(ApiAlgorithm::Hs256, 2));
    assert!(store.add_api_key(&last, count + 1).await.expect("an answer"));
    assert!(!store.add_api_key(&beyond, count + 1).await.expect("an answer"));
    assert!(!store.api_keys().await.expect("an answer").contains(&beyond));
}
