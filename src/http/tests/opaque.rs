//! Users whose ids are no UUIDs: what they host and say is theirs, and what is an account's is not.

use actors::{
    ports::{History as _, Said},
    protocol::{UserId, encode::chat_data},
};
use serde_json::json;

use super::{Ask, bench};
use crate::auth::Subject;

#[tokio::test]
async fn a_user_of_any_id_hosts_rooms_gets_ice_servers_and_deletes_what_they_said() {
    let bench = bench().await;
    let long = "x".repeat(UserId::BYTES_MAX);
    for id in ["7", "auth0|5f7c", "urn:example:{ann}%20'", long.as_str()] {
        let user: UserId = id.parse().expect("an id");
        let token = |user: &UserId| {
            let subject = Subject { user: user.clone(), name: "Ann", session: None };
            bench.site.accounts.tokens().mint(subject).expect("a token")
        };
        let (own, other) = (token(&user), token(&"another".parse().expect("an id")));
        let room = bench.room(&own).await;
        let path = format!("/api/rooms/{room}");
        assert_eq!(Ask::get(&path).bearer(&other).send(&bench.router).await.json()["hostId"], json!(id));
        let listed = Ask::get("/api/rooms").bearer(&own).send(&bench.router).await.json();
        assert_eq!(listed["rooms"][0]["roomId"], json!(room));
        assert_eq!(Ask::get("/api/ice-servers").bearer(&own).send(&bench.router).await.status, 200);
        let data = chat_data("s-1", user, "Hi", 1).data;
        bench.site.history.said(Said { room: room.parse().expect("a room id"), name: "Ann".into(), data });
        let said = Ask::get(&format!("{path}/messages")).bearer(&other).send(&bench.router).await.json();
        assert_eq!(said["messages"][0]["senderId"], json!(id));
        let delete = |path: &str, token: &str| Ask::new("DELETE", path).bearer(token);
        let message = format!("{path}/messages/s-1");
        delete(&message, &other).send(&bench.router).await.is_problem(403, "forbidden");
        assert_eq!(delete(&message, &own).send(&bench.router).await.status, 204);
        delete(&path, &other).send(&bench.router).await.is_problem(403, "forbidden");
        assert_eq!(delete(&path, &own).send(&bench.router).await.status, 204);
        Ask::get("/api/account/sessions").bearer(&own).send(&bench.router).await.is_problem(403, "forbidden");
    }
    bench.store.close().await;
}
