//! What holds for every client, whatever was broken: of each history, what it contradicts.

use super::life::Life;

/// What holds with and without loss.
pub(crate) fn violations(lives: &[Life]) -> Vec<String> {
    let mut found: Vec<_> = lives.iter().flat_map(|life| life.violations.clone()).collect();
    for (life, other) in lives.iter().flat_map(|life| lives.iter().map(move |other| (life, other))) {
        let (told, ended) = (life.lefts.get(&other.user).copied().unwrap_or_default(), other.joins - 1);
        // After each loss a leave may be told once more.
        if told > ended + life.told_lost {
            found.push(format!(
                "{}: told {told} times that {} left, who joined anew {ended} times",
                life.user, other.user
            ));
        }
        let heard = life.heard.get(&other.user).into_iter().flatten();
        let refused = heard.filter(|number| other.refused.contains(*number));
        found.extend(refused.map(|number| {
            format!("{}: heard {number} of {}, who was told that it was refused", life.user, other.user)
        }));
        for gap in life.gaps.iter().filter(|gap| gap.sender == other.user) {
            let missed = (gap.last + 1..gap.next)
                .filter(|number| !other.refused.contains(number) && !other.untold.contains(number));
            found
                .extend(missed.map(|number| {
                    format!("{}: missed {number} of {}, and was told of no loss", life.user, other.user)
                }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::chaos::life::Gap;

    #[test]
    fn the_check_finds_a_message_that_was_missed_or_heard_though_refused_and_a_false_leave() {
        let life = |user: &str| Life { user: user.to_owned(), joins: 1, ..Life::default() };
        let (ann, bob) = (life("ann"), life("bob"));
        assert_eq!(violations(&[ann, bob]), [""; 0]);

        let (mut ann, mut bob) = (life("ann"), life("bob"));
        bob.gaps.push(Gap { sender: "ann".to_owned(), last: 3, next: 6, seen_at: Instant::now() });
        ann.refused.insert(4);
        assert_eq!(violations(&[ann, bob.clone()]), ["bob: missed 5 of ann, and was told of no loss"]);
        let uncertain = Life { untold: [4, 5].into(), ..life("ann") };
        assert_eq!(violations(&[uncertain, bob]), [""; 0], "nobody knows of these");

        let (mut ann, mut bob) = (life("ann"), life("bob"));
        ann.refused.insert(4);
        bob.heard.insert("ann".to_owned(), [3, 4].into());
        assert_eq!(violations(&[ann, bob]), ["bob: heard 4 of ann, who was told that it was refused"]);

        let (mut ann, mut bob) = (life("ann"), life("bob"));
        bob.lefts.insert("ann".to_owned(), 1);
        assert_eq!(
            violations(&[ann.clone(), bob.clone()]),
            ["bob: told 1 times that ann left, who joined anew 0 times"]
        );
        ann.joins = 2;
        assert_eq!(violations(&[ann.clone(), bob.clone()]), [""; 0]);
        bob.lefts.insert("ann".to_owned(), 3);
        bob.told_lost = 1;
        assert_eq!(violations(&[ann, bob]), ["bob: told 3 times that ann left, who joined anew 1 times"]);
    }
}
