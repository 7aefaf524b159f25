//! A trace across two nodes without propagated context: both derive the ids of the trace and of its first span from a text that both
//! know, and so both sample it or neither does. Must not know what is traced.

use std::cell::Cell;

use opentelemetry::{
    Context, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{Span as _, SpanContext, SpanKind, TraceContextExt as _, TraceState, Tracer as _},
};
use opentelemetry_sdk::trace::{
    IdGenerator, RandomIdGenerator, Sampler, SamplingDecision, SdkTracer, ShouldSample as _,
};
use sha2::{Digest as _, Sha256};

thread_local! {
    /// The ids of the span that this thread begins, if they are derived.
    static DERIVED: Cell<Option<Ids>> = const { Cell::new(None) };
}

/// The ids of a trace and of its first span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ids {
    trace: TraceId,
    span: SpanId,
}

impl Ids {
    fn of(known: &str) -> Self {
        let hash: [u8; 32] = Sha256::digest(known.as_bytes()).into();
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&hash[..16]);
        span.copy_from_slice(&hash[16..24]);
        Self { trace: TraceId::from_bytes(trace), span: SpanId::from_bytes(span) }
    }
}

/// Makes ids at random, but for the spans that are begun here.
#[derive(Debug, Default)]
pub(super) struct Generator(RandomIdGenerator);

impl IdGenerator for Generator {
    fn new_trace_id(&self) -> TraceId {
        DERIVED.get().map_or_else(|| self.0.new_trace_id(), |ids| ids.trace)
    }

    fn new_span_id(&self) -> SpanId {
        DERIVED.get().map_or_else(|| self.0.new_span_id(), |ids| ids.span)
    }
}

/// Traces what two nodes know.
pub struct Derived {
    /// One that makes ids with the [`Generator`].
    pub(super) tracer: SdkTracer,
    /// The sampler of traces that begin.
    pub(super) sampler: Sampler,
}

impl Derived {
    /// The ids derived from this text, if the trace is sampled.
    fn sampled(&self, known: &str) -> Option<Ids> {
        let ids = Ids::of(known);
        let result = self.sampler.should_sample(None, ids.trace, "", &SpanKind::Internal, &[], &[]);
        (result.decision == SamplingDecision::RecordAndSample).then_some(ids)
    }

    /// Begins the trace of a text; what is returned ends its first span, with the outcome.
    #[must_use]
    pub fn begin(&self, name: &'static str, known: &str, attributes: Vec<KeyValue>) -> Option<End> {
        let ids = self.sampled(known)?;
        let builder = self.tracer.span_builder(name).with_attributes(attributes);
        DERIVED.set(Some(ids));
        let mut span = builder.start_with_context(&self.tracer, &Context::new());
        DERIVED.set(None);
        Some(Box::new(move |outcome| {
            span.set_attribute(KeyValue::new("aldis.outcome", outcome));
            span.end();
        }))
    }

    /// A span of a moment under the first one of that trace, on whichever node that is.
    pub fn under(&self, name: &'static str, known: &str, attributes: Vec<KeyValue>) {
        let Some(ids) = self.sampled(known) else { return };
        let parent = SpanContext::new(ids.trace, ids.span, TraceFlags::SAMPLED, true, TraceState::default());
        let builder = self.tracer.span_builder(name).with_attributes(attributes);
        builder.start_with_context(&self.tracer, &Context::new().with_remote_span_context(parent)).end();
    }
}

/// Ends a span.
pub type End = Box<dyn FnOnce(&'static str) + Send>;
