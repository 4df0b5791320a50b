//! Events: log records that belong to a span, or events on the span itself, as the user chooses.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::SystemTime;

use glassbox_semconv::{attribute as name, event, glassbox};
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger, LoggerProvider, Severity};
use opentelemetry::trace::SpanRef;
use opentelemetry::{Array, Context, InstrumentationScope, Key, KeyValue, Value};

use crate::Telemetry;
use crate::content::{self, Contents, Policy, Upload, any_value};
use crate::facts::{Facts, StepKind};
use crate::recording::Ending;
use crate::vocabulary::{self, View, gen_ai};

/// Where the conventions' events are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Events {
    /// As log records, to the logger provider that the builder was given. Without one there are none.
    #[default]
    Logs,
    /// As events of the span they belong to.
    Spans,
    /// As both.
    Both,
}

impl Events {
    pub(crate) const fn on_spans(self) -> bool {
        matches!(self, Self::Spans | Self::Both)
    }

    pub(crate) const fn in_logs(self) -> bool {
        matches!(self, Self::Logs | Self::Both)
    }
}

/// A logger of any kind, behind one pointer.
pub(crate) trait Emitter: Send + Sync {
    fn emit(&self, event: Event, context: &Context);
}

/// An event in the making.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) severity: Option<Severity>,
    pub(crate) attributes: Vec<(Key, AnyValue)>,
}

impl<L: Logger + Send + Sync> Emitter for L {
    fn emit(&self, event: Event, context: &Context) {
        let severity = event.severity.unwrap_or(Severity::Info);
        if !self.event_enabled(severity, "glassbox", Some(event.name)) {
            return;
        }
        let mut record = self.create_log_record();
        record.set_event_name(event.name);
        record.set_timestamp(SystemTime::now());
        if let Some(severity) = event.severity {
            record.set_severity_number(severity);
            record.set_severity_text(severity.name());
        }
        record.add_attributes(event.attributes);
        let _belonging = context.clone().attach();
        Logger::emit(self, record);
    }
}

/// An operation that has ended, and what is to be told of it.
pub(crate) struct Ended<'a> {
    pub(crate) view: View<'a>,
    pub(crate) ending: &'a Ending,
    pub(crate) contents: &'a Contents,
    pub(crate) references: Vec<KeyValue>,
    /// Where the span is.
    pub(crate) span: &'a Context,
}

/// Tells what the conventions want told of an operation that has ended.
pub(crate) fn tell(telemetry: &Telemetry, ended: Ended<'_>) {
    if let Ending::Failed(kind, description) = ended.ending
        && is_client(ended.view.facts)
    {
        let policy = telemetry.settings().policy();
        let said = description_of(description, ended.contents, policy.content.on_events());
        let attributes = vec![
            (name::EXCEPTION_TYPE.into(), kind.clone().into()),
            (name::EXCEPTION_MESSAGE.into(), said.into()),
        ];
        let event = Event {
            name: event::GEN_AI_CLIENT_OPERATION_EXCEPTION,
            severity: Some(Severity::Warn),
            attributes,
        };
        telemetry.tell(event, ended.span);
    }
    if matches!(ended.view.facts, Facts::Inference(_)) && telemetry.settings().tells_details() {
        let span = ended.span;
        telemetry.tell(details(telemetry, ended), span);
    }
}

/// The whole of a model call, with what was said as structures.
fn details(telemetry: &Telemetry, ended: Ended<'_>) -> Event {
    let settings = telemetry.settings();
    let policy = settings.policy();
    let vocabularies = settings.vocabularies();
    let names = vocabulary::of_events(vocabularies);
    let mut flat = vocabulary::before(names, ended.view);
    flat.extend(vocabulary::after(names, ended.view, ended.ending));
    flat.extend(ended.references);
    let mut truncated = Vec::new();
    let mut structured = Vec::new();
    if policy.content.on_events() {
        let said = gen_ai::said(ended.view.facts, ended.contents);
        for (key, value) in said {
            let Some(value) = value else { continue };
            let (value, cut) = content::value(value.clone(), policy.event_limit);
            if cut {
                truncated.push(AnyValue::from(key));
            }
            structured.push((Key::from(key), any_value(value)));
        }
        for (variable, value) in &ended.contents.variables {
            let key = format!("{}.{variable}", name::GEN_AI_PROMPT_VARIABLE);
            structured.push((Key::from(key), any_value(value.clone())));
        }
        if ended.contents.earlier > 0 {
            flat.push(gen_ai::earlier(ended.contents.earlier));
        }
    }
    let mut attributes: Vec<(Key, AnyValue)> = flat.into_iter().map(structure).collect();
    attributes.append(&mut structured);
    if !truncated.is_empty() {
        let truncated = AnyValue::ListAny(Box::new(truncated));
        attributes.push((glassbox::CONTENT_TRUNCATED.into(), truncated));
    }
    Event {
        name: event::GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS,
        severity: Some(Severity::Debug),
        attributes,
    }
}

