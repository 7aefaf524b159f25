//! Whole nodes as processes: started on free ports, tested over real sockets, stopped by real signals.

#[path = "node/cut.rs"]
mod cut;
#[path = "node/deployed.rs"]
mod deployed;
#[path = "node/drained.rs"]
mod drained;
#[path = "node/ended.rs"]
mod ended;
#[path = "node/invited.rs"]
mod invited;
#[path = "node/joined.rs"]
mod joined;
#[path = "node/locked.rs"]
mod locked;
#[path = "node/measured.rs"]
mod measured;
#[path = "node/member.rs"]
mod member;
#[path = "node/operated.rs"]
mod operated;
#[path = "node/owned.rs"]
mod owned;
#[path = "node/paused.rs"]
mod paused;
#[path = "node/process.rs"]
mod process;
#[path = "node/restarted.rs"]
mod restarted;
#[path = "node/restored.rs"]
mod restored;
#[path = "node/rotated.rs"]
mod rotated;
#[path = "node/socket.rs"]
mod socket;
#[path = "node/stored.rs"]
mod stored;
