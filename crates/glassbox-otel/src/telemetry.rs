use std::fmt;
use std::sync::{Arc, OnceLock};

use glassbox_agent::Agent;
use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_tool::Toolbox;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{SpanBuilder, TraceContextExt as _, Tracer, TracerProvider};
use opentelemetry::{Context, InstrumentationScope};

use crate::agent::TracedRunner;
use crate::embedding::TracedEmbeddings;
use crate::model::TracedModel;
use crate::tool::TracedInvoker;

/// Records what models, tools and agents do, as OpenTelemetry spans.
///
/// It wraps: each verb takes a thing and gives the same kind of thing back, which behaves exactly as before and is
/// recorded. What is wrapped twice is recorded once. Cheap to clone.
///
/// A span begins when the call does and ends when the answer has been received in full, has failed, or is dropped.
/// The span of an agent's run is current while the run is polled, so the spans of its model calls and tools become
/// its children, and so do those of anything else that they do.
#[derive(Clone)]
pub struct Telemetry {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    tracer: Box<dyn Starter>,
    /// Whether the span of an agent's run repeats the sum of what its model calls consumed.
    pub(crate) agent_usage: bool,
}

/// A tracer of any kind, behind one pointer.
trait Starter: Send + Sync {
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context;
}

impl<T> Starter for T
where
    T: Tracer + Send + Sync,
    T::Span: Send + Sync + 'static,
{
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        parent.with_span(self.build_with_context(span, parent))
    }
}

/// The global tracer, from its first use on.
#[derive(Default)]
struct Global(OnceLock<BoxedTracer>);

impl Starter for Global {
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        let tracer = self
            .0
            .get_or_init(|| global::tracer_with_scope(instrumentation_scope()));
        Starter::start(tracer, span, parent)
    }
}

impl Telemetry {
    /// Records to the global tracer provider, as it is when the first span begins: install yours before that.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Starts configuring a recorder.
    #[must_use]
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder {
            tracer: None,
            agent_usage: true,
        }
    }

    /// Records every call of a model.
    pub fn model(&self, model: impl CompletionModel) -> Arc<dyn CompletionModel> {
        Arc::new(TracedModel::new(self.clone(), Arc::new(model)))
    }

    /// Records every call of an embedding model.
    pub fn embeddings(&self, model: impl EmbeddingModel) -> Arc<dyn EmbeddingModel> {
        Arc::new(TracedEmbeddings::new(self.clone(), Arc::new(model)))
    }

    /// Records every call of a tool. An [`agent`](Self::agent)'s tools are recorded already.
    #[must_use]
    pub fn tools(&self, tools: Toolbox) -> Toolbox {
        tools.wrap(|inner| TracedInvoker::new(self.clone(), inner))
    }

    /// Records every run of an agent, and what happens in it: its model and its tools are recorded with it.
    #[must_use]
    pub fn agent(&self, mut agent: Agent) -> Agent {
        agent.tools = self.tools(agent.tools);
        agent
            .map_model(|model| self.model(model))
            .map_runner(|inner| Arc::new(TracedRunner::new(self.clone(), inner)))
    }

    pub(crate) fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        self.inner.tracer.start(span, parent)
    }

    pub(crate) fn settings(&self) -> &Inner {
        &self.inner
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// Says how a [`Telemetry`] records.
pub struct TelemetryBuilder {
    tracer: Option<Box<dyn Starter>>,
    agent_usage: bool,
}

impl TelemetryBuilder {
    /// Records to this provider. The global one unless set.
    #[must_use]
    pub fn tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: TracerProvider,
        P::Tracer: Send + Sync + 'static,
        <P::Tracer as Tracer>::Span: Send + Sync + 'static,
    {
        self.tracer = Some(Box::new(
            provider.tracer_with_scope(instrumentation_scope()),
        ));
        self
    }

    /// Whether the span of an agent's run repeats the sum of what its model calls consumed, as the conventions ask.
    /// On unless set. Turn it off for a back end that adds up every span of a trace: the sum over the model calls
    /// alone is the bill.
    #[must_use]
    pub fn agent_usage(mut self, repeat: bool) -> Self {
        self.agent_usage = repeat;
        self
    }

    /// The finished recorder.
    #[must_use]
    pub fn build(self) -> Telemetry {
        let tracer = self.tracer.unwrap_or_else(|| Box::new(Global::default()));
        Telemetry {
            inner: Arc::new(Inner {
                tracer,
                agent_usage: self.agent_usage,
            }),
        }
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("agent_usage", &self.agent_usage)
            .finish_non_exhaustive()
    }
}

fn instrumentation_scope() -> InstrumentationScope {
    InstrumentationScope::builder("glassbox")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url(glassbox_semconv::SCHEMA_URL)
        .build()
}
