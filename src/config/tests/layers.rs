//! Precedence of the layers, and the source of each value.

use std::time::Duration;

use super::{file, flag, variable};
use crate::config::schema::SCHEMA;
use crate::config::text::Text;
use crate::config::{Config, LogFormat, Sources, load};

#[test]
fn flags_override_environment_overrides_file_overrides_defaults() {
    let mut sources = file("[room]\nseat_window = '10s'\nparticipants_default = 5\ninbox_entries_max = 99");
    sources.environment = variable("ALDIS_ROOM__SEAT_WINDOW", "20s").environment;
    sources.environment.extend(variable("ALDIS_ROOM__PARTICIPANTS_DEFAULT", "6").environment);
    sources.flags = flag("--set", "room.seat_window", "30s").flags;
    let loaded = load(&sources).expect("right");
    assert_eq!(loaded.config.room.seat_window, Duration::from_secs(30));
    assert_eq!(loaded.config.room.participants_default.get(), 6);
    assert_eq!(loaded.config.room.inbox_entries_max.get(), 99);
    assert_eq!(loaded.config.room.early_candidates_max, Config::default().room.early_candidates_max);
    assert_eq!(loaded.origin("room.seat_window"), "flag --set");
    assert_eq!(loaded.origin("room.participants_default"), "environment ALDIS_ROOM__PARTICIPANTS_DEFAULT");
    assert_eq!(loaded.origin("room.inbox_entries_max"), "aldis.toml:4");
    assert_eq!(loaded.origin("room.early_candidates_max"), "default");
}

#[test]
fn a_later_flag_overrides_an_earlier_one() {
    let mut sources = flag("--set", "room.participants_default", "5");
    sources.flags.extend(flag("--set", "room.participants_default", "6").flags);
    assert_eq!(load(&sources).expect("right").config.room.participants_default.get(), 6);
}

#[test]
fn every_key_has_its_environment_variable() {
    for key in &SCHEMA.keys {
        let sources = variable(&format!("ALDIS_{}", key.replace('.', "__").to_uppercase()), "?");
        let error = load(&sources).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!error.contains("unknown"), "{key}: {error}");
    }
}

#[test]
fn environment_text_is_parsed_as_its_keys_type() {
    let cases = [
        ("ALDIS_HTTP__ALLOWED_ORIGINS", "https://a.example, https://b.example:444"),
        ("ALDIS_HTTP__CONNECTIONS_MAX", "2000"),
        ("ALDIS_LOG__FORMAT", "json"),
        ("ALDIS_NODE__READY_FILE", "ready.json"),
        ("ALDIS_NODE__ID", ""),
        ("ALDIS_SOCKET__MESSAGE_BYTES_MAX", "32KiB"),
    ];
    let environment = cases.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let config = load(&Sources { environment, ..Sources::default() }).expect("right").config;
    let origins: Vec<_> = config.http.allowed_origins.iter().map(ToString::to_string).collect();
    assert_eq!(origins, ["https://a.example", "https://b.example:444"]);
    assert_eq!(config.http.connections_max.get(), 2000);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.node.ready_file.as_deref(), Some("ready.json".as_ref()));
    assert_eq!(config.node.id, None);
    assert_eq!(config.socket.message_bytes_max.write(), "32KiB");
}

#[test]
fn a_list_in_a_flag_is_written_as_in_toml_or_with_commas() {
    let bare = "turn:a.example:3478, turn:b.example";
    for text in [bare, r#"["turn:a.example:3478", "turn:b.example"]"#, "['turn:a.example:3478','turn:b.example',]"] {
        let mut sources = flag("--set", "ice.turn_urls", text);
        sources.flags.extend(flag("--set", "ice.turn_secrets", "canary-canary-canary").flags);
        let config = load(&sources).expect("right").config;
        let urls: Vec<_> = config.ice.turn_urls.iter().map(|url| url.as_str().to_owned()).collect();
        assert_eq!(urls, ["turn:a.example:3478", "turn:b.example"], "{text}");
    }
}

#[test]
fn origins_of_apps_may_be_allowed() {
    for app in [
        "chrome-extension://abcdefghijklmnop",
        "capacitor://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "app://.",
        "file://",
        "null",
    ] {
        let config = load(&flag("--set", "http.allowed_origins", app)).expect("right").config;
        assert_eq!(config.http.allowed_origins[0].to_string(), app);
    }
}

#[test]
fn dotted_and_inline_tables_are_sections_too() {
    let config = load(&file("http.bind = '0.0.0.0:1'\nroom = { participants_default = 3 }")).expect("right").config;
    assert_eq!(config.http.bind.to_string(), "0.0.0.0:1");
    assert_eq!(config.room.participants_default.get(), 3);
}

#[test]
fn a_file_with_windows_line_ends_reads_alike_and_counts_lines_alike() {
    let loaded = load(&file("[http]\r\nbind = '0.0.0.0:1'\r\n")).expect("right");
    assert_eq!(loaded.origin("http.bind"), "aldis.toml:2");
}

#[test]
fn the_variable_naming_the_file_is_not_a_key() {
    load(&variable("ALDIS_CONFIG", "elsewhere.toml")).expect("ALDIS_CONFIG is known");
}
