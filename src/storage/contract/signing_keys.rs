//! The table of the keys that nodes share: only PostgreSQL has it.

mod postgres {
    use jiff::Timestamp;

    use super::super::{at, server};
    use crate::storage::{KeyChange, Postgres, Settings, SigningKey, SigningKeys as _};

    fn key(name: &str, second: i64) -> SigningKey {
        SigningKey { kid: name.to_owned(), signs_from: at(second), sealed: name.as_bytes().to_vec() }
    }

    async fn change(store: &Postgres, planned_for: &[Timestamp], changes: &[KeyChange]) -> bool {
        store.change_signing_keys(planned_for, changes).await.expect("an answer")
    }

    #[tokio::test]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn keys_are_added_moved_and_removed_together() {
        let store = server::database().await.open(&Settings::default()).await;
        let add = [key("b", 20), key("a", 10)].map(KeyChange::Add);
        assert!(change(&store, &[], &add).await);
        assert_eq!(store.signing_keys().await.expect("keys"), [key("a", 10), key("b", 20)], "by time");
        let turn = [KeyChange::Add(key("c", 30)), KeyChange::Remove(at(10)), KeyChange::Move(at(20), at(15))];
        assert!(change(&store, &[at(10), at(20)], &turn).await);
        let moved = SigningKey { signs_from: at(15), ..key("b", 20) };
        assert_eq!(store.signing_keys().await.expect("keys"), [moved, key("c", 30)]);
    }

    #[tokio::test]
    #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
    async fn of_changes_at_once_that_were_planned_for_the_same_keys_one_is_made() {
        let store = server::database().await.open(&Settings::default()).await;
        let planned: Vec<_> = (0..6).map(|second| [KeyChange::Add(key(&second.to_string(), second))]).collect();
        let made = futures_util::future::join_all(planned.iter().map(|add| change(&store, &[], add))).await;
        assert_eq!(made.iter().filter(|made| **made).count(), 1, "{made:?}");
        assert_eq!(store.signing_keys().await.expect("keys").len(), 1);
    }
}
