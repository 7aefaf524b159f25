//! Maps the configuration's sections to the settings of each part. Decides nothing.

mod accounts;

use std::{sync::Arc, time::Duration};

use actors::settings::{
    BudgetLimits, Drain, LedgerLimits, MailboxLimits, NodeLimits, RoomLimits, Settings, SocketLimits, UserLimits,
};
use secrecy::SecretString;

use crate::{
    config::{Config, Fallback, LedgerUrl, MailSecurity, MediaUrl, Rate},
    history, http, ice,
    ledger::{RedisAddress, RedisLimits},
    mail, media, net, storage,
    telemetry::memory::{self, MemoryMax},
    webhooks,
    ws::{self, guard},
};

pub(super) use accounts::{auth, issuers};

/// Buffers for clients take at most this fraction (one in …) of the memory: the rest is sockets, rooms, TLS, hashing.
const BUFFERED_SHARE: u64 = 3;
/// From the end of the drain to the end of the process: time to finish HTTP responses.
pub(super) const ENDING_WITHIN: Duration = Duration::from_secs(3);
/// Of these, what changes of accounts and rooms that run may take: a statement and its commit. The rest is for what they leave.
pub(super) const CHANGES_WITHIN: Duration = Duration::from_secs(2);
/// The period of the quota of TURN credentials.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Then the database may finish its statements: the process ends within 20 s, even if the database hangs.
pub(super) const CLOSING_WITHIN: Duration = Duration::from_secs(1);

pub(super) fn node(config: &Config, memory_max: u64) -> Settings {
    let (socket, room, budget) = (&config.socket, &config.room, &config.budget);
    Settings {
        node: NodeLimits { buffered_bytes_max: memory_max / BUFFERED_SHARE, ..node_limits(config) },
        mailboxes: MailboxLimits {
            room_max: config.node.room_mailbox_max.get(),
            socket_max: config.node.socket_mailbox_max.get(),
            user_max: config.node.user_mailbox_max.get(),
        },
        socket: SocketLimits {
            message_bytes_max: socket.message_bytes_max.bytes(),
            outbox_bytes_max: socket.outbox_bytes_max.bytes(),
            write_within: socket.write_within,
            hello_within: socket.hello_within,
            heartbeat_every: socket.heartbeat_every,
            heartbeat_within: socket.heartbeat_missing_max,
            ping_every: socket.ping_every,
            pong_within: socket.pong_within,
            in_flight_max: socket.in_flight_max.get(),
            settle_within: socket.settle_within,
            refusals_max: socket.refusals_max.get(),
            ..SocketLimits::default()
        },
        room: RoomLimits {
            participants_max: number(room.participants_default.get()),
            candidates_max: room.early_candidates_max.get(),
            candidate_bytes_max: room.candidate_bytes_max.bytes(),
            candidates_bytes_max: room.early_candidates_bytes_max.bytes(),
            candidates_within: room.early_candidates_within,
            hold_within: room.hold_within,
            notes: keeps_events(config),
            unknown_within: room.outcome_within,
            audit_after: room.audit_after,
            audit_every: room.audit_every,
            hole_within: room.hole_within,
            mesh_participants_max: number(room.mesh_participants_max.get()),
            media_fallback_below: match config.media.fallback {
                Fallback::Mesh => number(config.media.fallback_below.get()),
                Fallback::None => 0,
            },
            media_recover_after: config.media.recover_after,
            media_switch_every_min: config.media.switch_every_min,
            ..RoomLimits::default()
        },
        user: UserLimits { sockets_max: socket.sockets_per_user_max.get(), ..UserLimits::default() },
        budget: BudgetLimits {
            socket_per_second: socket.messages_per_second.get(),
            socket_burst: socket.messages_burst_max.get(),
            user_factor: budget.user_factor.get(),
            address_factor: budget.address_factor.get(),
            room_joins_per_second: budget.room_joins_per_second.get(),
            room_joins_burst: budget.room_joins_burst_max.get(),
            join_cost: budget.join_cost.get(),
            takeover_cost: budget.takeover_cost.get(),
            miss_cost: budget.miss_cost.get(),
            answer_grant: budget.answer_grant.get(),
            penalty_first: budget.penalty_first,
            penalty_max: budget.penalty_max,
            flood_max: budget.flood_max.get(),
        },
    }
}

