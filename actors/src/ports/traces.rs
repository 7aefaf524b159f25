//! The port of traces: descriptions on their way from one member to another, perhaps over two nodes.

use crate::protocol::{Message, RoomId};

/// Ends a span; what became of the description is told.
pub type SpanEnd = Box<dyn FnOnce(&'static str) + Send>;

/// Traces descriptions. Where nothing is traced there is none, and nothing is asked but whether there is.
pub trait Traces: Send + Sync {
    /// A description goes to the ledger: a span begins, which ends with the ledger's answer. `None`: this one is not traced.
    fn sent(&self, room: RoomId, message: &Message) -> Option<SpanEnd>;
    /// A description goes to its receiver's socket on this node.
    fn delivered(&self, room: RoomId, message: &Message);
}
