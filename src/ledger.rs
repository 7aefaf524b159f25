//! Ledgers that the edge provides: the one that nodes share in Redis; and other values that they share there. The port, and the
//! ledger in memory, are in `actors`.

pub mod redis;
pub mod values;

#[cfg(test)]
pub(crate) use self::redis::tests::{connection, raw, server};
pub use self::redis::{
    ClusterSeen, DialError, NodeSeen, NodeStatus, RedisAddress, RedisLedger, RedisLimits, describe_metrics, probe,
};
pub use values::{
    Values,
    chat::{Oldest, WaitingChat},
};
