//! Whole nodes as processes: started on free ports, tested over real sockets, stopped by real signals.

#[path = "node/away.rs"]
mod away;
#[path = "node/backed.rs"]
mod backed;
#[path = "node/chaos.rs"]
mod chaos;
#[path = "node/chatted.rs"]
mod chatted;
#[path = "node/cluster.rs"]
mod cluster;
#[path = "node/clustered.rs"]
mod clustered;
#[path = "../src/telemetry/tests/collector.rs"]
mod collector;
#[path = "node/cut.rs"]
mod cut;
#[path = "node/deployed.rs"]
mod deployed;
#[path = "node/documented.rs"]
mod documented;
#[path = "node/drained.rs"]
mod drained;
#[path = "node/ended.rs"]
mod ended;
#[path = "node/foreign.rs"]
mod foreign;
#[path = "node/frozen.rs"]
mod frozen;
#[path = "node/hosted.rs"]
mod hosted;
#[path = "node/interrupted.rs"]
mod interrupted;
#[path = "node/invited.rs"]
mod invited;
#[path = "node/joined.rs"]
mod joined;
#[path = "node/keyed.rs"]
mod keyed;
#[path = "node/locked.rs"]
mod locked;
#[path = "node/malformed.rs"]
mod malformed;
#[path = "node/measured.rs"]
mod measured;
#[path = "node/media.rs"]
mod media;
#[path = "node/member.rs"]
mod member;
#[path = "node/messaged.rs"]
mod messaged;
#[path = "node/moved.rs"]
mod moved;
#[path = "node/operated.rs"]
mod operated;
#[path = "node/owned.rs"]
mod owned;
#[path = "node/paused.rs"]
mod paused;
#[path = "services/postgres.rs"]
mod postgres;
#[path = "node/powers.rs"]
mod powers;
#[path = "node/pretender.rs"]
mod pretender;
#[path = "node/process.rs"]
mod process;
#[path = "node/read_only.rs"]
mod read_only;
#[path = "../src/webhooks/tests/receiver.rs"]
#[expect(dead_code, reason = "the tests of the part itself use all of it")]
mod receiver;
#[path = "services/redis.rs"]
mod redis_server;
#[path = "node/refused.rs"]
mod refused;
#[path = "services/replicated.rs"]
mod replicated;
#[path = "node/restarted.rs"]
mod restarted;
#[path = "node/restored.rs"]
mod restored;
#[path = "node/rotated.rs"]
mod rotated;
#[path = "node/sentinel.rs"]
mod sentinel;
#[path = "node/shared.rs"]
mod shared;
#[path = "node/socket.rs"]
mod socket;
#[path = "node/split.rs"]
mod split;
#[path = "node/spread.rs"]
mod spread;
#[path = "node/stored.rs"]
mod stored;
#[path = "node/stranger.rs"]
mod stranger;
#[path = "node/told.rs"]
mod told;
#[path = "node/traced.rs"]
mod traced;
