//! Aldis, the edge: bytes, HTTP, SQL, process.

pub mod auth;
pub mod http;
pub mod ice;
pub mod storage;
pub mod ws;
