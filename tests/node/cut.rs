//! Clients that hang up at any moment of any change: the answer, the database, the cache and the live rooms agree, before
//! and after the node is killed and started again.
//!
//! Each connection is cut after so many bytes of request and response together, or after so much time.

#[path = "cut/cases.rs"]
mod cases;
#[path = "cut/chat.rs"]
mod chat;
#[path = "cut/line.rs"]
mod line;
#[path = "cut/post.rs"]
mod post;
#[path = "cut/world.rs"]
mod world;

use std::{collections::BTreeMap, ops::Range, time::Duration};

use futures_util::{StreamExt as _, stream};

use crate::process::Node;
use cases::{CASES, Case, Prepared, State};
use line::{Answer, Cut};
use post::Post;
use world::World;

/// Requests that are cut at once.
const AT_ONCE: usize = 8;
/// Cuts of each route: 16 routes, more than 2 000 cuts.
const CUTS: u32 = 168;
/// Of these, so many are made before what became of them is asked.
const BATCH: u32 = 24;
/// Of all, so many by bytes: about as many as a request and its response have, with a stride.
const BY_BYTES: u32 = 84;
/// Every so many cases somebody is connected, who must be disconnected exactly if the change was made.
const CONNECTED_EVERY: u32 = 6;

/// Hashes that cost little, and no limits of rates: one test sends more than a town.
const SETTINGS: [&str; 22] = [
    "--set",
    "auth.hashing_queue_max=4096",
    "--set",
    "auth.argon2_memory=8MiB",
    "--set",
    "auth.argon2_iterations=1",
    // A refresh that is repeated later ends its session.
    "--set",
    "auth.refresh_grace=1m",
    "--set",
    "rate_limits.auth_per_address=1000000/1m",
    "--set",
    "rate_limits.auth_per_email=1000000/1m",
    "--set",
    "rate_limits.mails_per_address=1000000/1m",
    "--set",
    "rate_limits.requests_per_address=1000000/1m",
    "--set",
    "rate_limits.requests_per_user=1000000/1m",
    "--set",
    "rate_limits.sockets_per_address=1000000/1m",
    "--set",
    "node.loop_lag_max=0s",
];

/// What became of one case.
struct Outcome {
    case: Case,
    prepared: Prepared,
    state: State,
}

fn cut(nth: u32, request: usize) -> Cut {
    if nth < BY_BYTES {
        // Half within the request, half within the response.
        let (half, step) = (BY_BYTES / 2, nth % (BY_BYTES / 2));
        let within = if nth < half { request * step as usize / half as usize } else { request + step as usize * 100 };
        Cut::Bytes(within)
    } else {
        Cut::After(Duration::from_micros(u64::from(nth - BY_BYTES) * 120))
    }
}

/// The cuts of these numbers.
async fn cut_and_judged(world: &World<'_>, case: Case, numbers: Range<u32>) -> Vec<Outcome> {
    let numbers = stream::iter(numbers);
    let prepared: Vec<_> = numbers
        .map(|nth| async move { (nth, case.prepare(world, nth, nth % CONNECTED_EVERY == 0).await) })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let connections = world.connections().await;
    let cuts = stream::iter(prepared).map(|(nth, prepared)| async move {
        let cut = cut(nth, prepared.request.len());
        let answer = line::send(&prepared.address, &prepared.request, cut).await;
        (cut, prepared, answer)
    });
    let cut: Vec<_> = cuts.buffered(AT_ONCE).collect().await;
    world.is_quiet(connections).await;
    let judged = stream::iter(cut).map(|(cut, mut prepared, answer)| async move {
        let what = format!("{case:?}, {cut:?}, answered {:?}", answer.status);
        let state = case.judge(world, &mut prepared, &answer, &what).await;
        match answer.status {
            Some(200..300) => assert_eq!(state, State::After, "{what}: it is not there"),
            Some(_) => panic!("{what}: {}", answer.body),
            None if !answer.is_sent => assert_eq!(state, State::Before, "{what}: half a request changed something"),
            None => {}
        }
        Outcome { case, prepared, state }
    });
    judged.buffered(AT_ONCE).collect().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_cut_database_cache_live_rooms_and_answers_agree() {
    let cuts = all_agree(&SETTINGS, &CASES, &Post::default()).await;
    assert!(cuts >= 2_000, "{cuts} cuts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_addresses_are_verified_a_cut_request_leaves_one_that_is_or_is_not() {
    let (post, port) = Post::start().await;
    let server = format!("mail.url=smtp://127.0.0.1:{port}?tls=none");
    let more =
        ["auth.verify_email=true", "mail.from=no-reply@example.org", "http.public_url=http://127.0.0.1:8080", &server];
    let more: Vec<_> = more.iter().flat_map(|&setting| ["--set", setting]).collect();
    all_agree(&[&SETTINGS[..], &more].concat(), &[Case::Verify], &post).await;
}

/// Cuts these routes, and asks before and after a restart what became of each; how many cuts there were.
async fn all_agree(settings: &[&str], cases: &[Case], post: &Post) -> usize {
    let node = Node::start(settings).await;
    let world = World::of(&node, post).await;
    let mut outcomes = Vec::new();
    for case in cases {
        // A refresh must be repeated within its grace.
        for first in (0..CUTS).step_by(BATCH as usize) {
            outcomes.extend(cut_and_judged(&world, *case, first..first + BATCH).await);
        }
    }
    let cuts = outcomes.len();
    let mut made: BTreeMap<Case, [usize; 2]> = BTreeMap::new();
    for outcome in &outcomes {
        made.entry(outcome.case).or_default()[usize::from(outcome.state == State::After)] += 1;
    }
    assert!(made.values().all(|[before, after]| *before > 0 && *after > 0), "cuts too early or too late: {made:?}");

    let node = node.killed_and_restarted().await;
    let world = &World::of(&node, post).await;
    let again = stream::iter(outcomes).map(|mut outcome| async move {
        let what = format!("{:?}, after a restart", outcome.case);
        outcome.prepared.socket = None;
        let state = outcome.case.judge(world, &mut outcome.prepared, &Answer::default(), &what).await;
        assert_eq!(state, outcome.state, "{what}: {:?}", String::from_utf8_lossy(&outcome.prepared.request));
    });
    again.buffered(AT_ONCE).collect::<Vec<()>>().await;
    assert!(!node.log().contains("panicked"), "{}", node.log());
    cuts
}
