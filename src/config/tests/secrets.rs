//! Secrets are never shown: not by errors, not by `show`, not by `Debug`.

use std::fs;

use super::{file, flag, variable};
use crate::config::secret::without_password;
use crate::config::{Loaded, Sources, load};

const CANARY: &str = "canary-canary-canary";
/// A key that signs webhooks.
const SIGNING: &str = "whsec_canarycanarycanarycanarycanaryca";

fn assert_hidden(text: &str) {
    assert!(!text.contains("canary"), "{text}");
}

fn assert_all_hidden(loaded: &Loaded) {
    assert_hidden(&loaded.to_string());
    assert_hidden(&format!("{loaded:?}"));
    assert_hidden(&format!("{:?}", loaded.config));
}

#[test]
fn show_and_debug_hide_secrets() {
    let sources = file(&format!(
        "[ice]\nturn_urls = ['turn:t.example']\nturn_secrets = ['{CANARY}']\n\
         [database]\nurl = 'postgres://aldis:{CANARY}@db/aldis?sslpassword={CANARY}'\n\
         [auth]\nkey_secret_file = 'keys.secret'\n\
         [ledger]\nredis_url = 'redis://:{CANARY}@redis:6379'\n\
         [http]\npublic_url = 'https://call.example.org'\n\
         [mail]\nurl = 'smtps://aldis:{CANARY}@mail.example.org'\nfrom = 'aldis@call.example.org'\n\
         [media]\nservers = ['mediasoup+http://media:4443']\nsecret = '{CANARY}'\n\
         [webhooks]\nurl = 'https://backend.example.org/aldis?token={CANARY}'\nsecrets = ['{SIGNING}']"
    ));
    let loaded = load(&sources).expect("right");
    assert_eq!(loaded.config.webhooks.secrets[0].expose(), SIGNING);
    let url = loaded.config.webhooks.url.as_ref().expect("a URL").url();
    assert_eq!(url.query(), Some("token=canary-canary-canary"));
    assert_eq!(loaded.config.ice.turn_secrets[0].expose(), CANARY);
    assert_eq!(loaded.config.media.secret.as_ref().map(crate::config::Secret::expose), Some(CANARY));
    assert_all_hidden(&loaded);
    assert!(loaded.to_string().contains("url = \"https://backend.example.org/aldis?[redacted]\""), "{loaded}");
    assert!(loaded.to_string().contains("url = \"smtps://aldis:[redacted]@mail.example.org\""), "{loaded}");
    assert!(
        loaded.to_string().contains("url = \"postgres://aldis:[redacted]@db/aldis?sslpassword=[redacted]\""),
        "{loaded}"
    );
}

#[test]
fn faults_never_show_the_value_of_a_secret_key() {
    let files = [
        format!("[ice]\nturn_secrets = '{CANARY}'"),
        format!("[ice]\nturn_secrets = ['{CANARY}', 7]"),
        "[ice]\nturn_secrets = ['canary']\nturn_urls = ['turn:t.example']".to_owned(),
        format!("[ice]\nturn_secrets = ['{CANARY}']"),
        format!("[ice]\nturn_secert = ['{CANARY}']"),
        format!("[ice]\nturn_secrets = ['{CANARY}"),
        format!("[ice]\nturn_secrets = [\n  \"{CANARY}\",\n  \"{CANARY}\n]"),
        format!("[database]\nurl = 'mysql://root:{CANARY}@db/x'"),
        format!("[database]\nurl = 'postgres://root:{CANARY}@db/x'\nurl_file = 'x'"),
        format!("[database]\nulr = 'postgres://root:{CANARY}@db/x'"),
        format!("[ledger]\nredis_url = 'http://:{CANARY}@r'"),
        format!("[media]\nsecret = '{CANARY}'"),
        "[media]\nservers = ['mediasoup+http://media']\nsecret = 'canary'".to_owned(),
        format!("[media]\nservers = ['mediasoup+http://media']\nsecret = '{CANARY} {CANARY}'"),
        format!("[database]\npassword = '{CANARY}'"),
        format!("[webhooks]\nsecrets = ['{SIGNING}']"),
        format!("[webhooks]\nurl = 'https://b.example.org'\nsecrets = ['{CANARY}']"),
        format!("[webhooks]\nurl = 'https://b.example.org'\nsecrets = '{SIGNING}'"),
        format!("[webhooks]\nurl = 'https://b.example.org'\nsecrets = ['{SIGNING}', '{SIGNING}', '{SIGNING}']"),
        format!("[webhooks]\nurl = 'https://b.example.org'\nsecrets = ['{SIGNING}']\nsecrets_file = 'x'"),
        format!("[webhooks]\nurl = 'https://{CANARY}@b.example.org'\nsecrets = ['{SIGNING}']"),
        format!("[webhooks]\nurl = 'http://b.example.org/?token={CANARY}'\nsecrets = ['{SIGNING}']"),
        format!("[webhooks]\nurl = 'https://b.example.org/?token={CANARY}'"),
        format!("secret = '{CANARY}'"),
        format!("ice = {{ turn_secrets = ['{CANARY}'], credential_ttl = '3h', turn_urls = ['turn:t'] }}"),
        format!("ice = {{ turn_secrets = ['{CANARY}'], credential_ttl = 3 }}"),
    ];
    for text in &files {
        assert_hidden(&load(&file(text)).expect_err(text).to_string());
    }
    for name in [
        "ALDIS_ICE__TURN_SECRETS",
        "ALDIS_DATABASE__URL",
        "ALDIS_LEDGER__REDIS_URL",
        "ALDIS_MAIL__URL",
        "ALDIS_WEBHOOKS__URL",
        "ALDIS_WEBHOOKS__SECRETS",
    ] {
        assert_hidden(&load(&variable(name, CANARY)).expect_err(name).to_string());
    }
    let misspelt = load(&variable("ALDIS_ICE__TURN_SECRET", CANARY)).expect("a warning only");
    assert_eq!(misspelt.warnings.len(), 1);
    assert_hidden(&misspelt.warnings[0].to_string());
    assert_hidden(&misspelt.warnings[0].summary());
    assert_hidden(&load(&flag("--database-url", "database.url", CANARY)).expect_err("no scheme").to_string());
}

