//! The suite that every `Store` passes. SQLite always; PostgreSQL with `./test.sh storage`, or
//! `cargo test contract::postgres -- --ignored` where its programs are installed: the suite starts a server of its own.

mod api_keys;
mod failures;
mod idempotency;
mod invites;
mod links;
mod lobby;
mod meetings;
mod messages;
mod outage;
pub(crate) mod server;
mod sessions;
mod shared;
mod signing_keys;
mod strangers;
mod users;
mod webhooks;

use jiff::Timestamp;
use uuid::Uuid;

use super::{End, NewSession, NewUser, Settings, Store, User, WhoseClock, open};

/// Runs each case once per store.
macro_rules! contract {
    ($($noun:ident: $($case:ident)*;)*) => {
        mod sqlite {
            $($(#[tokio::test]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = super::open(None, folder.path(), &super::Settings::default()).await.expect("a database");
                super::$noun::$case(store.as_ref()).await;
                super::Store::close(store.as_ref()).await;
            })*)*
        }

        mod postgres {
            $($(#[tokio::test]
            #[ignore = "needs the programs of PostgreSQL: ./test.sh storage"]
            async fn $case() {
                let database = super::server::database().await;
                let store = database.open(&super::by_our_clock()).await;
                super::$noun::$case(store.as_ref()).await;
                super::Store::close(store.as_ref()).await;
            })*)*
        }
    };
}

contract! {
    users:
        an_account_is_found_by_its_id_and_by_its_address_in_any_case
        accounts_are_listed_in_pages_and_none_that_is_being_deleted
        an_address_has_one_account_in_whatever_case
        a_new_account_is_logged_in
        disabling_ends_all_sessions_and_revokes_all_tokens
        a_password_hash_is_replaced_only_if_it_is_still_the_same
        a_change_of_password_ends_all_other_sessions
        an_account_that_is_being_deleted_is_nobodys_and_its_address_is_free
        an_account_that_is_neither_verified_nor_used_in_time_is_deleted;
    sessions:
        a_refresh_token_is_replaced_by_its_successor
        a_repeated_use_within_the_grace_gets_the_same_nonce
        a_late_second_use_ends_the_session
        a_second_use_after_its_successor_was_used_ends_the_session
        of_many_uses_at_once_all_get_the_successor_of_the_first
        an_expired_session_is_refused_and_then_forgotten
        a_session_is_ended_by_its_owner_or_its_token_and_no_other_is
        all_sessions_but_one_are_ended
        a_login_beyond_the_limit_ends_the_session_used_least_recently
        tokens_of_an_ended_session_are_refused_and_forgotten_when_they_expire
        nothing_of_a_session_outlives_its_end_whatever_happens_at_once
        a_revocation_is_kept_until_it_no_longer_matters_and_never_goes_back
        anybody_can_be_revoked_with_an_account_or_without;
    invites:
        an_invite_makes_as_many_accounts_as_it_has_uses
        an_invite_is_for_its_address_and_its_time
        a_refused_account_uses_no_invite
        of_many_signups_at_once_no_more_than_its_uses_get_an_account
        invites_are_counted_listed_revoked_and_forgotten;
    links:
        a_new_link_replaces_the_old_one
        a_reset_sets_the_password_once_and_ends_everything
        of_two_resets_at_once_one_sets_the_password
        a_link_of_somebody_disabled_or_expired_sets_nothing
        a_new_password_spends_the_link_for_another
        an_address_is_verified_by_its_link_as_often_as_it_is_opened
        a_device_is_known_to_the_account_that_it_logged_in_to
        an_account_remembers_fifty_devices_and_none_after_a_new_password;
    meetings:
        a_room_is_found_as_it_was_made
        a_room_id_is_taken_once
        a_room_needs_a_host_with_an_account
        a_host_cannot_have_more_rooms_than_the_limit
        of_many_rooms_at_once_no_more_than_the_limit_are_made
        only_the_host_changes_a_room_and_each_change_counts
        only_the_host_removes_a_room
        bans_are_kept_with_the_room_and_each_change_counts
        a_room_is_handed_over_by_its_host_to_anybody
        a_hosts_rooms_are_listed_newest_first_in_pages;
    lobby:
        a_guest_waits_is_answered_once_and_asks_as_often_as_they_like
        whoever_does_not_ask_has_gone
        no_more_guests_wait_for_a_room_than_may
        all_who_wait_are_answered_at_once
        whoever_waits_goes_with_the_room;
    messages:
        messages_are_found_as_they_were_said_in_the_order_in_which_they_were_added
        the_first_message_of_an_id_stays_and_a_second_one_is_left_out
        messages_that_are_added_at_once_are_stored_once_and_in_order
        a_message_of_a_room_that_is_gone_is_left_out_and_goes_with_its_room
        a_sender_whose_account_is_gone_keeps_the_name_only
        messages_of_a_sender_are_read_and_disowned_and_those_of_a_room_deleted_a_few_at_a_time
        text_that_no_column_can_hold_is_replaced
        messages_are_read_newest_first_in_pages
        what_is_missing_before_a_message_is_noted_once
        a_message_is_deleted_by_its_sender_or_the_host_and_never_comes_back
        old_messages_are_deleted_a_few_at_a_time
        of_a_room_with_too_many_messages_the_oldest_are_deleted;
    api_keys:
        a_key_is_found_as_it_was_made_until_it_is_removed
        there_are_no_more_keys_than_the_limit;
    idempotency:
        a_request_with_a_key_is_done_once_and_answered_alike
        a_refused_request_leaves_no_answer
        of_many_repetitions_at_once_one_is_done
        answers_are_forgotten_when_they_have_expired
        all_rooms_are_listed_newest_first_in_pages;
    strangers:
        a_room_of_a_host_without_an_account_is_theirs
        a_message_of_a_sender_without_an_account_is_theirs;
    webhooks:
        events_of_a_room_are_due_one_at_a_time_in_their_order
        an_event_is_queued_once_however_often_it_is_added
        an_event_that_fails_keeps_its_room_waiting_and_no_other
        an_event_that_is_given_up_lets_the_next_one_pass_and_can_be_queued_again
        events_that_are_added_and_delivered_at_once_are_all_due_in_the_end
        what_was_given_up_long_ago_is_forgotten_and_quiet_rooms_are
        one_holder_collects_until_it_lets_go_or_is_silent;
    outage:
        the_database_answers_a_ping
        a_closed_database_is_unavailable;
}

/// The cases say when something happens.
fn by_our_clock() -> Settings {
    Settings { clock: WhoseClock::Caller, ..Settings::default() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a time")
}

/// An end at this second, remembered for a hundred.
fn end(second: i64) -> End {
    End { at: at(second), until: at(second + 100) }
}

fn hash() -> [u8; 32] {
    rand::random()
}

fn session(token: [u8; 32]) -> NewSession {
    NewSession {
        id: Uuid::new_v4(),
        client: "Firefox".to_owned(),
        token,
        started_at: at(0),
        expires_at: at(1_000),
        device: None,
    }
}

/// A user with an account, and the session of their sign-up.
async fn someone(store: &dyn Store) -> User {
    let id = Uuid::new_v4();
    let new = NewUser {
        id,
        email: format!("{}@Example.org", id.simple()),
        name: "Ann Ä.".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        created_at: at(0),
        invite: None,
    };
    store.add_user(&new, &session(hash())).await.expect("an account")
}
