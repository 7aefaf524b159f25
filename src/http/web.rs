//! The web app, embedded: `/` and `/r/*` are its page, everything else its files by path.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem::{Code, Problem};

/// What `npm run build` made of `web/app`. In debug builds it is read from the folder, in release builds embedded.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

const PAGE: &str = "index.html";

/// The page, which then shows what the path says.
pub(super) async fn page(headers: HeaderMap) -> Response {
    match Dist::get(PAGE) {
        Some(file) => serve(PAGE, file, &headers),
        None => {
            Problem::new(Code::NotFound, "The web app is not part of this build; `npm run build` in web/ makes it.")
                .into_response()
        }
    }
}

/// A file of the web app; what is none is nothing.
pub(super) async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Dist::get(path) {
        Some(file) if method == Method::GET || method == Method::HEAD => serve(path, file, &headers),
        Some(_) => ([(header::ALLOW, "GET, HEAD")], StatusCode::METHOD_NOT_ALLOWED).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn serve(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let hash: String = file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{hash}\"");
    // The build puts a hash of the content into the names of files below assets/.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let is_known = asked
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag || tag.trim() == "*");
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(file.data.into_owned()).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if !is_known && let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}
