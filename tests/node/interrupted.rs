//! Subscriptions to Redis that are cut each second, under traffic: what other nodes have published meanwhile is asked for, and
//! nobody waits for it longer than two seconds.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
};

const CUT_EVERY: Duration = Duration::from_secs(1);
const CUTS: u32 = 20;
const SAY_EVERY: Duration = Duration::from_millis(200);
const HEARD_WITHIN: Duration = Duration::from_secs(2);

/// Cuts connections of this kind each second; answers how many were cut.
fn cut(url: &str, kind: &'static str) -> JoinHandle<u64> {
    let client = redis::Client::open(format!("{url}?user=admin&pass=any")).expect("an address");
    tokio::spawn(async move {
        let mut connection = client.get_multiplexed_async_connection().await.expect("the server answers");
        let (mut ticks, mut cut) = (interval(CUT_EVERY), 0);
        for _ in 0..CUTS {
            ticks.tick().await;
            let mut kill = redis::cmd("CLIENT");
            kill.arg("KILL").arg("TYPE").arg(kind).arg("SKIPME").arg("yes");
            cut += kill.query_async::<u64>(&mut connection).await.expect("it obeys");
        }
        cut
    })
}

/// Members on three nodes talk while such connections are cut; answers the longest that a message took to everybody.
async fn slowest(kind: &'static str) -> Duration {
    let cluster = Cluster::start(3, &["--set", "budget.address_factor=10000"]).await;
    let mut rooms = cluster.rooms(4, 3).await;
    let cutting = cut(&cluster.redis.url(), kind);
    let (mut ticks, mut number, mut slowest) = (interval(SAY_EVERY), 0, Duration::ZERO);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !cutting.is_finished() {
        ticks.tick().await;
        number += 1;
        let said = Instant::now();
        for members in &mut rooms {
            all_say(members).await;
        }
        join_all(rooms.iter_mut().flatten().map(|member| member.hears_others(number))).await;
        slowest = slowest.max(said.elapsed());
    }
    let cut = cutting.await.expect("no panic");
    for members in &mut rooms {
        all_hear(members, number).await; // with what was acknowledged
    }
    assert!(cut >= u64::from(3 * CUTS), "each node's connection, each second: {cut}");
    for members in &rooms {
        nobody_has_left(members);
    }
    eprintln!("{cut} connections of kind {kind} cut, {number} rounds, the slowest took {slowest:?}");
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_longer_than_two_seconds_while_subscriptions_are_cut_each_second() {
    let slowest = slowest("pubsub").await;
    assert!(slowest <= HEARD_WITHIN, "after {slowest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_longer_than_two_seconds_while_connections_for_operations_are_cut_each_second() {
    let slowest = slowest("normal").await;
    assert!(slowest <= HEARD_WITHIN, "after {slowest:?}");
}
