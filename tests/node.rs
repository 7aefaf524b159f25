//! Whole nodes as processes: started on free ports, tested over real sockets, stopped by real signals.

#[path = "node/cut.rs"]
mod cut;
#[path = "node/deployed.rs"]
mod deployed;
#[path = "node/drained.rs"]
mod drained;
#[path = "node/ended.rs"]
mod ended;
#[path = "node/joined.rs"]
mod joined;
#[path = "node/measured.rs"]
mod measured;
#[path = "node/operated.rs"]
mod operated;
#[path = "node/process.rs"]
mod process;
#[path = "node/stored.rs"]
mod stored;
