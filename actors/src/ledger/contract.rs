//! The suite that every ledger passes: what the port promises, one sentence a case.
//!
//! A ledger's own tests list the cases with [`crate::ledger_contract!`], which makes each a `#[test]` of its
//! name, and say how a [`Stand`] is made. The cases know nothing of the implementation: time is let pass
//! through [`Time`], and what was published is waited for. Each case uses fresh ids, so that cases may share
//! a server.

use std::{sync::Arc, time::Duration};

use super::{Ledger, Limits};
use crate::ports::Later;

mod lost;
mod rebuilt;
mod resumed;
mod said;
mod seated;
mod sent;
mod world;

/// A ledger to be tried, and the time it lives in.
pub struct Stand {
    /// The ledger, empty of what the cases use.
    pub ledger: Arc<dyn Ledger>,
    /// Its time.
    pub time: Arc<dyn Time>,
}

/// How a case lets time pass for a ledger.
pub trait Time: Send + Sync {
    /// Lets this much time pass: by advancing a paused clock, or by waiting.
    fn pass(&self, time: Duration) -> Later<()>;

    /// Waits until what was published has reached its subscribers; at once where publishing is a call.
    fn settle(&self) -> Later<()>;
}

/// Makes a ledger with these bounds.
pub type Make = Box<dyn Fn(Limits) -> Later<Stand> + Send + Sync>;

/// One promise, and how it is tried.
#[derive(Clone, Copy)]
pub struct Case {
    /// The promise as a sentence, with underscores.
    pub name: &'static str,
    /// Panics if the ledger breaks the promise.
    pub run: fn(Make) -> Later<()>,
}

macro_rules! table {
    ($($file:ident::$name:ident)*) => {
        /// Every case.
        pub const CASES: &[Case] = &[$(Case { name: stringify!($name), run: |make| Box::pin($file::$name(make)) }),*];
    };
}

/// Makes a `#[test]` of each case: `ledger_contract!(on_memory)` with `fn on_memory(case: Case)`.
#[macro_export]
macro_rules! ledger_contract {
    ($on:ident) => {
        $crate::ledger_cases! { ($crate::ledger_contract) ($on) }
    };
    (($on:ident) $($file:ident::$name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let case = $crate::ledger::contract::CASES.iter().find(|case| case.name == stringify!($name));
                $on(*case.expect("the table lists every case"));
            }
        )*
    };
}

