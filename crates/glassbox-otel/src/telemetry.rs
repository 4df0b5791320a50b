use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use glassbox_agent::Agent;
use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_tool::Toolbox;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{SpanBuilder, TraceContextExt as _};
use opentelemetry::{Context, KeyValue, Value};

use crate::agent::TracedRunner;
use crate::embedding::TracedEmbeddings;
use crate::evaluation::Evaluation;
use crate::events::{self, Event};
use crate::facts::Whom;
use crate::metrics::Instruments;
use crate::model::TracedModel;
use crate::recording::Ending;
use crate::scope::Scope;
use crate::settings::Settings;
use crate::tool::TracedInvoker;
use crate::vocabulary::View;
use crate::{TelemetryBuilder, propagation};

/// Records what models, tools and agents do, as OpenTelemetry spans, metrics and events.
///
/// It wraps: each verb takes a thing and gives the same kind of thing back, which behaves exactly as before and is
/// recorded. What is wrapped twice is recorded once. Cheap to clone.
///
/// A span begins when the call does and ends when the answer has been received in full, has failed, or is dropped.
/// The span of an agent's run is current while the run is polled, so the spans of its model calls and tools become
/// its children, and so do those of anything else that they do.
///
/// # With `tracing`
///
/// Spans of `tracing` and these nest in both directions and in turn: under `tracing-opentelemetry` 0.32 or later, of the
/// same `opentelemetry`, with one layer whose context activation is on, as it is unless
/// `with_context_activation(false)` turned it off, and no filter on that layer that leaves out a span in between. With
/// activation off, a span of `tracing` inside a tool is below the nearest one of `tracing`, and these are not below
/// any. A task of its own needs `in_current_span`, `instrument` or OpenTelemetry's `with_current_context`, as it does
/// without.
#[derive(Clone)]
pub struct Telemetry {
    pub(crate) inner: Arc<Settings>,
}

impl Telemetry {
    /// Records to the global tracer and meter providers, as they are when the first span begins: install yours before
    /// that.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// The same, as the environment says: see [`TelemetryBuilder::from_env`].
    #[must_use]
    pub fn from_env() -> Self {
        TelemetryBuilder::from_env().build()
    }

    /// Starts configuring a recorder.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::default()
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

    /// Adds an event to the span that is current here: that of the tool, the step or the run that this is called from,
    /// or a span of the program's own. Where none is current, nothing happens.
    ///
    /// ```
    /// # let telemetry = glassbox_otel::Telemetry::new();
    /// telemetry.event("cache hit", [("cache.key", "user-7"), ("cache.layer", "memory")]);
    /// ```
    pub fn event<V: Into<Value>>(
        &self,
        name: impl Into<std::borrow::Cow<'static, str>>,
        attributes: impl IntoIterator<Item = (&'static str, V)>,
    ) {
        Context::map_current(|context| {
            let span = context.span();
            if span.is_recording() {
                let attributes = attributes
                    .into_iter()
                    .map(|(key, value)| KeyValue::new(key, value));
                span.add_event(name, attributes.collect());
            }
        });
    }

    /// Records what somebody thinks of an answer, as the event `gen_ai.evaluation.result`.
    pub fn evaluation(&self, evaluation: &Evaluation) {
        let span = evaluation.span();
        self.tell(evaluation.event(self.settings()), &span);
    }

    /// Runs an operation as part of the trace that these headers name (`traceparent`, `tracestate`, `baggage`): those
    /// of the request that a server handles, say. Where they name none, it runs as it would without.
    ///
    /// The program's propagator reads them; where the program has installed none, they are read as W3C Trace Context
    /// and W3C Baggage define them.
    pub async fn continue_trace<K, V, F>(
        &self,
        headers: impl IntoIterator<Item = (K, V)>,
        operation: F,
    ) -> F::Output
    where
        K: AsRef<str>,
        V: AsRef<str>,
        F: Future,
    {
        use opentelemetry::context::FutureExt as _;
        let context = propagation::extract(headers);
        operation.with_context(context).await
    }

    /// The headers that make another service's spans children of the span that is current here. A tool finds them in
    /// its `ToolContext` as well.
    #[must_use]
    pub fn trace_headers(&self) -> Vec<(String, String)> {
        propagation::inject(&Context::current())
    }

    pub(crate) fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        self.inner.start(span, parent)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner
    }

    pub(crate) fn instruments(&self) -> &Instruments {
        self.inner.instruments()
    }

    /// Whether anything is recorded besides spans, to providers that were given.
    pub(crate) fn counts(&self) -> bool {
        self.inner.counts()
    }

    /// Whether events can go anywhere.
    pub(crate) fn tells(&self) -> bool {
        self.inner.emitter.is_some() || self.inner.events.on_spans()
    }

    pub(crate) fn measure(&self, view: View<'_>, ending: &Ending, elapsed: Duration) {
        let user = view.whom.user.as_ref().filter(|_| self.inner.cost_by_user);
        self.instruments().record(view.facts, user, ending, elapsed);
    }

    /// Records an event of the conventions where the user wants such events.
    pub(crate) fn tell(&self, event: Event, span: &Context) {
        let settings = self.settings();
        if settings.events.on_spans() {
            let limit = settings.policy().span_limit;
            let attributes = event.attributes.iter().cloned();
            let attributes =
                attributes.map(|(key, value)| KeyValue::new(key, events::flat(value, limit)));
            span.span().add_event(event.name, attributes.collect());
        }
        if let Some(emitter) = settings
            .emitter
            .as_ref()
            .filter(|_| settings.events.in_logs())
        {
            emitter.emit(event, span);
        }
    }

    /// Whom an operation serves and what it is part of: the scope says, and the baggage as far as it was listed.
    pub(crate) fn whom(&self, scope: &Scope, context: &Context) -> Whom {
        let baggage = self.inner.baggage.iter().filter_map(|key| {
            let value = context.baggage().get(key.as_str())?;
            Some(KeyValue::new(key.clone(), value.clone()))
        });
        Whom {
            conversation: scope.conversation.clone(),
            user: scope.user.clone(),
            agent: scope.agent.clone(),
            workflow: scope.workflow.clone(),
            // Its own scope is about what is inside it.
            path: context
                .get::<Scope>()
                .and_then(|around| around.path.clone()),
            baggage: baggage.collect(),
        }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("settings", &self.inner)
            .finish()
    }
}
