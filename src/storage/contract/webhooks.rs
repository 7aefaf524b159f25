//! The contract of every `Store` for the outbox of webhooks.

use jiff::Timestamp;

use super::at;
use crate::storage::{NewWebhook, RoomId, Store, Webhook, WebhookCounts};

fn room(letter: char) -> RoomId {
    format!("{letter}aa-aaaa-aaa").parse().expect("a room id")
}

/// Events of one life with these numbers.
fn events(life: u64, numbers: impl IntoIterator<Item = u64>) -> Vec<NewWebhook> {
    numbers.into_iter().map(|number| NewWebhook { life, number, body: format!("{life}.{number}") }).collect()
}

fn bodies(webhooks: &[Webhook]) -> Vec<&str> {
    webhooks.iter().map(|webhook| webhook.body.as_str()).collect()
}

async fn due(store: &dyn Store, now: Timestamp) -> Vec<Webhook> {
    store.due_webhooks(now, 100).await.expect("an answer")
}

async fn counts(store: &dyn Store) -> (u64, u64) {
    let WebhookCounts { queued, dead } = store.count_webhooks().await.expect("an answer");
    (queued, dead)
}

pub(super) async fn events_of_a_room_are_due_one_at_a_time_in_their_order(store: &dyn Store) {
    assert_eq!(store.queue_webhooks(room('a'), &events(7, 1..=2), at(1)).await.expect("queued"), 2);
    assert_eq!(store.queue_webhooks(room('b'), &events(8, 1..=1), at(2)).await.expect("queued"), 1);
    assert_eq!(store.queue_webhooks(room('a'), &events(9, 1..=1), at(3)).await.expect("queued"), 1);
    assert_eq!(bodies(&due(store, at(1)).await), ["7.1"]);
    let first = due(store, at(3)).await;
    assert_eq!(bodies(&first), ["7.1", "8.1"], "who waits longest comes first");
    assert_eq!((first[0].room_id, first[0].queued_at, first[0].attempts), (room('a'), at(1), 0));
    assert_eq!(store.due_webhooks(at(3), 1).await.expect("an answer"), first[..1]);
    assert_eq!(counts(store).await, (4, 0));
    let next = store.webhook_delivered(&first[0], at(4)).await.expect("an answer").expect("a next one");
    assert_eq!(next.body, "7.2");
    let last = store.webhook_delivered(&next, at(4)).await.expect("an answer").expect("a next one");
    assert_eq!(last.body, "9.1", "lives follow each other");
    assert_eq!(store.webhook_delivered(&last, at(4)).await.expect("an answer"), None);
    assert_eq!(bodies(&due(store, at(9)).await), ["8.1"]);
    assert_eq!(counts(store).await, (1, 0));
}

pub(super) async fn an_event_is_queued_once_however_often_it_is_added(store: &dyn Store) {
    assert_eq!(store.queue_webhooks(room('a'), &events(7, 1..=2), at(1)).await.expect("queued"), 2);
    assert_eq!(store.queue_webhooks(room('a'), &events(7, 1..=3), at(2)).await.expect("queued"), 1);
    for body in ["7.1", "7.2", "7.3"] {
        let sent = due(store, at(2)).await.remove(0);
        assert_eq!(sent.body, body);
        store.webhook_delivered(&sent, at(2)).await.expect("an answer");
    }
    assert_eq!(store.queue_webhooks(room('a'), &events(7, 1..=3), at(3)).await.expect("an answer"), 0);
    assert!(due(store, at(9)).await.is_empty(), "what was delivered is not queued again");
    assert_eq!(store.queue_webhooks(room('a'), &events(8, 1..=1), at(4)).await.expect("queued"), 1);
    let all = [events(8, 1..=4), events(8, 2..=4)];
    let added = all.iter().map(|events| store.queue_webhooks(room('a'), events, at(5)));
    let added: u64 = futures_util::future::join_all(added).await.into_iter().map(|count| count.expect("queued")).sum();
    assert_eq!(added, 3, "whoever adds them at the same time");
}

