//! Keys on disk: made at first start, private, rotated without logging anybody out.

use std::{fs, os::unix::fs::PermissionsExt as _};

use uuid::Uuid;

use super::Hand;
use crate::auth::{KeyRing, Settings, Subject, TokenError, Tokens, keys::LIVE_MAX};

#[test]
fn the_first_start_makes_one_key_that_only_its_owner_reads_and_the_second_finds_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    let now = Hand::new().clock().now();
    let kids = |ring: &KeyRing| ring.list().into_iter().map(|key| key.kid).collect::<Vec<_>>();
    let first = kids(&KeyRing::open(&path, now).expect("keys"));
    assert_eq!((first.len(), kids(&KeyRing::open(&path, now).expect("keys"))), (1, first));
    let files: Vec<_> = fs::read_dir(&path).expect("the folder").map(|file| file.expect("a file").path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((mode(&files[0]), mode(&path)), (0o600, 0o700));
    assert!(fs::read_to_string(&files[0]).expect("text").starts_with("-----BEGIN PRIVATE KEY-----\n"));
}

#[test]
fn a_world_readable_key_is_refused_with_advice() {
    let folder = tempfile::tempdir().expect("a folder");
    KeyRing::open(folder.path(), Hand::new().clock().now()).expect("keys");
    let file = fs::read_dir(folder.path()).expect("the folder").next().expect("a key").expect("a file").path();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
    let why = KeyRing::open(folder.path(), Hand::new().clock().now()).err().expect("refused").to_string();
    assert!(why.contains("is readable by everybody (mode 644)") && why.contains("chmod 600"), "{why}");
}

#[test]
fn a_file_that_is_no_key_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("1800000000000.pem");
    fs::write(&file, "-----BEGIN NONSENSE-----\n").expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("changed");
    let why = KeyRing::open(folder.path(), Hand::new().clock().now()).err().expect("refused");
    assert!(format!("{why:#}").contains("1800000000000.pem is not an RSA private key in PEM"), "{why:#}");
}

#[test]
fn a_token_survives_one_rotation_and_not_two() {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let keys = std::sync::Arc::new(KeyRing::open(folder.path(), hand.clock().now()).expect("keys"));
    let tokens = Tokens::new(std::sync::Arc::clone(&keys), &Settings::default(), hand.clock());
    let ann = Subject { user: Uuid::new_v4(), name: "Ann", session: None };
    let old = tokens.mint(ann).expect("a token");
    // Within the same millisecond, by this clock: the new key is the newer one all the same.
    let rotated = keys.rotate(hand.clock().now()).expect("rotated");
    assert!(rotated.signs);
    let new = tokens.mint(ann).expect("a token");
    assert_eq!(jsonwebtoken::decode_header(&new).expect("a header").kid, Some(rotated.kid));
    tokens.verify(&old).expect("the key before still verifies");
    tokens.verify(&new).expect("the new key verifies");
    assert_eq!(keys.jwks().keys.len(), LIVE_MAX);
    keys.rotate(hand.clock().now()).expect("rotated");
    assert_eq!(tokens.verify(&old), Err(TokenError::UnknownKey));
    tokens.verify(&new).expect("now the key before");
    let files = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, LIVE_MAX, "the oldest file is deleted");
}

#[test]
fn a_ring_sees_another_process_rotation_when_it_reloads() {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let ours = KeyRing::open(folder.path(), hand.clock().now()).expect("keys");
    let theirs = KeyRing::open(folder.path(), hand.clock().now()).expect("keys");
    assert!(!ours.reload().expect("read"), "nothing changed");
    let rotated = theirs.rotate(hand.clock().now()).expect("rotated");
    assert!(ours.reload().expect("read"), "it changed");
    assert_eq!(ours.list()[0], rotated);
    fs::remove_dir_all(folder.path()).expect("removed");
    assert!(ours.reload().is_err());
    assert_eq!(ours.list()[0], rotated, "what cannot be read changes nothing");
}
