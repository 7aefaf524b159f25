//! Rooms with a media server on two nodes of one Redis: nodes and media servers are killed, stopped and started again. Named after
//! the complaints of users of other systems that they answer (docs/media.md lists them).

#[path = "hosted/auto.rs"]
mod auto;
#[path = "hosted/caller.rs"]
mod caller;
#[path = "hosted/ghosts.rs"]
mod ghosts;
#[path = "hosted/server.rs"]
mod server;
#[path = "hosted/without.rs"]
mod without;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use self::{
    caller::Caller,
    server::{MediaServer, SECRET},
};
use crate::cluster::Cluster;

/// A request to a media server that does not answer is refused within so long.
const REFUSED_WITHIN: Duration = Duration::from_secs(3);

/// Two nodes with these media servers, and a room for them.
struct Stage {
    cluster: Cluster,
    room: String,
    host: String,
}

impl Stage {
    async fn with(servers: &[&MediaServer], further: &[&str]) -> Self {
        let list = servers.iter().map(|server| server.setting()).collect::<Vec<_>>().join(",");
        let settings = [format!("media.servers={list}"), format!("media.secret={SECRET}")];
        let unlimited = ["auth_per_address", "requests_per_address", "requests_per_user", "sockets_per_address"];
        let unlimited = unlimited.map(|name| format!("rate_limits.{name}=100000/1m"));
        let settings: Vec<_> = settings
            .iter()
            .chain(&unlimited)
            .map(String::as_str)
            .chain(further.iter().copied())
            .flat_map(|one| ["--set", one])
            .collect();
        let cluster = Cluster::start(2, &settings).await;
        let host = cluster.nodes[0].sign_up("host").await;
        let room = cluster.nodes[0].room_with(&host, json!({ "mode": "sfu", "maxParticipants": 50 })).await;
        Self { cluster, room, host }
    }

    /// New members of the room, on alternating nodes.
    async fn callers(&self, count: usize) -> Vec<Caller> {
        let mut callers = Vec::new();
        for (place, token) in self.cluster.nodes[0].tokens(count).iter().enumerate() {
            callers.push(Caller::join(&self.cluster.node(place).http, token, &self.room).await);
        }
        callers
    }
}

/// Which of two servers has the room.
async fn host_of<'a>(room: &str, servers: [&'a MediaServer; 2]) -> (&'a MediaServer, &'a MediaServer) {
    let [one, other] = servers;
    if one.has(room).await { (one, other) } else { (other, one) }
}

/// Complaint 3: a lost socket tears media down, and all see leave and join. Complaint 4: a muted member is unmuted afterwards.
/// Complaint 8: a request that is repeated makes doubles.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_3_a_killed_node_takes_no_media_with_it_and_open_requests_are_answered_once() {
    let server = MediaServer::start().await;
    let stage = Stage::with(&[&server], &[]).await;
    let mut callers = stage.callers(4).await;
    let mut transports = Vec::new();
    for caller in &mut callers {
        transports.push(caller.opens("send").await);
    }
    let mut producers = Vec::new();
    for (caller, transport) in callers.iter_mut().zip(&transports) {
        let track = caller.track(transport);
        let made = caller.gets("sfu_produce", track).await;
        producers.push(made["id"].as_str().expect("an id").to_owned());
    }
    let muted = json!({ "epoch": callers[0].epoch, "producerId": producers[0] });
    callers[0].gets("sfu_pause_producer", muted).await;

    // Those of the first node have a request under way when it is killed.
    let mut open = Vec::new();
    for place in [0, 2] {
        let track = callers[place].track(&transports[place]);
        open.push((place, callers[place].asks("sfu_produce", &track), track));
    }
    stage.cluster.nodes[0].signal("-KILL");
    for (place, rid, track) in &open {
        callers[*place].is_cut_off().await;
        callers[*place].resume(&stage.cluster.nodes[1].http).await;
        callers[*place].asks_again(*rid, "sfu_produce", track);
        let made = callers[*place].is_answered_at_last(*rid, "sfu_produce", track).await;
        callers[*place].asks_again(*rid, "sfu_produce", track);
        assert_eq!(
            callers[*place].is_answered_at_last(*rid, "sfu_produce", track).await,
            made,
            "the first answer again"
        );
    }
    assert_eq!(server.count("producers").await, 6, "four of before and two, each once");
    for caller in &mut callers {
        caller.listens(Duration::from_secs(1)).await;
        for kind in ["user_left", "sfu_producer_closed"] {
            assert_eq!(caller.heard(kind), 0, "{kind}: {:?}", caller.news);
        }
        let mut changes = caller.news.iter().filter(|news| news["type"] == "media_changed");
        assert!(changes.all(|news| news["data"]["reason"] == "placed"), "nobody was moved");
    }
    let token = stage.cluster.nodes[1].tokens(1).remove(0);
    let late = Caller::join(&stage.cluster.nodes[1].http, &token, &stage.room).await;
    let sent =
        late.peers.as_array().expect("a list").iter().flat_map(|peer| peer["producers"].as_array().expect("a list"));
    let sent: Vec<_> = sent.map(|sent| (sent["producerId"].as_str().expect("an id"), sent["paused"] == true)).collect();
    assert_eq!(sent.len(), 6);
    assert!(sent.contains(&(producers[0].as_str(), true)), "still muted, also for who joins now: {sent:?}");
    assert_eq!(sent.iter().filter(|(_, is_paused)| *is_paused).count(), 1);
}

