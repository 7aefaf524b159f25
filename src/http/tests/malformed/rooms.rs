//! Invalid requests for rooms.

use serde_json::{Value, json};

use super::patient;
use crate::http::tests::Ask;

/// `(request, the field that is named)`, for creating and for changing a room.
fn wrong_rooms() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"maxParticipants": 0}), "maxParticipants"),
        (json!({"maxParticipants": 101}), "maxParticipants"),
        (json!({"maxParticipants": -1}), "maxParticipants"),
        (json!({"maxParticipants": 4.5}), "maxParticipants"),
        (json!({"maxParticipants": 4_294_967_296_u64}), "maxParticipants"),
        (json!({"maxParticipants": 1e300}), "maxParticipants"),
        (json!({"maxParticipants": "4"}), "maxParticipants"),
        (json!({"maxParticipants": [4]}), "maxParticipants"),
        (json!({"maxParticipants": {}}), "maxParticipants"),
        (json!({"maxParticipants": true}), "maxParticipants"),
        (json!({"seatWindowSeconds": 121}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": -5}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": 0.5}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": "5s"}), "seatWindowSeconds"),
        (json!({"seatWindowSeconds": 18_446_744_073_709_551_615_u64}), "seatWindowSeconds"),
        (json!({"max_participants": 4}), "max_participants"),
        (json!({"roomId": "abc-defg-hij"}), "roomId"),
        (json!({"hostId": "00000000-0000-0000-0000-000000000000"}), "hostId"),
        (json!({"createdAt": "2026-01-01T00:00:00Z"}), "createdAt"),
        (json!({"participants": 1}), "participants"),
    ]
}

#[tokio::test]
async fn an_invalid_room_request_names_its_field() {
    let bench = patient().await;
    let (token, _) = bench.signup("ann").await;
    let room = format!("/api/rooms/{}", bench.room(&token).await);
    for (method, path) in [("POST", "/api/rooms"), ("PATCH", &room)] {
        for (wish, field) in wrong_rooms() {
            let problem = Ask::new(method, path)
                .bearer(&token)
                .json(wish.clone())
                .send(&bench.router)
                .await
                .is_problem(422, "invalid_body");
            assert_eq!(problem["errors"][0]["field"], field, "{method} {wish}: {problem}");
        }
    }
    for mode in [json!("p2p"), json!("MESH"), json!(""), json!(1), json!({"mesh": null}), json!(["mesh"])] {
        Ask::post("/api/rooms")
            .bearer(&token)
            .json(json!({"mode": mode}))
            .send(&bench.router)
            .await
            .is_problem(422, "invalid_body");
    }
    for wish in [json!({"active": "yes"}), json!({"active": 1}), json!({"mode": "sfu"})] {
        Ask::new("PATCH", &room).bearer(&token).json(wish).send(&bench.router).await.is_problem(422, "invalid_body");
    }
    Ask::post("/api/rooms")
        .bearer(&token)
        .json(json!({"active": true}))
        .send(&bench.router)
        .await
        .is_problem(422, "invalid_body");
}
