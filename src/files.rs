//! The node's files: only their owner reads them, a crash leaves them whole, and one process at a time uses their directory.
//! Must not know what they contain.

mod lock;
pub mod modes;
pub mod private;
mod stamp;

pub use lock::{Holder, Lock, LockError};
pub use stamp::Stamp;
