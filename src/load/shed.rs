//! Which classes of new work are refused. Established calls are never shed, resumes only when the node is close to
//! failing. Pure: must not know what is measured, nor the callers.

/// A resume is refused at this many times the bound of newcomers. It belongs to an established call with others, and
/// takes no more of the node than it had before: refusing it does not reduce the load, and ends the call.
pub(super) const RESUME_FACTOR: u32 = 4;

/// The classes that are refused, each level with those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shed {
    Nothing,
    /// Requests, and sockets without a resume.
    Newcomers,
    /// Resumes as well.
    Resumes,
}

impl Shed {
    /// The level after `value` was measured; newcomers are refused from `limit` on. A level ends only below `calm` of its
    /// bound (hysteresis), so that the node does not flap with every measurement.
    pub(super) fn next(self, value: f64, limit: f64, calm: f64) -> Self {
        let refuses = |level: Self, limit: f64| value >= if self >= level { calm * limit } else { limit };
        if refuses(Self::Resumes, f64::from(RESUME_FACTOR) * limit) {
            Self::Resumes
        } else if refuses(Self::Newcomers, limit) {
            Self::Newcomers
        } else {
            Self::Nothing
        }
    }

    pub(super) const fn number(self) -> u8 {
        self as u8
    }

    /// The level of a [`number`](Self::number).
    pub(super) const fn of(number: u8) -> Self {
        match number {
            0 => Self::Nothing,
            1 => Self::Newcomers,
            _ => Self::Resumes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resumes_are_refused_last_and_admitted_again_first() {
        let levels = [0.0, 1.0, 3.9, 4.0, 2.0, 1.9, 0.5, 0.4].iter().scan(Shed::Nothing, |level, value| {
            *level = level.next(*value, 1.0, 0.5);
            Some(*level)
        });
        use Shed::{Newcomers, Nothing, Resumes};
        let expected = [Nothing, Newcomers, Newcomers, Resumes, Resumes, Newcomers, Newcomers, Nothing];
        assert_eq!(levels.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_level_survives_a_round_trip_as_a_number() {
        for level in [Shed::Nothing, Shed::Newcomers, Shed::Resumes] {
            assert_eq!(Shed::of(level.number()), level);
        }
    }
}
