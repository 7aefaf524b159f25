//! Any request head: validation neither panics nor accepts a violation that can be checked in another way.
//!
//! The input is lines: the target, then `name: value` each; missing fields of a valid request are added.

#![no_main]

use aldis::net::{Rules, TOKEN_BYTES_MAX};
use aldis::ws::handshake::judge;
use hyper::Request;
use hyper::header::{HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

const GOOD: [(&str, &str); 5] = [
    ("host", "aldis.example"),
    ("upgrade", "websocket"),
    ("connection", "upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut request = Request::new(());
    if let Some(uri) = lines.next().and_then(|target| target.try_into().ok()) {
        *request.uri_mut() = uri;
    }
    let headers = request.headers_mut();
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(&line[colon + 1..]));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    for (name, value) in GOOD {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let rules = Rules {
        public_url: None,
        allowed_origins: vec!["https://app.example".parse().expect("an origin")],
        trusted_proxies: vec!["192.0.2.1/32".parse().expect("a network")],
    };
    let head = request.into_parts().0;
    let peer = if bytes.len().is_multiple_of(3) { [192, 0, 2, 1] } else { [192, 0, 2, 2] };
    let known = rules.request(peer.into(), bytes.len().is_multiple_of(2), &head);
    assert!(known.client.by_proxy || known.client.address == std::net::IpAddr::from(peer));
    match judge(&head, &known) {
        Ok(accepted) => {
            assert_eq!(accepted.accept.len(), 28);
            assert!(accepted.token.is_none_or(|token| (1..=TOKEN_BYTES_MAX).contains(&token.text().len())));
            let mut keys = head.uri.query().unwrap_or_default().split(['&', ';']).map(|pair| pair.split('=').next());
            assert!(!keys.any(|key| key.is_some_and(|key| key.to_ascii_lowercase().contains("token"))));
            assert_eq!(accepted.origin.is_some(), head.headers.contains_key("origin"));
        }
        Err(refusal) => {
            let status = refusal.problem().code.status();
            assert!(status.is_client_error(), "{refusal:?}");
        }
    }
});
