//! The `aldis` process: allocator and TLS provider, then the command line.

use std::process::ExitCode;

/// The fastest measured for many small, short-lived messages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // One provider for all TLS, installed first; it fails only if one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    aldis::cli::run()
}
