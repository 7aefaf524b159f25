//! What trusted proxies report about a request: `X-Forwarded-For`, `-Proto`, `-Host`, `-Port`, or `Forwarded`
//! (RFC 7239). Must not know what the answers are used for.
//!
//! Each proxy appends an entry about the connection that it received, so the rightmost entry is our own proxy's. An entry
//! counts as long as the proxy that wrote it is trusted: the walk goes from right to left and ends at the first address
//! that is not. Address, scheme and host are those of that same connection.

use std::net::{IpAddr, SocketAddr};

use hyper::http::HeaderMap;
use ipnet::IpNet;

/// The client's connection as the outermost trusted proxy saw it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// The client's address.
    pub(super) address: IpAddr,
    /// Whether its connection was encrypted, if a proxy reports it.
    pub(super) secure: Option<bool>,
    /// The host that it asked for, if a proxy reports it.
    pub(super) host: Option<String>,
    /// The port that it connected to, if a proxy reports it.
    pub(super) port: Option<u16>,
}

/// The fields of a request, leftmost entry first.
#[derive(Default)]
struct Reported {
    addresses: Vec<String>,
    schemes: Vec<String>,
    hosts: Vec<String>,
    ports: Vec<String>,
}

/// Entries of one field that are read; a longer list is a client's invention, and its left end does not matter.
const ENTRIES_MAX: usize = 32;

/// What the proxies report, starting from `peer`, which is trusted.
pub(super) fn seen(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Seen {
    let reported = Reported::of(headers);
    let hops = reported.addresses.len();
    let (mut address, mut depth) = (peer, 0);
    for (at, text) in reported.addresses.iter().rev().enumerate() {
        // The entry was written by a trusted proxy, so its scheme counts even if its address cannot be read.
        depth = at;
        let Some(hop) = parse_hop(text) else { break };
        address = hop;
        if !trusted.iter().any(|network| network.contains(&hop)) {
            break;
        }
    }
    let secure = match aligned(&reported.schemes, depth, hops) {
        Some(scheme) => is_secure(scheme),
        // Which entry is about the client is unknown. Assume encryption: over TLS a cookie without `Secure` would leak,
        // while a cookie with it is only ignored otherwise.
        None => reported.schemes.iter().filter_map(|scheme| is_secure(scheme)).max(),
    };
    let host = aligned(&reported.hosts, depth, hops).or_else(|| reported.hosts.first().map(String::as_str));
    let port = aligned(&reported.ports, depth, hops).and_then(|port| port.parse().ok());
    Seen { address, secure, host: host.map(str::to_owned), port }
}

/// The entry about the client's connection: one entry is about all of them, and a list of the addresses' length has one
/// for each.
fn aligned(list: &[String], depth: usize, hops: usize) -> Option<&str> {
    match list {
        [] => None,
        [only] => Some(only),
        _ if list.len() == hops => list.get(hops - 1 - depth).map(String::as_str),
        _ => None,
    }
}

/// Traefik reports the scheme of a WebSocket as `wss`.
fn is_secure(scheme: &str) -> Option<bool> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" | "wss" => Some(true),
        "http" | "ws" => Some(false),
        _ => None,
    }
}

/// An address as proxies write it: `1.2.3.4`, `1.2.3.4:5`, `2001:db8::1`, `[2001:db8::1]:5`.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl Reported {
    /// `X-Forwarded-…`; or `Forwarded`, if no proxy sent the former: most proxies pass a field on that they do not know,
    /// so a client could invent the other one.
    fn of(headers: &HeaderMap) -> Self {
        let list = |name: &str| elements(headers, name, ',');
        let addresses = list("x-forwarded-for");
        let schemes = list("x-forwarded-proto");
        let is_standard = addresses.is_empty() && schemes.is_empty() && headers.contains_key("forwarded");
        if !is_standard {
            return Self { addresses, schemes, hosts: list("x-forwarded-host"), ports: list("x-forwarded-port") };
        }
        let mut reported = Self::default();
        for element in elements(headers, "forwarded", ',') {
            let pairs = split(&element, ';');
            let value = |name: &str| {
                let pair = pairs.iter().filter_map(|pair| pair.split_once('='));
                let mut values = pair.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
                values.next().map(|(_, value)| unquoted(value.trim())).unwrap_or_default()
            };
            reported.addresses.push(value("for"));
            reported.schemes.push(value("proto"));
            reported.hosts.push(value("host"));
        }
        let any = |list: &[String]| list.iter().any(|entry| !entry.is_empty());
        if !any(&reported.hosts) {
            reported.hosts.clear();
        }
        if !any(&reported.schemes) {
            reported.schemes.clear();
        }
        reported
    }
}

/// The elements of a field, over all its lines; the rightmost ones, if there are too many.
fn elements(headers: &HeaderMap, name: &str, between: char) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let mut all: Vec<String> = lines.flat_map(|line| split(&line, between)).collect();
    all.drain(..all.len().saturating_sub(ENTRIES_MAX));
    all
}

/// The non-empty parts of `text` between separators outside quotes.
fn split(text: &str, between: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for letter in text.chars() {
        if letter == between && !quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        part.push(letter);
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && quoted && !escaped;
    }
    parts.push(part);
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// A token, or a quoted string's content (RFC 9110 §5.6.4).
fn unquoted(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return text.to_owned() };
    let (mut plain, mut escaped) = (String::new(), false);
    for letter in inside.chars() {
        escaped = letter == '\\' && !escaped;
        if !escaped {
            plain.push(letter);
        }
    }
    plain
}
