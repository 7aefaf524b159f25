//! A room's rules, as tables and as properties: what a room wants done, for what it is told.

mod audits;
mod bench;
mod candidates;
mod deliveries;
mod epochs;
mod facts;
mod falling;
mod fitting;
mod fixtures;
mod hidden;
mod leaving;
mod lines;
mod media;
mod notes;
mod pausing;
mod policy;
mod properties;
mod rosters;
mod scripted;
mod seats;
mod sizes;
mod telling;
mod text;
mod turns;
