//! Expectations: a figure by name, and what it may be at most or must be at least. Must not know any figure.

use std::fmt;
use std::str::FromStr;

use super::Figure;

/// Such as `p99_us<=500`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expectation {
    figure: String,
    bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Expectation {
    /// The figure's name.
    pub(crate) fn figure(&self) -> &str {
        &self.figure
    }

    /// What to say if it is not met; a figure that was not measured does not meet anything.
    pub(super) fn missed_by(&self, figures: &[Figure]) -> Option<String> {
        let found = figures.iter().find(|figure| figure.name == self.figure);
        match (found.map(|figure| figure.value), self.bound) {
            (Some(value), Bound::AtMost(most)) if value <= most => None,
            (Some(value), Bound::AtLeast(least)) if value >= least => None,
            (Some(value), _) => Some(format!("{self}: it is {value:.1}")),
            (None, _) => Some(format!("{self}: it was not measured")),
        }
    }
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |(figure, number): (&str, &str), bound: fn(f64) -> Bound| {
            let number = number.trim().parse().map_err(|_| format!("`{number}` is no number"))?;
            Ok(Self { figure: figure.trim().to_owned(), bound: bound(number) })
        };
        match (text.split_once("<="), text.split_once(">=")) {
            (Some(parts), _) => parse(parts, Bound::AtMost),
            (None, Some(parts)) => parse(parts, Bound::AtLeast),
            (None, None) => Err("write FIGURE<=NUMBER or FIGURE>=NUMBER, such as p99_us<=500".to_owned()),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bound {
            Bound::AtMost(most) => write!(f, "{} was expected to be at most {most}", self.figure),
            Bound::AtLeast(least) => write!(f, "{} was expected to be at least {least}", self.figure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Unit;

    #[test]
    fn an_expectation_holds_up_to_its_bound_and_never_for_what_was_not_measured() {
        let figures = [Figure { name: "p99_us", value: 500.0, unit: Unit::Microseconds, what: "" }];
        for (text, met) in [
            ("p99_us<=500", true),
            ("p99_us <= 499.9", false),
            ("p99_us>=500", true),
            ("p99_us>=501", false),
            ("p50_us<=9", false),
        ] {
            let expected: Expectation = text.parse().expect("well written");
            assert_eq!(expected.missed_by(&figures).is_none(), met, "{text}");
        }
        assert!("p99_us=500".parse::<Expectation>().is_err() && "p99_us<=fast".parse::<Expectation>().is_err());
    }
}
