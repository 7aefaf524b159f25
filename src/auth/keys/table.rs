//! Keys in a table that nodes share, sealed. Reads all, performs all steps of a plan in one transaction. Knows kids and times,
//! not roles. A key that this node cannot open is left out, and then the node changes none.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use jiff::Timestamp;
use metrics::{Unit, describe_gauge, gauge};
use tokio::runtime::Handle;

use super::{
    key::{Key, generate},
    schedule::Step,
    seal::KeySecret,
    shelf::{Shelf, Stored},
};
use crate::storage::{KeyChange, SigningKey, SigningKeys};

/// Every node reads the table every ten seconds, and at once when it meets an unknown key; a minute also covers a node whose
/// database does not answer for a while, and clocks that differ.
const KNOWN_BEFORE: Duration = Duration::from_secs(60);

const UNREADABLE: &str = "aldis_signing_keys_unreadable";

/// Describes the metric to the recorder.
pub fn describe_metrics() {
    describe_gauge!(
        UNREADABLE,
        Unit::Count,
        "Signing keys in the database that this node cannot open: tokens that they signed are refused here."
    );
}

/// The table, and the secret that seals what is in it.
pub(super) struct Table {
    keys: Arc<dyn SigningKeys>,
    secret: KeySecret,
    /// Ids of the keys that were left out.
    left_out: Mutex<BTreeSet<String>>,
    /// Where the database is asked while a thread waits.
    runtime: Handle,
}

impl Table {
    /// The table as seen from threads that may block; the database is asked on this runtime.
    pub(super) fn new(keys: Arc<dyn SigningKeys>, secret: KeySecret, runtime: Handle) -> Self {
        Self { keys, secret, left_out: Mutex::default(), runtime }
    }

    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    fn left_out(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that this node can open, if it can open any. While a secret is replaced on one node after the other, some are
    /// sealed with one that it does not have yet.
    fn opened_all(&self, rows: Vec<SigningKey>, known: &[Stored]) -> anyhow::Result<Vec<Stored>> {
        let (mut opened, mut closed) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            // A key's id is its thumbprint: the same id is the same key.
            if let Some(same) = known.iter().find(|known| known.key.kid == row.kid) {
                opened.push(Stored { starts: row.signs_from, key: Arc::clone(&same.key), stamp: None });
                continue;
            }
            match self.secret.open(&row.kid, &row.sealed) {
                Ok(pem) => opened.push(Self::parsed(row, &pem)?),
                Err(why) => closed.push((row.kid, why)),
            }
        }
        match closed.pop() {
            Some((_, why)) if opened.is_empty() => return Err(why),
            Some(last) => closed.push(last),
            None => {}
        }
        let mut left_out = self.left_out();
        for (kid, why) in &closed {
            if !left_out.contains(kid) {
                tracing::warn!(kid, why = format!("{why:#}"), "a signing key is left out: its tokens are refused here");
            }
        }
        *left_out = closed.into_iter().map(|(kid, _)| kid).collect();
        gauge!(UNREADABLE).set(u32::try_from(left_out.len()).unwrap_or(u32::MAX));
        Ok(opened)
    }

    fn parsed(row: SigningKey, pem: &[u8]) -> anyhow::Result<Stored> {
        let SigningKey { kid, signs_from: starts, .. } = row;
        let key = Key::from_pem(pem).with_context(|| format!("the signing key {kid} of the database is no RSA key"))?;
        anyhow::ensure!(key.kid == kid, "the signing key {kid} of the database is another one: {}", key.kid);
        Ok(Stored { starts, key: Arc::new(key), stamp: None })
    }

    fn change(&self, step: Step) -> anyhow::Result<KeyChange> {
        Ok(match step {
            Step::Move(from, to) => KeyChange::Move(from, to),
            Step::Remove(from) => KeyChange::Remove(from),
            Step::Add(signs_from) => {
                let pem = generate()?;
                let kid = Key::from_pem(pem.as_bytes())?.kid;
                let sealed = self.secret.seal(&kid, pem.as_bytes())?;
                KeyChange::Add(SigningKey { kid, signs_from, sealed })
            }
        })
    }
}

impl Shelf for Table {
    fn read(&self, known: &[Stored]) -> anyhow::Result<Vec<Stored>> {
        let rows = self.wait(self.keys.signing_keys()).context("cannot read the signing keys in the database")?;
        self.opened_all(rows, known)
    }

    fn perform(&self, planned_for: &[Timestamp], steps: &[Step]) -> anyhow::Result<bool> {
        // Before the transaction: a new key takes 100 ms.
        let changes = steps.iter().map(|step| self.change(*step)).collect::<anyhow::Result<Vec<_>>>()?;
        let changed = self.wait(self.keys.change_signing_keys(planned_for, &changes));
        changed.context("cannot change the signing keys in the database")
    }

    fn known_before(&self) -> Duration {
        KNOWN_BEFORE
    }

    fn unreadable(&self) -> usize {
        self.left_out().len()
    }

    fn place(&self) -> String {
        "the database".to_owned()
    }
}
