//! The load generator as a bench: `cargo bench -p benches --bench load -- relay --pairs 500`. It is `aldis-bench` by
//! another door, and runs nothing unless a scenario is named. Must not know scenarios.

use std::process::ExitCode;

fn main() -> ExitCode {
    benches::run_as_bench()
}
