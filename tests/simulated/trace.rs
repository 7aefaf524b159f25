//! What a simulated server has executed, in order. Judges nothing.

use std::collections::BTreeSet;

use super::{resp::Reply, server::data::Data};

/// Commands about connections and the server; all others are about data.
const OF_CONNECTIONS: [&[u8]; 6] = [b"HELLO", b"PING", b"ROLE", b"INFO", b"CLIENT", b"TIME"];

/// One step.
pub(super) enum Step {
    /// A command was executed when the clock showed so many milliseconds.
    Executed { now: u64, command: Vec<Vec<u8>>, reply: Reply },
    /// It has started again, with this.
    Restarted(Data),
    /// It has lost everything.
    Flushed,
}

/// See the module.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) steps: Vec<Step>,
    /// What scripts and clients have published: channels and payloads.
    pub(super) published: Vec<(Vec<u8>, Vec<u8>)>,
    /// Scripts that were loaded since it was started: each connection loads all of them again.
    loaded: BTreeSet<Vec<u8>>,
}

impl Trace {
    pub(super) fn note(&mut self, step: Step) {
        let is_of_interest = match &step {
            Step::Restarted(_) => {
                self.loaded.clear();
                true
            }
            Step::Flushed => true,
            Step::Executed { command, reply: Reply::Text(hash), .. } if command[0] == b"SCRIPT" => {
                self.loaded.insert(hash.clone())
            }
            Step::Executed { command, .. } => !OF_CONNECTIONS.iter().any(|name| command[0].eq_ignore_ascii_case(name)),
        };
        if is_of_interest {
            self.steps.push(step);
        }
    }
}
