//! The edge of Aldis: bytes, HTTP, SQL, Redis, process. The system itself is the crate `actors`.

pub mod app;
pub mod cli;
pub mod config;
pub mod telemetry;