pub(super) async fn an_event_that_fails_keeps_its_room_waiting_and_no_other(store: &dyn Store) {
    store.queue_webhooks(room('a'), &events(7, 1..=2), at(1)).await.expect("queued");
    store.queue_webhooks(room('b'), &events(8, 1..=1), at(1)).await.expect("queued");
    let first = due(store, at(1)).await.into_iter().find(|webhook| webhook.body == "7.1").expect("it is due");
    store.webhook_failed(&first, "refused", at(5)).await.expect("an answer");
    assert_eq!(bodies(&due(store, at(4)).await), ["8.1"]);
    store.queue_webhooks(room('a'), &events(7, 3..=3), at(2)).await.expect("queued");
    assert_eq!(bodies(&due(store, at(4)).await), ["8.1"], "a new event does not hasten it");
    let again = due(store, at(5)).await.pop().expect("it is due");
    assert_eq!((&*again.body, again.attempts, &*again.failure), ("7.1", 1, "refused"));
    store.webhook_failed(&again, "refused", at(500)).await.expect("an answer");
    store.webhooks_due(at(6)).await.expect("an answer");
    assert_eq!(bodies(&due(store, at(6)).await), ["8.1", "7.1"], "the receiver is back");
}

pub(super) async fn an_event_that_is_given_up_lets_the_next_one_pass_and_can_be_queued_again(store: &dyn Store) {
    store.queue_webhooks(room('a'), &events(7, 1..=2), at(1)).await.expect("queued");
    let first = due(store, at(1)).await.remove(0);
    store.webhook_given_up(&first, "gone", at(2)).await.expect("an answer");
    assert_eq!(bodies(&due(store, at(2)).await), ["7.2"]);
    assert_eq!(counts(store).await, (1, 1));
    let dead = store.dead_webhooks(10).await.expect("an answer").remove(0);
    assert_eq!((dead.dead_at, &*dead.failure, dead.attempts), (Some(at(2)), "gone", 1));
    assert_eq!(store.webhook(room('a'), 7, 1).await.expect("an answer"), Some(dead.clone()));
    assert_eq!(store.webhook(room('a'), 7, 9).await.expect("an answer"), None);
    assert!(store.revive_webhook(&dead, at(3)).await.expect("an answer"));
    assert!(!store.revive_webhook(&dead, at(3)).await.expect("an answer"), "it is not dead any more");
    let again = due(store, at(3)).await.remove(0);
    assert_eq!((&*again.body, again.attempts, again.queued_at, again.dead_at), ("7.1", 0, at(3), None));
    assert_eq!(counts(store).await, (2, 0));
}

pub(super) async fn events_that_are_added_and_delivered_at_once_are_all_due_in_the_end(store: &dyn Store) {
    store.queue_webhooks(room('a'), &events(7, 1..=1), at(1)).await.expect("queued");
    for number in 2..20 {
        let sent = due(store, at(9)).await.remove(0);
        let more = events(7, number..=number);
        let queued = store.queue_webhooks(room('a'), &more, at(2));
        let (delivered, queued) = tokio::join!(store.webhook_delivered(&sent, at(2)), queued);
        delivered.expect("an answer");
        assert_eq!(queued.expect("queued"), 1);
        assert_eq!(bodies(&due(store, at(9)).await), [format!("7.{number}")], "it is due, whoever came first");
    }
}

pub(super) async fn what_was_given_up_long_ago_is_forgotten_and_quiet_rooms_are(store: &dyn Store) {
    store.queue_webhooks(room('a'), &events(7, 1..=2), at(1)).await.expect("queued");
    for (second, wanted) in [(10, "7.1"), (20, "7.2")] {
        let sent = due(store, at(second)).await.remove(0);
        assert_eq!(sent.body, wanted);
        store.webhook_given_up(&sent, "gone", at(second)).await.expect("an answer");
    }
    assert_eq!(store.forget_webhooks(at(9), at(9), 10).await.expect("an answer"), 0);
    assert_eq!(store.forget_webhooks(at(10), at(10), 10).await.expect("an answer"), 1);
    assert_eq!(bodies(&store.dead_webhooks(10).await.expect("an answer")), ["7.2"]);
    assert_eq!(store.queue_webhooks(room('a'), &events(7, 1..=2), at(20)).await.expect("an answer"), 0);
    assert_eq!(store.forget_webhooks(at(9), at(30), 10).await.expect("an answer"), 1, "the room, and no dead one");
    assert_eq!(store.forget_webhooks(at(30), at(30), 10).await.expect("an answer"), 1, "the other one");
    assert_eq!(counts(store).await, (0, 0));
}

pub(super) async fn one_holder_collects_until_it_lets_go_or_is_silent(store: &dyn Store) {
    let hold = async |holder, for_ms| store.hold_webhooks(holder, for_ms).await.expect("an answer");
    assert!(hold("a", 600_000).await);
    assert!(!hold("b", 600_000).await);
    assert!(hold("a", 600_000).await, "it is the holder");
    assert!(hold("a", 0).await, "it lets go");
    assert!(hold("b", 600_000).await);
    assert!(!hold("a", 600_000).await);
}
