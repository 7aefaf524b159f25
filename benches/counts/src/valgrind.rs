//! Counting: a function is called so often, then more often; the difference is what the further calls took.
//! Must not know what the counts are held against.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use counts::hot::HOT;

use crate::baseline::Counts;

/// Calls before counting begins: buffers have grown to their size.
const BEFORE: u64 = 1_024;
/// Calls that are counted. A multiple of every period: of the rotation of rooms, and of acknowledgements.
const COUNTED: u64 = 2_048;

/// The instructions of one call of each hot function, and what they were counted with.
pub(crate) fn counts() -> anyhow::Result<Counts> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut instructions = Vec::new();
    for hot in HOT {
        let (few, many) = (run(&program, hot.name, BEFORE)?, run(&program, hot.name, BEFORE + COUNTED)?);
        instructions.push((hot.name.to_owned(), many.saturating_sub(few).div_ceil(COUNTED)));
    }
    Ok(Counts { rustc: rustc()?, processor: processor(), instructions })
}

/// All instructions of a run that calls the function so often.
fn run(program: &Path, name: &str, times: u64) -> anyhow::Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args([name, &times.to_string()]);
    let output = command.output().context("cannot run valgrind: ./test.sh packages installs it")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name}, called {times} times under valgrind, failed:\n{said}");
    collected(&said).with_context(|| format!("valgrind does not say what it collected of {name}:\n{said}"))
}

fn collected(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

/// The compiler's version: of the one that `cargo`, asked from the same place, built with.
fn rustc() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().context("cannot run rustc")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches("rustc ").to_owned())
}

/// What the C library and `memchr` choose their routines by.
fn processor() -> String {
    #[cfg(target_arch = "x86_64")]
    let vectors = if std::arch::is_x86_feature_detected!("avx2") { " with avx2" } else { " without avx2" };
    #[cfg(not(target_arch = "x86_64"))]
    let vectors = "";
    format!("{}{vectors}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_valgrinds_output() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 72918486\n==7==\n"), Some(72_918_486));
        assert_eq!(collected("==7== Command: x\n"), None);
    }
}
