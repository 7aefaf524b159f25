//! A node started from the command line.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{command, nowhere};

#[test]
fn a_node_logs_its_addresses_in_one_json_line_and_exits_with_0_on_sigterm() {
    let dir = nowhere();
    let mut node = command(dir.path(), &["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--data-dir", "d"]);
    let mut node = node.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("aldis runs");
    let lines = BufReader::new(node.stderr.take().expect("piped")).lines().map_while(Result::ok);
    let lines = lines.map(|line| serde_json::from_str::<serde_json::Value>(&line).expect("every log line is JSON"));
    let mut lines = lines.inspect(|line| assert!(line["level"] != "error", "{line}"));
    let serving = lines.find(|line| line["message"] == "serving").expect("the node says that it serves");
    assert_eq!((&serving["first_start"], &serving["data_dir"]), (&true.into(), &"d".into()));
    assert!(serving["page"].as_str().is_some_and(|page| page.starts_with("http://localhost:")), "{serving}");
    let stop = Command::new("kill").args(["-INT", &node.id().to_string()]).status().expect("kill runs");
    assert!(stop.success());
    lines.for_each(drop);
    assert_eq!(node.wait().expect("the node ends").code(), Some(0));
}
