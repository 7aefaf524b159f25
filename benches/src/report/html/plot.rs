//! Plots as inline SVG: lines of percentiles, bars of figures. Must not know what they show.

use std::fmt::Write as _;

use super::escaped;

// Writing into a String cannot fail: the results are let go.

/// Colours that the page's style has.
pub(super) const COLOURS: usize = 6;
/// Where lines are drawn: left, right, top, bottom of a picture 900 wide and 320 high.
const FRAME: (f64, f64, f64, f64) = (70.0, 720.0, 12.0, 285.0);
/// Ticks of the percentiles, each a tenth of what is left: the tail is what matters.
const PERCENTILES: [(f64, &str); 6] =
    [(0.0, "0"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99"), (0.99999, "99.999")];

/// One line: quantiles from 0 to 1, and microseconds.
pub(super) struct Writer {
    pub(super) label: String,
    pub(super) colour: usize,
    pub(super) points: Vec<(f64, f64)>,
}

/// One bar.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) colour: usize,
    pub(super) value: f64,
    pub(super) shown: String,
}

/// Percentiles to the right, by the tail that is left; times upward; both by powers of ten.
pub(super) fn curves(title: &str, lines: &[Writer]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points).filter(|(_, time)| *time > 0.0);
    let (least, most) =
        points().fold((f64::MAX, 0.0_f64), |(least, most), (_, time)| (least.min(*time), most.max(*time)));
    if most <= 0.0 {
        return String::new();
    }
    let tails = points().map(|(quantile, _)| tail(*quantile)).fold(1.0, f64::max);
    let (low, high) = (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0));
    let (left, right, top, bottom) = FRAME;
    let across = |quantile: f64| left + (right - left) * tail(quantile) / tails;
    let up = |time: f64| bottom - (bottom - top) * (time.max(1e-9).log10() - low) / (high - low);
    let mut out =
        format!("<figure><figcaption><b>{}</b></figcaption><svg viewBox=\"0 0 900 320\" role=\"img\">", escaped(title));
    let mut power = low;
    while power <= high {
        let (y, time) = (up(10_f64.powf(power)), duration(10_f64.powf(power)));
        let _ = write!(
            out,
            "<line class=grid x1={left} x2={right} y1={y:.1} y2={y:.1} /><text class=dim x={:.1} y={:.1} text-anchor=end>{time}</text>",
            left - 8.0,
            y + 4.0
        );
        power += 1.0;
    }
    for (quantile, percentile) in PERCENTILES.iter().filter(|(quantile, _)| tail(*quantile) <= tails) {
        let x = across(*quantile);
        let _ = write!(
            out,
            "<line class=grid x1={x:.1} x2={x:.1} y1={top} y2={bottom} /><text class=dim x={x:.1} y={:.1} text-anchor=middle>{percentile} %</text>",
            bottom + 18.0
        );
    }
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.points.is_empty()) {
        let colour = line.colour % COLOURS;
        let _ = write!(out, "<polyline class=l{colour} points=\"");
        for (quantile, time) in &line.points {
            let _ = write!(out, "{:.1},{:.1} ", across(*quantile), up(*time));
        }
        let y = top + 8.0 + 20.0 * f64::from(u32::try_from(n).unwrap_or(0));
        let _ = write!(
            out,
            "\"/><rect class=c{colour} x={:.1} y={:.1} width=12 height=12 /><text x={:.1} y={:.1}>{}</text>",
            right + 16.0,
            y - 6.0,
            right + 34.0,
            y + 4.0,
            escaped(&line.label)
        );
    }
    out.push_str("</svg></figure>\n");
    out
}

/// One figure of all runs, the longest bar being the largest.
pub(super) fn bars((name, what): (&str, &str), bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value.abs()).fold(0.0, f64::max).max(1e-12);
    let height = 24 * bars.len();
    let mut out = format!(
        "<figure><figcaption><b>{}</b> {}</figcaption><svg viewBox=\"0 0 340 {height}\" role=\"img\">",
        escaped(name),
        escaped(what)
    );
    for (n, Bar { label, colour, value, shown }) in bars.iter().enumerate() {
        let (y, length) = (24 * n + 3, (150.0 * value.abs() / most).max(1.0));
        let _ = write!(
            out,
            "<text x=0 y={} >{}</text><rect class=c{} x=90 y={y} width={length:.1} height=16 /><text x={:.1} y={}>{}</text>",
            y + 13,
            escaped(&short(label)),
            colour % COLOURS,
            96.0 + length,
            y + 13,
            escaped(shown)
        );
    }
    out.push_str("</svg></figure>\n");
    out
}

/// How many nines a quantile has.
fn tail(quantile: f64) -> f64 {
    -(1.0 - quantile.clamp(0.0, 0.999_999)).log10()
}

/// Microseconds, a power of ten, as people say it.
fn duration(micros: f64) -> String {
    match micros {
        micros if micros >= 999_999.0 => format!("{:.0} s", micros / 1e6),
        micros if micros >= 999.0 => format!("{:.0} ms", micros / 1e3),
        micros => format!("{micros} µs"),
    }
}

/// The end of a long label, where names of runs differ.
fn short(label: &str) -> String {
    let letters: Vec<char> = label.chars().collect();
    match letters.len() {
        0..=13 => label.to_owned(),
        length => format!("…{}", letters[length - 12..].iter().collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nine_is_as_far_from_the_next() {
        let steps: Vec<f64> = PERCENTILES.iter().map(|(quantile, _)| tail(*quantile)).collect();
        assert!(steps.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-6), "{steps:?}");
    }

    #[test]
    fn without_measurements_there_is_no_plot() {
        assert_eq!(curves("x", &[Writer { label: String::new(), colour: 0, points: Vec::new() }]), "");
    }
}
