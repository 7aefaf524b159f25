//! The comparison against an Aldis that it starts itself; the other servers need not be installed.

use std::process::Command;

/// Runs `aldis-compare`, which finds `aldis` beside itself: `./test.sh rust` builds both into one folder.
#[test]
fn aldis_speaks_as_one_of_the_peers() {
    let page = tempfile::tempdir().expect("a directory");
    let path = page.path().join("page.md");
    let mut compare = Command::new(env!("CARGO_BIN_EXE_aldis-compare"));
    compare.args(["peers", "--only", "echo,aldis", "--rounds", "1", "--pairs", "10", "--rate", "100", "--rest", "1"]);
    compare.args(["--connections", "40", "--warm", "1", "--for", "1", "--packages"]);
    compare.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers")).arg("--out").arg(&path);
    let output = compare.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&path).expect("it wrote the page");
    assert!(text.contains("aldis"), "{text}");
}