/// Complaint 1: the media server dies, and nobody is moved. Complaint 2: afterwards some tracks never come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_1_a_room_whose_media_server_is_killed_goes_to_another_one_with_every_track() {
    let servers = [MediaServer::start().await, MediaServer::start().await];
    let stage = Stage::with(&[&servers[0], &servers[1]], &[]).await;
    let mut callers = stage.callers(3).await;
    for caller in &mut callers {
        caller.sends().await;
    }
    let (dies, other) = host_of(&stage.room, [&servers[0], &servers[1]]).await;
    assert_eq!((dies.count("producers").await, other.count("producers").await), (3, 0));
    for caller in &mut callers {
        caller.listens(Duration::from_millis(300)).await;
        caller.news.clear();
    }
    dies.signal("-KILL");
    let killed = Instant::now();
    let told = join_all(callers.iter_mut().map(|caller| caller.hears("media_changed"))).await;
    let moved = killed.elapsed();
    for told in told {
        assert_eq!(told, json!({ "mode": "sfu", "epoch": 2, "reason": "media_lost" }));
    }
    let producers = join_all(callers.iter_mut().map(Caller::sends)).await;
    eprintln!("moved {} ms after kill -9, all send again after {} ms", moved.as_millis(), killed.elapsed().as_millis());
    assert_eq!(other.count("producers").await, 3);
    for (place, caller) in callers.iter_mut().enumerate() {
        let others = producers.iter().enumerate().filter(|(owner, _)| *owner != place);
        let mut others: Vec<_> = others.map(|(_, producer)| producer.clone()).collect();
        let begun = Instant::now();
        while caller.told_producers().len() < 2 && begun.elapsed() < Duration::from_secs(10) {
            caller.listens(Duration::from_millis(100)).await;
        }
        let mut told = caller.told_producers();
        told.sort();
        others.sort();
        assert_eq!(told, others, "each track of the others, once");
    }
}

