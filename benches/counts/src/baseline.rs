//! The counts that were agreed to, as a file, and what is to be said of others. Pure: must not know how one counts.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Write as _};

use anyhow::{Context as _, bail};

/// How much dearer a function may become before somebody has to agree, in percent; and how much cheaper before
/// somebody should.
const PERCENT: u64 = 5;

/// Instructions of one call of each function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// The compiler's version, on which they depend.
    pub(crate) rustc: String,
    /// The processor's kind, on which they depend.
    pub(crate) processor: String,
    /// By name, in the order of the table.
    pub(crate) instructions: Vec<(String, u64)>,
}

/// What is to be said, and whether the ring passes.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) passes: bool,
    pub(crate) words: String,
}

impl Counts {
    /// Reads the file: the part of TOML that [`Display`] writes.
    pub(crate) fn read(text: &str) -> anyhow::Result<Self> {
        let mut counts = Self { rustc: String::new(), processor: String::new(), instructions: Vec::new() };
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', '[']))
        {
            let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
                bail!("line {}: `{line}` is no `name = number`", n + 1);
            };
            match key {
                "rustc" => value.trim_matches('"').clone_into(&mut counts.rustc),
                "processor" => value.trim_matches('"').clone_into(&mut counts.processor),
                name => {
                    let count = value.replace('_', "").parse();
                    let count = count.with_context(|| format!("line {}: `{value}` is no number", n + 1))?;
                    counts.instructions.push((name.to_owned(), count));
                }
            }
        }
        Ok(counts)
    }

    fn of(&self, name: &str) -> Option<u64> {
        self.instructions.iter().find(|(named, _)| named == name).map(|(_, count)| *count)
    }
}

impl Display for Counts {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rustc, processor, instructions } = self;
        writeln!(to, "# Instructions of one call of each hot function; benches/README.md says how they are counted.")?;
        writeln!(to, "# Written by ALDIS_BLESS=1 ./test.sh counts: a commit that changes a number says why.")?;
        writeln!(to, "rustc = \"{rustc}\"\nprocessor = \"{processor}\"\n\n[instructions]")?;
        instructions.iter().try_for_each(|(name, count)| writeln!(to, "{name} = {count}"))
    }
}

/// What a room of a hundred may cost at most, in percent of a room of two: the work of one message does not grow with it.
const FLAT_PERCENT: u64 = 130;
const FLAT: [&str; 2] = ["relay_candidate", "relay_candidate_room_of_100"];

/// How a message in a room of a hundred is dearer than in a room of two, if it is.
fn steep(now: &Counts) -> Option<String> {
    let [few, many] = FLAT.map(|name| now.of(name));
    let (few, many) = (few?, many?);
    (many * 100 > few * FLAT_PERCENT).then(|| {
        format!(
            "\nFAILED: {} takes {many} instructions, {} takes {few}: more than {FLAT_PERCENT} %.\n\
             The work of one message grows with its room: something looks at every member or pair.\n",
            FLAT[1], FLAT[0]
        )
    })
}

