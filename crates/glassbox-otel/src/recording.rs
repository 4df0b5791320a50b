use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime};

use glassbox_core::{Error, Retry, Start};
use glassbox_semconv::{attribute, glassbox};
use opentelemetry::trace::{SpanBuilder, Status, TraceContextExt as _};
use opentelemetry::{Array, Context, KeyValue, Value};

use crate::Telemetry;
use crate::facts::Record;
use crate::scope::{Operation, Scope};
use crate::vocabulary::gen_ai;

/// One operation that is being recorded: the only place that opens a span, and the only one that closes it.
///
/// It is closed exactly once: by [`close`](Recording::close), or by being dropped, which is what happens when the
/// caller drops the operation or a panic passes through it.
pub(crate) struct Recording<R: Record> {
    /// What is known so far.
    pub(crate) facts: R,
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
}

impl<R: Record> Recording<R> {
    /// Opens the span, as a child of `parent`'s, with everything that is known at the start: samplers see it.
    pub(crate) fn open(
        telemetry: &Telemetry,
        facts: R,
        mut scope: Scope,
        parent: &Context,
    ) -> Self {
        let view = facts.facts();
        // Room for what comes at the end, so that the list is not moved then.
        let mut attributes = Vec::with_capacity(32);
        gen_ai::before(view, &mut attributes);
        let began = SystemTime::now();
        let span = SpanBuilder::from_name(gen_ai::name(view))
            .with_kind(gen_ai::kind(view))
            .with_start_time(began)
            .with_attributes(attributes);
        let own = telemetry.start(span, parent);
        let context = if own.span().span_context().is_valid() {
            own.with_value(scope)
        } else {
            // Nobody records this, so somebody below may, as if this were not here.
            scope.operation = Operation::None;
            parent.with_value(scope)
        };
        Self {
            facts,
            own,
            context,
            began,
            clock: Instant::now(),
            entered: false,
            open: true,
        }
    }

    /// The context in which the operation itself is to run.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Whether there is a span at all.
    pub(crate) fn is_recorded(&self) -> bool {
        self.own.span().span_context().is_valid()
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

    /// Records what it took until the provider accepted the request.
    pub(crate) fn started(&self, start: &Start) {
        self.retries(&start.retries);
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
            self.own
                .span()
                .add_event(glassbox::EVENT_OPTIONS_DROPPED, vec![names]);
        }
    }

    /// Records attempts that failed, at the times at which they failed.
    pub(crate) fn retries(&self, retries: &[Retry]) {
        for retry in retries {
            let mut attributes = vec![
                KeyValue::new(glassbox::RETRY_ATTEMPT, i64::from(retry.attempt)),
                KeyValue::new(glassbox::RETRY_WAIT, retry.wait.as_secs_f64()),
                KeyValue::new(attribute::ERROR_TYPE, retry.kind.as_str()),
            ];
            if let Some(status) = retry.status {
                attributes.push(KeyValue::new(
                    glassbox::RETRY_STATUS_CODE,
                    i64::from(status),
                ));
            }
            // What was read from a file may be any time.
            let at = self.began.checked_add(retry.after).unwrap_or(self.began);
            self.own
                .span()
                .add_event_with_timestamp(glassbox::EVENT_RETRY, at, attributes);
        }
    }

    /// Closes the span. A second time does nothing.
    pub(crate) fn close(&mut self, ending: Ending) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        self.facts.closing();
        let span = self.own.span();
        if span.is_recording() {
            let mut attributes = Vec::with_capacity(16);
            gen_ai::after(self.facts.facts(), &ending, &mut attributes);
            match ending {
                Ending::Done => {}
                Ending::Cancelled => {
                    attributes.push(KeyValue::new(
                        glassbox::OUTCOME,
                        glassbox::OUTCOME_CANCELLED,
                    ));
                }
                Ending::Failed(kind, description) => {
                    attributes.push(KeyValue::new(attribute::ERROR_TYPE, kind));
                    span.set_status(Status::error(description));
                }
            }
            span.set_attributes(attributes);
        }
        // Explicitly: whoever still holds the context (a task the operation left behind) must not keep it open.
        span.end();
    }
}

impl<R: Record> Drop for Recording<R> {
    fn drop(&mut self) {
        // It did not come back from its work, so a panic passed through it.
        if self.entered {
            self.close(Ending::Failed(
                "panic".into(),
                "the operation panicked".to_owned(),
            ));
        } else {
            self.close(Ending::Cancelled);
        }
    }
}
