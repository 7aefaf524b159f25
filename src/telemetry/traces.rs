//! Traces, sent to a collector by OTLP over HTTP from a thread of their own. Without a collector nothing is traced: spans of the target
//! [`TARGET`] are then disabled, which costs a load and a branch. Must not know what is traced.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use anyhow::Context as _;
use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{Span as _, SpanContext, TraceContextExt as _, TraceState, Tracer as _, TracerProvider as _},
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use crate::config::Telemetry;

mod derived;

use derived::Generator;
pub use derived::{Derived, End};

/// The target of spans that are traced; log lines have none of them.
pub const TARGET: &str = "otel";
/// Timeout of one delivery. The collector may be away: spans that wait are bounded, further ones are dropped.
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// What waits when the process ends gets this long.
const END_WITHIN: Duration = Duration::from_secs(2);

/// What traces things that have happened already.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();
/// The sampler of traces that begin.
static SAMPLER: OnceLock<Sampler> = OnceLock::new();

/// The thread that sends. When dropped, it sends what waits.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    sampler: Sampler,
}

impl Traces {
    /// To the collector of this configuration, if it names one; `node`: the node's name, if it has one of its own. Call it outside of a
    /// runtime: its client blocks.
    ///
    /// # Errors
    /// No client can be made for it.
    pub fn open(config: &Telemetry, node: Option<&str>) -> anyhow::Result<Option<Self>> {
        let Some(collector) = &config.otlp else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client()?)
            .with_endpoint(collector.traces().as_str())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(SEND_WITHIN)
            .build()
            .context("cannot send traces → see telemetry.otlp")?;
        let mut resource = Resource::builder_empty()
            .with_service_name("aldis")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        if let Some(node) = node {
            resource = resource.with_attribute(KeyValue::new("service.instance.id", node.to_owned()));
        }
        #[expect(clippy::cast_precision_loss, reason = "one in 2^52 is never")]
        let share = 1.0 / config.one_in.get() as f64;
        let sampler = Sampler::TraceIdRatioBased(share);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(sampler.clone())))
            .with_id_generator(Generator::default())
            .with_resource(resource.build())
            .build();
        Ok(Some(Self { provider, sampler }))
    }

    /// What makes spans of [`TARGET`] traces.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let tracer = self.provider.tracer("aldis");
        let layer = tracing_opentelemetry::layer().with_location(false).with_threads(false).with_target(false);
        layer.with_tracer(tracer).with_filter(Targets::new().with_target(TARGET, tracing::Level::TRACE))
    }

    /// [`past`] and [`derived()`] trace with this one from now on.
    pub fn install(&self) {
        let _ = SAMPLER.set(self.sampler.clone()); // a process has one
        let _ = TRACER.set(self.provider.tracer("aldis"));
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        let _ = self.provider.shutdown_with_timeout(END_WITHIN); // a collector that is away loses them
    }
}

fn client() -> anyhow::Result<reqwest::blocking::Client> {
    let client = reqwest::blocking::Client::builder().timeout(SEND_WITHIN).redirect(reqwest::redirect::Policy::none());
    // The collector is named by the operator: no proxy of the environment is asked.
    client.no_proxy().build().context("cannot make a client for traces")
}

/// Continues the trace that a caller has begun, as `traceparent` (W3C Trace Context) names it; else the span begins one.
pub fn continued(span: &Span, traceparent: Option<&str>) {
    if let Some(context) = traceparent.filter(|_| !span.is_disabled()).and_then(parent) {
        let _ = span.set_parent(Context::new().with_remote_span_context(context)); // the span begins a trace then
    }
}

/// `00-<trace>-<span>-<flags>`, all of it in lower-case hexadecimal digits.
fn parent(text: &str) -> Option<SpanContext> {
    let is_hex = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let [version, trace, span, flags] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
    if version != "00" || !is_hex(trace, 32) || !is_hex(span, 16) || !is_hex(flags, 2) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// Traces something that has begun and ended before, in milliseconds since 1970, with what happened meanwhile.
pub fn past(
    name: &'static str,
    (begun_ms, ended_ms): (u64, u64),
    attributes: Vec<KeyValue>,
    events: impl IntoIterator<Item = (u64, &'static str)>,
) {
    let Some(tracer) = TRACER.get() else { return };
    let at = |ms: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
    let builder = tracer.span_builder(name).with_start_time(at(begun_ms)).with_attributes(attributes);
    let mut span = builder.start_with_context(tracer, &Context::new());
    for (at_ms, event) in events {
        span.add_event_with_timestamp(event, at(at_ms), Vec::new());
    }
    span.end_with_timestamp(at(ended_ms));
}

/// What traces things that two nodes know, if anything is traced.
pub fn derived() -> Option<Derived> {
    Some(Derived { tracer: TRACER.get()?.clone(), sampler: SAMPLER.get()?.clone() })
}

pub use opentelemetry::KeyValue as Attribute;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_continued_only_if_it_is_named_as_the_standard_says() {
        let right = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert!(parent(right).is_some_and(|context| context.is_sampled() && context.is_remote()));
        for wrong in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        ] {
            assert!(parent(wrong).is_none(), "{wrong}");
        }
    }
}
