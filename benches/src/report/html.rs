//! Runs side by side on one page for people: plots drawn here, no script, nothing loaded from elsewhere.
//! Must not know how anything was measured.

mod plot;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::Report;
use super::read::Told;
use plot::{Bar, Writer, bars, curves};

// Writing into a String cannot fail: the results are let go.

/// A run and what it is called on the page.
struct Named {
    label: String,
    told: Told,
}

impl Report {
    /// Writes this run's page.
    pub(crate) fn write_html(&self, file: &Path) -> anyhow::Result<()> {
        keep(&page(&[Named { label: self.scenario.to_owned(), told: Told::of(self)? }]), file)
    }
}

/// Writes one page of all these runs, which `--json` has written.
pub(crate) fn compare(runs: &[PathBuf], file: &Path) -> anyhow::Result<()> {
    let name = |run: &PathBuf| {
        let label = run.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        anyhow::Ok(Named { label, told: Told::read(run)? })
    };
    keep(&page(&runs.iter().map(name).collect::<Result<Vec<_>, _>>()?), file)
}

fn keep(page: &str, file: &Path) -> anyhow::Result<()> {
    fs::write(file, page).with_context(|| format!("cannot write {} → check --html", file.display()))
}

fn page(runs: &[Named]) -> String {
    let mut out = String::from(HEAD);
    out.push_str(
        "<h1>aldis-bench</h1>\n<table><tr><th>run<th>scenario<th>outcome<th>machine<th>nodes<th>command</tr>\n",
    );
    for (n, Named { label, told }) in runs.iter().enumerate() {
        let machine = &told.machine;
        let outcome = match (told.violations, told.failures.len(), told.missed.len()) {
            (0, 0, 0) => "<span class=good>good</span>",
            (0, 0, _) => "<span class=bad>missed an expectation</span>",
            _ => "<span class=bad>failed</span>",
        };
        let _ = writeln!(
            out,
            "<tr><td><i class=\"k c{}\"></i>{}<td>{}<td>{outcome}<td>{} × {}, Linux {}, {}<td>{}<td><code>{}</code></tr>",
            n % plot::COLOURS,
            escaped(label),
            escaped(&told.scenario),
            machine.processors,
            escaped(&machine.processor),
            escaped(&machine.kernel),
            escaped(&machine.version),
            escaped(&told.versions.join(", then ")),
            escaped(&arguments(&told.command)),
        );
    }
    out.push_str("</table>\n");
    troubles(&mut out, runs);
    let mut scenarios: Vec<&str> = Vec::new();
    for run in runs.iter().filter(|run| !run.told.phases.is_empty() || !run.told.figures.is_empty()) {
        if !scenarios.contains(&run.told.scenario.as_str()) {
            scenarios.push(&run.told.scenario);
        }
    }
    for scenario in scenarios {
        let these: Vec<_> = runs.iter().enumerate().filter(|(_, run)| run.told.scenario == scenario).collect();
        let _ = writeln!(out, "<h2>{}</h2>", escaped(scenario));
        latencies(&mut out, &these);
        figures(&mut out, &these);
        stages(&mut out, &these);
    }
    out.push_str("</html>\n");
    out
}

fn troubles(out: &mut String, runs: &[Named]) {
    for Named { label, told } in runs {
        let of = [("guarantee violated", &told.violated), ("failed", &told.failures), ("missed", &told.missed)];
        for (kind, words) in of.into_iter().flat_map(|(kind, all)| all.iter().map(move |words| (kind, words))) {
            let _ = writeln!(out, "<p class=bad>{}, {kind}: {}</p>", escaped(label), escaped(words));
        }
    }
}

/// Of one run, all phases in one plot; of several, a plot a phase, so that like is beside like.
fn latencies(out: &mut String, runs: &[(usize, &Named)]) {
    if let [(_, Named { told, .. })] = runs {
        let line = |(colour, phase): (usize, &super::read::Phase)| Writer {
            label: phase.name.clone(),
            colour,
            points: phase.curve(),
        };
        out.push_str(&curves("latency by phase", &told.phases.iter().enumerate().map(line).collect::<Vec<_>>()));
        return;
    }
    for name in in_order(runs, |told| told.phases.iter().map(|phase| phase.name.as_str()).collect()) {
        let line = |(colour, run): &(usize, &Named)| {
            let phase = run.told.phases.iter().find(|phase| phase.name == name)?;
            Some(Writer { label: run.label.clone(), colour: *colour, points: phase.curve() })
        };
        out.push_str(&curves(&format!("latency, {name}"), &runs.iter().filter_map(line).collect::<Vec<_>>()));
    }
}

