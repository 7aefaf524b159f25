//! A room's rules, as tables and as properties: what a room wants done, for what it is told.

mod audits;
mod bench;
mod candidates;
mod deliveries;
mod epochs;
mod facts;
mod fixtures;
mod lines;
mod media;
mod notes;
mod properties;
mod rosters;
mod scripted;
mod seats;
mod sizes;
mod text;
mod turns;