#[test]
fn secrets_may_be_in_separate_files() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let secrets = dir.path().join("turn");
    fs::write(&secrets, format!("{CANARY}-new\n\n{CANARY}-old\n")).expect("writable");
    let url_file = dir.path().join("url");
    fs::write(&url_file, format!("postgres://aldis:{CANARY}@db/aldis\n")).expect("writable");
    let sources = file(&format!(
        "[ice]\nturn_urls = ['turn:t.example']\nturn_secrets_file = '{}'\n[database]\nurl_file = '{}'\n\
         [auth]\nkey_secret_file = 'keys.secret'",
        secrets.display(),
        url_file.display()
    ));
    let loaded = load(&sources).expect("right");
    let exposed: Vec<_> = loaded.config.ice.turn_secrets.iter().map(crate::config::Secret::expose).collect();
    assert_eq!(exposed, [format!("{CANARY}-new"), format!("{CANARY}-old")]);
    assert_eq!(loaded.origin("ice.turn_secrets"), "the file of ice.turn_secrets_file");
    let url = loaded.config.database.url.as_ref().map(crate::config::DatabaseUrl::expose);
    assert_eq!(url, Some("postgres://aldis:canary-canary-canary@db/aldis"));
    assert_all_hidden(&loaded);
    let unsealed = load(&file(&format!("[database]\nurl_file = '{}'", url_file.display()))).expect_err("nothing seals");
    let unsealed = unsealed.to_string();
    assert!(unsealed.contains("`auth.key_secret_file` is wrong: missing"), "{unsealed}");
    assert_hidden(&unsealed);
}

#[test]
fn the_keys_of_webhooks_may_be_in_a_file_of_their_own() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("webhooks");
    let webhooks = format!("[webhooks]\nurl = 'https://b.example.org'\nsecrets_file = '{}'", path.display());
    fs::write(&path, format!("{SIGNING}\n{SIGNING}\n")).expect("writable");
    let loaded = load(&file(&webhooks)).expect("right");
    assert_eq!(loaded.config.webhooks.keys().len(), 2);
    assert_all_hidden(&loaded);
    fs::write(&path, format!("{CANARY}\n")).expect("writable");
    let wrong = load(&file(&webhooks)).expect_err("no key").to_string();
    assert!(wrong.contains("webhooks.secrets_file"), "{wrong}");
    assert_hidden(&wrong);
}

#[test]
fn an_unusable_secrets_file_is_a_fault_at_its_key() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("secrets");
    let sources = |key: &str| -> Sources {
        let turn = if key.starts_with("turn") { "turn_urls = ['turn:t.example']\n" } else { "" };
        let section = if key.starts_with("turn") { "ice" } else { "database" };
        file(&format!("[{section}]\n{turn}{key} = '{}'", path.display()))
    };
    let complaint = |key: &str| load(&sources(key)).expect_err("a fault").to_string();
    assert!(complaint("turn_secrets_file").contains("^ cannot be read: No such file or directory"));
    fs::write(&path, "\n \n").expect("writable");
    assert!(complaint("turn_secrets_file").contains("^ the file is empty"));
    let media = || {
        let sources = format!("[media]\nservers = ['mediasoup+http://media']\nsecret_file = '{}'", path.display());
        load(&file(&sources))
    };
    assert!(media().expect_err("a fault").to_string().contains("^ the file is empty"));
    fs::write(&path, format!("\n{CANARY}\n{CANARY}-old\n")).expect("writable");
    let loaded = media().expect("right");
    assert_eq!(loaded.config.media.secret.as_ref().map(crate::config::Secret::expose), Some(CANARY));
    assert_all_hidden(&loaded);
    fs::write(&path, "canary\n").expect("writable");
    let short = media().expect_err("a fault").to_string();
    assert!(short.contains("^ its first line is shorter than 16 characters"), "{short}");
    assert_hidden(&short);
    assert!(complaint("turn_secrets_file").contains("^ holds a secret shorter than 16 characters"));
    assert_hidden(&complaint("turn_secrets_file"));
    assert!(complaint("url_file").contains("^ its content is wrong: neither SQLite nor PostgreSQL"));
    assert_hidden(&complaint("url_file"));
}

#[test]
fn passwords_leave_urls_and_nothing_else_does() {
    for (url, shown) in [
        ("postgres://u:p@h:5432/d", "postgres://u:[redacted]@h:5432/d"),
        ("postgres://u:p@q@h/d", "postgres://u:[redacted]@h/d"),
        ("postgres://u@h/d", "postgres://u@h/d"),
        ("postgres://h/d?user=u&password=p", "postgres://h/d?user=u&password=[redacted]"),
        ("redis://:p@h", "redis://:[redacted]@h"),
        ("redis+unix:///run/s?user=u&pass=p", "redis+unix:///run/s?user=u&pass=[redacted]"),
        ("sqlite://./data/aldis.db?mode=rwc", "sqlite://./data/aldis.db?mode=rwc"),
    ] {
        assert_eq!(without_password(url), shown);
    }
}
