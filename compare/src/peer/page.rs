//! The page in Markdown: results, ratios to the baseline, method, limits of the comparison. Pure. Must not know how
//! anything is measured.

use std::fmt::Write as _;
use std::path::Path;

use super::aims;
use super::outcome::{MEASURES, Measure, Outcomes, Server};
use super::work::{HANDSHAKES_EACH, MANY};

/// A smaller run is a trial: it shows that the command works, not how the servers compare.
const TRIAL_BELOW: (usize, u64, usize) = (500, 10, 3);

const METHOD: &str = "\
- **Same work.** Each caller sends text frames of the same size, including its server's own envelope; the payload is \
a candidate with a number and its due time. Frames are longer only where the envelope requires it: a session id of \
the Nextcloud server has 284 characters, so its shortest message has some 460 bytes. A lost, duplicated or reordered \
message ends the round.
- **One core each.** The server runs on one processor and the generator on another; in each round every server runs \
once, alone, so that other load on the machine affects all servers alike. The table shows medians of the rounds.
- **CPU** is user and system time of the server's process and its children, from `/proc/PID/stat`, divided by the \
messages that arrived; it includes acknowledgements, pings and heartbeats. *1 in flight* is a closed loop with one \
message of each pair in flight, so every message costs a wake-up; with *16 in flight* a server reads several at \
once, because the generator answers everything it has read with one write. In closed loops the generator never \
sleeps: otherwise the kernel would charge the server for waking it, a cost that servers with remote clients do not \
have.
- **p50 and p99** are measured from the time a message was *due* to the time the receiver had read it, in an open \
loop at a fixed rate (no coordinated omission). They include the generator's own delay, which is shown.
- **Memory** is anonymous memory (heap, stacks) of a fresh server: with all connections idle, minus the same with \
the first quarter of them, divided by the other connections, so that one-time allocations are not counted. Node \
servers are asked to collect garbage before each measurement, which does not happen in production. The Nextcloud \
server, in Go, is not asked: its figure includes uncollected garbage. No figure includes the kernel's own 4–5 kB per \
socket.
- **Handshakes** are the inverse of the CPU time of many callers that connect at once, per handshake: what one core \
could do. For the floor a handshake is a TCP connection; for the others it is the WebSocket upgrade and their first \
messages: a name for `ws`, PeerJS and Socket.IO, none for matchbox_server, and for AppRTC, which does not answer a \
name alone, a room's name and a greeting to and from the partner. Some servers authenticate the caller: Sockudo \
verifies an HMAC-SHA256 when a caller subscribes to its private channel; the Nextcloud server verifies an \
HMAC-SHA256 in `hello` (as for its internal clients; it would ask a Nextcloud, which is not installed here, to \
verify a browser's ticket) and makes two encrypted session ids; **Aldis verifies an RS256 token in `hello`**, the \
only asymmetric signature here.
";

const LEFT_OUT: &str = "\
- **Guarantees differ.** The floor has no second socket. The relays on `ws`, PeerJS, Socket.IO, matchbox_server, \
Sockudo and AppRTC send once and, as configured here, do not resend; the Nextcloud server buffers messages for a \
disconnected client, but without acknowledgements. Aldis checks membership and role, numbers, buffers and \
acknowledges.
- **Idle connections differ.** Callers of Aldis are joined and negotiated pairs in rooms; those of matchbox_server, \
Sockudo, the Nextcloud server and AppRTC are joined pairs in rooms or on channels; those of the others are \
registered under their name.
- **Other servers.** AppRTC's first server, the Collider in Go, is archived and not in npm, crates.io or Debian: the \
benchmark uses its port to Rust instead. Not tried: Centrifugo.
- **The floor is not exact.** It has as many connections as the others, each with its own messages; a relay has two \
sockets per message. Where a server's core is not busy (see *Further figures*), the generator was the limit, and the \
server woke up more often per message than it would at its own limit.
- **Memory of the Node servers depended on how long connections were idle**: `ws` took 6.6 kB after 2 s and 4.6 kB \
after 5 s in trials. Compare runs with the same idle time, and look at the spread.
- **Not measured**: TLS, more than one core, clusters (Socket.IO has Redis adapters, the PeerJS server nothing), \
compression.
";

/// The whole page; the plot is in the same folder.
pub(crate) fn page(outcomes: &Outcomes, plot: &Path) -> String {
    let plot = plot.file_name().unwrap_or_default().to_string_lossy();
    let mut out = format!("# Benchmarks\n\n{}\n\n", head(outcomes));
    let _ = write!(out, "{}\n\n![Plots of this table]({plot})\n\n", table(outcomes).trim_end());
    let _ = write!(out, "## Relative to the floor\n\n{}\n", ratios(outcomes));
    let _ = write!(out, "## Targets\n\n{}\n", aims::table(outcomes));
    let _ = write!(out, "## Spread of the rounds\n\n{}\n", spreads(outcomes));
    let _ = write!(out, "## Further figures\n\n{}\n", around(outcomes));
    let _ = write!(out, "## The servers\n\n{}\n", servers(outcomes));
    let _ = write!(out, "## Method\n\n{METHOD}\n## Limits of the comparison\n\n{LEFT_OUT}");
    for kind in &outcomes.setting.left_out {
        let Some(program) = kind.program() else { continue };
        let (name, install) = (kind.name(), program.install);
        let _ = writeln!(out, "- **Not installed on this machine**: {name}. To include it: `{install}`.");
    }
    if outcomes.troubles().next().is_some() {
        out.push_str("\n## What went wrong\n\nThese rounds are not in the figures.\n\n");
        outcomes.troubles().for_each(|trouble| out.push_str(&format!("- {}\n", trouble.replace('\n', " "))));
    }
    out
}

/// How it was measured, and whether the run is long enough for a comparison.
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
        "{trial}Generated by `aldis-compare peers` on {}: {rounds} rounds, {} pairs, {} s measured after {} s of warm-up, \
         frames of {} bytes, open loop of {} messages/s, {} idle connections for {} s, {} handshakes. {}.{}",
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
    fn the_page_compares_with_the_floor_and_marks_a_trial() {
        let page = page(&outcomes(), Path::new("docs/benchmarks.svg"));
        assert!(page.contains("A short trial"), "{page}");
        assert!(page.contains("| Aldis | 8.00 | 8.00 | 80.0 | 160 | 8000 | 13 333 |"), "{page}");
        assert!(page.contains("| Aldis | 2.0 × | 2.0 × | 2.0 × | 2.0 × | 2.0 × | 1.9 × |"), "{page}");
        let left_out = "**Not installed on this machine**: matchbox_server. To include it: `cargo install ";
        assert!(page.contains(left_out), "{page}");
        assert!(page.contains("(benchmarks.svg)") && page.contains("got message 8 instead of 7"), "{page}");
    }
}
