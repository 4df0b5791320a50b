use std::fmt;
use std::sync::{Arc, OnceLock};

use glassbox_price::Prices;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::metrics::Meter;
use opentelemetry::trace::{SpanBuilder, TraceContextExt as _, Tracer};
use opentelemetry::{Context, InstrumentationScope, Key};

use crate::content::Policy;
use crate::events::{Emitter, Events};
use crate::metrics::Instruments;
use crate::vocabulary::Vocabulary;

/// How a [`Telemetry`](crate::Telemetry) records, and to whom.
pub(crate) struct Settings {
    pub(crate) scope: InstrumentationScope,
    /// The global one where none was given.
    pub(crate) tracer: Option<Box<dyn Starter>>,
    /// The global one where none was given.
    pub(crate) meter: Option<Meter>,
    pub(crate) emitter: Option<Arc<dyn Emitter>>,
    pub(crate) lazy: Lazy,
    pub(crate) vocabularies: Vec<Vocabulary>,
    pub(crate) policy: Policy,
    pub(crate) events: Events,
    /// Whether each model call is told in whole as an event.
    pub(crate) details: Option<bool>,
    /// Whether the span of an agent's run repeats the sum of what its model calls consumed.
    pub(crate) agent_usage: bool,
    /// The keys of the baggage that is recorded.
    pub(crate) baggage: Vec<Key>,
    /// Whether the metric of costs tells users apart.
    pub(crate) cost_by_user: bool,
    /// What models charge, for calls that come back without a cost.
    pub(crate) prices: Prices,
    /// Whether requests to model hosts bear the trace's headers.
    pub(crate) propagate_to_models: bool,
}

/// What is made at the first use, so that a program may install its providers after it has built its agents.
#[derive(Default)]
pub(crate) struct Lazy {
    tracer: OnceLock<BoxedTracer>,
    instruments: OnceLock<Instruments>,
}

/// A tracer of any kind, behind one pointer.
pub(crate) trait Starter: Send + Sync {
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

impl Settings {
    pub(crate) fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        match &self.tracer {
            Some(tracer) => tracer.start(span, parent),
            None => {
                let global = || global::tracer_with_scope(self.scope.clone());
                Starter::start(self.lazy.tracer.get_or_init(global), span, parent)
            }
        }
    }

    pub(crate) fn instruments(&self) -> &Instruments {
        self.lazy.instruments.get_or_init(|| {
            let meter = self.meter.clone();
            let meter = meter.unwrap_or_else(|| global::meter_with_scope(self.scope.clone()));
            Instruments::new(&meter, &self.vocabularies)
        })
    }

    /// Whether anything is recorded besides spans, to providers that were given.
    pub(crate) fn counts(&self) -> bool {
        self.meter.is_some() || self.emitter.is_some()
    }

    pub(crate) fn vocabularies(&self) -> &[Vocabulary] {
        &self.vocabularies
    }

    /// Whether the path to an operation is recorded.
    pub(crate) fn tells_paths(&self) -> bool {
        self.vocabularies.contains(&Vocabulary::OpenLlmetry)
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether each model call is told in whole as an event: where its content goes to events, unless the user says
    /// otherwise.
    pub(crate) fn tells_details(&self) -> bool {
        self.details.unwrap_or(self.policy.content.on_events())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("vocabularies", &self.vocabularies)
            .field("policy", &self.policy)
            .field("events", &self.events)
            .field("details", &self.details)
            .field("agent_usage", &self.agent_usage)
            .field("baggage", &self.baggage)
            .field("propagate_to_models", &self.propagate_to_models)
            .finish_non_exhaustive()
    }
}
