//! Aldis: a WebRTC signaling cluster on the actor model; this crate is its edge.

pub mod ws;
