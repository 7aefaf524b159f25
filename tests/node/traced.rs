//! An offer between members on two nodes, as a collector of traces gets it.

use std::time::Duration;

use serde_json::json;

use crate::{cluster::Cluster, collector::collector};

/// A span as OTLP has it, in protobuf: ids and name.
#[derive(Debug, PartialEq, Eq)]
struct Span {
    trace: Vec<u8>,
    span: Vec<u8>,
    parent: Option<Vec<u8>>,
}

/// The spans of this name in a request's body.
fn spans(body: &[u8], name: &str) -> Vec<Span> {
    let field = [&[0x2a, u8::try_from(name.len()).expect("short")], name.as_bytes()].concat();
    let at = (0..body.len()).filter(|at| body[*at..].starts_with(&field));
    at.filter_map(|at| {
        let (before, parent) = match body[..at].split_last_chunk::<10>()? {
            (before, [0x22, 8, parent @ ..]) => (before, Some(parent.to_vec())),
            _ => (&body[..at], None),
        };
        let (before, [0x12, 8, span @ ..]) = before.split_last_chunk::<10>()? else { return None };
        let (_, [0x0a, 16, trace @ ..]) = before.split_last_chunk::<18>()? else { return None };
        Some(Span { trace: trace.to_vec(), span: span.to_vec(), parent })
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_is_one_trace_over_both_nodes() {
    let (url, requests) = collector();
    let mut cluster = Cluster::start(2, &["--set", &format!("telemetry.otlp={url}")]).await;
    let [first, second] = [&cluster.nodes[0], &cluster.nodes[1]];
    let (host, tokens) = (first.sign_up("host").await, first.tokens(2));
    let room = first.room(&host).await;
    let mut ann = first.socket(&tokens[0]).await;
    ann.joins(&room).await;
    let mut bob = second.socket(&tokens[1]).await;
    bob.joins(&room).await;
    let user = ann.hears("user_joined").await["data"]["userId"].clone();
    for (cid, sdp) in [(1, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"), (2, "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n")] {
        ann.says(json!({ "type": "offer", "cid": cid, "data": { "targetUserId": user, "sdp": sdp } }));
        bob.hears("offer").await;
    }
    for node in &mut cluster.nodes {
        node.signal("-TERM");
        node.end().await; // it sends what waits
    }
    let (mut sent, mut delivered) = (Vec::new(), Vec::new());
    while sent.len() < 2 || delivered.len() < 2 {
        let (_, body) = requests.recv_timeout(Duration::from_secs(30)).expect("spans of both nodes");
        let (of_sender, of_receiver) = (spans(&body, "signal"), spans(&body, "deliver"));
        assert!(of_sender.is_empty() || of_receiver.is_empty(), "they are of two nodes");
        sent.extend(of_sender);
        delivered.extend(of_receiver);
        assert!(!body.windows(3).any(|part| part == b"v=0"), "no description is in a trace");
    }
    assert_eq!((sent.len(), delivered.len()), (2, 2));
    assert_ne!(sent[0].trace, sent[1].trace);
    for span in &sent {
        let under = delivered.iter().find(|other| other.trace == span.trace).expect("the same trace");
        assert_eq!((&span.parent, &under.parent), (&None, &Some(span.span.clone())));
    }
}
