//! For operators: health on both listeners, and metrics that follow Prometheus' conventions.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::Node;

#[tokio::test]
async fn health_answers_on_both_listeners_and_metrics_on_the_admins_alone() {
    let node = Node::start(&[]).await;
    for address in [&node.http, &node.admin] {
        for path in ["/health/live", "/health/ready", "/health"] {
            assert_eq!(node.get(address, path).await.0, 200, "{path}");
        }
    }
    assert_eq!(node.get(&node.admin, "/metrics").await.0, 200);
    let (_, page) = node.get(&node.http, "/metrics").await;
    assert!(!page.contains("# TYPE"), "the public listener shows no metrics");
}

/// <https://prometheus.io/docs/practices/naming/>: one prefix, base units as suffix, `_total` for counters and only them.
#[tokio::test]
async fn metrics_are_named_after_prometheus_conventions() {
    let node = Node::start(&[]).await;
    let ann = node.sign_up("ann").await;
    let room = node.room(&ann).await;
    let mut socket = node.socket(&ann).await;
    socket.joins(&room).await;
    let (_, text) = node.get(&node.admin, "/metrics").await;
    let words = |mark: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(mark)).filter_map(|line| line.split_once(' '));
        lines.map(|(name, rest)| (name.to_owned(), rest.to_owned())).collect()
    };
    let (kinds, helps) = (words("# TYPE "), words("# HELP "));
    assert!(kinds.len() > 20, "{text}");
    for (name, kind) in &kinds {
        assert!(helps.contains_key(name), "{name} has no HELP");
        assert!(name.starts_with("aldis_") || name.starts_with("process_"), "{name} has another prefix");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
        assert!(!["_ms", "_millis", "_kb", "_mb", "_count", "_sum"].iter().any(|end| name.ends_with(end)), "{name}");
        if kind == "histogram" {
            let unit = ["_seconds", "_bytes"].iter().any(|unit| name.ends_with(unit));
            assert!(unit, "{name} is a histogram without a base unit");
        }
    }
    let wanted = [
        "aldis_sockets",
        "aldis_users",
        "aldis_rooms",
        "aldis_messages_received_total",
        "aldis_messages_sent_total",
        "aldis_relay_duration_seconds",
        "aldis_buffered_bytes",
        "aldis_mailbox_messages",
        "aldis_auth_results_total",
        "aldis_http_requests_total",
        "aldis_http_request_duration_seconds",
        "aldis_sockets_opened_total",
    ];
    let known: BTreeSet<&str> = kinds.keys().map(String::as_str).collect();
    for name in wanted {
        assert!(known.contains(name), "{name} is missing: {known:?}");
    }
}

/// A third of the memory limit, whatever its source: the operator, the cgroup, or the machine.
#[tokio::test]
async fn the_memory_limit_bounds_what_is_buffered() {
    for (arguments, memory_max) in [(&["--set", "node.memory_max=96MiB"][..], Some(96 << 20)), (&[], None)] {
        let node = Node::start(arguments).await;
        let (known, buffered_max) = loop {
            let (_, text) = node.get(&node.admin, "/metrics").await;
            let value = |name: &str| -> Option<u64> {
                text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
            };
            // Gauges are set four times a second, for the first time a moment after the start.
            if let Some(max) = value("aldis_buffered_max_bytes").filter(|max| *max > 0) {
                break (value("aldis_memory_max_bytes").expect("known from the start"), max);
            }
        };
        assert_eq!(known, memory_max.unwrap_or(known));
        assert_eq!(buffered_max, known / 3);
    }
}
