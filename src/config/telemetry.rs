//! `[telemetry]`: where traces go. Must not know what is traced.

use std::num::NonZeroUsize;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{self, Text, http_url, text_serde};

/// Where traces go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// A collector that takes OTLP over HTTP. Absent: nothing is traced.
    pub otlp: Option<OtlpUrl>,
    /// Of how many requests and calls one is traced.
    pub one_in: NonZeroUsize,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { otlp: None, one_in: text::count(1) }
    }
}

/// A collector's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpUrl(url::Url);

impl OtlpUrl {
    /// Where traces are posted to: as it is written, or its standard path if it has none.
    #[must_use]
    pub fn traces(&self) -> url::Url {
        let mut url = self.0.clone();
        if url.path() == "/" {
            url.set_path("/v1/traces");
        }
        url
    }
}

impl Text for OtlpUrl {
    const FORM: &'static str = "\"http://127.0.0.1:4318\"";
    const PATTERN: &'static str = http_url::PATTERN;

    fn read(text: &str) -> Result<Self, String> {
        http_url::read(text, "a user or password: they would be shown by `aldis config show`").map(Self)
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

text_serde!(OtlpUrl);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_go_to_the_standard_path_unless_another_is_written() {
        let to = |text: &str| OtlpUrl::read(text).map(|url| url.traces().to_string());
        assert_eq!(to("http://127.0.0.1:4318").as_deref(), Ok("http://127.0.0.1:4318/v1/traces"));
        assert_eq!(to("https://o.example/otlp/v1/traces").as_deref(), Ok("https://o.example/otlp/v1/traces"));
        for wrong in ["127.0.0.1:4318", "grpc://a.example", "http://u:p@a.example"] {
            assert!(OtlpUrl::read(wrong).is_err(), "{wrong}");
        }
    }
}
