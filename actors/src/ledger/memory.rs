//! The ledger in memory: the embedded default, and the model that tests compare others against.
