//! `[node]`: this node's name, its files and its load limits. Must not know what is stored there.

use std::{num::NonZeroUsize, path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, size::Size};

/// This node: its name, its files, its load limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Node {
    /// Name of this node in logs, metrics and leases: 1–64 of `a–z 0–9 - _ .`. Absent: a random name at each start.
    pub id: Option<String>,
    /// Directory of the database file and the signing keys; created at the first start, readable by its owner only.
    pub data_dir: PathBuf,
    /// File to write the real addresses to, as JSON `{"http":"…","admin":"…"}`, once the node serves.
    pub ready_file: Option<PathBuf>,
    /// How long an idle worker is kept.
    #[serde(with = "text::As::<Duration>")]
    pub rest_after: Duration,
    /// How long one thread runs turns before the rest continues on workers.
    #[serde(with = "text::As::<Duration>")]
    pub turn_budget: Duration,
    /// Messages queued for one room before further joins, messages and pushes are refused.
    pub room_mailbox_max: NonZeroUsize,
    /// The same for one socket: it reads too slowly, and is closed with 4530.
    pub socket_mailbox_max: NonZeroUsize,
    /// The same for one user: the socket that is attached or brings a newer token is closed with 1013.
    pub user_mailbox_max: NonZeroUsize,
    /// Event-loop lag above which new sockets and requests are refused (resumes: four times this); zero: never.
    #[serde(with = "text::As::<Duration>")]
    pub loop_lag_max: Duration,
    /// Memory the process may use. Absent: the limit of its cgroup, else the machine's memory.
    pub memory_max: Option<Size>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            id: None,
            data_dir: PathBuf::from("./data"),
            ready_file: None,
            rest_after: Duration::from_millis(250),
            turn_budget: Duration::from_micros(200),
            room_mailbox_max: text::count(4_096),
            socket_mailbox_max: text::count(1_024),
            user_mailbox_max: text::count(256),
            loop_lag_max: Duration::from_secs(1),
            memory_max: None,
        }
    }
}
