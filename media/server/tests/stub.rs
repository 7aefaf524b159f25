//! The stub in a test's own process: what a test can order, as the tests of nodes do.

use media_server::{
    contract::Client,
    engine::{Fact, Of},
    id::Id,
    limits::Limits,
    stub::{Fault, Stub},
};
use mediasoup_types::data_structures::IceState;
use serde_json::json;

const SECRET: &str = "a secret of these tests";

fn id(text: &str) -> Id {
    Id::parse(text).expect("an id")
}

async fn stub() -> (Stub, Client) {
    let stub = Stub::start(SECRET, Limits::default()).await.expect("a stub");
    let client = Client::new(stub.url(), SECRET);
    (stub, client)
}

#[tokio::test]
async fn a_fault_lasts_until_it_is_taken_back() {
    let (stub, client) = stub().await;
    let path = "/v1/rooms/r";
    stub.fault(Some(Fault::Answer(502, "<html>a proxy's page</html>".to_owned())));
    let got = client.call("PUT", path, None).await;
    assert_eq!((got.status, got.text.as_str()), (502, "<html>a proxy's page</html>"));
    stub.fault(Some(Fault::Silent));
    let request = client.request("PUT", path).timeout(std::time::Duration::from_secs(1));
    assert!(request.send().await.is_err_and(|error| error.is_timeout()));
    stub.fault(None);
    assert_eq!(client.call("PUT", path, None).await.done()["instance"], stub.instance());
    assert_eq!(stub.calls("PUT /v1/rooms/{room}"), 3);
}

#[tokio::test]
async fn a_test_causes_what_a_browser_would() {
    let (stub, client) = stub().await;
    let mut events = client.listen().await;
    client.call("PUT", "/v1/rooms/r", None).await.done();
    let transport =
        client.call("POST", "/v1/rooms/r/peers/ann/transports", Some(&json!({ "direction": "send" }))).await.done();
    let transport = transport["id"].as_str().expect("an id");
    let of = Of { room: id("r"), peer: id("ann") };
    stub.tell(Fact::Ice { of, transport: id(transport), state: IceState::Completed });
    let told = json!({ "type": "transport", "room": "r", "peer": "ann", "transportId": transport, "ice": "completed" });
    assert_eq!(events.next_of("transport").await, told);
    stub.drain();
    client.call("PUT", "/v1/rooms/other", None).await.refused(503, "draining");
}

#[tokio::test]
async fn a_stub_that_is_dropped_is_as_if_killed() {
    let (stub, client) = stub().await;
    let mut events = client.listen().await;
    assert_eq!(events.next().await.expect("hello")["type"], "hello");
    drop(stub);
    while events.next().await.is_some() {}
    assert!(client.request("GET", "/v1/health").send().await.is_err());
}
