use std::sync::Arc;

use glassbox_core::{Delivery, FinishReason, OutputFormat, Parameters, Request, Usage};
use glassbox_semconv::{attribute as name, openllmetry as old, v1_41, value};
use opentelemetry::{KeyValue, StringValue};

use crate::facts::{Embeddings, Identity, Inference, Whom};
use crate::recording::Ending;
use crate::vocabulary::attributes::{Attributes, count, double, int, string, strings, text};
use crate::vocabulary::gen_ai;

pub(super) fn before(call: &Inference, whom: &Whom, out: &mut Attributes) {
    use value::gen_ai_operation_name::TEXT_COMPLETION;
    let request_type = match call.who.operation {
        TEXT_COMPLETION => old::request_type::COMPLETION,
        _ => old::request_type::CHAT,
    };
    identity(&call.who, request_type, out);
    both(
        [old::GEN_AI_IS_STREAMING, old::LLM_IS_STREAMING],
        Some(call.request.delivery == Delivery::Incremental),
        out,
    );
    user(whom, out);
    parameters(&call.request, out);
    if let Some(prompt) = &call.request.prompt {
        out.push(KeyValue::new(
            old::TRACELOOP_PROMPT_KEY,
            prompt.name.clone(),
        ));
        string(old::TRACELOOP_PROMPT_VERSION, prompt.version.as_ref(), out);
    }
    if gen_ai::openai_api(&call.who).is_some() {
        openai(&call.request, out);
    }
}

pub(super) fn embeddings_before(call: &Embeddings, whom: &Whom, out: &mut Attributes) {
    identity(&call.who, old::request_type::EMBEDDING, out);
    user(whom, out);
    if let Some(format) = call.request.encoding_format {
        out.push(strings(
            name::GEN_AI_REQUEST_ENCODING_FORMATS,
            [format.as_str().into()],
        ));
    }
}

pub(super) fn after(call: &Inference, ending: &Ending, out: &mut Attributes) {
    gen_ai::finish_reasons(&call.finish, ending, out);
    if let Some(reason) = call.finish.iter().flatten().next() {
        out.push(KeyValue::new(
            old::GEN_AI_RESPONSE_FINISH_REASON,
            reason.as_str().to_owned(),
        ));
        let then = their_word(reason).to_owned();
        if &*call.by().provider == value::gen_ai_provider_name::ANTHROPIC {
            out.push(KeyValue::new(old::LLM_RESPONSE_STOP_REASON, then.clone()));
        }
        out.push(KeyValue::new(old::LLM_RESPONSE_FINISH_REASON, then));
    }
    text(name::GEN_AI_RESPONSE_ID, call.said.id.as_ref(), out);
    text(name::GEN_AI_RESPONSE_MODEL, call.said.model.as_ref(), out);
    if call.is_billed() {
        usage(&call.usage, out);
    }
    if gen_ai::openai_api(call.by()).is_some() {
        text(
            old::GEN_AI_OPENAI_RESPONSE_SERVICE_TIER,
            call.said.service_tier.as_ref(),
            out,
        );
        let fingerprint = call.said.system_fingerprint.as_ref();
        text(
            old::GEN_AI_OPENAI_RESPONSE_SYSTEM_FINGERPRINT,
            fingerprint,
            out,
        );
        text(old::GEN_AI_OPENAI_SYSTEM_FINGERPRINT, fingerprint, out);
    }
}

pub(super) fn embeddings_after(call: &Embeddings, out: &mut Attributes) {
    text(name::GEN_AI_RESPONSE_MODEL, call.said.model.as_ref(), out);
    if call.is_billed() {
        usage(&call.usage, out);
    }
}

/// Why the model stopped, in the provider's own word where it gave one.
pub(crate) fn their_word(reason: &FinishReason) -> &str {
    let raw = reason.raw.as_deref().filter(|raw| !raw.is_empty());
    raw.unwrap_or_else(|| reason.as_str())
}

/// Which model it is and where.
fn identity(who: &Identity, request_type: &'static str, out: &mut Attributes) {
    out.push(KeyValue::new(old::LLM_REQUEST_TYPE, request_type));
    provider(&who.provider, out);
    if !who.model.is_empty() {
        out.push(KeyValue::new(
            name::GEN_AI_REQUEST_MODEL,
            Arc::clone(&who.model),
        ));
    }
    gen_ai::server(who.address.as_ref(), who.port, out);
}

/// The provider, under the value of that time and under today's name.
pub(super) fn provider(provider: &Arc<str>, out: &mut Attributes) {
    out.push(system(provider));
    out.push(KeyValue::new(
        name::GEN_AI_PROVIDER_NAME,
        Arc::clone(provider),
    ));
}

/// The provider under the name and the value of that time.
pub(crate) fn system(provider: &Arc<str>) -> KeyValue {
    let then = old::system::of(provider);
    let then: StringValue = if then == &**provider {
        Arc::clone(provider).into()
    } else {
        then.to_owned().into()
    };
    KeyValue::new(old::GEN_AI_SYSTEM, then)
}

