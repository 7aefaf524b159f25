//! The `aldis` process: allocator and TLS provider, then the command line.

use std::process::ExitCode;

/// Of the allocators measured, it keeps the fewest pages for the same live memory, and returns those of a burst within
/// seconds (docs/performance.md). Its default settings; a background thread returns pages while the node is idle.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // One provider for all TLS, installed first; it fails only if one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    aldis::cli::run()
}