/// Hands the list of cases to another macro; a case that is not listed is dead code, which the compiler reports.
#[doc(hidden)]
#[macro_export]
macro_rules! ledger_cases {
    (($($then:tt)*) ($($with:tt)*)) => { $($then)*! { ($($with)*)
        seated::join_order_grows_and_the_newcomer_is_told_who_was_there
        seated::a_newcomer_is_announced_to_those_who_were_there
        seated::a_full_room_refuses_and_nothing_changes
        seated::a_gone_seat_counts_against_the_limit
        seated::a_freed_seat_can_be_taken
        seated::join_order_is_not_used_again_while_somebody_sits
        seated::a_second_join_of_a_user_replaces_the_older_seat
        seated::replacing_works_in_a_full_room
        seated::the_replaced_seats_node_is_told
        seated::a_replaced_gone_seat_is_not_told
        seated::the_newcomer_does_not_see_its_own_coming
        seated::leaving_tells_the_others_why
        seated::leaving_twice_is_told_once
        seated::an_ended_stay_cannot_leave_for_its_successor
        seated::being_put_out_from_another_node_is_told_to_the_seats_node
        seated::closing_ends_every_seat_on_every_node
        seated::a_closed_room_starts_afresh
        seated::a_room_nobody_sits_in_has_no_members
        seated::rooms_do_not_see_each_other
        lost::a_gone_seat_is_listed_as_gone_and_nobody_is_told
        lost::a_gone_seat_gets_entries_but_no_push
        lost::another_node_cannot_say_that_a_seat_is_gone
        lost::an_ended_stay_cannot_be_gone
        lost::a_second_gone_does_not_lengthen_the_window
        lost::a_seat_past_its_window_is_freed_and_the_others_are_told
        lost::a_seat_within_its_window_is_not_freed
        lost::reaping_twice_tells_once
        lost::a_room_is_due_when_a_window_is_past_and_not_before
        lost::a_room_is_not_due_once_it_was_reaped_or_the_seat_is_back
        lost::a_dead_nodes_seats_are_kept_for_their_window_and_then_lost
        lost::a_dead_nodes_rooms_are_due_until_reaped
        lost::a_node_that_renews_is_not_dead
        lost::a_node_that_never_had_a_lease_is_not_judged
        lost::a_live_nodes_seats_outlive_a_dead_neighbour
        lost::a_seat_is_gone_once_however_often_its_node_is_found_dead
        lost::who_joins_on_a_node_with_a_dead_lease_is_reaped_with_it
        resumed::a_resume_within_the_window_is_seen_by_nobody_else
        resumed::what_was_missed_is_replayed_in_order
        resumed::what_was_seen_is_not_replayed
        resumed::a_resumed_seat_gets_its_pushes_on_the_new_node
        resumed::a_seat_whose_socket_stands_can_move_without_a_word
        resumed::after_a_move_the_older_node_has_no_say
        resumed::the_wrong_secret_is_a_bad_token
        resumed::another_users_stay_is_a_bad_token
        resumed::an_unknown_stay_is_gone
        resumed::a_freed_seat_cannot_be_resumed
        resumed::a_replaced_stay_cannot_be_resumed
        resumed::a_stay_in_a_closed_room_is_gone
        resumed::a_failed_resume_changes_nothing
        resumed::what_is_no_longer_held_is_a_gap
        resumed::what_was_never_sent_is_a_gap
        resumed::a_resume_tells_what_was_said_to_whom
        resumed::a_resumed_seat_of_a_dead_node_is_not_reaped
        resumed::who_resumes_on_a_node_with_a_dead_lease_is_reaped_with_it
        resumed::a_stay_can_be_resumed_again_and_again
        sent::a_message_reaches_its_receiver_and_nobody_else
        sent::entries_are_numbered_without_holes
        sent::several_messages_are_one_step
        sent::a_push_goes_to_the_receivers_node_once
        sent::a_push_to_the_asking_node_comes_with_the_answer
        sent::without_a_subscription_reading_fills_the_hole
        sent::a_stranger_cannot_send
        sent::an_ended_stay_cannot_send
        sent::nobody_sends_to_a_stranger_or_an_ended_stay
        sent::nobody_sends_into_another_room
        sent::nobody_sends_to_themselves
        sent::a_gone_member_can_still_be_heard
        sent::a_broadcast_reaches_every_other_member
        sent::a_broadcast_to_nobody_is_accepted
        sent::a_stranger_cannot_broadcast
        sent::only_the_stay_itself_reads_its_inbox
        sent::what_was_acknowledged_is_not_kept
        sent::acknowledging_more_than_was_sent_takes_nothing_from_the_future
        sent::a_full_inbox_loses_its_oldest_entries
        sent::a_heavy_inbox_loses_its_oldest_entries
        said::a_repeat_is_accepted_but_not_appended
        said::an_older_number_is_a_repeat
        said::without_a_number_nothing_is_a_repeat
        said::numbers_are_judged_for_each_receiver
        said::numbers_may_skip
        said::several_messages_share_one_number
        said::a_new_stay_of_the_sender_starts_afresh
        said::a_new_stay_of_the_receiver_starts_afresh
        said::a_repeated_broadcast_reaches_only_who_has_not_got_it
        said::a_broadcast_that_all_have_got_is_a_repeat
        said::sends_and_broadcasts_share_their_numbers
        said::numbers_outlive_a_resume
        said::only_a_description_makes_a_pair_described
        rebuilt::reasserted_seats_keep_their_order_and_their_numbers
        rebuilt::reasserting_tells_nobody
        rebuilt::a_seat_that_is_there_stays_as_it_is
        rebuilt::a_user_who_joined_anew_is_not_reasserted
        rebuilt::who_joins_after_a_rebuild_comes_last
        rebuilt::a_reasserted_seat_can_be_resumed
        rebuilt::reasserted_seats_may_come_in_any_order
    } };
}

macro_rules! list {
    (() $($case:tt)*) => { table! { $($case)* } };
}

ledger_cases! { (list) () }
