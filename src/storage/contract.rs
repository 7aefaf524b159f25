//! The suite that every `Store` passes. SQLite always; PostgreSQL when `ALDIS_TEST_POSTGRES` names an empty database
//! (`cargo test contract::postgres -- --ignored`).

mod meetings;
mod outage;
mod refresh_tokens;
mod users;

use jiff::Timestamp;
use uuid::Uuid;

use super::{NewUser, Settings, Store, User};

/// Runs each case once per store.
macro_rules! contract {
    ($($noun:ident: $($case:ident)*;)*) => {
        mod sqlite {
            $($(#[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = super::super::open(None, folder.path(), &super::Settings::default()).await.expect("a database");
                super::$noun::$case(store.as_ref()).await;
                store.close().await;
            })*)*
        }

        mod postgres {
            $($(#[tokio::test]
            #[ignore = "needs a PostgreSQL: name an empty database in ALDIS_TEST_POSTGRES"]
            async fn $case() {
                let url = std::env::var("ALDIS_TEST_POSTGRES").expect("ALDIS_TEST_POSTGRES names a database");
                let store = super::super::open(Some(&url), std::path::Path::new("."), &super::Settings::default()).await.expect("a database");
                super::$noun::$case(store.as_ref()).await;
                store.close().await;
            })*)*
        }
    };
}

contract! {
    users:
        an_account_is_found_by_its_id_and_by_its_address_in_any_case
        an_address_has_one_account_in_whatever_case
        a_disabled_account_is_seen_as_disabled
        a_password_hash_can_be_replaced;
    meetings:
        a_room_is_found_as_it_was_made
        a_room_id_is_taken_once
        a_room_needs_a_host_with_an_account
        a_host_cannot_have_more_rooms_than_the_limit
        only_the_host_changes_a_room_and_each_change_counts
        only_the_host_removes_a_room
        a_hosts_rooms_are_listed_newest_first_in_pages;
    refresh_tokens:
        a_refresh_token_is_valid_once
        a_second_use_revokes_the_whole_family
        a_second_use_within_the_grace_is_valid_too
        an_expired_token_is_refused_and_then_forgotten
        logout_revokes_the_family_and_no_other
        disabling_revokes_all_tokens_of_a_user
        of_many_uses_at_once_one_is_the_first;
    outage:
        the_database_answers_a_ping
        a_closed_database_is_unavailable;
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

async fn someone(store: &dyn Store) -> User {
    let id = Uuid::new_v4();
    let new = NewUser {
        id,
        email: format!("{}@Example.org", id.simple()),
        name: "Ann Ä.".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        created_at: at(0),
    };
    store.add_user(&new).await.expect("an account")
}
