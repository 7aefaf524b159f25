//! How much memory this process may use.

/// Bytes; the machine's memory where nothing limits the process.
pub(super) fn max() -> u64 {
    1 << 30
}
