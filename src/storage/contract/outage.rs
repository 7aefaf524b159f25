//! The contract of every `Store` for outages.

use uuid::Uuid;

use crate::storage::{Store, StoreError};

pub(super) async fn the_database_answers_a_ping(store: &dyn Store) {
    store.ping().await.expect("an answer");
}

pub(super) async fn a_closed_database_is_unavailable(store: &dyn Store) {
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.user_by_id(Uuid::new_v4()).await, Err(StoreError::Unavailable(_))));
}
