//! `aldis-bench`: the binary. Everything else is in the library, where it can be tested.

use std::process::ExitCode;

fn main() -> ExitCode {
    benches::run()
}
