//! What Aldis aims at, beside the other servers of the same rounds: each aim as a ratio, and whether it was reached.
//! Pure. Must not know how anything is measured.

use std::fmt::Write as _;

use super::kind::Kind;
use super::outcome::{MEASURES, Measure, Outcomes};

/// A ratio to another server's median.
struct Aim {
    /// Which of [`MEASURES`].
    measure: usize,
    against: Kind,
    /// The maximum of a cost, the minimum of a rate.
    times: f64,
}

const fn aim(measure: usize, against: Kind, times: f64) -> Aim {
    Aim { measure, against, times }
}

const AIMS: [Aim; 11] = [
    aim(0, Kind::Echo, 1.6),
    aim(0, Kind::Ws, 0.5),
    aim(0, Kind::Peerjs, 0.5),
    aim(1, Kind::Echo, 2.5),
    aim(1, Kind::Ws, 0.4),
    aim(1, Kind::Peerjs, 0.4),
    aim(3, Kind::Echo, 2.0),
    aim(3, Kind::Ws, 1.0),
    aim(3, Kind::Peerjs, 1.0),
    aim(3, Kind::Socketio, 1.0),
    aim(5, Kind::Ws, 2.0),
];

/// A row for each aim whose two servers were measured.
pub(crate) fn table(outcomes: &Outcomes) -> String {
    let mut out = "| of Aldis | against | aim | measured | reached |\n|---|---|---:|---:|---|\n".to_owned();
    for aim in AIMS {
        let measure = &MEASURES[aim.measure];
        let (Some(own), Some(other)) = (median(outcomes, Kind::Aldis, measure), median(outcomes, aim.against, measure))
        else {
            continue;
        };
        let ratio = own / other;
        let (sign, is_reached) =
            if measure.is_rate { ("≥", ratio >= aim.times) } else { ("≤", ratio <= aim.times) };
        let _ = writeln!(
            out,
            "| {} | {} | {sign} {} × | {ratio:.2} × | {} |",
            measure.title,
            aim.against.name(),
            aim.times,
            if is_reached { "yes" } else { "no" }
        );
    }
    out
}

fn median(outcomes: &Outcomes, kind: Kind, measure: &Measure) -> Option<f64> {
    let server = outcomes.servers.iter().find(|server| server.kind == kind)?;
    server.spread(measure.of).map(|spread| spread.median)
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::outcomes;
    use super::*;

    #[test]
    fn aims_are_judged_against_the_servers_that_were_measured() {
        let table = table(&outcomes());
        assert!(
            table.contains("| CPU per message, 1 in flight | floor: TCP echo | ≤ 1.6 × | 2.00 × | no |"),
            "{table}"
        );
        assert!(!table.contains("PeerJS"), "it was not measured: {table}");
    }
}
