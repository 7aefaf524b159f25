//! What was broken, and what is true for all members at once. Must not know who asks what.

use std::{cell::RefCell, collections::BTreeMap};

/// The checker; members share it.
#[derive(Default)]
pub(super) struct Checker(RefCell<State>);

#[derive(Default)]
struct State {
    violations: Vec<String>,
    answers: usize,
    /// Where the room was in each epoch: the run of a server that has made an id of it.
    hosts: BTreeMap<u64, String>,
}

impl Checker {
    /// A sentence of the contract is broken.
    pub(super) fn broken(&self, what: String) {
        self.0.borrow_mut().violations.push(what);
    }

    /// A request was answered.
    pub(super) fn answered(&self) {
        self.0.borrow_mut().answers += 1;
    }

    /// How many requests were answered, and in how many epochs something was made.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.0.borrow();
        (state.answers, state.hosts.len())
    }

    /// All that was broken.
    pub(super) fn violations(&self) -> Vec<String> {
        self.0.borrow().violations.clone()
    }

    /// Something of this id was made in an epoch: all of one epoch is made by the same run of a server.
    pub(super) fn made(&self, epoch: u64, id: &str) {
        let Some((_, host)) = id.split_once('.') else { return self.broken(format!("the id {id} is no server's")) };
        let mut state = self.0.borrow_mut();
        let known = state.hosts.entry(epoch).or_insert_with(|| host.to_owned()).clone();
        if known != host {
            state.violations.push(format!("epoch {epoch} is at {known} and at {host}"));
        }
    }

    /// Where the room is in this epoch, if anything was made there.
    pub(super) fn host(&self, epoch: u64) -> Option<String> {
        self.0.borrow().hosts.get(&epoch).cloned()
    }
}