/// Complaint 6: one failed check and a server stays out; here it is out as long as it hangs. Complaint 7: two truths about a room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_7_a_media_server_that_hangs_is_left_and_has_nobody_when_it_goes_on() {
    const HANGS: Duration = Duration::from_secs(20);
    let servers = [MediaServer::start().await, MediaServer::start().await];
    let stage = Stage::with(&[&servers[0], &servers[1]], &[]).await;
    let mut callers = stage.callers(2).await;
    let transport = callers[0].opens("send").await;
    callers[1].sends().await;
    let (hangs, other) = host_of(&stage.room, [&servers[0], &servers[1]]).await;
    let epoch = callers[0].epoch;
    for caller in &mut callers {
        caller.news.clear();
    }
    hangs.signal("-STOP");
    let stopped = Instant::now();
    let rid = callers[0].asks("sfu_restart_ice", &json!({ "epoch": epoch, "transportId": transport }));
    let refused = callers[0].is_answered(rid).await;
    assert_eq!(refused, Err("media_unavailable".to_owned()));
    eprintln!("refused after {} ms", stopped.elapsed().as_millis());
    assert!(stopped.elapsed() < REFUSED_WITHIN, "refused only after {:?}", stopped.elapsed());
    let told = join_all(callers.iter_mut().map(|caller| caller.hears("media_changed"))).await;
    eprintln!("moved after {} ms", stopped.elapsed().as_millis());
    assert!(told.iter().all(|told| told["reason"] == "media_lost" && told["epoch"] == epoch + 1), "{told:?}");
    join_all(callers.iter_mut().map(Caller::sends)).await;
    assert_eq!(other.count("peers").await, 2);
    for caller in &mut callers {
        caller.listens(HANGS.saturating_sub(stopped.elapsed()) / 2).await;
        caller.news.clear();
    }
    hangs.signal("-CONT");
    // What is left of the room there is deleted, and nobody new comes.
    let took = hangs.until_it_has(0, "peers", Duration::from_secs(150)).await;
    eprintln!("the one that hung has nobody {} ms after it went on", took.as_millis());
    join_all(callers.iter_mut().map(Caller::sends)).await;
    assert_eq!((hangs.count("peers").await, other.count("peers").await), (0, 2));
    for caller in &callers {
        assert_eq!(caller.heard("media_changed"), 0, "nobody goes back: {:?}", caller.news);
    }
}

/// How often a media server dies, what is set on the nodes, and how long rooms may take to return to it: for `ALDIS_FLAPS`
/// seconds with the default settings, or a few times with shorter ones.
fn flapping() -> (u64, &'static [&'static str], Duration) {
    match std::env::var("ALDIS_FLAPS") {
        Ok(text) => (text.parse::<u64>().expect("seconds") / 10, &[], Duration::from_secs(11 * 60)),
        Err(_) => (4, &["media.recover_after=6s", "media.switch_every_min=6s"], Duration::from_secs(120)),
    }
}

/// Complaint 6: clients loop into a server that comes and goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaint_6_a_media_server_that_comes_and_goes_switches_a_room_a_few_times_only() {
    const SWITCHES_MAX: usize = 5;
    let (cycles, settings, returned_within) = flapping();
    let mut server = MediaServer::start().await;
    let stage = Stage::with(&[&server], settings).await;
    let few = stage.callers(3).await;
    let large = stage.cluster.nodes[0].room_with(&stage.host, json!({ "mode": "sfu", "maxParticipants": 50 })).await;
    let mut many = Vec::new();
    for (place, token) in stage.cluster.nodes[0].tokens(4).iter().enumerate() {
        many.push(Caller::join(&stage.cluster.node(place).http, token, &large).await);
    }
    let mut callers: Vec<_> = few.into_iter().chain(many).collect();
    callers[0].sends().await;
    callers[3].sends().await;
    let pass = async |callers: &mut Vec<Caller>| {
        join_all(callers.iter_mut().map(|caller| caller.listens(Duration::from_secs(5)))).await;
    };
    for _ in 0..cycles {
        server.signal("-KILL");
        pass(&mut callers).await;
        server.again().await;
        pass(&mut callers).await;
    }
    for (room, caller) in [("few", &callers[0]), ("many", &callers[3])] {
        let switches = caller.heard("media_changed");
        eprintln!("a room of {room}: {switches} changes while its media server was killed {cycles} times");
        assert!(switches <= SWITCHES_MAX, "{switches} switches: {:?}", caller.news);
    }
    // It stays now: both rooms are back, and can be used.
    for place in [0, 3] {
        let begun = Instant::now();
        loop {
            let rid = callers[place].asks("sfu_get_router_capabilities", &json!({}));
            if callers[place].is_answered(rid).await.is_ok() {
                break;
            }
            assert!(begun.elapsed() < returned_within, "the room does not come back");
            join_all(callers.iter_mut().map(|caller| caller.listens(Duration::from_secs(1)))).await;
        }
        callers[place].sends().await;
    }
}
