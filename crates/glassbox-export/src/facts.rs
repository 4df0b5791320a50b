//! What a span says of itself, whichever vocabulary it speaks: for a line of the tree, and for a policy of the sampler.

use std::borrow::Cow;

use glassbox_semconv::value::gen_ai_operation_name as operation;
use glassbox_semconv::{attribute, glassbox, openinference, openllmetry};
use opentelemetry::trace::Status;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// What kind of work a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call that is billed: its tokens count.
    Model,
    Tool,
    Agent,
    Other,
}

/// Tokens of one call. The cached are among the input, the reasoning among the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tokens {
    pub(crate) input: Option<u64>,
    pub(crate) cached: Option<u64>,
    pub(crate) output: Option<u64>,
    pub(crate) reasoning: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) role: Role,
    pub(crate) tokens: Tokens,
    /// What it cost, in US dollars.
    pub(crate) cost: Option<f64>,
    pub(crate) model: Option<&'a str>,
    pub(crate) tool: Option<&'a str>,
    /// How it ended, where that was neither well nor with an error: `cancelled`, `step_limit`.
    pub(crate) outcome: Option<&'a str>,
    /// What failed, if something did: `timeout: no answer within 2 s`.
    pub(crate) error: Option<Cow<'a, str>>,
}

/// The names of one fact, the preferred one first.
type Names = &'static [&'static str];

const INPUT: Names = &[
    attribute::GEN_AI_USAGE_INPUT_TOKENS,
    openllmetry::GEN_AI_USAGE_PROMPT_TOKENS,
    openinference::LLM_TOKEN_COUNT_PROMPT,
];
const CACHED: Names = &[
    attribute::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    openllmetry::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    openinference::LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_READ,
];
const OUTPUT: Names = &[
    attribute::GEN_AI_USAGE_OUTPUT_TOKENS,
    openllmetry::GEN_AI_USAGE_COMPLETION_TOKENS,
    openinference::LLM_TOKEN_COUNT_COMPLETION,
];
const REASONING: Names = &[
    attribute::GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    openllmetry::GEN_AI_USAGE_REASONING_TOKENS,
    openllmetry::LLM_USAGE_REASONING_TOKENS,
    openinference::LLM_TOKEN_COUNT_COMPLETION_DETAILS_REASONING,
];
const COST: Names = &[
    glassbox::COST_TOTAL,
    openllmetry::tutorial::GEN_AI_USAGE_COST,
    openinference::LLM_COST_TOTAL,
];
const MODEL: Names = &[
    attribute::GEN_AI_RESPONSE_MODEL,
    attribute::GEN_AI_REQUEST_MODEL,
    openinference::LLM_MODEL_NAME,
];
const OUTCOME: Names = &[glassbox::OUTCOME];
const TOOL: Names = &[attribute::GEN_AI_TOOL_NAME, openinference::TOOL_NAME];

impl<'a> Facts<'a> {
    pub(crate) fn new(span: &'a SpanData) -> Self {
        let attributes = Attributes(&span.attributes);
        Self {
            role: role(span),
            tokens: Tokens {
                input: attributes.count(INPUT),
                cached: attributes.count(CACHED),
                output: attributes.count(OUTPUT),
                reasoning: attributes.count(REASONING),
            },
            cost: cost(span),
            model: attributes.text(MODEL),
            tool: tool(span),
            outcome: attributes
                .text(OUTCOME)
                .filter(|outcome| *outcome != "answer"),
            error: error(span, attributes),
        }
    }
}

/// Input and output tokens of one call together, or zero where it says nothing of them.
pub(crate) fn total_tokens(span: &SpanData) -> u64 {
    let attributes = Attributes(&span.attributes);
    let count = |names| attributes.count(names).unwrap_or(0);
    count(INPUT).saturating_add(count(OUTPUT))
}

/// What one call cost, in US dollars.
pub(crate) fn cost(span: &SpanData) -> Option<f64> {
    Attributes(&span.attributes).amount(COST)
}