/// What is to be said of `now`, where `agreed` was agreed to.
pub(crate) fn compare(agreed: &Counts, now: &Counts) -> Verdict {
    let mut words = format!("{:<28} {:>9} {:>9} {:>9}\n", "instructions", "agreed", "now", "change");
    let (mut dearer, mut cheaper, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (name, _) in now.instructions.iter().chain(&agreed.instructions).filter(|(name, _)| seen.insert(name)) {
        let (Some(before), Some(after)) = (agreed.of(name), now.of(name)) else {
            unknown.push(name.as_str());
            continue;
        };
        // Writing into a String cannot fail.
        let _ = writeln!(words, "{name:<28} {before:>9} {after:>9} {:>9}", change(before, after));
        let sentence = || format!("{name}: {after} instructions a call, {} of {before}.", change(before, after));
        if after * 100 > before * (100 + PERCENT) {
            dearer.push(sentence());
        } else if after * 100 < before * (100 - PERCENT) {
            cheaper.push(sentence());
        }
    }
    let steep = steep(now);
    words.push_str(steep.as_deref().unwrap_or_default());
    let comparable = (&agreed.rustc, &agreed.processor) == (&now.rustc, &now.processor);
    if !comparable {
        let Counts { rustc, processor, .. } = agreed;
        let _ = write!(
            words,
            "\nNOT JUDGED: benches/counts.toml was counted with rustc {rustc} on {processor}; this is rustc {} on {}.\n\
             Counts depend on both, so the differences are only shown. To judge by this compiler from now on, on a commit\n\
             that changes no hot function: ALDIS_BLESS=1 ./test.sh counts\n",
            now.rustc, now.processor
        );
        return Verdict { passes: steep.is_none(), words };
    }
    if !unknown.is_empty() {
        let _ = write!(
            words,
            "\nFAILED: benches/counts.toml and benches/counts/src/hot.rs do not name the same functions: {}.\n\
             Write the file anew with ALDIS_BLESS=1 ./test.sh counts\n",
            unknown.join(", ")
        );
    }
    if !dearer.is_empty() {
        let _ = write!(
            words,
            "\nFAILED: more than {PERCENT} % dearer than benches/counts.toml says:\n  {}\n\
             Make it as cheap as it was; or, if what it buys is worth it, ALDIS_BLESS=1 ./test.sh counts, and say so in the commit.\n",
            dearer.join("\n  ")
        );
    }
    if !cheaper.is_empty() {
        let _ = write!(
            words,
            "\nA win, more than {PERCENT} % cheaper:\n  {}\nKeep it: ALDIS_BLESS=1 ./test.sh counts, and commit benches/counts.toml.\n",
            cheaper.join("\n  ")
        );
    }
    Verdict { passes: dearer.is_empty() && unknown.is_empty() && steep.is_none(), words }
}

/// The change in percent, to a tenth, with its sign.
fn change(before: u64, after: u64) -> String {
    let tenths = (after.abs_diff(before) * 1_000 + before / 2).checked_div(before).unwrap_or(0);
    let sign = if tenths == 0 {
        ""
    } else if after > before {
        "+"
    } else {
        "-"
    };
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rustc: &str, instructions: &[(&str, u64)]) -> Counts {
        let instructions = instructions.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Counts { rustc: rustc.into(), processor: "x86_64 with avx2".into(), instructions }
    }

    fn judged(before: u64, after: u64) -> Verdict {
        compare(&counts("1.95.0", &[("decode", before)]), &counts("1.95.0", &[("decode", after)]))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = counts("1.95.0 (59807616e 2026-04-14)", &[("decode", 7_059), ("encode", 12)]);
        assert_eq!(Counts::read(&written.to_string()).ok(), Some(written));
    }

    #[test]
    fn a_file_that_is_none_is_refused_by_line() {
        for (text, why) in [("decode 7", "line 1"), ("# x\ndecode = many", "line 2: `many`")] {
            let refused = Counts::read(text).expect_err("no counts").to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn five_percent_more_pass_and_not_one_instruction_further() {
        assert!(judged(1_000, 1_050).passes);
        let Verdict { passes, words } = judged(1_000, 1_051);
        assert!(!passes);
        for part in ["decode: 1051 instructions a call, +5.1 % of 1000", "ALDIS_BLESS=1 ./test.sh counts"] {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn an_improvement_passes_and_asks_to_be_recorded() {
        assert!(!judged(1_000, 950).words.contains("win"));
        let Verdict { passes, words } = judged(1_000, 949);
        assert!(passes && words.contains("A win") && words.contains("-5.1 %"), "{words}");
    }

    // T3
    #[test]
    fn a_message_whose_work_grows_with_its_room_fails() {
        let of = |many| counts("1.95.0", &[(FLAT[0], 1_000), (FLAT[1], many)]);
        assert!(compare(&of(1_300), &of(1_300)).passes);
        let Verdict { passes, words } = compare(&of(1_301), &of(1_301));
        assert!(!passes && words.contains("more than 130 %"), "{words}");
    }

    #[test]
    fn another_compiler_is_shown_and_not_judged() {
        let verdict = compare(&counts("1.95.0", &[("decode", 10)]), &counts("1.96.0", &[("decode", 99), ("new", 1)]));
        assert!(verdict.passes && verdict.words.contains("NOT JUDGED"), "{}", verdict.words);
        assert!(verdict.words.contains("+890.0 %"), "{}", verdict.words);
    }

    #[test]
    fn a_function_without_a_count_and_a_count_without_a_function_fail() {
        let (old, new) = (counts("1", &[("old", 1), ("both", 1)]), counts("1", &[("both", 1), ("new", 1)]));
        let Verdict { passes, words } = compare(&old, &new);
        assert!(!passes && words.contains("functions: new, old."), "{words}");
    }
}