/// The limits of the node but that of its memory.
pub(super) fn node_limits(config: &Config) -> NodeLimits {
    let lease = config.ledger.lease;
    NodeLimits {
        seat_window: config.room.seat_window,
        sockets_max: config.http.connections_max.get(),
        rest_after: config.node.rest_after,
        turn_budget: config.node.turn_budget,
        lease,
        renew_every: lease / 3,
        fence_before: lease / 3,
        pushes_max: config.ledger.pushes_max.get(),
        pushes_bytes_max: config.ledger.pushes_bytes_max.bytes(),
        ..NodeLimits::default()
    }
}

/// The node's name, or one for this run.
pub(super) fn node_id(config: &Config) -> String {
    config.node.id.clone().unwrap_or_else(|| format!("node-{:08x}", rand::random::<u32>()))
}

/// How much memory the process may use.
pub(super) fn memory_max(config: &Config) -> MemoryMax {
    memory::memory_max(config.node.memory_max.map(|size| size.bytes() as u64))
}

/// Events of one room that are kept.
const EVENTS_MAX: usize = 256;

/// Whether what happens in rooms is kept.
pub(super) fn keeps_events(config: &Config) -> bool {
    config.room.timeline || config.webhooks.url.is_some()
}

pub(super) fn webhooks(config: &Config) -> Option<webhooks::Settings> {
    let from = &config.webhooks;
    let url = from.url.as_ref()?.url().clone();
    let (allow_private, answer_within, give_up_after) = (from.allow_private, from.answer_within, from.give_up_after);
    let wanted = webhooks::Wanted::new(from.events.iter().map(|event| event.as_str()).collect());
    Some(webhooks::Settings { url, keys: from.keys(), allow_private, answer_within, give_up_after, wanted })
}

pub(super) fn ledger(config: &Config) -> LedgerLimits {
    LedgerLimits {
        inbox_entries_max: config.room.inbox_entries_max.get(),
        inbox_bytes_max: config.room.inbox_bytes_max.bytes(),
        rooms_max: config.ledger.rooms_max.get(),
        events_max: if keeps_events(config) { EVENTS_MAX } else { 0 },
        ..LedgerLimits::default()
    }
}

pub(super) fn redis_address(config: &Config, url: &LedgerUrl) -> RedisAddress {
    let from = &config.ledger;
    let client = from.redis_cert.clone().zip(from.redis_key.clone());
    let name = config.node.id.as_ref().map_or_else(|| "aldis".to_owned(), |node| format!("aldis:{node}"));
    RedisAddress { url: url.expose().to_owned(), ca: from.redis_ca.clone(), client, name: Some(name) }
}

pub(super) fn redis(config: &Config) -> RedisLimits {
    let from = &config.ledger;
    RedisLimits {
        answer_within: from.answer_within,
        late_max: from.answer_within * 4,
        in_flight_max: from.in_flight_max.get(),
        in_flight_bytes_max: from.in_flight_bytes_max.bytes(),
        allow_eviction: from.allow_eviction,
        replicas_min: from.replicas_min.into(),
        chat_bytes_max: config.chat.waiting_bytes_per_room_max.bytes(),
        chat_bytes_all_max: config.chat.waiting_bytes_max.bytes(),
        ledger: ledger(config),
        ..RedisLimits::default()
    }
}

pub(super) fn drain(config: &Config) -> Drain {
    Drain { within: config.drain.within, batch: config.drain.batch_max.get(), ..Drain::default() }
}

pub(super) fn storage(config: &Config) -> storage::Settings {
    storage::Settings {
        acquire_within: config.database.acquire_within,
        query_within: config.database.query_within,
        connections_max: number(config.database.readers_max.get()),
        ..storage::Settings::default()
    }
}

pub(super) fn history(config: &Config) -> history::Limits {
    let from = &config.chat;
    history::Limits {
        keep_for: from.keep_for.try_into().unwrap_or(jiff::SignedDuration::MAX),
        keep_per_room_max: number(from.keep_per_room_max.get()),
        queued_max: from.queued_max.get(),
        queued_bytes_max: from.queued_bytes_max.bytes(),
        ..history::Limits::default()
    }
}

/// The mail server, if mails are sent.
pub(super) fn mail_server(config: &Config) -> Option<mail::Server> {
    let url = config.mail.url.as_ref()?;
    Some(mail::Server {
        host: url.host.clone(),
        port: url.port,
        security: match url.security {
            MailSecurity::Tls => mail::Security::Tls,
            MailSecurity::StartTls => mail::Security::StartTls,
            MailSecurity::Plain => mail::Security::Plain,
        },
        credentials: url.credentials.as_ref().map(|(user, password)| (user.clone(), password.expose().into())),
        from: config.mail.from.clone().unwrap_or_default(),
    })
}

