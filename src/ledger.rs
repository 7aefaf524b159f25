//! Ledgers that the edge provides: the one that nodes share in Redis. The port, and the ledger in memory, are in `actors`.

pub mod redis;

pub use self::redis::{RedisLedger, RedisLimits};
