//! `aldis api-key` where no node runs: it changes the database itself.

use std::fs;
use std::process::Command;

use crate::{aldis, nowhere};

/// The value that `api-key new` printed.
fn field<'a>(out: &'a str, name: &str) -> &'a str {
    out.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_else(|| panic!("no {name}: {out}"))
}

#[test]
fn a_key_is_made_listed_and_revoked_and_its_secret_is_told_once() {
    let dir = nowhere();
    let none = aldis(dir.path(), &["api-key", "list"]);
    assert_eq!((none.code, dir.path().join("data").exists()), (Some(1), false), "looking makes nothing");
    assert!(none.err.contains("no data directory ./data → name the node's"), "{}", none.err);

    let made = aldis(dir.path(), &["api-key", "new", "--name", "shop"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""), "{}", made.out);
    let (id, secret) = (field(&made.out, "id "), field(&made.out, "secret "));
    assert!(id.starts_with("ak_") && id.len() == 35 && secret.len() == 43, "{}", made.out);
    let listed = aldis(dir.path(), &["api-key", "list"]);
    assert!(
        listed.out.starts_with(&format!("{id}  HS256  since 20")) && listed.out.ends_with("  shop\n"),
        "{}",
        listed.out
    );
    let database = fs::read(dir.path().join("data/aldis.db")).expect("the database");
    assert!(!database.windows(secret.len()).any(|part| part == secret.as_bytes()), "the database has it sealed");

    let revoked = aldis(dir.path(), &["api-key", "revoke", id]);
    assert_eq!((revoked.code, revoked.out.as_str()), (Some(0), ""), "{}", revoked.err);
    assert_eq!(aldis(dir.path(), &["api-key", "list"]).out, "");
    let again = aldis(dir.path(), &["api-key", "revoke", id]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains(&format!("there is no API key {id} → aldis api-key list")), "{}", again.err);
    let wrong = aldis(dir.path(), &["api-key", "revoke", "shop"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("ak_ and 32 hexadecimal digits"), "{}", wrong.err);
}

#[test]
fn of_a_backends_own_key_only_the_public_half_is_taken() {
    let dir = nowhere();
    let openssl = |arguments: &[&str]| {
        let ran = Command::new("openssl").args(arguments).current_dir(dir.path()).output().expect("openssl runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", "private.pem"]);
    openssl(&["pkey", "-in", "private.pem", "-pubout", "-out", "public.pem"]);
    let made = aldis(dir.path(), &["api-key", "new", "--name", "shop", "--public-key", "public.pem"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert!(field(&made.out, "id ").starts_with("ak_") && !made.out.contains("secret"), "{}", made.out);
    assert!(!dir.path().join("data/keys/api.secret").exists(), "nothing is sealed");

    let private = fs::read_to_string(dir.path().join("private.pem")).expect("a key");
    let refused = aldis(dir.path(), &["api-key", "new", "--name", "shop", "--public-key", "private.pem"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("openssl pkey -in private.pem -pubout"), "{}", refused.err);
    assert!(!refused.err.contains(private.lines().nth(1).expect("its text")), "{}", refused.err);
    let missing = aldis(dir.path(), &["api-key", "new", "--name", "shop", "--public-key", "no.pem"]);
    assert!(missing.code == Some(1) && missing.err.contains("cannot read the public key no.pem"), "{}", missing.err);
    let unnamed = aldis(dir.path(), &["api-key", "new", "--name", ""]);
    assert!(unnamed.code == Some(1) && unnamed.err.contains("1 to 100 characters"), "{}", unnamed.err);
}
