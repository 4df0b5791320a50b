use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime};

use glassbox_core::{Decision, Error, Retry, Start};
use glassbox_price::Prices;
use glassbox_semconv::{attribute, glassbox};
use opentelemetry::trace::{SpanBuilder, Status, TraceContextExt as _};
use opentelemetry::{Array, Context, KeyValue, Value};

use crate::Telemetry;
use crate::content::Contents;
use crate::decisions;
use crate::events;
use crate::facts::{Record, Whom};
use crate::metrics::Instruments;
use crate::scope::{Operation, Scope};
use crate::vocabulary::attributes::int;
use crate::vocabulary::{self, Attributes, View};

/// One operation that is being recorded: the only place that opens a span, and the only one that closes it.
///
/// It is closed exactly once: by [`close`](Recording::close), or by being dropped, which is what happens when the
/// caller drops the operation or a panic passes through it.
pub(crate) struct Recording<R: Record> {
    /// What is known so far.
    pub(crate) facts: R,
    telemetry: Telemetry,
    whom: Whom,
    /// Holds the span.
    own: Context,
    /// Where the operation runs: the same, with what is being recorded.
    context: Context,
    began: SystemTime,
    clock: Instant,
    /// Whether the operation is at work right now.
    entered: bool,
    open: bool,
}

/// How an operation ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Its caller dropped it.
    Cancelled,
    /// Well.
    Done,
    /// With an error: the word for `error.type`, and a description that holds no content.
    Failed(Cow<'static, str>, String),
}

impl Ending {
    pub(crate) fn failed(error: &Error) -> Self {
        Self::Failed(error.kind().as_str().into(), error.to_string())
    }

    /// What every vocabulary says of an end that was not good.
    pub(crate) fn put(&self, out: &mut Attributes) {
        if matches!(self, Self::Cancelled) {
            out.push(KeyValue::new(
                glassbox::OUTCOME,
                glassbox::OUTCOME_CANCELLED,
            ));
        }
        out.extend(self.error_type());
    }

    /// The attribute `error.type`.
    pub(crate) fn error_type(&self) -> Option<KeyValue> {
        match self {
            Self::Failed(kind, _) => Some(KeyValue::new(attribute::ERROR_TYPE, kind.clone())),
            Self::Cancelled | Self::Done => None,
        }
    }
}

impl<R: Record> Recording<R> {
    /// Opens the span, as a child of `parent`'s, with everything that is known at the start: samplers see it.
    pub(crate) fn open(
        telemetry: &Telemetry,
        facts: R,
        mut scope: Scope,
        parent: &Context,
    ) -> Self {
        let whom = telemetry.whom(&scope, parent);
        let view = View {
            facts: facts.facts(),
            whom: &whom,
        };
        let vocabularies = telemetry.settings().vocabularies();
        let began = SystemTime::now();
        let span = SpanBuilder::from_name(vocabulary::name(vocabularies, view))
            .with_kind(vocabulary::kind(vocabularies, view))
            .with_start_time(began)
            .with_attributes(vocabulary::before(vocabularies, view));
        let own = telemetry.start(span, parent);
        let context = if own.span().span_context().is_valid() || telemetry.counts() {
            own.with_value(scope)
        } else {
            // Nobody records this, so somebody below may, as if this were not here.
            scope.operation = Operation::None;
            parent.with_value(scope)
        };
        let recording = Self {
            facts,
            telemetry: telemetry.clone(),
            whom,
            own,
            context,
            began,
            clock: Instant::now(),
            entered: false,
            open: true,
        };
        recording.told(vocabulary::told_before(vocabularies, recording.view()));
        recording
    }

