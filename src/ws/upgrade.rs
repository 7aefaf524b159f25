//! The fast path of opening a socket: a request that arrives whole with the connection's first bytes, as nearly all do,
//! is parsed and answered without the HTTP server, its timers and its buffers. Validated by the same rules
//! (`handshake`).
//!
//! Everything else is left to `http1`, with the bytes read so far: other paths, partial heads, bodies, malformed or
//! refused requests. It must not know what becomes of the socket.

use std::mem::MaybeUninit;

use bytes::Bytes;
use hyper::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Uri, Version};

use super::handshake::{Accepted, PROTOCOL};

/// The path of sockets; the query is ignored, except for tokens, which must not be there.
pub(super) const PATH: &str = "/ws";

/// Header fields of a request that is read here; browsers send about fifteen.
const FIELDS_MAX: usize = 32;

/// Fields that make a request more than a head: the HTTP server handles them.
const NOT_HERE: [HeaderName; 3] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::EXPECT];

/// The head at the front of `bytes`, and its length, if it is a whole `GET /ws` over HTTP/1.1.
pub(super) fn head(bytes: &[u8]) -> Option<(Parts, usize)> {
    if !bytes.starts_with(b"GET /ws") {
        return None;
    }
    let bytes = Bytes::copy_from_slice(bytes);
    let mut fields = [const { MaybeUninit::uninit() }; FIELDS_MAX];
    let mut request = httparse::Request::new(&mut []);
    // The HTTP server's parser with the HTTP server's settings: neither accepts what the other refuses.
    let httparse::Status::Complete(length) = request.parse_with_uninit_headers(&bytes, &mut fields).ok()? else {
        return None;
    };
    if request.method != Some("GET") || request.version != Some(1) {
        return None;
    }
    let uri = match request.path? {
        PATH => Uri::from_static(PATH),
        path if path.starts_with("/ws?") => path.parse().ok()?,
        _ => return None,
    };
    let (mut parts, ()) = Request::new(()).into_parts();
    (parts.method, parts.uri, parts.version) = (Method::GET, uri, Version::HTTP_11);
    parts.headers = headers(&bytes, request.headers)?;
    Some((parts, length))
}

/// The fields as the HTTP server provides them; their values are slices of `head`.
fn headers(head: &Bytes, fields: &[httparse::Header<'_>]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        if NOT_HERE.contains(&name) {
            return None;
        }
        headers.append(name, HeaderValue::from_maybe_shared(head.slice_ref(field.value)).ok()?);
    }
    Some(headers)
}

/// The response that opens the socket (RFC 6455 §4.2.2).
pub(super) fn answer(accepted: &Accepted) -> Vec<u8> {
    let mut answer = Vec::with_capacity(256);
    answer.extend_from_slice(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ",
    );
    answer.extend_from_slice(accepted.accept.as_bytes());
    if accepted.protocol {
        answer.extend_from_slice(b"\r\nsec-websocket-protocol: ");
        answer.extend_from_slice(PROTOCOL.as_bytes());
    }
    answer.extend_from_slice(b"\r\n\r\n");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str =
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nX-Empty:\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n";

    fn but(from: &str, to: &str) -> String {
        assert!(REQUEST.contains(from), "{from}");
        REQUEST.replacen(from, to, 1)
    }

    #[test]
    fn a_whole_head_is_read_and_the_bytes_after_it_are_kept() {
        let (parts, length) = head(format!("{REQUEST}more").as_bytes()).expect("a head");
        assert_eq!((length, parts.uri.path(), parts.uri.query()), (REQUEST.len(), "/ws", None));
        let all = |name| parts.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
        assert_eq!((all("host"), all("x-empty")), (vec![&b"a"[..]], vec![&b""[..]]));
        assert_eq!(all("cookie"), [b"a=1", b"b=2"], "in their order");
        let (parts, _) = head(but("/ws", "/ws?v=1").as_bytes()).expect("a head");
        assert_eq!((parts.uri.path(), parts.uri.query()), ("/ws", Some("v=1")));
    }

    #[test]
    fn everything_else_is_left_to_the_http_server() {
        let many = format!("GET /ws HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(FIELDS_MAX + 1));
        for request in [
            "",
            "G",
            &REQUEST[..REQUEST.len() - 1],
            &many,
            &but("GET", "POST"),
            &but("HTTP/1.1", "HTTP/1.0"),
            &but("/ws", "/wss"),
            &but("/ws", "/"),
            &but("/ws", "http://a/ws"),
            &but("/ws", "/ws#"),
            &but("Host: a", "Host : a"),
            &but("Host: a", "Host: a\u{7f}"),
            &but("X-Empty:", "Content-Length: 0"),
            &but("X-Empty:", "Transfer-Encoding: chunked"),
            &but("X-Empty:", "Expect: 100-continue"),
        ] {
            assert!(head(request.as_bytes()).is_none(), "{request:?}");
        }
    }
}
