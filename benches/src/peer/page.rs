//! The page in Markdown: results, ratios to the baseline, method, limits of the comparison. Pure. Must not know how
//! anything is measured.

use std::fmt::Write as _;
use std::path::Path;

use super::aims;
use super::outcome::{MEASURES, Measure, Outcomes, Server};
use super::work::{HANDSHAKES_EACH, MANY};

/// Less than this is a trial: figures to see that it works, not to compare by.
const TRIAL_BELOW: (usize, u64, usize) = (500, 10, 3);

const METHOD: &str = "\
- **Same work.** Each caller sends text frames of the same size, its server's own envelope included; the inside is a \
candidate with a number and the time it was due. Only where the envelope leaves no room for that is a frame as long as it must be: \
a session's id at the Nextcloud server has 284 characters, so the least message has some 460 bytes. A message that is lost, repeated or out of order ends the round.
- **One core each.** The server runs on one processor and the generator on another; each server has its turn in each \
round, alone. What a busy machine does to one, it does to all. The table shows medians of the rounds.
- **CPU** is user and system time of the server's process and its children, from `/proc/PID/stat`, divided by the \
messages that arrived: acknowledgements, pings and heartbeats are in it. *1 in flight* is a closed loop in which one \
message of each pair is always under way, so every message costs a wake-up; with *16 in flight* several are read at once, because the generator answers what it read at \
once with one write. In closed loops the generator never sleeps: the kernel would charge the server for waking it, which \
no server pays whose clients are elsewhere.
- **p50 and p99** are from when a message was *due* to when the receiver had read it, in an open loop at a fixed rate \
(no coordinated omission). How late the generator itself was is contained, and shown.
- **Memory** is anonymous memory (heap, stacks) of a fresh server: with all connections at rest, less what it was \
with the first quarter of them, for each of the others, so that stores which are filled once are not counted. Node servers are told to collect their garbage before each look, which in \
service nobody does for them. The Nextcloud server, in Go, is not told: what it has not collected yet is in its figure. The kernel's own 4–5 kB a socket are in none.
- **Handshakes** are the CPU time of so many callers coming at once until each is let in, turned round: what one core \
could do. For the floor a TCP connection; for the others the WebSocket upgrade and their own first words. These are a \
name for `ws`, PeerJS and Socket.IO, none for matchbox_server, a room's name and a greeting to and from the partner for AppRTC, \
which does not answer to the name alone. Some verify who comes: Sockudo an HMAC-SHA256 when a caller subscribes to its private \
channel; the Nextcloud server an HMAC-SHA256 in `hello` (as of its internal clients; a browser's ticket it would have verified \
by a Nextcloud, which is not here), and it makes two encrypted session ids; **Aldis an RS256 token in `hello`**, the only \
asymmetric signature here.
";

const LEFT_OUT: &str = "\
- **What a message is worth differs.** The floor has no second socket. The relays on `ws`, PeerJS, Socket.IO, matchbox_server, Sockudo and AppRTC \
send once and, as set up here, do not repeat; the Nextcloud server keeps what somebody misses whose socket is cut, but \
nobody acknowledges. Aldis checks membership and role, numbers, keeps and acknowledges.
- **What an idle connection is differs.** Callers of Aldis are joined and negotiated pairs in rooms, those of \
matchbox_server, Sockudo, the Nextcloud server and AppRTC joined pairs in rooms or on channels, those of the others are \
registered under their name.
- **Other servers.** AppRTC's first server, the Collider in Go, is archived, and neither npm, crates.io nor Debian has it: \
its port to Rust stands in for it. Not tried: Centrifugo.
- **The floor is no exact floor.** It has as many connections as the others, each with its own words; a relay has two \
sockets a message. Where a server's core is not busy (see *Around the figures*), the generator was the limit, and the \
server woke up more often a message than it would at its own limit.
- **Memory of the Node servers moved with how long connections rested**: `ws` read 6.6 kB after 2 s and 4.6 kB after 5 s \
in trials. Compare runs of the same rest, and look at the spread.
- **Not measured**: TLS, more than one core, clusters (Socket.IO has Redis adapters, the PeerJS server nothing), compression.
";

/// The whole page; the plot lies beside it.
pub(crate) fn page(outcomes: &Outcomes, plot: &Path) -> String {
    let plot = plot.file_name().unwrap_or_default().to_string_lossy();
    let mut out = format!("# Benchmarks\n\n{}\n\n", head(outcomes));
    let _ = write!(out, "{}\n\n![Plots of this table]({plot})\n\n", table(outcomes).trim_end());
    let _ = write!(out, "## Against the floor\n\n{}\n", ratios(outcomes));
    let _ = write!(out, "## What was aimed at\n\n{}\n", aims::table(outcomes));
    let _ = write!(out, "## Spread of the rounds\n\n{}\n", spreads(outcomes));
    let _ = write!(out, "## Around the figures\n\n{}\n", around(outcomes));
    let _ = write!(out, "## The servers\n\n{}\n", servers(outcomes));
    let _ = write!(out, "## Method\n\n{METHOD}\n## What is not comparable, and what is left out\n\n{LEFT_OUT}");
    for kind in &outcomes.setting.left_out {
        let Some(program) = kind.program() else { continue };
        let (name, install) = (kind.name(), program.install);
        let _ = writeln!(out, "- **Not installed where this was measured**: {name}. To measure it too: `{install}`.");
    }
    if outcomes.troubles().next().is_some() {
        out.push_str("\n## What went wrong\n\nThese rounds are not in the figures.\n\n");
        outcomes.troubles().for_each(|trouble| out.push_str(&format!("- {}\n", trouble.replace('\n', " "))));
    }
    out
}

