//! What is left of a run in the database: what was accepted is stored, once, and in the order in which it was heard.

use std::{collections::HashMap, time::Duration};

use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, sleep};

use super::life::Life;
use crate::{postgres, process::PATIENCE};

/// Messages in the order of their pages: sender and number.
type Stored = Vec<(String, u64)>;

/// Waits until all is stored. `keeps_all`: Redis has lost nothing, so that every message that was accepted or heard is stored.
///
/// # Panics
/// The history of some room is not what its members know.
pub(super) async fn agrees(port: u16, lives: &[Life], keeps_all: bool) {
    let begun = Instant::now();
    loop {
        let stored = stored(port).await;
        let found = violations(lives, &stored, keeps_all);
        if found.is_empty() {
            eprintln!("{} messages are stored", stored.len());
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{} violations\n{}", found.len(), found.join("\n"));
        sleep(Duration::from_secs(1)).await;
    }
}

async fn stored(port: u16) -> Stored {
    let mut database = PgConnection::connect(&postgres::url(port, "postgres")).await.expect("the database answers");
    let texts = sqlx::query_scalar::<_, String>("SELECT content FROM messages ORDER BY position");
    let texts = texts.fetch_all(&mut database).await.expect("messages");
    let read = |text: &String| {
        let mut words = text.split(' ');
        let number = words.next()?.parse().ok()?;
        Some((words.next()?.to_owned(), number))
    };
    texts.iter().map(|text| read(text).unwrap_or_else(|| panic!("nobody said {text:?}"))).collect()
}

fn violations(lives: &[Life], stored: &Stored, keeps_all: bool) -> Vec<String> {
    let (mut found, mut places) = (Vec::new(), HashMap::new());
    for (place, (sender, number)) in stored.iter().enumerate() {
        if places.insert((sender.as_str(), *number), place).is_some() {
            found.push(format!("{number} of {sender} is stored twice"));
        }
    }
    for life in lives {
        let place = |number: &u64| places.get(&(life.user.as_str(), *number));
        let refused = life.refused.iter().filter(|number| place(number).is_some());
        found.extend(refused.map(|number| format!("{number} of {} was refused and is stored", life.user)));
        if keeps_all {
            let missing = life.accepted.iter().filter(|number| place(number).is_none());
            found.extend(missing.map(|number| format!("{number} of {} was accepted and is not stored", life.user)));
        }
        let mut before = None;
        for (sender, number) in &life.order {
            let place = places.get(&(sender.as_str(), *number)).copied();
            if place.is_none() && keeps_all {
                found.push(format!("{} heard {number} of {sender}, which is not stored", life.user));
            }
            if place.is_some() && place < before {
                found.push(format!("{} heard {number} of {sender} after one that is stored behind it", life.user));
            }
            before = place.or(before);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_finds_what_is_stored_twice_or_though_refused_or_in_another_order_and_what_is_not_stored() {
        let said = |sender: &str, number| (sender.to_owned(), number);
        let ann = Life { user: "ann".to_owned(), accepted: [1, 2].into(), refused: [3].into(), ..Life::default() };
        let order = vec![said("ann", 1), said("ann", 2)];
        let bob = Life { user: "bob".to_owned(), order, ..Life::default() };
        let lives = [ann, bob];
        assert_eq!(violations(&lives, &vec![said("ann", 1), said("ann", 2)], true), [""; 0]);
        let found = |stored: Stored, keeps_all| violations(&lives, &stored, keeps_all).join(", ");
        assert_eq!(
            found(vec![said("ann", 1), said("ann", 2), said("ann", 1)], false),
            "1 of ann is stored twice, \
            bob heard 2 of ann after one that is stored behind it"
        );
        assert_eq!(
            found(vec![said("ann", 1), said("ann", 2), said("ann", 3)], true),
            "3 of ann was refused and is stored"
        );
        assert_eq!(
            found(vec![said("ann", 1)], true),
            "2 of ann was accepted and is not stored, bob heard 2 of ann, which is not stored"
        );
        assert_eq!(found(vec![said("ann", 1)], false), "", "Redis may have lost it");
    }
}
