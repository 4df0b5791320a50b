use glassbox_core::Part;
use glassbox_semconv::{attribute as name, event};
use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use opentelemetry::{Context, Key};

use crate::content::Capture;
use crate::events::Event;
use crate::settings::Settings;

/// What somebody thinks of an answer: a score, a label, or both.
///
/// It belongs to the span that is current where it is recorded, unless it names another, or the response.
///
/// ```
/// use glassbox_otel::{Evaluation, Telemetry};
///
/// # let telemetry = Telemetry::new();
/// let evaluation = Evaluation::new("relevance")
///     .with_score(0.9)
///     .with_label("relevant")
///     .with_response_id("chatcmpl-123");
/// telemetry.evaluation(&evaluation);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// What was evaluated: `relevance`, `intent_resolution`, ...
    pub name: String,
    /// The score.
    pub score: Option<f64>,
    /// The score in a word; one of few.
    pub label: Option<String>,
    /// Why. This is content: it is recorded only where content goes to events.
    pub explanation: Option<String>,
    /// The response that was evaluated, by the provider's id.
    pub response_id: Option<String>,
    /// Why it could not be evaluated; one of few words, for `error.type`.
    pub error: Option<String>,
    span: Option<SpanContext>,
}

impl Evaluation {
    /// An evaluation by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Sets the score.
    #[must_use]
    pub fn with_score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// Sets the label.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says why.
    #[must_use]
    pub fn with_explanation(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = Some(explanation.into());
        self
    }

    /// Names the response.
    #[must_use]
    pub fn with_response_id(mut self, id: impl Into<String>) -> Self {
        self.response_id = Some(id.into());
        self
    }

    /// Says that it failed, and how.
    #[must_use]
    pub fn with_error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Names the span that was evaluated, which may have ended long ago.
    #[must_use]
    pub fn of_span(mut self, span: SpanContext) -> Self {
        self.span = Some(span);
        self
    }

    pub(crate) fn span(&self) -> Context {
        let current = Context::current();
        match &self.span {
            Some(span) => current.with_remote_span_context(span.clone()),
            None => current,
        }
    }

    pub(crate) fn event(&self, settings: &Settings) -> Event {
        let mut attributes: Vec<(Key, AnyValue)> = Vec::with_capacity(6);
        let mut put = |key: &'static str, text: Option<&String>| {
            attributes.extend(text.map(|text| (key.into(), text.clone().into())));
        };
        put(name::GEN_AI_EVALUATION_NAME, Some(&self.name));
        put(name::GEN_AI_EVALUATION_SCORE_LABEL, self.label.as_ref());
        put(name::GEN_AI_RESPONSE_ID, self.response_id.as_ref());
        put(name::ERROR_TYPE, self.error.as_ref());
        if settings.policy().content.on_events() {
            let explanation = self.explanation.as_deref().map(Part::text);
            let shown = explanation.and_then(|part| Capture(settings.policy()).part(&part));
            let shown = shown.and_then(|part| part.get("content")?.as_str().map(str::to_owned));
            put(name::GEN_AI_EVALUATION_EXPLANATION, shown.as_ref());
        }
        if let Some(score) = self.score {
            attributes.push((name::GEN_AI_EVALUATION_SCORE_VALUE.into(), score.into()));
        }
        Event {
            name: event::GEN_AI_EVALUATION_RESULT,
            severity: None,
            attributes,
        }
    }
}
