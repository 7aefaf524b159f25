//! The contract of every `Store` for accounts.

use uuid::Uuid;

use super::{at, someone};
use crate::storage::{NewUser, Store, StoreError};

pub(super) async fn an_account_is_found_by_its_id_and_by_its_address_in_any_case(store: &dyn Store) {
    let user = someone(store).await;
    assert_eq!(store.user_by_id(user.id).await.expect("an answer"), Some(user.clone()));
    for email in [user.email.clone(), user.email.to_uppercase(), user.email.to_lowercase()] {
        assert_eq!(store.user_by_email(&email).await.expect("an answer"), Some(user.clone()));
    }
    assert_eq!(store.user_by_id(Uuid::new_v4()).await.expect("an answer"), None);
    assert_eq!(store.user_by_email("nobody@example.org").await.expect("an answer"), None);
    assert_eq!((user.created_at, user.name.as_str(), user.disabled), (at(0), "Ann Ä.", false));
}

pub(super) async fn an_address_has_one_account_in_whatever_case(store: &dyn Store) {
    let user = someone(store).await;
    let again = NewUser {
        id: Uuid::new_v4(),
        email: user.email.to_uppercase(),
        name: user.name,
        password_hash: user.password_hash,
        created_at: at(1),
    };
    assert!(matches!(store.add_user(&again).await, Err(StoreError::EmailTaken)));
}

pub(super) async fn a_disabled_account_is_seen_as_disabled(store: &dyn Store) {
    let user = someone(store).await;
    assert!(store.set_disabled(user.id, true).await.expect("an answer"));
    assert!(store.user_by_id(user.id).await.expect("an answer").expect("the account").disabled);
    assert!(store.set_disabled(user.id, false).await.expect("an answer"));
    assert!(!store.user_by_email(&user.email).await.expect("an answer").expect("the account").disabled);
    assert!(!store.set_disabled(Uuid::new_v4(), true).await.expect("an answer"), "nobody was disabled");
}

pub(super) async fn a_password_hash_can_be_replaced(store: &dyn Store) {
    let user = someone(store).await;
    assert!(store.set_password_hash(user.id, "$argon2id$stronger").await.expect("an answer"));
    let hash = store.user_by_id(user.id).await.expect("an answer").expect("the account").password_hash;
    assert_eq!(hash, "$argon2id$stronger");
    assert!(!store.set_password_hash(Uuid::new_v4(), "x").await.expect("an answer"));
}
