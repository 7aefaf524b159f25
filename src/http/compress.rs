//! Compresses responses with gzip or Brotli, unless they are small, compressed already, or set a cookie: the length of a
//! compressed secret beside a client's own text tells about the secret (BREACH). Must not know routes.

use axum::http::{Response, header};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, DefaultPredicate,
        predicate::{And, Predicate, SizeAbove},
    },
};

/// Smaller responses fit into one packet anyway, in bytes.
const LEAST: u64 = 1024;

/// The layer around all routes. The fastest levels: the web app's files are compressed at build time.
pub(super) fn layer() -> CompressionLayer<And<And<DefaultPredicate, SizeAbove>, WithoutCookie>> {
    let predicate = DefaultPredicate::new().and(SizeAbove::new(LEAST)).and(WithoutCookie);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(predicate)
}

/// Responses that set no cookie.
#[derive(Clone, Copy, Debug)]
pub(super) struct WithoutCookie;

impl Predicate for WithoutCookie {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &Response<B>) -> bool {
        !response.headers().contains_key(header::SET_COOKIE)
    }
}
