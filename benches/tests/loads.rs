//! The load generator against a node that it starts itself: each load gets through, and nothing is refused or lost.

use std::path::Path;
use std::process::Command;

/// Runs `aldis-bench`, which finds `aldis` beside itself: `cargo test --workspace` builds both.
fn bench(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_aldis-bench")).args(arguments).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "aldis-bench {}: {said}", arguments.join(" "));
}

#[test]
fn pairs_exchange_signals() {
    bench(&["relay", "--pairs", "10", "--warm", "1", "--for", "1"]);
    bench(&["relay", "--pairs", "4", "--in-flight", "16", "--warm", "1", "--for", "1"]);
}

#[test]
fn idle_members_are_let_in_and_negotiate() {
    bench(&["idle", "--connections", "24", "--room-size", "4", "--rest", "1"]);
}

#[test]
fn members_leave_and_join_again() {
    bench(&["churn", "--rooms", "10", "--changes", "5", "--for", "2"]);
}

#[test]
fn requests_to_a_media_server_are_answered_and_chat_goes_on_while_it_hangs() {
    bench(&["media", "--callers", "8", "--rate", "40", "--chat-rate", "20", "--for", "1", "--idle", "8"]);
}

#[test]
fn all_sessions_are_resumed_after_all_sockets_are_dropped() {
    bench(&["storm", "--connections", "60", "--for", "1"]);
}

#[test]
fn nothing_is_lost_while_nodes_of_a_cluster_are_killed_and_restarted() {
    bench(&["cluster", "--count", "2", "--connections", "40", "--kill", "--rolling", "--for", "2"]);
}

#[test]
fn nothing_is_lost_while_redis_and_postgresql_stand_still() {
    bench(&["cluster", "--count", "2", "--connections", "40", "--redis", "stop", "--postgres", "stop", "--for", "2"]);
}

#[test]
fn what_redis_has_forgotten_is_told() {
    for how in ["kill", "flush"] {
        bench(&["cluster", "--count", "2", "--connections", "40", "--rate", "5", "--redis", how, "--for", "2"]);
    }
}

/// The other version is the same program.
#[test]
fn nothing_is_lost_while_nodes_are_replaced_by_another_version_and_back() {
    let next = Path::new(env!("CARGO_BIN_EXE_aldis-bench")).with_file_name("aldis");
    let next = next.to_str().expect("a path in UTF-8");
    bench(&["cluster", "--count", "2", "--connections", "40", "--rolling", "--next", next, "--for", "2"]);
}

#[test]
fn nobody_loses_anything_to_clients_that_fill_the_memory() {
    bench(&["attack", "memory", "--pairs", "10", "--targets", "12", "--idle", "1", "--for", "6"]);
}

/// Times are not judged here: many tests share the machine.
#[test]
fn nobody_is_disturbed_by_clients_that_send_as_much_as_they_can() {
    bench(&[
        "attack",
        "budget",
        "--rooms",
        "6",
        "--attacked",
        "2",
        "--for",
        "2",
        "--rounds",
        "1",
        "--p99-times-max",
        "1000",
    ]);
}

/// Times are not judged here.
#[test]
fn all_rooms_are_listed_beside_calls() {
    let patient = ["--page-p99-max-ms", "10000", "--p99-times-max", "10000"];
    bench(&[&["rooms", "--rooms", "120", "--pairs", "10", "--page", "50", "--for", "1"][..], &patient].concat());
}

#[test]
fn a_backend_that_was_dead_while_a_node_was_killed_is_told_everything_in_order() {
    bench(&["webhooks", "--dead", "5", "--warm", "2", "--rooms", "10", "--every", "2"]);
}
