//! Keys and certificates that are replaced under a running node.

use std::{fs, path::Path};

use crate::process::Node;

#[tokio::test]
async fn the_command_asks_the_running_node_and_no_rotation_signs_anybody_out() {
    // The command knows the data directory only; where the socket is, it learns from the lock.
    let node = Node::start(&["--set", "admin.socket=ops.sock"]).await;
    let token = node.sign_up("ann").await;
    let before = node.keys().await;
    let (code, out, err) = node.aldis(&["keys", "rotate"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let next = out.lines().find(|line| line.contains("  next      signs from ")).expect("a next key");
    let next = next.split_whitespace().next().expect("its id").to_owned();
    assert_eq!(node.keys().await, [before[0].clone(), next.clone()], "at once, and the old one signs");
    let (code, out, _) = node.aldis(&["keys", "rotate", "--now"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with(&format!("{next}  current ")), "{out}");
    assert_eq!(node.keys().await, [next, before[0].clone()]);
    assert_eq!(node.me(&token).await.0, 200, "a token of the previous key");
    assert_eq!(node.aldis(&["keys", "list"]).1, out);

    let (code, out, _) = node.aldis(&["keys", "rotate", "--leaked"]);
    assert_eq!((code, out.lines().count()), (Some(0), 1));
    assert_eq!(node.me(&token).await.0, 401);
    assert_eq!(node.keys().await.len(), 1);
    let files = fs::read_dir(node.data("keys")).expect("the folder").count();
    assert_eq!(files, 1);
    assert!(node.log().contains("\"event\":\"operator\""), "{}", node.log());
}

#[tokio::test]
async fn a_node_that_was_off_for_long_publishes_the_next_key_when_it_starts() {
    let mut node = Node::start(&[]).await;
    let token = node.sign_up("ann").await;
    node.signal("-TERM");
    node.end().await;
    let key = fs::read_dir(node.data("keys")).expect("the folder").next().expect("a key").expect("a key").path();
    // Its key has signed for two days.
    let millis: i64 = key.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).expect("a time");
    let older = key.with_file_name(format!("{}.pem", millis - 2 * 24 * 60 * 60 * 1000));
    fs::rename(&key, &older).expect("renamed");
    let node = Node::start_in(node.dir(), &["--set", "auth.rotate_keys_every=1day"]).await;
    node.until_logged("signing keys changed").await;
    assert_eq!(node.keys().await.len(), 2);
    assert_eq!(node.me(&token).await.0, 200);
    let kept = node.aldis(&["keys", "list"]).1;
    assert!(kept.contains("  current ") && kept.contains("  next "), "{kept}");
}

/// Writes one of the two files of a new certificate, or both.
fn write_certificate(folder: &Path, files: &[&str]) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    for (name, pem) in [("tls.crt", made.cert.pem()), ("tls.key", made.signing_key.serialize_pem())] {
        if files.contains(&name) {
            fs::write(folder.join(name), pem).expect("written");
        }
    }
}

#[tokio::test]
async fn a_renewed_certificate_is_found_without_a_signal_once_both_files_are_written() {
    let dir = std::sync::Arc::new(tempfile::tempdir().expect("a temporary directory"));
    let both = ["tls.crt", "tls.key"];
    write_certificate(dir.path(), &both);
    let node = Node::start_in(dir, &["--set", "http.tls_cert=tls.crt", "--set", "http.tls_key=tls.key"]).await;
    write_certificate(&node.path(""), &["tls.crt"]);
    node.signal("-HUP");
    node.until_logged("cannot reload the certificates; those in use stay in use").await;
    assert!(!node.log().contains("certificates reloaded"), "{}", node.log());
    write_certificate(&node.path(""), &both);
    node.until_logged("certificates reloaded").await;
}
