//! The load generator of Aldis: many clients that behave as browsers do, measured and verified.
//!
//! The bytes and the protocol's JSON are the crate `client`'s; `member` is one client, verified by the pure `oracle` and negotiating by the pure rules of `member/negotiation`; `crowd` is all of them together;
//! `pace` offers load at fixed times; an `attacker` is one hostile client; `node` is the server under test; a `scenario` plays all of these and fills
//! a `report`; `peer` puts other servers under the same load; `options` are the options that all of them share.
//! Lower never imports higher: `oracle < tally < member < crowd < options < scenario < peer < cli`.

mod attacker;
mod cli;
mod clock;
mod crowd;
mod latency;
mod limits;
mod member;
mod newcomers;
mod node;
mod options;
mod oracle;
mod pace;
mod peer;
mod ramp;
mod report;
mod scenario;
mod show;
mod tally;
mod wakeful;

pub use cli::{run, run_as_bench};
