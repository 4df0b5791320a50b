use std::fmt;

use glassbox_core::Part;
use glassbox_price::Prices;
use opentelemetry::logs::LoggerProvider;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry::{InstrumentationScope, Key};

use crate::content::{Content, History, Policy, Upload};
use crate::events::{self, Emitter, Events};
use crate::settings::{Settings, Starter};
use crate::vocabulary::{self, Vocabulary};
use crate::{Telemetry, environment};

/// Says how a [`Telemetry`] records.
#[must_use]
pub struct TelemetryBuilder {
    tracer: Option<Late<Box<dyn Starter>>>,
    meter: Option<Late<Meter>>,
    emitter: Option<Late<std::sync::Arc<dyn Emitter>>>,
    vocabularies: Vec<Vocabulary>,
    pub(crate) policy: Policy,
    pub(crate) events: Events,
    pub(crate) details: Option<bool>,
    agent_usage: bool,
    baggage: Vec<Key>,
    cost_by_user: bool,
    prices: Prices,
    propagate_to_models: bool,
    pub(crate) warnings: Vec<String>,
}

/// Made once the scope is known.
type Late<T> = Box<dyn FnOnce(InstrumentationScope) -> T + Send + Sync>;

impl Default for TelemetryBuilder {
    fn default() -> Self {
        Self {
            tracer: None,
            meter: None,
            emitter: None,
            vocabularies: vec![Vocabulary::default()],
            policy: Policy::default(),
            events: Events::default(),
            details: None,
            agent_usage: true,
            baggage: Vec::new(),
            cost_by_user: false,
            prices: Prices::embedded(),
            propagate_to_models: false,
            warnings: Vec::new(),
        }
    }
}

impl TelemetryBuilder {
    /// What the environment asks for:
    ///
    /// | variable | effect |
    /// | --- | --- |
    /// | `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` | [`content`](Self::content): `NO_CONTENT` (default), `SPAN_ONLY`, `EVENT_ONLY`, `SPAN_AND_EVENT` |
    /// | `OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT` | [`operation_details`](Self::operation_details): `true` or `false` |
    /// | `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT` | lowers [`content_limit`](Self::content_limit) |
    ///
    /// A value that makes no sense is ignored and [reported](Self::warnings).
    #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
    pub fn from_env() -> Self {
        environment::read(|name| std::env::var(name).ok())
    }

    /// Whether content goes to events, as far as has been said: then they should go somewhere.
    #[must_use]
    pub fn has_content_in_events(&self) -> bool {
        self.policy.content.on_events()
    }

    /// What was wrong in the environment, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Records spans to this provider. The global one unless set.
    pub fn tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: TracerProvider + Clone + Send + Sync + 'static,
        P::Tracer: Send + Sync + 'static,
        <P::Tracer as Tracer>::Span: Send + Sync + 'static,
    {
        let provider = provider.clone();
        self.tracer = Some(Box::new(move |scope| {
            Box::new(provider.tracer_with_scope(scope))
        }));
        self
    }

    /// Records metrics to this provider. The global one unless set.
    pub fn meter_provider<P>(mut self, provider: &P) -> Self
    where
        P: MeterProvider + Clone + Send + Sync + 'static,
    {
        let provider = provider.clone();
        self.meter = Some(Box::new(move |scope| provider.meter_with_scope(scope)));
        self
    }

    /// Records events to this provider, as log records. There is no global one, so there are none unless set.
    pub fn logger_provider<P>(mut self, provider: &P) -> Self
    where
        P: LoggerProvider + Clone + Send + Sync + 'static,
        P::Logger: Send + Sync + 'static,
    {
        let provider = provider.clone();
        self.emitter = Some(Box::new(move |scope| events::emitter(&provider, scope)));
        self
    }

    /// The names under which everything is recorded: any set at once; the first names the spans.
    /// [`Vocabulary::GenAi`] unless set, or where none is given.
    pub fn vocabularies(mut self, vocabularies: impl IntoIterator<Item = Vocabulary>) -> Self {
        self.vocabularies.clear();
        for vocabulary in vocabularies {
            if !self.vocabularies.contains(&vocabulary) {
                self.vocabularies.push(vocabulary);
            }
        }
        if self.vocabularies.is_empty() {
            self.vocabularies.push(Vocabulary::default());
        }
        self
    }

    /// Where content is recorded: messages, instructions, arguments and results of tools, queries and what they found,
    /// and what providers say when they fail. [`Content::Off`] unless set.
    pub fn content(mut self, content: Content) -> Self {
        self.policy.content = content;
        self
    }

    /// How much of a growing conversation each call records. [`History::Full`] unless set.
    pub fn history(mut self, history: History) -> Self {
        self.policy.history = history;
        self
    }

    /// Whether the tools on offer are recorded with their descriptions and schemas, where content is. By name alone
    /// unless set, as the conventions advise.
    pub fn tool_schemas(mut self, whole: bool) -> Self {
        self.policy.tool_schemas = whole;
        self
    }

    /// At most this many bytes of content in one attribute of a span: 2,048 unless set, which is what Grafana Tempo
    /// keeps of an attribute unless told otherwise. What is longer is cut inside the JSON, so that what arrives parses;
    /// a marker stands where something was, and `glassbox.content.truncated` names the attribute.
    pub fn content_limit(mut self, bytes: usize) -> Self {
        self.policy.span_limit = bytes;
        self
    }