pub(super) fn mails(config: &Config) -> mail::Limits {
    let from = &config.mail;
    mail::Limits {
        waiting_max: from.waiting_max.get(),
        reserved_for_resets: from.reserved_for_resets,
        send_within: from.send_within,
        retry_within: from.retry_within,
        ..mail::Limits::default()
    }
}

/// The base of links: the URL that people type, else this machine's own.
pub(super) fn site_url(config: &Config) -> String {
    let scheme = if config.http.tls_cert.is_some() { "https" } else { "http" };
    let here = || format!("{scheme}://localhost:{}", config.http.bind.port());
    config.http.public_url.as_ref().map_or_else(here, ToString::to_string)
}

pub(super) fn ice(config: &Config) -> ice::Settings {
    let from = &config.ice;
    ice::Settings {
        stun_urls: from.stun_urls.iter().map(|url| url.as_str().to_owned()).collect(),
        turn_urls: from.turn_urls.iter().map(|url| url.as_str().to_owned()).collect(),
        ttl: from.credential_ttl,
    }
}

pub(super) fn turn_secrets(config: &Config) -> Vec<SecretString> {
    config.ice.turn_secrets.iter().map(|secret| secret.expose().into()).collect()
}

/// The media servers, by their names.
pub(super) fn media_addresses(config: &Config) -> Vec<media::Address> {
    let address = |url: &MediaUrl| media::Address { name: url.name(), base: url.base() };
    config.media.servers.iter().map(address).collect()
}

/// The secret that they share with this node; none without media servers.
pub(super) fn media_secret(config: &Config) -> Option<SecretString> {
    let secret = config.media.secret.as_ref().filter(|_| !config.media.servers.is_empty())?;
    Some(secret.expose().into())
}

pub(super) fn media(config: &Config) -> media::Limits {
    media::Limits { request_within: config.media.request_within, ..media::Limits::default() }
}

pub(super) fn http(config: &Config) -> http::Settings {
    let (from, rates) = (&config.http, &config.rate_limits);
    http::Settings {
        net: Arc::new(net::Rules {
            public_url: from.public_url.clone(),
            allowed_origins: from.allowed_origins.clone(),
            trusted_proxies: from.trusted_proxies.iter().map(|network| network.net()).collect(),
        }),
        body_bytes_max: from.body_bytes_max.bytes(),
        body_within: from.body_within,
        within: from.request_within,
        rates: http::rate::Limits {
            address: rate(rates.requests_per_address),
            user: rate(rates.requests_per_user),
            sockets: rate(rates.sockets_per_address),
            auth_address: rate(rates.auth_per_address),
            login_email: rate(rates.auth_per_email),
            mails_address: rate(rates.mails_per_address),
            credentials: http::rate::Rate { burst: config.ice.credentials_per_hour_max.get(), per: HOUR },
            reports: http::rate::REPORTS,
            keys_max: rates.remembered_max.get(),
        },
        rooms: http::rooms::Limits {
            participants: number(config.room.participants_default.get()),
            participants_max: number(config.room.participants_max.get()),
            mesh_participants_max: number(config.room.mesh_participants_max.get()),
            sfu: !config.media.servers.is_empty(),
            seat_window_seconds: seconds(config.room.seat_window),
            seat_window_seconds_max: seconds(config.room.seat_window_max),
            per_host_max: number(config.room.per_host_max.get()),
            per_backend_host_max: number(config.room.per_backend_host_max.get()),
        },
    }
}

pub(super) fn edge(config: &Config) -> ws::Limits {
    let from = &config.http;
    ws::Limits {
        connections_max: from.connections_max.get(),
        connections_per_address_max: from.connections_per_address_max.get(),
        tls_handshake_within: from.tls_handshake_within,
        first_byte_within: from.first_byte_within,
        head_within: from.head_within,
        idle_within: from.keep_alive_within,
        head_bytes_max: from.head_bytes_max.bytes(),
        frames: guard::Limits {
            message_bytes_max: config.socket.message_bytes_max.bytes() as u64,
            fragments_max: number(config.socket.fragments_max.get()),
            binary: false,
        },
        ..ws::Limits::default()
    }
}

pub(super) fn rate(rate: Rate) -> http::rate::Rate {
    http::rate::Rate { burst: rate.count.get(), per: rate.per }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

/// The configuration's bounds keep every count far below 2³².
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
