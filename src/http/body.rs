//! Extractors of JSON bodies, queries and room ids, each refusing with a problem that names the field.

use std::time::Duration;

use axum::{
    body::{Body as Bytestream, to_bytes},
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::{
    Deserialize as _, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny},
};

use super::{
    Shared,
    problem::{Code, Problem},
};
use crate::{auth::FieldError, storage::RoomId};

/// A JSON body of exactly the schema of `T`. It may have at least `ROOM` bytes, whatever other bodies may have.
pub(super) struct Body<T, const ROOM: usize = 0>(pub T);

impl<T: DeserializeOwned, const ROOM: usize> FromRequest<Shared> for Body<T, ROOM> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, site, ROOM).await?;
        if bytes.is_empty() {
            return Err(Problem::new(Code::MalformedBody, "The body is empty; send a JSON object."));
        }
        parse(&parts.headers, &bytes).map(Self)
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Option<Self>, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, site, 0).await?;
        if bytes.is_empty() { Ok(None) } else { Ok(parse::<Option<T>>(&parts.headers, &bytes)?.map(Self)) }
    }
}

async fn read(headers: &HeaderMap, body: Bytestream, site: &Shared, room: usize) -> Result<axum::body::Bytes, Problem> {
    let (max, within) = (site.settings.body_bytes_max.max(room), site.settings.body_within);
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        // RFC 9110 §15.5.16.
        let detail = "Send the body as it is, without Content-Encoding: compressed bodies are not unpacked.";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let too_large = || Problem::new(Code::PayloadTooLarge, format!("The body has more than {max} bytes."));
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > max) {
        return Err(too_large());
    }
    match tokio::time::timeout(within, to_bytes(body, max)).await {
        Err(_) => {
            Err(Problem::new(Code::RequestTimeout, format!("The body was not received within {} s.", within.as_secs())))
        }
        Ok(Err(why)) if is_length_limit(&why) => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Code::BadRequest, "The body is incomplete.")),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

fn is_length_limit(why: &axum::Error) -> bool {
    std::error::Error::source(why).is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(
            Code::UnsupportedMediaType,
            "Send the body as JSON, with `Content-Type: application/json`.",
        ));
    }
    let malformed = |why: String| Problem::new(Code::MalformedBody, format!("The body is not JSON: {why}."));
    let text = std::str::from_utf8(bytes).map_err(|why| malformed(why.to_string()))?;
    if text.starts_with('\u{feff}') {
        return Err(malformed("it begins with a byte order mark; send UTF-8 without one".to_owned()));
    }
    serde_json::from_str::<IgnoredAny>(text).map_err(|why| malformed(why.to_string()))?;
    // It is JSON; every further error is about its schema. serde would accept an array for a struct.
    let is_object_or_nothing = text.trim_start().starts_with('{') || text.trim() == "null";
    if !is_object_or_nothing {
        return Err(Problem::fields(vec![FieldError::new("", "the body must be a JSON object")]));
    }
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(|why| misshapen(&why))
}

/// `application/json`, with or without parameters; or a type with the suffix `+json` (RFC 6839).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn misshapen(why: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = why.path().to_string();
    let field = if path == "." { String::new() } else { path };
    Problem::fields(vec![FieldError::new(field, wording(why.inner()))])
}

/// An optional whole number. `4.0` is one, as for JSON Schema; `4.5` and `-1` are not.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else { return Ok(None) };
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
        // Adding zero turns -0.0 into 0; a number too large for u64 fails to parse.
        format!("{:.0}", float + 0.0).parse().ok()
    });
    let fits = whole.and_then(|whole| u32::try_from(whole).ok());
    fits.map(Some).ok_or_else(|| D::Error::custom(format!("{number} is not a whole number from 0 to {}", u32::MAX)))
}

/// serde's message without the position: the field's path is better.
fn wording(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let place = format!(" at line {} column {}", cause.line(), cause.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// A query of exactly the schema of `T`.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|why| Problem::new(Code::BadRequest, why.body_text()))
    }
}

/// The room id of a path `/…/{roomId}`. A malformed id is an unknown room.
pub(super) struct Room(pub RoomId);

impl<S: Send + Sync> FromRequestParts<S> for Room {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let absent = |detail: String| Problem::new(Code::RoomNotFound, detail);
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|why| absent(why.body_text()))?;
        text.parse().map(Self).map_err(|why| absent(format!("{why}.")))
    }
}

/// Default timeout of receiving a body.
pub(super) const BODY_WITHIN: Duration = Duration::from_secs(5);
/// Default maximum size of a body: no request of ours needs more than a tenth of it.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024;
