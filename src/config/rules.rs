//! Rules between values, and between values and what the system promises. Pure: a configuration in, breaches out. Must
//! not know layers, files or the clock.

mod chat;
mod issuers;
mod media;
pub(super) mod webhooks;

use std::time::Duration;

use super::Config;
use super::text::{Text, ice_url::IceUrl, size::Size};
pub(super) use media::wrong_secret;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Breach {
    /// The keys in conflict; the first is the likeliest mistake.
    pub(super) keys: Vec<&'static str>,
    /// Which element of the first key's list is wrong, if one is.
    pub(super) element: Option<usize>,
    /// What is wrong with the first one.
    pub(super) why: String,
    /// What to do.
    pub(super) help: String,
}

/// All broken rules of `config`.
pub(super) fn breaches(config: &Config) -> Vec<Breach> {
    let mut found = Found(Vec::new());
    node(config, &mut found);
    http(config, &mut found);
    socket(config, &mut found);
    room(config, &mut found);
    chat::chat(config, &mut found);
    webhooks::webhooks(config, &mut found);
    auth(config, &mut found);
    issuers::issuers(config, &mut found);
    mail(config, &mut found);
    ice(config, &mut found);
    media::media(config, &mut found);
    storage(config, &mut found);
    found.0.extend(unsealed(config));
    ledger(config, &mut found);
    found.0
}

struct Found(Vec<Breach>);

