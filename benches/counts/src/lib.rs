//! The hot functions, each so often one after the other. Must not know who counts.
//!
//! Code before the first call costs the same however often a function is called, so it cancels out.

pub mod hot;
mod relay;

/// The edge's guard, borrowed: the edge as a whole takes minutes to build.
#[path = "../../../src/ws"]
pub mod ws {
    pub mod guard;
}
