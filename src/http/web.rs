//! The embedded web app: `/` and `/r/*` serve its page, all other paths its files, compressed at build time.

mod preview;

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed_for_web::{EmbedableFile, RustEmbed};

use super::{
    Shared,
    problem::{Code, Problem},
    rooms::guests,
};

/// The output of `npm run build` in `web/app`. Debug builds read it from the folder, release builds embed it, with a gzip
/// and a Brotli version of each file that becomes smaller by it.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";

/// The page, which renders by the path.
pub(super) async fn page(headers: HeaderMap) -> Response {
    match Dist::get(PAGE) {
        Some(file) => serve(PAGE, Asset::of(&file, &headers), &headers),
        None => Problem::new(Code::NotFound, "The web app is not part of this build; run `npm run build` in web/.")
            .into_response(),
    }
}

/// The page of a room, whose name is in its preview.
pub(super) async fn room_page(
    State(site): State<Shared>,
    Path(room): Path<String>,
    from: guests::From,
    headers: HeaderMap,
) -> Response {
    let plain = Dist::get(PAGE).and_then(|file| String::from_utf8(file.data().into_bytes().into_owned()).ok());
    let named = match plain {
        Some(plain) => preview::of_room(&site, &room, from, &plain).await,
        None => None,
    };
    match named {
        Some(named) => {
            let headers = [(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_TYPE, "text/html")];
            (headers, named).into_response()
        }
        None => page(headers).await,
    }
}

/// A file of the web app, or 404.
pub(super) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    // A debug build reads the folder, and must not leave it.
    let is_inside = path.split('/').all(|part| part != "..");
    match Dist::get(path).filter(|_| is_inside) {
        Some(file) if method == Method::GET || method == Method::HEAD => {
            serve(path, Asset::of(&file, &headers), &headers)
        }
        Some(_) => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response(),
        None if method == Method::OPTIONS && uri.path() == "*" => options().await,
        None if is_looked_at(&method, &headers) => missing_page(headers).await,
        None if path.ends_with('/') => {
            let detail = format!("There is no resource {}; try it without the slash at the end.", uri.path());
            Problem::new(Code::NotFound, detail).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Whether somebody looks at the answer: browsers name HTML when they open an address, programs do not.
fn is_looked_at(method: &Method, headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
    matches!(*method, Method::GET | Method::HEAD) && accepted.any(|line| line.contains("text/html"))
}

/// The page, which says that there is none at this address.
async fn missing_page(mut headers: HeaderMap) -> Response {
    headers.remove(header::IF_NONE_MATCH); // what is not there has not stayed the same
    let mut response = page(headers).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().remove(header::ETAG);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    response
}

/// `OPTIONS *` and `OPTIONS /`: the server answers (RFC 9110 §9.3.7), which load balancers use as a check.
pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET, HEAD, POST, PATCH, DELETE, OPTIONS")]).into_response()
}

/// A file in the encoding that the client prefers, and the values of its headers.
struct Asset {
    bytes: Cow<'static, [u8]>,
    encoding: Option<&'static str>,
    media_type: String,
    etag: String,
}

/// The build's files have static content, a debug build's are read.
trait IntoBytes {
    fn into_bytes(self) -> Cow<'static, [u8]>;
}

impl IntoBytes for &'static [u8] {
    fn into_bytes(self) -> Cow<'static, [u8]> {
        Cow::Borrowed(self)
    }
}

impl IntoBytes for Vec<u8> {
    fn into_bytes(self) -> Cow<'static, [u8]> {
        Cow::Owned(self)
    }
}

impl Asset {
    fn of<F: EmbedableFile<Data: IntoBytes>>(file: &F, asked: &HeaderMap) -> Self {
        let brotli = || file.data_br().filter(|_| accepts(asked, "br")).map(|bytes| (bytes, Some("br")));
        let gzip = || file.data_gzip().filter(|_| accepts(asked, "gzip")).map(|bytes| (bytes, Some("gzip")));
        let (bytes, encoding) = brotli().or_else(gzip).unwrap_or_else(|| (file.data(), None));
        let media_type =
            file.mime_type().map_or_else(|| "application/octet-stream".to_owned(), |kind| kind.as_ref().to_owned());
        // Each encoding is a representation of its own, with a tag of its own (RFC 9110 §8.8.3).
        let hash: String = file.hash().as_ref().chars().filter(char::is_ascii_alphanumeric).collect();
        let etag = format!("\"{hash}{}\"", encoding.map_or(String::new(), |encoding| format!("-{encoding}")));
        Self { bytes: bytes.into_bytes(), encoding, media_type, etag }
    }
}

