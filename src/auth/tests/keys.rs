//! Keys on disk: made at first start, private, rotated without logging anybody out.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc, time::Duration};

use uuid::Uuid;

use super::Hand;
use crate::auth::{
    KeyRing, LIFE_MAX, Settings, Subject, TokenError, Tokens,
    keys::{PUBLISHED_FOR, Role, Rotation},
};

/// Until the next key signs, in seconds.
const LEAD: i64 = PUBLISHED_FOR.as_secs().cast_signed();
const DAY: i64 = 24 * 60 * 60;

/// Keys in a folder of their own, and the tokens that they sign.
struct Bench {
    folder: tempfile::TempDir,
    hand: Hand,
    keys: Arc<KeyRing>,
    tokens: Tokens,
}

impl Bench {
    fn new() -> Self {
        let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
        let keys = Arc::new(KeyRing::open(folder.path(), hand.clock().now()).expect("keys"));
        let tokens = Tokens::new(Arc::clone(&keys), &Settings::default(), hand.clock());
        Self { folder, hand, keys, tokens }
    }
}

fn ann() -> Subject<'static> {
    Subject { user: Uuid::new_v4().into(), name: "Ann", session: None }
}

fn roles(ring: &KeyRing) -> Vec<Role> {
    ring.list().into_iter().map(|key| key.role).collect()
}

#[test]
fn the_first_start_makes_one_key_that_only_its_owner_reads_and_the_second_finds_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    let now = Hand::new().clock().now();
    let kids = |ring: &KeyRing| ring.list().into_iter().map(|key| key.kid).collect::<Vec<_>>();
    assert!(KeyRing::read(&path, now).is_err() && !path.exists(), "reading makes nothing");
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
fn the_next_key_is_published_before_it_signs_and_the_one_before_verifies_until_its_last_token_has_expired() {
    let bench = Bench::new();
    let (tokens, keys) = (&bench.tokens, &bench.keys);
    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("a header").kid.expect("a kid");
    let mint = || tokens.mint_for(ann(), LIFE_MAX).expect("a token");
    let published = |kid: &str| keys.jwks().find(kid).is_some();
    let first = mint();
    let next = keys.rotate(Rotation::Announced, bench.hand.clock().now()).expect("rotated").remove(1);
    assert_eq!((next.role, roles(keys)), (Role::Next, vec![Role::Current, Role::Next]));
    assert!(published(&next.kid), "others can learn it now");
    bench.hand.turn(LEAD - 1);
    assert!(!keys.tend(None, bench.hand.clock().now()).expect("looked"), "nothing changes yet");
    let last = mint();
    assert_eq!(kid(&last), kid(&first));
    bench.hand.turn(1);
    assert!(keys.tend(None, bench.hand.clock().now()).expect("looked"));
    let new = mint();
    assert_eq!((kid(&new), roles(keys)), (next.kid.clone(), vec![Role::Current, Role::Previous]));
    for token in [&first, &last, &new] {
        tokens.verify(token).expect("rotating signs nobody out");
    }
    // A second rotation within the life of these tokens.
    keys.rotate(Rotation::Now, bench.hand.clock().now()).expect("rotated");
    assert_eq!(roles(keys), [Role::Current, Role::Previous, Role::Previous]);
    bench.hand.turn(30 * DAY - 2);
    keys.tend(None, bench.hand.clock().now()).expect("looked");
    tokens.verify(&last).expect("valid in its last second");
    bench.hand.turn(DAY);
    keys.tend(None, bench.hand.clock().now()).expect("looked");
    assert_eq!(roles(keys), [Role::Current]);
    assert!(!published(&kid(&last)));
    let files = fs::read_dir(bench.folder.path()).expect("the folder").count();
    assert_eq!(files, 1, "the files are deleted");
}

#[test]
fn the_timer_publishes_a_next_key_in_time_and_again_and_again() {
    let bench = Bench::new();
    let (tokens, keys) = (&bench.tokens, &bench.keys);
    let every = Some(Duration::from_secs(DAY.unsigned_abs()));
    let turn = |seconds: i64| {
        bench.hand.turn(seconds);
        keys.tend(every, bench.hand.clock().now()).expect("looked")
    };
    let first = keys.list().remove(0).kid;
    assert!(!turn(DAY - LEAD - 1));
    assert!(turn(1), "it is published");
    assert!(!turn(LEAD - 1));
    assert_eq!(keys.list()[0].kid, first);
    assert!(turn(1), "it signs");
    let second = keys.list().remove(0);
    assert_eq!((second.kid != first, second.signs_from), (true, bench.hand.clock().now()));
    assert!(turn(10 * DAY), "the node was off: the timer makes up for it once");
    assert_eq!(roles(keys), [Role::Current, Role::Next, Role::Previous]);
    assert!(!turn(1));
    let token = tokens.mint(ann()).expect("a token");
    tokens.verify(&token).expect("good");
}

#[test]
fn leaked_keys_are_given_up_at_once() {
    let bench = Bench::new();
    let (tokens, keys) = (&bench.tokens, &bench.keys);
    keys.rotate(Rotation::Announced, bench.hand.clock().now()).expect("rotated");
    let old = tokens.mint(ann()).expect("a token");
    bench.hand.turn(1);
    let left = keys.rotate(Rotation::Leaked, bench.hand.clock().now()).expect("rotated");
    assert_eq!((left.len(), roles(keys)), (1, vec![Role::Current]));
    assert_eq!(tokens.verify(&old), Err(TokenError::UnknownKey));
    tokens.verify(&tokens.mint(ann()).expect("a token")).expect("good");
    assert_eq!(fs::read_dir(bench.folder.path()).expect("the folder").count(), 1);
}

#[test]
fn a_ring_sees_another_process_rotation_when_it_looks() {
    let (folder, hand) = (tempfile::tempdir().expect("a folder"), Hand::new());
    let now = hand.clock().now();
    let ours = KeyRing::open(folder.path(), now).expect("keys");
    let theirs = KeyRing::open(folder.path(), now).expect("keys");
    assert!(!ours.tend(None, now).expect("read"), "nothing changed");
    let rotated = theirs.rotate(Rotation::Announced, now).expect("rotated");
    assert!(ours.tend(None, now).expect("read"), "it changed");
    assert_eq!(ours.list(), rotated);
    fs::remove_dir_all(folder.path()).expect("removed");
    assert!(ours.tend(None, now).is_err());
    assert_eq!(ours.list(), rotated, "what cannot be read changes nothing");
}
