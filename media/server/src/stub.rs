//! A media server without media, for tests of what is in front of one: the whole contract with [`Silence`] as engine, in
//! this process ([`Stub`]) or as the program `media-stub`. What a browser would cause, a test causes here.
//! Must not be in a build that people use.

mod caps;
mod silence;
mod stand;

pub use silence::Silence;
pub use stand::{Fault, Stub};
