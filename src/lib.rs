//! The edge of Aldis: bytes, HTTP, SQL, Redis, process. The system itself is the crate `actors`.

pub mod accounts;
pub mod app;
pub mod auth;
pub mod backup;
pub mod changes;
pub mod cli;
pub mod config;
pub mod files;
pub mod history;
pub mod http;
pub mod ice;
pub mod ledger;
pub mod live;
pub mod load;
pub mod mail;
pub mod media;
pub mod net;
pub mod rooms;
pub mod storage;
pub mod telemetry;
pub mod webhooks;
pub mod ws;