/// Whether it is an operation of a client of models, memories or documents.
fn is_client(facts: Facts<'_>) -> bool {
    match facts {
        Facts::Embeddings(_) | Facts::Inference(_) => true,
        Facts::Step(step) => !matches!(step.kind, StepKind::Plan | StepKind::Workflow),
        Facts::Agent(_) | Facts::Tool(_) => false,
    }
}

/// The description of a span's failure: ours, and what the provider said where content is wanted there.
pub(crate) fn description(ours: &str, contents: &Contents, policy: &Policy) -> String {
    let whole = description_of(ours, contents, policy.content.on_spans());
    content::text(&whole.into(), policy.span_limit).0
}

fn description_of(ours: &str, contents: &Contents, with_content: bool) -> String {
    match &contents.failure {
        Some(serde_json::Value::String(said)) if with_content => format!("{ours}: {said}"),
        _ => ours.to_owned(),
    }
}

/// Hands what was said to the upload hook, and gives the references that it returned.
pub(crate) fn upload(
    telemetry: &Telemetry,
    facts: Facts<'_>,
    contents: &Contents,
    span: &SpanRef<'_>,
) -> Vec<KeyValue> {
    let Some(store) = &telemetry.settings().policy().store else {
        return Vec::new();
    };
    let context = span.span_context();
    let (trace_id, span_id) = (
        context.trace_id().to_string(),
        context.span_id().to_string(),
    );
    let stored = gen_ai::said(facts, contents).filter_map(|(attribute, value)| {
        let upload = Upload {
            attribute,
            content: value?,
            trace_id: &trace_id,
            span_id: &span_id,
        };
        // The hook is the user's, and telemetry changes no result.
        let reference = catch_unwind(AssertUnwindSafe(|| store(upload))).ok()??;
        let key = format!("{}.{attribute}", glassbox::CONTENT_REFERENCE);
        Some(KeyValue::new(key, reference))
    });
    stored.collect()
}

/// An attribute as a log record holds it.
pub(crate) fn structure(attribute: KeyValue) -> (Key, AnyValue) {
    let list = |items: Vec<AnyValue>| AnyValue::ListAny(Box::new(items));
    let value = match attribute.value {
        Value::Bool(flag) => AnyValue::Boolean(flag),
        Value::I64(number) => AnyValue::Int(number),
        Value::F64(number) => AnyValue::Double(number),
        Value::String(text) => AnyValue::String(text),
        Value::Array(Array::String(texts)) => {
            list(texts.into_iter().map(AnyValue::String).collect())
        }
        Value::Array(Array::Bool(items)) => list(items.into_iter().map(Into::into).collect()),
        Value::Array(Array::I64(items)) => list(items.into_iter().map(Into::into).collect()),
        Value::Array(Array::F64(items)) => list(items.into_iter().map(Into::into).collect()),
        other => AnyValue::String(other.to_string().into()),
    };
    (attribute.key, value)
}

/// A log record's value as a span's event holds it: structures as JSON text of at most `limit` bytes.
pub(crate) fn flat(value: AnyValue, limit: usize) -> Value {
    match value {
        AnyValue::Boolean(flag) => Value::Bool(flag),
        AnyValue::Int(number) => Value::I64(number),
        AnyValue::Double(number) => Value::F64(number),
        AnyValue::String(text) => Value::String(text),
        AnyValue::ListAny(items)
            if items.iter().all(|item| matches!(item, AnyValue::String(_))) =>
        {
            let texts = items.into_iter().filter_map(|item| match item {
                AnyValue::String(text) => Some(text),
                _ => None,
            });
            Value::Array(Array::String(texts.collect()))
        }
        other => {
            let (text, _) = content::text(&content::json_value(other), limit);
            Value::String(text.into())
        }
    }
}

/// The emitter of a logger provider.
pub(crate) fn emitter<P>(provider: &P, scope: InstrumentationScope) -> Arc<dyn Emitter>
where
    P: LoggerProvider,
    P::Logger: Send + Sync + 'static,
{
    Arc::new(provider.logger_with_scope(scope))
}
