//! The load generator of Aldis: many clients that behave as browsers do, measured and verified.
//!
//! The bytes and the protocol's JSON are the crate `client`'s; `member` is one client, verified by the pure `oracle` and negotiating by the pure rules of `member/negotiation`; `crowd` is all of them together;
//! `pace` offers load at fixed times; an `attacker` is one hostile client; `node` is the server under test; a `scenario` plays all of these and fills
//! a `report`; `options` are the options that all of them share.
//! Lower never imports higher: `oracle < tally < member < crowd < options < scenario < cli`.

mod attacker;
mod cli;
pub mod clock;
pub mod crowd;
pub mod latency;
pub mod limits;
mod member;
mod newcomers;
pub mod node;
pub mod options;
mod oracle;
pub mod pace;
pub mod ramp;
pub mod report;
pub mod scenario;
pub mod show;
mod tally;
pub mod wakeful;

pub use cli::{exit_code, run, run_as_bench, within};
