//! The list of all cases, for whatever a macro makes of it.

/// Calls `$make` with every case.
#[macro_export]
macro_rules! media_cases {
    (($($make:tt)*) $with:tt) => {
        $($make)*! {
            $with
            documented::every_call_of_the_document_is_answered
            documented::the_document_names_every_call_of_the_contract
            ended::a_killed_server_breaks_the_stream_and_comes_back_as_another_instance
            ended::a_second_signal_ends_it_at_once
            ended::draining_refuses_new_rooms_and_serves_those_it_has
            ended::draining_ends_when_the_last_peer_is_gone
            ended::draining_without_peers_ends_soon
            ended::draining_ends_when_its_time_is_up
            ended::wrong_flags_are_refused_with_what_to_do
            expired::a_peer_without_a_connected_transport_expires
            expired::a_room_without_peers_expires_and_can_be_made_anew
            epochs::a_newer_epoch_closes_what_was_made_in_an_earlier_one
            epochs::an_epoch_is_a_number
            foreign::nobody_reaches_what_another_peer_has
            foreign::nobody_reaches_into_another_room
            foreign::what_is_closed_is_not_found
            limited::a_ninth_producer_is_refused
            limited::a_fifth_transport_is_refused_also_among_calls_at_once
            limited::a_full_server_refuses_consumers_and_rooms
            limited::a_large_body_is_refused
            limited::key_frames_asked_for_too_often_are_answered_alike
            limited::there_are_not_more_event_streams_than_allowed
            malformed::malformed_calls_are_refused_and_the_server_lives
            peers::a_connected_transport_is_not_connected_again
            peers::a_consumer_begins_paused_and_can_be_told
            peers::a_peer_that_is_deleted_leaves_nothing
            peers::a_producer_that_begins_paused_says_so_to_who_receives_it
            peers::a_transport_takes_its_producers_and_consumers_along
            peers::ice_restarts_with_new_names
            peers::layers_of_simulcast_can_be_chosen
            peers::refused_parameters_leave_the_transport_usable
            peers::who_cannot_decode_is_refused
            repeated::a_key_belongs_to_one_call
            repeated::a_refusal_is_repeated_too
            repeated::a_repeated_call_gets_its_first_answer
            repeated::calls_at_once_with_one_key_run_once
            repeated::the_last_answers_are_kept
            rooms::a_room_can_do_what_browsers_need
            rooms::a_room_shows_its_peers
            rooms::an_unknown_room_is_not_found
            rooms::closing_a_room_takes_everything_along
            rooms::rooms_are_listed_in_order_and_after_a_given_one
            rooms::rooms_made_at_once_are_one
            secured::metrics_count_and_tell_no_secret
            secured::the_secret_is_in_no_log
            secured::without_the_secret_nothing_is_answered
            told::a_closed_producer_is_told_to_who_receives_it
            told::every_answer_names_the_instance
            told::the_load_is_told_each_second
        }
    };
}
