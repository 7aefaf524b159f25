//! Counts the instructions of one call of each hot function, and holds them against `benches/counts.toml`.
//!
//! `counts` judges; `ALDIS_BLESS=1 counts` writes the file anew; `counts NAME TIMES` calls one function, which is how
//! the program runs itself under valgrind. Instructions, never times: they are the same on a busy machine.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use counts::hot::HOT;

mod baseline;
mod valgrind;

use baseline::Counts;

/// The node's own.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The file with the accepted counts.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../counts.toml");

fn main() -> anyhow::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [] => judge(Path::new(FILE)),
        [name, times] => call(name, times).map(|()| ExitCode::SUCCESS),
        _ => bail!("counts takes no argument, or the name of a function and how often to call it"),
    }
}

fn call(name: &str, times: &str) -> anyhow::Result<()> {
    let hot = HOT.iter().find(|hot| hot.name == name).with_context(|| format!("there is no function `{name}`"))?;
    (hot.call)(times.parse().with_context(|| format!("`{times}` is no number of calls"))?);
    Ok(())
}

fn judge(file: &Path) -> anyhow::Result<ExitCode> {
    let now = valgrind::counts()?;
    if std::env::var_os("ALDIS_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(file, now.to_string()).with_context(|| format!("cannot write {}", file.display()))?;
        say(&format!("benches/counts.toml is written:\n\n{now}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let agreed =
        Counts::read(&text).context("benches/counts.toml: write it anew with ALDIS_BLESS=1 ./test.sh counts")?;
    let verdict = baseline::compare(&agreed, &now);
    say(&verdict.words)?;
    Ok(if verdict.passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn say(words: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{}", words.trim_end())
}
