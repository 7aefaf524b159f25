//! A media server as Aldis sees it: the HTTP contract `aldis-media.v1`, and everything behind it that is not media.
//!
//! [`engine::Engine`] is what carries media: a mediasoup worker in `aldis-media`, nothing at all in the [`stub`]. Rules,
//! limits, idempotency, the reaper, the drain and the HTTP edge are the same for both, and so is the suite ([`contract`])
//! that both pass as programs. docs/media.md is the contract in words.

pub mod answers;
pub mod checks;
pub mod config;
#[cfg(feature = "contract")]
pub mod contract;
pub mod engine;
pub mod events;
pub mod handles;
pub mod http;
pub mod id;
pub mod limits;
mod listener;
pub mod load;
pub mod metrics;
pub mod process;
pub mod refusal;
pub mod rules;
pub mod server;
pub mod stub;
