//! Calls of models.

use std::sync::Arc;

use glassbox_core::{Delivery, EmbeddingRequest, OutputFormat, Request, ToolChoice};
use glassbox_semconv::openinference as name;
use opentelemetry::KeyValue;
use serde_json::{Map, Value, json};

use super::{provider, usage};
use crate::facts::{Embeddings, Identity, Inference};
use crate::vocabulary::attributes::{Attributes, string, text};

pub(super) fn before(call: &Inference, out: &mut Attributes) {
    text(name::LLM_REQUEST_MODEL_NAME, asked_for(&call.who), out);
    out.push(KeyValue::new(
        name::LLM_PROVIDER,
        provider::provider(&call.who),
    ));
    out.push(KeyValue::new(name::LLM_SYSTEM, provider::system(&call.who)));
    invocation(
        name::LLM_INVOCATION_PARAMETERS,
        parameters(&call.who, &call.request),
        out,
    );
    if let Some(prompt) = &call.request.prompt {
        out.push(KeyValue::new(name::PROMPT_ID, prompt.name.clone()));
        let version = prompt.version.as_ref();
        string(name::LLM_PROMPT_TEMPLATE_VERSION, version, out);
    }
}

pub(super) fn after(call: &Inference, out: &mut Attributes) {
    // The one that answered, or else the one asked for: known when the answer is, and a name is said once.
    let model = call.said.model.as_ref().or_else(|| asked_for(call.by()));
    text(name::LLM_MODEL_NAME, model, out);
    text(name::LLM_RESPONSE_MODEL_NAME, call.said.model.as_ref(), out);
    // There is room for one answer's.
    if let Some(reason) = call.finish.iter().flatten().next() {
        let reason = reason.as_str().to_owned();
        out.push(KeyValue::new(name::LLM_FINISH_REASON, reason));
    }
    if call.is_billed() {
        usage::tokens(&call.usage, out);
    }
}

pub(super) fn embeddings_before(call: &Embeddings, out: &mut Attributes) {
    text(name::EMBEDDING_MODEL_NAME, asked_for(&call.who), out);
    invocation(
        name::EMBEDDING_INVOCATION_PARAMETERS,
        embedding_parameters(&call.who, &call.request),
        out,
    );
}

pub(super) fn embeddings_after(call: &Embeddings, out: &mut Attributes) {
    text(name::LLM_RESPONSE_MODEL_NAME, call.said.model.as_ref(), out);
    if call.is_billed() {
        usage::embedded(&call.usage, out);
    }
}

fn asked_for(who: &Identity) -> Option<&Arc<str>> {
    Some(&who.model).filter(|model| !model.is_empty())
}

fn invocation(key: &'static str, parameters: Map<String, Value>, out: &mut Attributes) {
    if !parameters.is_empty() {
        out.push(KeyValue::new(key, Value::Object(parameters).to_string()));
    }
}

/// What was asked for beside the conversation. What a request has extra is not here: it may be content.
fn parameters(who: &Identity, request: &Request) -> Map<String, Value> {
    let given = &request.parameters;
    let stops = &given.stop_sequences;
    let choice = &request.tool_choice;
    named([
        ("model", json!(asked_for(who))),
        ("temperature", json!(given.temperature)),
        ("top_p", json!(given.top_p)),
        ("top_k", json!(given.top_k)),
        ("max_tokens", json!(given.max_tokens)),
        (
            "stop_sequences",
            json!((!stops.is_empty()).then_some(stops)),
        ),
        ("seed", json!(given.seed)),
        ("frequency_penalty", json!(given.frequency_penalty)),
        ("presence_penalty", json!(given.presence_penalty)),
        ("choice_count", json!(given.choice_count)),
        ("reasoning_effort", json!(given.reasoning_effort)),
        ("parallel_tool_calls", json!(given.parallel_tool_calls)),
        ("service_tier", json!(given.service_tier)),
        (
            "tool_choice",
            json!((*choice != ToolChoice::Auto).then_some(choice)),
        ),
        (
            "output_type",
            json!(request.output.as_deref().map(OutputFormat::as_str)),
        ),
        (
            "stream",
            json!((request.delivery == Delivery::Incremental).then_some(true)),
        ),
        ("previous_response_id", json!(request.previous_response)),
    ])
}

fn embedding_parameters(who: &Identity, request: &EmbeddingRequest) -> Map<String, Value> {
    let format = request.encoding_format.map(|format| format.as_str());
    named([
        ("model", json!(asked_for(who))),
        ("dimensions", json!(request.dimensions)),
        ("encoding_format", json!(format)),
    ])
}

/// What is known of these.
pub(super) fn named<const N: usize>(values: [(&str, Value); N]) -> Map<String, Value> {
    let known = values.into_iter().filter(|(_, value)| !value.is_null());
    known.map(|(key, value)| (key.to_owned(), value)).collect()
}