/// How it was made, and whether that is enough to compare by.
fn head(outcomes: &Outcomes) -> String {
    let setting = &outcomes.setting;
    let size = &setting.size;
    let rounds = outcomes.servers.iter().map(|server| server.rounds.len()).max().unwrap_or_default();
    let (pairs, seconds, least) = TRIAL_BELOW;
    let trial = if size.pairs < pairs || size.span.as_secs() < seconds || rounds < least {
        "**A short trial: it shows that the command works, not how the servers compare.** "
    } else {
        ""
    };
    format!(
        "{trial}Generated by `aldis-bench peers` on {}: {rounds} rounds, {} pairs, {} s measured after {} s of warming up, \
         frames of {} bytes, open loop of {} messages/s, {} idle connections at rest for {} s, {} handshakes. {}.{}",
        setting.day,
        size.pairs,
        size.span.as_secs_f64(),
        size.warm.as_secs_f64(),
        size.payload,
        size.rate,
        size.connections,
        size.rest.as_secs_f64(),
        HANDSHAKES_EACH * size.connections,
        setting.machine.line(),
        setting.node.as_ref().map(|version| format!(" Node.js {version}.")).unwrap_or_default()
    )
}

/// Medians.
pub(crate) fn table(outcomes: &Outcomes) -> String {
    rows(outcomes, |server, measure| server.spread(measure.of).map(|spread| number(spread.median)))
}

/// How many times the floor's cost, or how much of its rate.
fn ratios(outcomes: &Outcomes) -> String {
    rows(outcomes, |server, measure| {
        let (floor, own) = (outcomes.floor(measure.of)?, server.spread(measure.of)?.median);
        let ratio = if measure.is_rate { floor / own } else { own / floor };
        Some(format!("{ratio:.1} ×"))
    })
}

fn spreads(outcomes: &Outcomes) -> String {
    rows(outcomes, |server, measure| {
        let spread = server.spread(measure.of)?;
        Some(format!("{} – {}", number(spread.least), number(spread.most)))
    })
}

fn rows(outcomes: &Outcomes, cell: impl Fn(&Server, &Measure) -> Option<String>) -> String {
    let heads: String = MEASURES.iter().map(|measure| format!(" {}, {} |", measure.title, measure.unit)).collect();
    let mut out = format!("| |{heads}\n|---|{}\n", "---:|".repeat(MEASURES.len()));
    for server in &outcomes.servers {
        let cells = MEASURES.iter().map(|measure| cell(server, measure).unwrap_or_else(|| "–".to_owned()));
        let _ = writeln!(out, "| {} | {} |", server.kind.name(), cells.collect::<Vec<_>>().join(" | "));
    }
    out
}

/// What helps to judge the figures.
fn around(outcomes: &Outcomes) -> String {
    let mut out = format!(
        "| | messages/s, 1 in flight | server's core busy | messages/s, {MANY} in flight | server's core busy | \
         open loop, arrived/s | generator late, p99 µs |\n|---|{}\n",
        "---:|".repeat(6)
    );
    for server in &outcomes.servers {
        let of = |figure, unit: &str| match server.spread(figure) {
            Some(spread) => format!("{}{unit}", number(spread.median)),
            None => "–".to_owned(),
        };
        let cells = [
            of(|figures| figures.one.per_second, ""),
            of(|figures| figures.one.cpu_percent, " %"),
            of(|figures| figures.many.per_second, ""),
            of(|figures| figures.many.cpu_percent, " %"),
            of(|figures| figures.open.per_second, ""),
            of(|figures| figures.open.lag_p99_us, ""),
        ];
        let _ = writeln!(out, "| {} | {} |", server.kind.name(), cells.join(" | "));
    }
    out
}

fn servers(outcomes: &Outcomes) -> String {
    let line = |server: &Server| format!("- **{}** ({}). {}\n", server.kind.name(), server.version, server.kind.does());
    outcomes.servers.iter().map(line).collect()
}

/// Three digits or more.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => "–".to_owned(), // less CPU time than the kernel's step
        10_000.0.. => {
            let thousands = (value / 1_000.0).trunc();
            format!("{thousands:.0} {:03.0}", (value - thousands * 1_000.0).abs().floor())
        }
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::outcomes;
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        for (value, shown) in
            [(1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (1_234.0, "1234"), (43_210.9, "43 210")]
        {
            assert_eq!(number(value), shown);
        }
    }

    #[test]
    fn the_page_compares_with_the_floor_and_says_that_it_is_a_trial() {
        let page = page(&outcomes(), Path::new("docs/benchmarks.svg"));
        assert!(page.contains("A short trial"), "{page}");
        assert!(page.contains("| Aldis | 8.00 | 8.00 | 80.0 | 160 | 8000 | 13 333 |"), "{page}");
        assert!(page.contains("| Aldis | 2.0 × | 2.0 × | 2.0 × | 2.0 × | 2.0 × | 1.9 × |"), "{page}");
        let left_out = "**Not installed where this was measured**: matchbox_server. To measure it too: `cargo install ";
        assert!(page.contains(left_out), "{page}");
        assert!(page.contains("(benchmarks.svg)") && page.contains("got message 8 instead of 7"), "{page}");
    }
}
