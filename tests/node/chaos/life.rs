//! What clients of a run share, and what each of them has lived through. Judges nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, AtomicUsize},
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

/// What all clients of a run share.
pub(crate) struct World {
    /// Where nodes are reached.
    pub(super) nodes: Vec<String>,
    pub(super) phase: watch::Receiver<Phase>,
    /// How often each says something.
    pub(super) say_every: Duration,
    /// How many clients are done.
    pub(super) done: AtomicUsize,
    /// How many messages were heard.
    pub(super) heard: AtomicU64,
}

/// What clients do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// They talk, whatever happens.
    Talk,
    /// They say one last number, and are done once they have heard that of everybody.
    Finish,
    /// They end.
    End,
}

/// What a client has lived through.
#[derive(Debug, Default, Clone)]
pub(crate) struct Life {
    pub(crate) user: String,
    /// Joins asked for.
    pub(crate) joins: u64,
    pub(crate) resumed: u64,
    /// Numbers whose acceptance was told.
    pub(crate) accepted: BTreeSet<u64>,
    /// Numbers whose refusal was told, and those of which nothing was told before their session ended.
    pub(crate) refused: BTreeSet<u64>,
    pub(crate) untold: BTreeSet<u64>,
    /// The numbers heard of each other member.
    pub(crate) heard: BTreeMap<String, BTreeSet<u64>>,
    /// The same of all others, as it heard them: sender and number.
    pub(crate) order: Vec<(String, u64)>,
    /// How often it was told that messages may be lost.
    pub(crate) told_lost: u64,
    /// How often it was told that each other member has left.
    pub(crate) lefts: BTreeMap<String, u64>,
    /// Messages that it missed, and was told of no loss about then.
    pub(crate) gaps: Vec<Gap>,
    pub(crate) violations: Vec<String>,
    /// What it waited for when the run ended.
    pub(crate) undone: Option<String>,
}

/// Messages of a sender between two that were heard.
#[derive(Debug, Clone)]
pub(crate) struct Gap {
    pub(crate) sender: String,
    pub(crate) last: u64,
    pub(crate) next: u64,
    pub(crate) seen_at: Instant,
}
