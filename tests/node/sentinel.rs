//! A Redis whose master fails over to a replica, as sentinels say.

use std::{net::TcpListener, time::Duration};

use futures_util::future::join_all;

use crate::{
    cluster::Cluster,
    clustered::{all_hear, all_say, nobody_has_left},
    postgres::free_port,
    replicated::{NAME, Replicated},
};

/// How long the sentinel waits for a master that says nothing.
const DOWN_AFTER: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_stay_while_the_master_fails_over_to_its_replica() {
    let mut cluster = Cluster::start(0, &[]).await;
    let mut redis = Replicated::start(cluster.rights.path(), DOWN_AFTER).await;
    // The first of the sentinels says nothing, the second is none.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let silent_port = silent.local_addr().expect("an address").port();
    let sentinels = [silent_port, free_port(), redis.sentinel.port].map(|port| format!("127.0.0.1:{port}")).join(",");
    let url = format!("redis+sentinel://{sentinels}/{NAME}");
    for _ in 0..2 {
        cluster.add(&["--redis-url", &url]).await;
    }
    let mut members = cluster.rooms(1, 4).await.remove(0);
    all_say(&mut members).await;
    all_hear(&mut members, 1).await;
    redis.fails_over().await;
    for node in &cluster.nodes {
        node.until_ready_is(200).await;
    }
    // The new master's epoch settles.
    join_all(members.iter_mut().map(|member| member.listen(Duration::from_secs(5)))).await;
    all_say(&mut members).await;
    all_hear(&mut members, 2).await;
    nobody_has_left(&members);
}
