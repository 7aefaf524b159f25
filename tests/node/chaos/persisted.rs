//! A Redis that is killed and starts again from its append-only file: with all that it had acknowledged, or, as after a power
//! failure, without the last second, which `everysec` had not brought to the disk.

use std::{fs, path::PathBuf, time::Duration};

use futures_util::future::join_all;
use tokio::time::sleep;

use super::{
    crowd::{Crowd, told},
    judge::violations,
    life::Life,
    stage::SETTINGS,
};
use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
};

const APPEND_ONLY: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "everysec"];

async fn begin() -> (Cluster, Crowd) {
    let cluster = Cluster::start_on(&APPEND_ONLY, 2, &SETTINGS).await;
    let addresses = cluster.nodes.iter().map(|node| node.http.clone()).collect();
    let mut crowd = Crowd::new(addresses, Duration::from_millis(150), 1);
    crowd.fills(&cluster.nodes[0], 2, 4, 0).await;
    crowd.hears(100).await;
    (cluster, crowd)
}

/// Everybody is heard, nothing was broken, and nobody had to join again.
async fn end(cluster: &Cluster, crowd: Crowd) -> Vec<Life> {
    join_all(cluster.nodes.iter().map(|node| node.until_ready_is(200))).await;
    crowd.hears(100).await;
    let lives = crowd.ends(|| cluster.logs()).await;
    eprintln!("{}", told(&lives));
    assert_eq!(violations(&lives), [""; 0]);
    assert!(lives.iter().all(|life| life.joins == 1), "somebody had to join again");
    lives
}

/// The file that the Redis of this cluster appends to.
fn appended(cluster: &Cluster) -> PathBuf {
    let files = fs::read_dir(cluster.redis.folder.path().join("appendonlydir")).expect("it is kept");
    let mut files = files.map(|file| file.expect("a file").path());
    files.find(|path| path.to_string_lossy().ends_with(".incr.aof")).expect("it is appended to")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_survive_a_redis_that_is_killed_and_has_an_append_only_file() {
    let (mut cluster, crowd) = begin().await;
    let mut members = cluster.rooms(1, 4).await.remove(0);
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    // Nobody but Redis keeps this seat: without the file it would be lost.
    members[3].loses_connection();
    join_all(members[..3].iter_mut().map(|member| member.listen(Duration::from_secs(1)))).await;
    cluster.redis.kill();
    cluster.redis.restart();
    assert!(members[3].resume(&cluster.nodes[0].http).await, "the seat was kept");
    // The new epoch settles.
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(5)))).await;
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    nobody_has_left(&members);
    end(&cluster, crowd).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_power_failure_takes_from_the_append_only_file_is_told() {
    let (mut cluster, crowd) = begin().await;
    let file = appended(&cluster);
    let written = || fs::metadata(&file).expect("the file").len();
    let kept = written();
    sleep(Duration::from_millis(1_200)).await;
    cluster.redis.kill();
    let lost = written() - kept;
    eprintln!("{lost} bytes are lost");
    assert!(lost > 0, "nothing was lost: what should be tested did not happen");
    // The cut is in the middle of an operation.
    fs::File::options().write(true).open(&file).and_then(|file| file.set_len(kept + 5)).expect("it is cut");
    cluster.redis.restart();
    let lives = end(&cluster, crowd).await;
    let untold: Vec<_> = lives.iter().filter(|life| life.told_lost == 0).map(|life| &life.user).collect();
    assert!(untold.is_empty(), "were not told: {untold:?}");
}
