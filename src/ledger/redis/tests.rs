//! The contract on a real Redis, and what only this ledger promises.

mod contract;
mod difference;
mod failing;
pub(crate) mod server;