    fn view(&self) -> View<'_> {
        View {
            facts: self.facts.facts(),
            whom: &self.whom,
        }
    }

    /// The context in which the operation itself is to run.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Whether anything is recorded at all.
    pub(crate) fn is_recorded(&self) -> bool {
        self.own.span().span_context().is_valid() || self.telemetry.counts()
    }

    pub(crate) fn prices(&self) -> &Prices {
        &self.telemetry.settings().prices
    }

    pub(crate) fn instruments(&self) -> &Instruments {
        self.telemetry.instruments()
    }

    /// How long it has been going on.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// Lets the operation work in its own context, whoever polls it and in whatever task.
    pub(crate) fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let guard = self.context.clone().attach();
        self.entered = true;
        let result = work();
        self.entered = false;
        drop(guard);
        result
    }

    /// Awaits the operation in its own context.
    pub(crate) async fn drive<F: Future>(&mut self, operation: F) -> F::Output {
        let mut operation = pin!(operation);
        poll_fn(|cx| self.enter(|| operation.as_mut().poll(cx))).await
    }

    /// Adds an event to the span, as of now.
    pub(crate) fn event(&self, name: impl Into<Cow<'static, str>>, attributes: Attributes) {
        self.own.span().add_event(name, attributes);
    }

    fn told(&self, events: Vec<(&'static str, Attributes)>) {
        for (name, attributes) in events {
            self.event(name, attributes);
        }
    }

    /// Records what it took until the provider accepted the request.
    pub(crate) fn started(&self, start: &Start) {
        self.on_the_way(&start.retries, &start.decisions);
        if !start.dropped.is_empty() {
            let names = start
                .dropped
                .iter()
                .map(|name| name.clone().into())
                .collect();
            let names = KeyValue::new(
                glassbox::DROPPED_OPTIONS,
                Value::Array(Array::String(names)),
            );
            self.event(glassbox::EVENT_OPTIONS_DROPPED, vec![names]);
        }
    }

    /// Records attempts that failed and what was decided, in the order and at the times in which that was.
    pub(crate) fn on_the_way(&self, retries: &[Retry], decisions: &[Decision]) {
        let retries = retries
            .iter()
            .map(|retry| (retry.after, glassbox::EVENT_RETRY, retried(retry)));
        let decisions = decisions.iter().filter_map(|decision| {
            let (name, attributes) = decisions::event(&decision.kind)?;
            Some((decision.after, name, attributes))
        });
        let mut events: Vec<_> = retries.chain(decisions).collect();
        // One after the other even at the same time: an attempt fails before somebody decides what to do about it.
        events.sort_by_key(|(after, ..)| *after);
        for (after, name, attributes) in events {
            // What was read from a file may be any time.
            let at = self.began.checked_add(after).unwrap_or(self.began);
            self.own
                .span()
                .add_event_with_timestamp(name, at, attributes);
        }
    }

    /// Closes the span, and records the metrics and the events that go with it. A second time does nothing.
    pub(crate) fn close(&mut self, ending: &Ending) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let elapsed = self.clock.elapsed();
        let telemetry = self.telemetry.clone();
        self.facts.closing(&telemetry.settings().prices);
        telemetry.measure(self.view(), ending, elapsed);
        let policy = telemetry.settings().policy();
        let mut contents = Contents::default();
        let mut references = Vec::new();
        let seen = self.own.span().is_recording() || telemetry.tells() || policy.store.is_some();
        if seen && policy.is_wanted() {
            contents = self.facts.contents(policy);
            references =
                events::upload(&telemetry, self.facts.facts(), &contents, &self.own.span());
        }
        let span = self.own.span();
        if span.is_recording() {
            let vocabularies = telemetry.settings().vocabularies();
            let view = self.view();
            let mut attributes = vocabulary::after(vocabularies, view, ending);
            if policy.content.on_spans() {
                vocabulary::content(vocabularies, view, &contents, policy, &mut attributes);
            }
            attributes.extend(references.iter().cloned());
            self.told(vocabulary::told_after(vocabularies, view));
            if let Ending::Failed(_, description) = ending {
                span.set_status(Status::error(events::description(
                    description,
                    &contents,
                    policy,
                )));
            }
            span.set_attributes(attributes);
        }
        if telemetry.tells() {
            let ended = events::Ended {
                view: self.view(),
                ending,
                contents: &contents,
                references,
                span: &self.own,
            };
            events::tell(&telemetry, ended);
        }
        // Explicitly: whoever still holds the context (a task the operation left behind) must not keep it open.
        span.end();
    }
}

/// An attempt that failed and was made again.
fn retried(retry: &Retry) -> Attributes {
    let mut attributes = vec![
        KeyValue::new(glassbox::RETRY_ATTEMPT, i64::from(retry.attempt)),
        KeyValue::new(glassbox::RETRY_WAIT, retry.wait.as_secs_f64()),
        KeyValue::new(attribute::ERROR_TYPE, retry.kind.as_str()),
    ];
    int(glassbox::RETRY_STATUS_CODE, retry.status, &mut attributes);
    attributes
}

impl<R: Record> fmt::Debug for Recording<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("span", self.own.span().span_context())
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl<R: Record> Drop for Recording<R> {
    fn drop(&mut self) {
        // It did not come back from its work, so a panic passed through it.
        if self.entered {
            self.close(&Ending::Failed(
                "panic".into(),
                "the operation panicked".to_owned(),
            ));
        } else {
            self.close(&Ending::Cancelled);
        }
    }
}
