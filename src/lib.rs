//! The edge of Aldis: bytes, HTTP, SQL, Redis, process. The system itself is the crate `actors`.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod http;
pub mod ice;
pub mod ledger;
pub mod load;
pub mod net;
pub mod storage;
pub mod telemetry;
pub mod ws;