fn user(whom: &Whom, out: &mut Attributes) {
    text(old::GEN_AI_USER, whom.user.as_ref(), out);
    text(old::LLM_USER, whom.user.as_ref(), out);
}

/// Each under the name that the conventions gave it, and OpenLLMetry where that is another.
fn parameters(request: &Request, out: &mut Attributes) {
    let Parameters {
        temperature,
        top_p,
        top_k,
        max_tokens,
        seed,
        frequency_penalty,
        presence_penalty,
        choice_count,
        reasoning_effort,
        stop_sequences,
        ..
    } = &*request.parameters;
    if let Some(output) = &request.output {
        out.push(KeyValue::new(name::GEN_AI_OUTPUT_TYPE, output.as_str()));
    }
    count(name::GEN_AI_REQUEST_MAX_TOKENS, *max_tokens, out);
    double(name::GEN_AI_REQUEST_TEMPERATURE, *temperature, out);
    double(name::GEN_AI_REQUEST_TOP_P, *top_p, out);
    both(
        [name::GEN_AI_REQUEST_TOP_K, old::LLM_TOP_K],
        top_k.map(i64::from),
        out,
    );
    both(
        [
            name::GEN_AI_REQUEST_FREQUENCY_PENALTY,
            old::LLM_FREQUENCY_PENALTY,
        ],
        *frequency_penalty,
        out,
    );
    both(
        [
            name::GEN_AI_REQUEST_PRESENCE_PENALTY,
            old::LLM_PRESENCE_PENALTY,
        ],
        *presence_penalty,
        out,
    );
    int(name::GEN_AI_REQUEST_SEED, *seed, out);
    let choices = choice_count.filter(|count| *count != 1).map(i64::from);
    both(
        [name::GEN_AI_REQUEST_CHOICE_COUNT, old::GEN_AI_REQUEST_N],
        choices,
        out,
    );
    both(
        [
            old::GEN_AI_REQUEST_REASONING_EFFORT,
            old::LLM_REQUEST_REASONING_EFFORT,
        ],
        reasoning_effort.clone().filter(|effort| !effort.is_empty()),
        out,
    );
    if !stop_sequences.is_empty() {
        for key in [
            name::GEN_AI_REQUEST_STOP_SEQUENCES,
            old::LLM_CHAT_STOP_SEQUENCES,
        ] {
            let stops = stop_sequences.iter().map(|stop| stop.clone().into());
            out.push(strings(key, stops));
        }
    }
}

/// What is OpenAI's alone, on its own host or on Azure.
fn openai(request: &Request, out: &mut Attributes) {
    use old::response_format::{JSON_OBJECT, JSON_SCHEMA, TEXT};
    int(
        old::GEN_AI_OPENAI_REQUEST_SEED,
        request.parameters.seed,
        out,
    );
    let format = request.output.as_deref().map(|output| match output {
        OutputFormat::Json => JSON_OBJECT,
        OutputFormat::Schema { .. } => JSON_SCHEMA,
        _ => TEXT,
    });
    out.extend(
        format.map(|format| KeyValue::new(old::GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT, format)),
    );
    string(
        old::GEN_AI_OPENAI_REQUEST_SERVICE_TIER,
        request.parameters.service_tier.as_ref(),
        out,
    );
}

/// What was consumed: as every release until 1.36 and both spellings of OpenLLMetry have it.
pub(super) fn usage(usage: &Usage, out: &mut Attributes) {
    let signed = |tokens: Option<u64>| tokens.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let counts = [
        (
            [
                old::GEN_AI_USAGE_PROMPT_TOKENS,
                name::GEN_AI_USAGE_INPUT_TOKENS,
            ],
            usage.input_tokens,
        ),
        (
            [
                old::GEN_AI_USAGE_COMPLETION_TOKENS,
                name::GEN_AI_USAGE_OUTPUT_TOKENS,
            ],
            usage.output_tokens,
        ),
        (
            [old::GEN_AI_USAGE_TOTAL_TOKENS, old::LLM_USAGE_TOTAL_TOKENS],
            usage.total_tokens(),
        ),
        (
            [
                old::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
                name::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
            ],
            usage.cache_read_input_tokens,
        ),
        (
            [
                old::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
                v1_41::attribute::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
            ],
            usage.cache_write_input_tokens,
        ),
        (
            [
                old::GEN_AI_USAGE_REASONING_TOKENS,
                old::LLM_USAGE_REASONING_TOKENS,
            ],
            usage.reasoning_output_tokens,
        ),
    ];
    for (keys, tokens) in counts {
        both(keys, signed(tokens), out);
    }
}

/// One fact under two names.
fn both<T>(keys: [&'static str; 2], value: Option<T>, out: &mut Attributes)
where
    T: Clone + Into<opentelemetry::Value>,
{
    if let Some(value) = value {
        out.extend(keys.map(|key| KeyValue::new(key, value.clone())));
    }
}