/// The tool's name.
pub(crate) fn tool(span: &SpanData) -> Option<&str> {
    Attributes(&span.attributes).text(TOOL)
}

/// Whether something failed.
pub(crate) fn has_failed(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. })
        || Attributes(&span.attributes)
            .text(&[attribute::ERROR_TYPE])
            .is_some()
}

/// Attributes of a span. One that was set twice has the later value.
#[derive(Clone, Copy)]
pub(crate) struct Attributes<'a>(pub(crate) &'a [KeyValue]);

impl<'a> Attributes<'a> {
    fn value(self, names: Names) -> Option<&'a Value> {
        names.iter().find_map(|name| {
            let last = self.0.iter().rev();
            last.clone()
                .find(|attribute| attribute.key.as_str() == *name)
                .map(|attribute| &attribute.value)
        })
    }

    pub(crate) fn text(self, names: Names) -> Option<&'a str> {
        match self.value(names)? {
            Value::String(text) if !text.as_str().is_empty() => Some(text.as_str()),
            _ => None,
        }
    }

    fn amount(self, names: Names) -> Option<f64> {
        match self.value(names)? {
            Value::F64(amount) if amount.is_finite() && *amount >= 0.0 => Some(*amount),
            _ => None,
        }
    }

    fn count(self, names: Names) -> Option<u64> {
        match self.value(names)? {
            Value::I64(count) => u64::try_from(*count).ok(),
            // Some instrumentations write whole numbers as floating-point ones, or as text.
            Value::F64(count) if *count >= 0.0 => Some(*count as u64),
            Value::String(count) => count.as_str().parse().ok(),
            _ => None,
        }
    }
}

pub(crate) fn role(span: &SpanData) -> Role {
    use openinference::span_kind;

    let attributes = Attributes(&span.attributes);
    match attributes.text(&[attribute::GEN_AI_OPERATION_NAME]) {
        Some(
            operation::CHAT
            | operation::GENERATE_CONTENT
            | operation::TEXT_COMPLETION
            | operation::EMBEDDINGS,
        ) => return Role::Model,
        Some(operation::EXECUTE_TOOL) => return Role::Tool,
        Some(operation::INVOKE_AGENT | operation::INVOKE_WORKFLOW) => return Role::Agent,
        Some(_) => return Role::Other,
        None => {}
    }
    match attributes.text(&[openinference::OPENINFERENCE_SPAN_KIND]) {
        Some(span_kind::LLM | span_kind::EMBEDDING) => return Role::Model,
        Some(span_kind::TOOL) => return Role::Tool,
        Some(span_kind::AGENT | span_kind::CHAIN) => return Role::Agent,
        _ => {}
    }
    if attributes.text(&[openllmetry::LLM_REQUEST_TYPE]).is_some() {
        return Role::Model;
    }
    match attributes.text(&[openllmetry::TRACELOOP_SPAN_KIND]) {
        Some("tool") => return Role::Tool,
        Some("agent" | "workflow") => return Role::Agent,
        _ => {}
    }
    match span.name.as_ref() {
        openllmetry::tutorial::SPAN_AGENT_RUN => Role::Agent,
        openllmetry::tutorial::SPAN_LLM_CALL => Role::Model,
        name if name.starts_with(openllmetry::tutorial::SPAN_TOOL_PREFIX) => Role::Tool,
        _ => Role::Other,
    }
}

fn error<'a>(span: &'a SpanData, attributes: Attributes<'a>) -> Option<Cow<'a, str>> {
    let kind = attributes.text(&[attribute::ERROR_TYPE]);
    let description = match &span.status {
        Status::Error { description } => Some(description.as_ref()),
        _ => None,
    };
    match (kind, description) {
        (None, None) => None,
        (None, Some("")) => Some("error".into()),
        (None, Some(text)) | (Some(text), None | Some("")) => Some(text.into()),
        (Some(kind), Some(text)) if text.starts_with(kind) => Some(text.into()),
        (Some(kind), Some(text)) => Some(format!("{kind}: {text}").into()),
    }
}