fn figures(out: &mut String, runs: &[(usize, &Named)]) {
    out.push_str("<div class=figures>\n");
    for name in in_order(runs, |told| told.figures.iter().map(|figure| figure.name.as_str()).collect()) {
        let of = |run: &Named| run.told.figures.iter().position(|figure| figure.name == name);
        let bar = |(colour, run): &(usize, &Named)| {
            let figure = &run.told.figures[of(run)?];
            let (label, value) = (run.label.clone(), figure.value);
            Some(Bar { label, colour: *colour, value, shown: figure.unit.shown(value) })
        };
        let what = runs.iter().find_map(|(_, run)| Some(run.told.figures[of(run)?].what.clone())).unwrap_or_default();
        out.push_str(&bars((name, &what), &runs.iter().filter_map(bar).collect::<Vec<_>>()));
    }
    out.push_str("</div>\n");
}

fn stages(out: &mut String, runs: &[(usize, &Named)]) {
    for (_, Named { label, told }) in runs.iter().filter(|(_, run)| !run.told.stages.is_empty()) {
        let _ = write!(out, "<table><tr><th>{}<th>anonymous memory<th>+ bytes a connection</tr>", escaped(label));
        for stage in &told.stages {
            let memory = super::Unit::Bytes.shown(super::float(stage.anonymous));
            let _ =
                write!(out, "<tr><td>{}<td>{memory}<td>{:.0}</tr>", escaped(&stage.name), stage.step_per_connection);
        }
        out.push_str("</table>\n");
    }
}

/// Names of all runs, each once, in the order in which they first come.
fn in_order<'a>(runs: &[(usize, &'a Named)], of: impl Fn(&'a Told) -> Vec<&'a str>) -> Vec<&'a str> {
    let mut names = Vec::new();
    for name in runs.iter().flat_map(|(_, run)| of(&run.told)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The command line without the program's path, which is another on every machine.
fn arguments(command: &[String]) -> String {
    command.iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Text as HTML shows it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>aldis-bench</title>
<style>
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#6a737d;--line:#d0d7de;--paper:#fff;--c0:#0b62d6;--c1:#d1570a;--c2:#1a7f4b;--c3:#8b3fc4;--c4:#b3123d;--c5:#0f7b86}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--dim:#9aa4af;--line:#3a424b;--paper:#14181d;--c0:#6cb0ff;--c1:#ff9d57;--c2:#5fd698;--c3:#cf9bff;--c4:#ff7d9c;--c5:#5fd3de}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:var(--ink);background:var(--paper)}
table{border-collapse:collapse;margin:1rem 0}td,th{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
code{overflow-wrap:anywhere}.good{color:var(--c2)}.bad{color:var(--c4)}.k{display:inline-block;width:.8em;height:.8em;margin-right:.5em}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(21rem,1fr));gap:1rem}figure{margin:0}figcaption{color:var(--dim);font-size:.85em}figcaption b{color:var(--ink)}
svg{width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg .dim{fill:var(--dim)}.grid{stroke:var(--line)}
.l0{stroke:var(--c0)}.l1{stroke:var(--c1)}.l2{stroke:var(--c2)}.l3{stroke:var(--c3)}.l4{stroke:var(--c4)}.l5{stroke:var(--c5)}polyline{fill:none;stroke-width:2}
.c0{background:var(--c0);fill:var(--c0)}.c1{background:var(--c1);fill:var(--c1)}.c2{background:var(--c2);fill:var(--c2)}.c3{background:var(--c3);fill:var(--c3)}.c4{background:var(--c4);fill:var(--c4)}.c5{background:var(--c5);fill:var(--c5)}
</style>
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Unit;

    #[test]
    fn a_page_shows_every_run_and_loads_nothing() {
        let mut report = Report::of("relay", crate::report::Machine::this());
        let mut times = crate::latency::histogram().expect("bounds that fit");
        (1..=1_000).for_each(|n| times.saturating_record(n * 1_000));
        report.phase("measured", &times);
        report.figure(("p99_us", Unit::Microseconds), 990.0, "due <to> arrived");
        let named = |label: &str| Named { label: label.to_owned(), told: Told::of(&report).expect("read back") };
        let page = page(&[named("before"), named("after & later")]);
        assert_eq!(page.matches("<polyline").count(), 2);
        assert!(page.contains("due &lt;to&gt; arrived") && page.contains("after &amp; later"));
        for from_elsewhere in ["http:", "https:", "<script", "src=", "url("] {
            assert!(!page.contains(from_elsewhere), "{from_elsewhere}");
        }
    }
}