/// Whether `Accept-Encoding` lists this coding with a weight above zero (RFC 9110 §12.5.3).
fn accepts(asked: &HeaderMap, coding: &str) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let is_zero =
            weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).is_some_and(|q: f32| q <= 0.0);
        name.trim().eq_ignore_ascii_case(coding) && !is_zero
    })
}

fn serve(path: &str, asset: Asset, asked: &HeaderMap) -> Response {
    // The build puts a hash of the content into the names of files below assets/.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = knows(asked, &asset.etag);
    let bytes = match asset.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(bytes).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        headers.insert(header::ETAG, etag);
    }
    if is_known {
        return response;
    }
    if let Ok(media_type) = HeaderValue::from_str(&asset.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    if let Some(encoding) = asset.encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// Whether `If-None-Match` names this tag (RFC 9110 §13.1.2: compared weakly).
fn knows(asked: &HeaderMap, etag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use rust_embed_for_web::EmbedableFile;

    use super::{Asset, HeaderMap, StatusCode, accepts, header, serve};

    fn asset() -> Asset {
        let etag = "\"abab\"".to_owned();
        Asset { bytes: b"<!doctype html>".as_slice().into(), encoding: None, media_type: "text/html".to_owned(), etag }
    }

    fn value(text: &str) -> header::HeaderValue {
        text.parse().expect("a value")
    }

    fn asked(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("a value"))])
    }

    #[test]
    fn a_file_has_an_etag_and_is_not_sent_again_if_it_matches() {
        let first = serve("index.html", asset(), &HeaderMap::new());
        assert_eq!((first.status(), &first.headers()[header::ETAG]), (StatusCode::OK, &value("\"abab\"")));
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        for known in ["\"abab\"", "\"x\", W/\"abab\"", "*"] {
            let again = serve("index.html", asset(), &asked(header::IF_NONE_MATCH, known));
            assert_eq!(
                (again.status(), &again.headers()[header::ETAG]),
                (StatusCode::NOT_MODIFIED, &value("\"abab\"")),
                "{known}"
            );
        }
        assert_eq!(serve("index.html", asset(), &asked(header::IF_NONE_MATCH, "\"other\"")).status(), StatusCode::OK);
    }

    #[test]
    fn files_with_a_hash_in_their_name_are_immutable() {
        let response = serve("assets/index-1a2b3c4d.js", asset(), &HeaderMap::new());
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    /// A file as a release build embeds it.
    struct Built;

    impl EmbedableFile for Built {
        type Data = &'static [u8];
        type Meta = &'static str;
        fn name(&self) -> &'static str {
            "index.js"
        }
        fn data(&self) -> &'static [u8] {
            b"plain"
        }
        fn data_gzip(&self) -> Option<&'static [u8]> {
            Some(b"zipped")
        }
        fn data_br(&self) -> Option<&'static [u8]> {
            Some(b"brotli")
        }
        fn last_modified_timestamp(&self) -> Option<i64> {
            None
        }
        fn last_modified(&self) -> Option<&'static str> {
            None
        }
        fn hash(&self) -> &'static str {
            "a{b\"c"
        }
        fn etag(&self) -> &'static str {
            ""
        }
        fn mime_type(&self) -> Option<&'static str> {
            Some("text/javascript")
        }
    }

    #[test]
    fn a_file_is_sent_in_the_best_encoding_that_the_client_accepts() {
        for (wish, encoding, etag) in [
            ("gzip, deflate, br, zstd", Some("br"), "\"abc-br\""),
            ("gzip", Some("gzip"), "\"abc-gzip\""),
            ("GZIP;q=0.5", Some("gzip"), "\"abc-gzip\""),
            ("br;q=0, gzip;q=0.0", None, "\"abc\""),
            ("identity", None, "\"abc\""),
            ("", None, "\"abc\""),
        ] {
            let asset = Asset::of(&Built, &asked(header::ACCEPT_ENCODING, wish));
            assert_eq!((asset.encoding, asset.etag.as_str()), (encoding, etag), "{wish}");
            let response = serve("index.js", asset, &HeaderMap::new());
            let sent = response.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
            assert_eq!((sent, &response.headers()[header::VARY]), (encoding, &value("accept-encoding")), "{wish}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
