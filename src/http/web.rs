//! The embedded web app: `/` and `/r/*` serve its page, all other paths its files.

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::{Code, Problem};

/// The output of `npm run build` in `web/app`. Debug builds read it from the folder, release builds embed it.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";

/// The page, which renders by the path.
pub(super) async fn page(headers: HeaderMap) -> Response {
    match Dist::get(PAGE) {
        Some(file) => serve(PAGE, file.into(), &headers),
        None => Problem::new(Code::NotFound, "The web app is not part of this build; run `npm run build` in web/.")
            .into_response(),
    }
}

/// A file of the web app, or 404.
pub(super) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Dist::get(path) {
        Some(file) if method == Method::GET || method == Method::HEAD => serve(path, file.into(), &headers),
        Some(_) => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A file and the values of its headers.
struct Asset {
    bytes: Cow<'static, [u8]>,
    media_type: String,
    sha256: [u8; 32],
}

impl From<EmbeddedFile> for Asset {
    fn from(file: EmbeddedFile) -> Self {
        Self { media_type: file.metadata.mimetype().to_owned(), sha256: file.metadata.sha256_hash(), bytes: file.data }
    }
}

fn serve(path: &str, asset: Asset, asked: &HeaderMap) -> Response {
    let hash: String = asset.sha256[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{hash}\"");
    // The build puts a hash of the content into the names of files below assets/.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = knows(asked, &etag);
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(Bytes::from(asset.bytes.into_owned())).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if !is_known && let Ok(media_type) = HeaderValue::from_str(&asset.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
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
    use super::{Asset, HeaderMap, StatusCode, header, serve};

    fn asset() -> Asset {
        Asset { bytes: b"<!doctype html>".as_slice().into(), media_type: "text/html".to_owned(), sha256: [0xab; 32] }
    }

    #[test]
    fn a_file_has_an_etag_and_is_not_sent_again_if_it_matches() {
        let first = serve("index.html", asset(), &HeaderMap::new());
        let tag = first.headers()[header::ETAG].clone();
        assert_eq!(
            (first.status(), &tag),
            (StatusCode::OK, &"\"abababababababababababababababab\"".parse().expect("a value"))
        );
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        for known in [
            tag.to_str().expect("text").to_owned(),
            format!("\"x\", W/{}", tag.to_str().expect("text")),
            "*".to_owned(),
        ] {
            let asked = HeaderMap::from_iter([(header::IF_NONE_MATCH, known.parse().expect("a value"))]);
            let again = serve("index.html", asset(), &asked);
            assert_eq!((again.status(), &again.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag), "{known}");
        }
        let asked = HeaderMap::from_iter([(header::IF_NONE_MATCH, "\"other\"".parse().expect("a value"))]);
        assert_eq!(serve("index.html", asset(), &asked).status(), StatusCode::OK);
    }

    #[test]
    fn files_with_a_hash_in_their_name_are_immutable() {
        let response = serve("assets/index-1a2b3c4d.js", asset(), &HeaderMap::new());
        assert_eq!(response.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
}
