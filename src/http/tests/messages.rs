//! What was said in rooms: pages, who may read them, and what is wrong with a query.

use actors::{
    ports::{History as _, Said},
    protocol::{UserId, encode::chat_data},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Ask, Bench, bench};

impl Bench {
    /// The ledger takes messages with these numbers.
    fn said(&self, room: &str, sender: Uuid, numbers: std::ops::RangeInclusive<u64>) {
        for number in numbers {
            let message = chat_data(&format!("s-{number}"), UserId::from_u128(sender.as_u128()), "Hi", number);
            let room = room.parse().expect("a room id");
            self.site.history.said(Said { room, name: "Ann".into(), data: message.data });
        }
    }

    async fn messages(&self, token: &str, room: &str, query: &str) -> Answer {
        Ask::get(&format!("/api/rooms/{room}/messages{query}")).bearer(token).send(&self.router).await
    }
}

fn times(page: &Value) -> Vec<u64> {
    let messages = page["messages"].as_array().expect("messages");
    messages.iter().map(|message| message["timestamp"].as_u64().expect("a number")).collect()
}

#[tokio::test]
async fn what_was_just_said_is_read_by_whoever_knows_the_room_and_older_pages_follow() {
    let bench = bench().await;
    let ((host, id), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    let room = bench.room(&host).await;
    assert_eq!(bench.messages(&other, &room, "").await.json(), json!({ "messages": [], "complete": true }));
    bench.said(&room, id, 1..=1);
    let one = json!({ "id": "s-1", "senderId": id, "senderName": "Ann", "content": "Hi", "timestamp": 1 });
    assert_eq!(bench.messages(&other, &room, "").await.json(), json!({ "messages": [one], "complete": true }));
    bench.said(&room, id, 1..=120);
    let page = bench.messages(&other, &room, "").await.json();
    assert_eq!(times(&page), (71..=120).collect::<Vec<_>>(), "50 by default, and the repeated one once");
    let (mut seen, mut query) = (Vec::new(), "?limit=40".to_owned());
    loop {
        let page = bench.messages(&other, &room, &query).await.json();
        seen.splice(0..0, times(&page));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        query = format!("?limit=40&before={cursor}");
    }
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_is_deleted_by_who_sent_it_or_hosts_the_room_also_while_it_waits_to_be_stored() {
    let bench = bench().await;
    let ((host, id), (other, _), (third, third_id)) =
        (bench.signup("ann").await, bench.signup("bob").await, bench.signup("cy").await);
    let room = bench.room(&host).await;
    bench.said(&room, id, 1..=2);
    bench.said(&room, third_id, 3..=4);
    let delete = async |token: &str, room: &str, message: &str| {
        let path = format!("/api/rooms/{room}/messages/{message}");
        Ask::new("DELETE", &path).bearer(token).send(&bench.router).await
    };
    delete(&other, &room, "s-1").await.is_problem(403, "forbidden");
    delete(&other, &room, "s-9").await.is_problem(404, "message_not_found");
    delete(&other, &room, "%00").await.is_problem(404, "message_not_found");
    delete(&host, "zzz-zzzz-zzz", "s-1").await.is_problem(404, "room_not_found");
    delete(&host, "no-room", "s-1").await.is_problem(404, "room_not_found");
    assert_eq!(delete(&third, &room, "s-4").await.status, 204, "their own");
    assert_eq!(delete(&host, &room, "s-3").await.status, 204, "the host's room");
    assert_eq!(delete(&host, &room, "s-3").await.status, 204, "a repeat");
    assert_eq!(bench.live.commands(), ["s-4", "s-3", "s-3"].map(|id| format!("deleted {id} of {room}")));
    bench.live.away.store(true, std::sync::atomic::Ordering::SeqCst);
    delete(&host, &room, "s-3").await.is_problem(503, "unavailable");
    bench.live.away.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(times(&bench.messages(&other, &room, "").await.json()), [1, 2]);
    bench.store.close().await;
    delete(&host, &room, "s-1").await.is_problem(503, "unavailable");
}

#[tokio::test]
async fn messages_are_for_people_who_are_signed_in_and_of_a_closed_room_for_its_host() {
    let bench = bench().await;
    let ((host, id), (other, _)) = (bench.signup("ann").await, bench.signup("bob").await);
    let room = bench.room(&host).await;
    bench.said(&room, id, 1..=2);
    let anonymous = Ask::get(&format!("/api/rooms/{room}/messages")).send(&bench.router).await;
    anonymous.is_problem(401, "auth_required");
    bench.messages(&other, "zzz-zzzz-zzz", "").await.is_problem(404, "room_not_found");
    let close = Ask::new("PATCH", &format!("/api/rooms/{room}")).bearer(&host).json(json!({ "active": false }));
    assert_eq!(close.send(&bench.router).await.status, 200);
    bench.messages(&other, &room, "").await.is_problem(403, "forbidden");
    assert_eq!(times(&bench.messages(&host, &room, "").await.json()), [1, 2]);
    let delete = Ask::new("DELETE", &format!("/api/rooms/{room}")).bearer(&host);
    assert_eq!(delete.send(&bench.router).await.status, 204);
    bench.said(&room, id, 3..=3); // still waits while the room is deleted
    bench.messages(&host, &room, "").await.is_problem(404, "room_not_found");
}

#[tokio::test]
async fn a_malformed_query_is_refused_with_what_is_wrong() {
    let bench = bench().await;
    let (host, _) = bench.signup("ann").await;
    let room = bench.room(&host).await;
    for (query, wrong) in [
        ("?limit=0", "limit is 0; it must be 1 to 100."),
        ("?limit=101", "limit is 101; it must be 1 to 100."),
        ("?limit=-1", "limit"),
        ("?limit=x", "limit"),
        ("?before=", "before is not a nextCursor of this list."),
        ("?before=0", "before is not a nextCursor of this list."),
        ("?before=-1", "before is not a nextCursor of this list."),
        ("?before=%2B1", "before is not a nextCursor of this list."),
        ("?before=1.abc-defg-hij", "before is not a nextCursor of this list."),
        ("?before=9999999999999999999", "before is not a nextCursor of this list."),
        ("?cursor=1", "cursor"),
    ] {
        let problem = bench.messages(&host, &room, query).await.is_problem(400, "bad_request");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(detail.contains(wrong), "{query}: {detail}");
    }
    assert_eq!(
        bench.messages(&host, &room, "?before=1&limit=100").await.json(),
        json!({ "messages": [], "complete": true })
    );
}

#[tokio::test]
async fn what_cannot_be_read_now_is_unavailable() {
    let bench = bench().await;
    let (host, id) = bench.signup("ann").await;
    let room = bench.room(&host).await;
    bench.said(&room, id, 1..=1);
    bench.store.close().await;
    bench.messages(&host, &room, "").await.is_problem(503, "unavailable");
}