    /// The same for an attribute of an event, measured as JSON text: 65,536 bytes unless set.
    pub fn event_content_limit(mut self, bytes: usize) -> Self {
        self.policy.event_limit = bytes;
        self
    }

    /// Shows every part of the content to this function before anything else sees it: it gives back what may be
    /// recorded, or `None` for a part that may not. Texts that are no message (queries, variables of prompts, what a
    /// provider says when it fails) come as text parts, arguments and results of tools as their parts. A part on which
    /// the function panics is not recorded.
    ///
    /// ```
    /// use glassbox_core::Part;
    /// use glassbox_otel::{Content, Telemetry};
    ///
    /// let telemetry = Telemetry::builder()
    ///     .content(Content::Span)
    ///     .redact(|part| match part {
    ///         Part::Text(mut text) => {
    ///             text.content = text.content.replace("Elm Street", "[address]");
    ///             Some(Part::Text(text))
    ///         }
    ///         Part::Blob(_) => None,
    ///         other => Some(other),
    ///     })
    ///     .build();
    /// ```
    pub fn redact(mut self, redact: impl Fn(Part) -> Option<Part> + Send + Sync + 'static) -> Self {
        self.policy.redact = Some(std::sync::Arc::new(redact));
        self
    }

    /// Hands the content, redacted and in full, to this function, whatever [`content`](Self::content) says: it stores
    /// it elsewhere and gives back a reference (a URI, say), which is recorded as
    /// `glassbox.content.reference.ATTRIBUTE`. `None` records nothing. It is called when the operation ends, in the
    /// task that ends it, so it should only hand on.
    pub fn upload(
        mut self,
        store: impl Fn(Upload<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.policy.store = Some(std::sync::Arc::new(store));
        self
    }

    /// Where the conventions' events are recorded. [`Events::Logs`] unless set.
    pub fn events(mut self, events: Events) -> Self {
        self.events = events;
        self
    }

    /// Whether each model call is told in whole as the event `gen_ai.client.inference.operation.details`. Only where
    /// content goes to events, unless set.
    pub fn operation_details(mut self, tell: bool) -> Self {
        self.details = Some(tell);
        self
    }

    /// Whether the span of an agent's run repeats the sum of what its model calls consumed, as the conventions ask.
    /// On unless set. Turn it off for a back end that adds up every span of a trace: the sum over the model calls
    /// alone is the bill.
    pub fn agent_usage(mut self, repeat: bool) -> Self {
        self.agent_usage = repeat;
        self
    }

    /// Records these entries of the baggage on every span, under their own names. None unless set: whoever calls us
    /// decides what is in the baggage.
    pub fn baggage_keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        let keys = keys.into_iter().map(|key| Key::from(key.into()));
        self.baggage = keys.collect();
        self
    }

    /// Whether the metric `glassbox.client.cost` bears `user.id`, so that spend can be grouped by user without a
    /// trace. Off unless set: every user is a series of its own.
    pub fn cost_by_user(mut self, by_user: bool) -> Self {
        self.cost_by_user = by_user;
        self
    }

    /// What models charge, for calls that come back without a cost: neither the provider nor a
    /// [`Priced`](glassbox_price::Priced) model said one. The embedded list unless set; an
    /// [empty](Prices::empty) one records no cost but the provider's own.
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = prices;
        self
    }

    /// Whether requests to model hosts bear the trace's headers (`traceparent`, ...). Off unless set: the host is a
    /// third party. Turn it on for a gateway or a model server of your own that records spans too.
    pub fn propagate_to_models(mut self, propagate: bool) -> Self {
        self.propagate_to_models = propagate;
        self
    }

    /// The finished recorder.
    #[must_use]
    pub fn build(self) -> Telemetry {
        let scope = scope(&self.vocabularies);
        let settings = Settings {
            tracer: self.tracer.map(|tracer| tracer(scope.clone())),
            meter: self.meter.map(|meter| meter(scope.clone())),
            emitter: self.emitter.map(|emitter| emitter(scope.clone())),
            scope,
            lazy: Default::default(),
            vocabularies: self.vocabularies,
            policy: self.policy,
            events: self.events,
            details: self.details,
            agent_usage: self.agent_usage,
            baggage: self.baggage,
            cost_by_user: self.cost_by_user,
            prices: self.prices,
            propagate_to_models: self.propagate_to_models,
        };
        Telemetry {
            inner: settings.into(),
        }
    }
}

fn scope(vocabularies: &[Vocabulary]) -> InstrumentationScope {
    InstrumentationScope::builder("glassbox")
        .with_version(env!("CARGO_PKG_VERSION"))
        .with_schema_url(vocabulary::schema_url(vocabularies))
        .build()
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("vocabularies", &self.vocabularies)
            .field("policy", &self.policy)
            .field("events", &self.events)
            .field("agent_usage", &self.agent_usage)
            .field("baggage", &self.baggage)
            .field("propagate_to_models", &self.propagate_to_models)
            .finish_non_exhaustive()
    }
}
