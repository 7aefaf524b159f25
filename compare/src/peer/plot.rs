//! The table as bars, in SVG: one panel a measure, each from 0, all readable on light and dark pages. Pure.

use std::fmt::Write as _;

use super::kind::Kind;
use super::outcome::{MEASURES, Measure, Outcomes, Server};
use super::page::number;

const COLUMNS: usize = 2;
const PANEL: usize = 440;
const BAR: usize = 22;
const NAMES: usize = 110;
/// Space to the right of the longest bar, for its number.
const NUMBERS: usize = 80;

/// The whole file.
pub(crate) fn plot(outcomes: &Outcomes) -> String {
    let panel_height = 44 + BAR * outcomes.servers.len();
    let (width, height) = (PANEL * COLUMNS + 20, panel_height * MEASURES.len().div_ceil(COLUMNS) + 20);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Aldis and other servers, the same work on one core</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for (at, measure) in MEASURES.iter().enumerate() {
        let (x, y) = (20 + PANEL * (at % COLUMNS), 24 + panel_height * (at / COLUMNS));
        panel(&mut out, (x, y), measure, &outcomes.servers);
    }
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, (x, y): (usize, usize), measure: &Measure, servers: &[Server]) {
    let better = if measure.is_rate { "more is better" } else { "less is better" };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{y}\" font-weight=\"bold\" fill=\"#222\">{}, {} <tspan font-weight=\"normal\" fill=\"#777\">({better})</tspan></text>",
        measure.title, measure.unit
    );
    let median = |server: &Server| {
        server.spread(measure.of).map(|spread| spread.median.max(0.0)).filter(|value| value.is_finite())
    };
    let most = servers.iter().filter_map(median).fold(f64::MIN_POSITIVE, f64::max);
    for (at, server) in servers.iter().enumerate() {
        let (top, from) = (y + 10 + BAR * at, x + NAMES);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#222\">{}</text>",
            from - 8,
            top + 14,
            server.kind.name()
        );
        let Some(value) = median(server) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
        let length = value / most * (PANEL - NAMES - NUMBERS) as f64;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred points")]
        let behind = from as f64 + length + 6.0;
        let _ = writeln!(
            out,
            "<rect x=\"{from}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" rx=\"2\" fill=\"{}\"/><text x=\"{behind:.1}\" y=\"{}\" fill=\"#222\">{}</text>",
            top + 2,
            BAR - 5,
            colour(server.kind),
            top + 14,
            number(value)
        );
    }
}

/// Our bar is emphasised, the floor's is muted.
const fn colour(kind: Kind) -> &'static str {
    match kind {
        Kind::Aldis => "#d9480f",
        Kind::Echo => "#ced4da",
        Kind::Ws | Kind::Peerjs | Kind::Socketio | Kind::Matchbox | Kind::Sockudo | Kind::Spreed | Kind::AppRtc => {
            "#4c6ef5"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::outcomes;
    use super::*;

    #[test]
    fn every_server_has_a_bar_in_every_panel_and_the_longest_fits() {
        let plot = plot(&outcomes());
        assert_eq!(plot.matches("rx=").count(), 2 * MEASURES.len(), "{plot}");
        let longest = PANEL - NAMES - NUMBERS;
        assert!(plot.contains(&format!("width=\"{longest}.0\"")), "{plot}");
    }
}