impl Found {
    fn when(&mut self, broken: bool, keys: &[&'static str], why: impl Into<String>, help: impl Into<String>) {
        if broken {
            self.0.push(Breach { keys: keys.to_vec(), element: None, why: why.into(), help: help.into() });
        }
    }

    /// The duration at `key` must be from `least` to `most`.
    fn within(&mut self, key: &'static str, value: Duration, least: Duration, most: Duration) {
        let help = format!("write a duration from \"{}\" to \"{}\"", least.write(), most.write());
        self.when(value < least, &[key], format!("less than {}", least.write()), &help);
        self.when(value > most, &[key], format!("more than {}", most.write()), &help);
    }
}

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(31_557_600);

/// A node without clients needs half of it.
const MEMORY_LEAST: Size = Size::kib(64 * 1024);

fn node(config: &Config, found: &mut Found) {
    let id = config.node.id.as_deref().unwrap_or("node");
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    let help = "write 1 to 64 characters of a–z 0–9 - _ .";
    found.when(!plain || id.is_empty() || id.len() > 64, &["node.id"], "not a node's name", help);
    let memory = config.node.memory_max;
    let help = format!("write a size from \"{}\", or leave it out", MEMORY_LEAST.write());
    let why = format!("less than {}", MEMORY_LEAST.write());
    found.when(memory.is_some_and(|memory| memory < MEMORY_LEAST), &["node.memory_max"], why, help);
    let small = config.node.room_mailbox_max < config.socket.in_flight_max;
    let keys = ["node.room_mailbox_max", "socket.in_flight_max"];
    found.when(small, &keys, "one member could fill it", "write many times `socket.in_flight_max`");
    let small = config.node.socket_mailbox_max < config.room.inbox_entries_max;
    let keys = ["node.socket_mailbox_max", "room.inbox_entries_max"];
    found.when(small, &keys, "a resume could fill it", "write several times `room.inbox_entries_max`");
    let small = config.node.user_mailbox_max < config.socket.sockets_per_user_max;
    let keys = ["node.user_mailbox_max", "socket.sockets_per_user_max"];
    found.when(small, &keys, "the user's sockets could fill it", "write many times `socket.sockets_per_user_max`");
    // The process exits 4.5 s later at the latest: within 20 s in all.
    found.within("drain.within", config.drain.within, SECOND, 15 * SECOND);
}

fn http(config: &Config, found: &mut Found) {
    let http = &config.http;
    let keys = (http.tls_cert.is_some(), http.tls_key.is_some());
    let help = "set both, or neither";
    found.when(keys == (true, false), &["http.tls_cert", "http.tls_key"], "a certificate without its key", help);
    found.when(keys == (false, true), &["http.tls_key", "http.tls_cert"], "a key without its certificate", help);
    let same = http.bind == config.admin.bind && http.bind.port() != 0;
    found.when(same, &["admin.bind", "http.bind"], "the public listener uses this address", "give each its own port");
    let exposed = !config.admin.bind.ip().to_canonical().is_loopback();
    let protected = config.admin.token_file.is_some() || http.tls_cert.is_some();
    let help = "set `admin.token_file` (all requests but probes then need `Authorization: Bearer` with the token in it) or \
                `http.tls_cert`, or bind to 127.0.0.1";
    let why = "other machines reach it, and neither a token nor TLS protects it";
    found.when(exposed && !protected, &["admin.bind", "admin.token_file"], why, help);
    let more = http.connections_per_address_max > http.connections_max;
    let keys = ["http.connections_per_address_max", "http.connections_max"];
    found.when(more, &keys, "one address may open more connections than all together", "lower it, or raise the other");
    for (key, value) in [
        ("http.tls_handshake_within", http.tls_handshake_within),
        ("http.first_byte_within", http.first_byte_within),
        ("http.head_within", http.head_within),
        ("http.body_within", http.body_within),
        ("http.request_within", http.request_within),
    ] {
        found.within(key, value, 10 * MS, MINUTE);
    }
    found.within("http.keep_alive_within", http.keep_alive_within, SECOND, HOUR);
    let app = http.public_url.as_ref().is_some_and(|url| !url.is_web());
    let help = "write the URL that people type, such as \"https://call.example.org\"";
    found.when(app, &["http.public_url"], "neither http nor https", help);
    let head = http.head_bytes_max.bytes();
    // hyper refuses smaller buffers; a token of 4 KiB must fit.
    let help = "a head carries a token of up to 4KiB: write at least \"8KiB\"";
    found.when(head < 8192, &["http.head_bytes_max"], "less than 8KiB", help);
    let (body, help) = (http.body_bytes_max.bytes(), "a sign-up would not fit: write at least \"1KiB\"");
    found.when(body < 1024, &["http.body_bytes_max"], "less than 1KiB", help);
}

fn socket(config: &Config, found: &mut Found) {
    let socket = &config.socket;
    let message = socket.message_bytes_max.bytes();
    let help =
        "a session description must fit, and the protocol allows no more than 64KiB: write \"4KiB\" to \"64KiB\"";
    let key = ["socket.message_bytes_max"];
    found.when(message < 4096, &key, "less than 4KiB", help);
    found.when(message > 65_536, &key, "more than 64KiB", help);
    let small = socket.outbox_bytes_max < socket.message_bytes_max;
    let help = "write at least the size of one message";
    found.when(small, &["socket.outbox_bytes_max", "socket.message_bytes_max"], "one message would not fit", help);
    for (key, value) in [
        ("socket.write_within", socket.write_within),
        ("socket.hello_within", socket.hello_within),
        ("socket.ping_every", socket.ping_every),
    ] {
        found.within(key, value, 10 * MS, 5 * MINUTE);
    }
    found.within("socket.heartbeat_every", socket.heartbeat_every, SECOND, 5 * MINUTE);
    found.within("socket.pong_within", socket.pong_within, 10 * MS, 5 * MINUTE);
    let never = socket.heartbeat_missing_max <= socket.heartbeat_every;
    let keys = ["socket.heartbeat_missing_max", "socket.heartbeat_every"];
    found.when(never, &keys, "over before the next heartbeat is due", "write at least twice `socket.heartbeat_every`");
}

fn room(config: &Config, found: &mut Found) {
    let room = &config.room;
    let most = room.participants_max.get();
    found.when(most > 100, &["room.participants_max"], "more than 100", "write a whole number from 2 to 100");
    found.when(most < 2, &["room.participants_max"], "less than 2", "write a whole number from 2 to 100");
    let (usual, help) = (room.participants_default.get(), "a call needs two: write a whole number from 2");
    found.when(usual < 2, &["room.participants_default"], "less than 2", help);
    let keys = ["room.participants_default", "room.participants_max"];
    found.when(usual > most, &keys, "more than a host may set", "lower it, or raise the other");
    let mesh = room.mesh_participants_max.get();
    let help = "write a whole number from 2 to 100";
    found.when(!(2..=100).contains(&mesh), &["room.mesh_participants_max"], "not 2 to 100", help);
    let keys = ["room.participants_default", "room.mesh_participants_max"];
    found.when(
        usual > mesh,
        &keys,
        "more than a mesh may have, which is what rooms are by default",
        "lower it, or raise the other",
    );
    found.within("room.seat_window_max", room.seat_window_max, Duration::ZERO, 120 * SECOND);
    for (key, window) in [("room.seat_window", room.seat_window), ("room.seat_window_max", room.seat_window_max)] {
        let (why, help) = ("not whole seconds, the unit of rooms", "write a duration such as \"5s\"");
        found.when(window.subsec_nanos() > 0, &[key], why, help);
    }
    let longer = room.seat_window > room.seat_window_max;
    let keys = ["room.seat_window", "room.seat_window_max"];
    found.when(longer, &keys, "longer than a host may set", "lower it, or raise the other (at most \"2m\")");
    found.within("room.early_candidates_within", room.early_candidates_within, SECOND, MINUTE);
    for (key, value) in [
        ("room.hold_within", room.hold_within),
        ("room.outcome_within", room.outcome_within),
        ("room.audit_after", room.audit_after),
        ("room.hole_within", room.hole_within),
    ] {
        found.within(key, value, MS, MINUTE);
    }
    found.within("room.audit_every", room.audit_every, SECOND, HOUR / 2);
    let candidate = room.candidate_bytes_max.bytes();
    let help = "write \"256B\" to \"4KiB\": the protocol allows no more";
    found.when(candidate < 256, &["room.candidate_bytes_max"], "less than 256B", help);
    found.when(candidate > 4096, &["room.candidate_bytes_max"], "more than 4KiB", help);
    let small = room.early_candidates_bytes_max < room.candidate_bytes_max;
    let keys = ["room.early_candidates_bytes_max", "room.candidate_bytes_max"];
    found.when(small, &keys, "one candidate would not fit", "write at least the size of one candidate");
    let small = room.inbox_bytes_max < config.socket.message_bytes_max;
    let keys = ["room.inbox_bytes_max", "socket.message_bytes_max"];
    found.when(small, &keys, "one message would not fit", "write at least the size of one message");
    let few = room.inbox_entries_max < config.socket.in_flight_max;
    let keys = ["room.inbox_entries_max", "socket.in_flight_max"];
    found.when(few, &keys, "fewer than one socket may have in flight", "write at least `socket.in_flight_max`");
}

fn auth(config: &Config, found: &mut Found) {
    let auth = &config.auth;
    found.within("auth.unverified_ttl", auth.unverified_ttl, DAY, YEAR);
    found.within("auth.access_ttl", auth.access_ttl, MINUTE, DAY);
    found.within("auth.refresh_ttl", auth.refresh_ttl, MINUTE, 365 * DAY);
    found.within("auth.refresh_grace", auth.refresh_grace, Duration::ZERO, MINUTE);
    found.within("auth.clock_leeway", auth.clock_leeway, Duration::ZERO, 5 * SECOND);
    let (every, key) = (auth.rotate_keys_every, ["auth.rotate_keys_every"]);
    let help = "write \"1day\" to \"365days\", or \"0s\" to rotate by hand only";
    found.when(!every.is_zero() && every < DAY, &key, "less than a day: old keys are kept for 30", help);
    found.when(every > 365 * DAY, &key, "more than 365days", help);
    let keys = ["auth.refresh_ttl", "auth.access_ttl"];
    found.when(
        auth.refresh_ttl <= auth.access_ttl,
        &keys,
        "shorter than the lifetime of the token it renews",
        "write a longer time",
    );
    for (key, name) in [("auth.issuer", &auth.issuer), ("auth.audience", &auth.audience)] {
        found.when(
            name.is_empty() || name.len() > 256,
            &[key],
            "not 1 to 256 bytes long",
            "write a name, such as \"aldis\"",
        );
    }
    let memory = auth.argon2_memory.bytes();
    let help = "write \"8MiB\" to \"1GiB\"; 19MiB with 2 iterations is the usual advice";
    found.when(memory < 8 << 20, &["auth.argon2_memory"], "less than 8MiB makes guessing cheap", help);
    found.when(memory > 1 << 30, &["auth.argon2_memory"], "more than 1GiB", help);
    let passes = auth.argon2_iterations.get();
    found.when(passes > 64, &["auth.argon2_iterations"], "more than 64", "write a whole number from 1 to 64");
}

fn mail(config: &Config, found: &mut Found) {
    let mail = &config.mail;
    let twice = mail.url.is_some() && mail.url_file.is_some();
    found.when(twice, &["mail.url_file", "mail.url"], "the URL is set already", "keep one of the two");
    let key = if mail.url_file.is_some() { "mail.url_file" } else { "mail.url" };
    let help = "set `mail.from` to an address of yours, such as \"no-reply@call.example.org\"";
    found.when(mail.is_sent() && mail.from.is_none(), &[key, "mail.from"], "a mail server, but no sender", help);
    let help = "set `http.public_url` to the URL that people type";
    let unknown = mail.is_sent() && config.http.public_url.is_none();
    found.when(unknown, &[key, "http.public_url"], "mails contain links, which begin with the public URL", help);
    let is_sender = mail.from.as_deref().is_none_or(|from| from.parse::<lettre::message::Mailbox>().is_ok());
    let help = "write an address, such as \"no-reply@call.example.org\" or \"Aldis <no-reply@call.example.org>\"";
    found.when(!is_sender, &["mail.from"], "not an e-mail address", help);
    let help = "set `mail.url`, or leave it out";
    let unseen = config.auth.verify_email && !mail.is_sent();
    found.when(unseen, &["auth.verify_email", "mail.url"], "nobody would receive the link", help);
    found.within("mail.send_within", mail.send_within, SECOND, 5 * MINUTE);
    found.within("mail.retry_within", mail.retry_within, Duration::ZERO, 30 * MINUTE);
    let (waiting, reserved) = (mail.waiting_max.get(), mail.reserved_for_resets);
    found.when(waiting > 100_000, &["mail.waiting_max"], "more than 100000", "write a whole number from 1 to 100000");
    let keys = ["mail.reserved_for_resets", "mail.waiting_max"];
    found.when(reserved >= waiting, &keys, "no place is left for sign-ups", "write fewer than `mail.waiting_max`");
}

fn ice(config: &Config, found: &mut Found) {
    let ice = &config.ice;
    let secrets = !ice.turn_secrets.is_empty() || ice.turn_secrets_file.is_some();
    let help = "set `ice.turn_secrets` to coturn's static-auth-secret";
    let keys = ["ice.turn_urls", "ice.turn_secrets"];
    found.when(!ice.turn_urls.is_empty() && !secrets, &keys, "TURN servers, but no secret to sign credentials", help);
    let key = if ice.turn_secrets.is_empty() { "ice.turn_secrets_file" } else { "ice.turn_secrets" };
    let (idle, help) = (ice.turn_urls.is_empty() && secrets, "set `ice.turn_urls`, or remove the secret");
    found.when(idle, &[key, "ice.turn_urls"], "a secret, but no TURN server", help);
    let twice = !ice.turn_secrets.is_empty() && ice.turn_secrets_file.is_some();
    let keys = ["ice.turn_secrets_file", "ice.turn_secrets"];
    found.when(twice, &keys, "the secrets are set already", "keep one of the two");
    let short = ice.turn_secrets.iter().any(|secret| secret.expose().len() < 16);
    found.when(short, &["ice.turn_secrets"], "shorter than 16 characters", "make one with: openssl rand -hex 32");
    let turn_as_stun = ice.stun_urls.iter().any(IceUrl::is_turn);
    found.when(turn_as_stun, &["ice.stun_urls"], "a TURN server", "move it to `ice.turn_urls`");
    let stun_as_turn = ice.turn_urls.iter().any(|url| !url.is_turn());
    found.when(stun_as_turn, &["ice.turn_urls"], "a STUN server", "move it to `ice.stun_urls`");
    found.within("ice.credential_ttl", ice.credential_ttl, MINUTE, HOUR);
}

fn storage(config: &Config, found: &mut Found) {
    let twice = config.database.url.is_some() && config.database.url_file.is_some();
    found.when(twice, &["database.url_file", "database.url"], "the URL is set already", "keep one of the two");
    found.within("database.start_within", config.database.start_within, Duration::ZERO, 10 * MINUTE);
    found.within("database.acquire_within", config.database.acquire_within, 10 * MS, SECOND);
    found.within("database.query_within", config.database.query_within, 10 * MS, MINUTE);
    let readers = config.database.readers_max.get();
    found.when(readers > 1000, &["database.readers_max"], "more than 1000", "write a whole number from 1 to 1000");
}

/// Signing keys in a database, and nothing that seals them. Also to be checked once the URL was read from its file.
pub(super) fn unsealed(config: &Config) -> Option<Breach> {
    let postgres = config.database.url.as_ref().is_some_and(|url| url.kind() == super::DatabaseKind::Postgres);
    let url = if config.database.url_file.is_some() { "database.url_file" } else { "database.url" };
    (postgres && config.auth.key_secret_file.is_none()).then(|| Breach {
        keys: vec!["auth.key_secret_file", url],
        element: None,
        why: "missing: with PostgreSQL the signing keys are in the database, and whoever reads it could mint tokens".to_owned(),
        help: "make one file for all nodes (umask 077; openssl rand -base64 32 > keys.secret), and name it in `auth.key_secret_file`"
            .to_owned(),
    })
}

fn ledger(config: &Config, found: &mut Found) {
    let ledger = &config.ledger;
    let twice = ledger.redis_url.is_some() && ledger.redis_url_file.is_some();
    found.when(twice, &["ledger.redis_url_file", "ledger.redis_url"], "the URL is set already", "keep one of the two");
    for (file, other, keys) in [
        (&ledger.redis_cert, &ledger.redis_key, ["ledger.redis_cert", "ledger.redis_key"]),
        (&ledger.redis_key, &ledger.redis_cert, ["ledger.redis_key", "ledger.redis_cert"]),
    ] {
        found.when(file.is_some() && other.is_none(), &keys, "one without the other", "set both, or neither");
    }
    let plain = ledger.prefix.bytes().all(|b| b.is_ascii_graphic() && !b"{}*?[]\\".contains(&b));
    let wrong = !plain || ledger.prefix.is_empty() || ledger.prefix.len() > 64;
    let help = "write 1 to 64 ASCII characters without spaces, { } * ? [ ] and \\, such as \"aldis:\"";
    found.when(wrong, &["ledger.prefix"], "not a prefix of keys", help);
    found.within("ledger.answer_within", ledger.answer_within, 10 * MS, 10 * SECOND);
    found.within("ledger.lease", ledger.lease, 3 * SECOND, MINUTE);
    let (many, hasty) = (ledger.replicas_min > 8, ledger.replicas_min > 0 && ledger.answer_within < 300 * MS);
    found.when(many, &["ledger.replicas_min"], "more than 8", "write the replicas that confirm, 0 to 8");
    let keys = ["ledger.answer_within", "ledger.replicas_min"];
    found.when(hasty, &keys, "replicas have 100 ms to confirm, twice", "write at least \"300ms\"");
    let (late, keys) = (ledger.answer_within * 3 > ledger.lease, ["ledger.answer_within", "ledger.lease"]);
    found.when(late, &keys, "one late answer could cost the lease", "write at most a third of `ledger.lease`");
    let small = ledger.in_flight_bytes_max < config.socket.message_bytes_max;
    let keys = ["ledger.in_flight_bytes_max", "socket.message_bytes_max"];
    found.when(small, &keys, "one message would not fit", "write many times the size of one message");
}
