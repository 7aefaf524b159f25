//! The wire as clients see it: every message's exact text, every wrong message's answer, and what is made from
//! the types for others: `docs/protocol.md` and the SDK's `protocol.ts`.
//!
//! `ALDIS_BLESS=1 cargo test -p aldis-protocol --test wire` writes the golden files, the document and the types anew.

mod asyncapi;
mod document;
mod examples;
mod golden;
mod made;
mod malformed;
mod properties;
mod received;
mod table;
mod typescript;
mod vectors;
