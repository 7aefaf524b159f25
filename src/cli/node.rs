//! `aldis node …`: what the running node knows of its cluster. Must not know where that is kept.

use std::io::Write;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::Value;

use super::door;
use super::failure::Failure;
use super::flags::Flags;

#[derive(Debug, Args)]
#[command(after_help = "\
The running node is asked over its unix socket; what other nodes tell is up to ten seconds old.
Examples:
  aldis node list
  aldis node list --data-dir /var/lib/aldis
  aldis node drain")]
pub(super) struct NodeCommand {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, Subcommand)]
enum Wish {
    /// Print the nodes of the cluster: lease, version, address, sockets, rooms
    List(Flags),
    /// Drain the running node: its clients go on at other nodes, and it stops, as on SIGTERM
    Drain(Flags),
}

impl NodeCommand {
    pub(super) fn answer(self, out: &mut dyn Write) -> Result<(), Failure> {
        match self.wish {
            Wish::List(flags) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                list(&door::ask(&socket, &Method::GET, "/internal/cluster", None)?, out)?;
            }
            Wish::Drain(flags) => {
                let socket = door::of_running_node(&flags.load()?.config)?;
                door::ask(&socket, &Method::POST, "/internal/drain", None)?;
                writeln!(out, "The node drains, and stops within 20 s.").map_err(anyhow::Error::from)?;
            }
        }
        Ok(())
    }
}

fn list(cluster: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let nodes = cluster["nodes"].as_array().context("the running node's answer lists no nodes")?;
    let width = nodes.iter().filter_map(|node| node["id"].as_str()).map(str::len).max().unwrap_or(0).max(4);
    writeln!(out, "{:width$}  LEASE       VERSION   SOCKETS  ROOMS  ADDRESS", "NODE")?;
    for node in nodes {
        let id = node["id"].as_str().context("the running node's answer has a node without an id")?;
        let mark = if cluster["self"] == node["id"] { "  (this node)" } else { "" };
        let (lease, text) = (lease(node), |field: &str| node[field].as_str().unwrap_or("?").to_owned());
        let number = |field: &str| node[field].as_u64().map_or("?".to_owned(), |number| number.to_string());
        let (version, address) = (text("version"), text("address"));
        let (sockets, rooms) = (number("sockets"), number("rooms"));
        writeln!(out, "{id:width$}  {lease:10}  {version:8}  {sockets:>7}  {rooms:>5}  {address}{mark}")?;
    }
    if cluster["ledger"] == "memory" {
        writeln!(out, "\nThe ledger is in this node's memory: it is alone.")?;
        return Ok(());
    }
    let epochs: Vec<String> = cluster["epochs"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| format!("{} ({} buckets)", one["epoch"], one["buckets"]))
        .collect();
    writeln!(out, "\nepoch {}; rooms due: {}", epochs.join(", "), cluster["roomsDue"])?;
    Ok(())
}

/// How long ago the lease was renewed.
fn lease(node: &Value) -> String {
    let Some(ago) = node["renewedMsAgo"].as_u64() else { return "-".to_owned() };
    let seconds = format!("{}.{} s", ago / 1_000, ago % 1_000 / 100);
    if node["isLive"] == true { seconds } else { format!("ended {seconds}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(cluster: &Value) -> String {
        let mut out = Vec::new();
        list(cluster, &mut out).expect("an answer");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn nodes_are_listed_with_their_leases() {
        let text = listed(&json!({
            "ledger": "redis", "self": "a.1", "epochs": [{ "epoch": 3, "buckets": 64 }], "roomsDue": 2,
            "nodes": [
                { "id": "a.1", "version": "0.1.0", "address": "10.0.0.1:8080", "sockets": 12, "rooms": 4, "isLive": true,
                  "renewedMsAgo": 1_250 },
                { "id": "b.1", "version": null, "address": null, "sockets": null, "rooms": null, "isLive": false,
                  "renewedMsAgo": 9_000 },
            ],
        }));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "a.1   1.2 s       0.1.0          12      4  10.0.0.1:8080  (this node)");
        assert_eq!(lines[2], "b.1   ended 9.0 s  ?               ?      ?  ?");
        assert_eq!(lines[4], "epoch 3 (64 buckets); rooms due: 2");
    }

    #[test]
    fn a_node_with_its_own_memory_says_that_it_is_alone() {
        let node = json!({ "id": "a", "version": "0.1.0", "address": "x", "sockets": 0, "rooms": 0 });
        let text = listed(&json!({ "ledger": "memory", "self": "a", "nodes": [node] }));
        assert!(text.ends_with("it is alone.\n"), "{text}");
        assert!(list(&json!({}), &mut Vec::new()).is_err());
    }
}
