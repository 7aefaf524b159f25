//! The `aldis` process: what must stand before anything else runs, then the command line.

use std::process::ExitCode;

/// Fastest of those measured under many small, short-lived messages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider for all TLS, before anything could choose another; it fails only if one is there already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    aldis::cli::run()
}
