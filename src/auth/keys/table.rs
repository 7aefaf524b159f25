//! Keys in a table that nodes share, sealed. Reads all, performs all steps of a plan in one transaction. Knows kids and times,
//! not roles.

use std::{future::Future, sync::Arc, time::Duration};

use anyhow::Context as _;
use jiff::Timestamp;
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

/// The table, and the secret that seals what is in it.
pub(super) struct Table {
    keys: Arc<dyn SigningKeys>,
    secret: KeySecret,
    /// Where the database is asked while a thread waits.
    runtime: Handle,
}

impl Table {
    /// The table as seen from threads that may block; the database is asked on this runtime.
    pub(super) fn new(keys: Arc<dyn SigningKeys>, secret: KeySecret, runtime: Handle) -> Self {
        Self { keys, secret, runtime }
    }

    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    fn opened(&self, row: SigningKey, known: &[Stored]) -> anyhow::Result<Stored> {
        let SigningKey { kid, signs_from: starts, sealed } = row;
        // A key's id is its thumbprint: the same id is the same key.
        if let Some(same) = known.iter().find(|known| known.key.kid == kid) {
            return Ok(Stored { starts, key: Arc::clone(&same.key), stamp: None });
        }
        let key = Key::from_pem(&self.secret.open(&kid, &sealed)?)
            .with_context(|| format!("the signing key {kid} of the database is no RSA key"))?;
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
        rows.into_iter().map(|row| self.opened(row, known)).collect()
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

    fn place(&self) -> String {
        "the database".to_owned()
    }
}
