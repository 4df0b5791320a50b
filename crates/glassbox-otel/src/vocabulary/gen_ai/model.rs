use std::sync::Arc;

use glassbox_core::{Api, FinishReason, Parameters, Part, Request, Usage};
use glassbox_semconv::{attribute as name, value};
use opentelemetry::{KeyValue, StringValue};

use super::server;
use crate::facts::{Embeddings, Identity, Inference};
use crate::recording::Ending;
use crate::vocabulary::attributes::{Attributes, count, double, int, string, strings, text};

pub(super) fn before(call: &Inference, out: &mut Attributes) {
    model(&call.who, out);
    request(&call.request, out);
    if call.is_incremental() {
        out.push(KeyValue::new(name::GEN_AI_REQUEST_STREAM, true));
    }
    text(
        name::GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID,
        call.request.previous_response.as_ref(),
        out,
    );
    int(
        name::GEN_AI_REQUEST_TOP_K,
        call.request.parameters.top_k,
        out,
    );
    string(
        name::GEN_AI_REQUEST_REASONING_LEVEL,
        call.request.parameters.reasoning_effort.as_ref(),
        out,
    );
    if let Some(prompt) = &call.request.prompt {
        out.push(KeyValue::new(name::GEN_AI_PROMPT_NAME, prompt.name.clone()));
        string(name::GEN_AI_PROMPT_VERSION, prompt.version.as_ref(), out);
    }
    if is_compacted(&call.request) {
        out.push(KeyValue::new(name::GEN_AI_CONVERSATION_COMPACTED, true));
    }
    of_provider(call, out);
    if let Some(api) = openai_api(&call.who) {
        out.push(KeyValue::new(name::OPENAI_API_TYPE, api.as_str()));
        let tier = call
            .request
            .parameters
            .service_tier
            .as_ref()
            .filter(|tier| *tier != "auto");
        string(name::OPENAI_REQUEST_SERVICE_TIER, tier, out);
    }
}

/// Whether some of the conversation stands as a summary.
fn is_compacted(request: &Request) -> bool {
    let mut parts = request.messages.iter().flat_map(|message| &message.parts);
    parts.any(|part| matches!(part, Part::Compaction(_)))
}

/// What single providers add, beside OpenAI.
fn of_provider(call: &Inference, out: &mut Attributes) {
    use value::gen_ai_provider_name::{AWS_BEDROCK, AZURE_AI_INFERENCE};
    match &*call.who.provider {
        AZURE_AI_INFERENCE => out.push(KeyValue::new(
            name::AZURE_RESOURCE_PROVIDER_NAMESPACE,
            "Microsoft.CognitiveServices",
        )),
        // The field of Converse that names the guardrail.
        AWS_BEDROCK => {
            let guardrail = call.request.extra.get("guardrailConfig");
            let id = guardrail.and_then(|config| config.get("guardrailIdentifier")?.as_str());
            out.extend(id.map(|id| KeyValue::new(name::AWS_BEDROCK_GUARDRAIL_ID, id.to_owned())));
        }
        _ => {}
    }
}

/// Which of OpenAI's APIs it is. The `openai.*` attributes are OpenAI's, on its own host or on Azure; a host that only
/// speaks the same API has none of them.
pub(crate) fn openai_api(who: &Identity) -> Option<Api> {
    use value::gen_ai_provider_name::{AZURE_AI_OPENAI, OPENAI};
    who.api
        .filter(|_| [OPENAI, AZURE_AI_OPENAI].contains(&&*who.provider))
}

pub(super) fn after(call: &Inference, ending: &Ending, out: &mut Attributes) {
    finish_reasons(&call.finish, ending, out);
    text(name::GEN_AI_RESPONSE_ID, call.said.id.as_ref(), out);
    text(name::GEN_AI_RESPONSE_MODEL, call.said.model.as_ref(), out);
    if let Some(wait) = call.first_chunk {
        out.push(KeyValue::new(
            name::GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
            wait.as_secs_f64(),
        ));
    }
    if call.is_billed() {
        usage(&call.usage, out);
    }
    if openai_api(&call.who).and(openai_api(call.by())).is_some() {
        text(
            name::OPENAI_RESPONSE_SERVICE_TIER,
            call.said.service_tier.as_ref(),
            out,
        );
        text(
            name::OPENAI_RESPONSE_SYSTEM_FINGERPRINT,
            call.said.system_fingerprint.as_ref(),
            out,
        );
    }
}

pub(super) fn embeddings_before(call: &Embeddings, out: &mut Attributes) {
    model(&call.who, out);
    if let Some(format) = call.request.encoding_format {
        out.push(strings(
            name::GEN_AI_REQUEST_ENCODING_FORMATS,
            [format.as_str().into()],
        ));
    }
}

pub(super) fn embeddings_after(call: &Embeddings, out: &mut Attributes) {
    let asked = call.request.dimensions.map(i64::from);
    let dimensions = call
        .dimensions
        .and_then(|length| i64::try_from(length).ok())
        .or(asked);
    if let Some(dimensions) = dimensions {
        out.push(KeyValue::new(
            name::GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
            dimensions,
        ));
    }
    text(name::GEN_AI_RESPONSE_MODEL, call.said.model.as_ref(), out);
    if call.is_billed() {
        count(
            name::GEN_AI_USAGE_INPUT_TOKENS,
            call.usage.input_tokens,
            out,
        );
    }
}

/// Which model, where.
pub(crate) fn model(who: &Identity, out: &mut Attributes) {
    out.push(KeyValue::new(
        name::GEN_AI_PROVIDER_NAME,
        Arc::clone(&who.provider),
    ));
    if !who.model.is_empty() {
        out.push(KeyValue::new(
            name::GEN_AI_REQUEST_MODEL,
            Arc::clone(&who.model),
        ));
    }
    server(who.address.as_ref(), who.port, out);
}

/// What model calls and agent runs both record of a request.
pub(super) fn request(request: &Request, out: &mut Attributes) {
    let Parameters {
        temperature,
        top_p,
        frequency_penalty,
        presence_penalty,
        ..
    } = &*request.parameters;
    if let Some(output) = &request.output {
        out.push(KeyValue::new(name::GEN_AI_OUTPUT_TYPE, output.as_str()));
    }
    int(
        name::GEN_AI_REQUEST_CHOICE_COUNT,
        request.parameters.choice_count.filter(|count| *count != 1),
        out,
    );
    int(name::GEN_AI_REQUEST_SEED, request.parameters.seed, out);
    count(
        name::GEN_AI_REQUEST_MAX_TOKENS,
        request.parameters.max_tokens,
        out,
    );
    double(name::GEN_AI_REQUEST_TEMPERATURE, *temperature, out);
    double(name::GEN_AI_REQUEST_TOP_P, *top_p, out);
    double(
        name::GEN_AI_REQUEST_FREQUENCY_PENALTY,
        *frequency_penalty,
        out,
    );
    double(
        name::GEN_AI_REQUEST_PRESENCE_PENALTY,
        *presence_penalty,
        out,
    );
    let stops = &request.parameters.stop_sequences;
    if !stops.is_empty() {
        out.push(strings(
            name::GEN_AI_REQUEST_STOP_SEQUENCES,
            stops.iter().map(|stop| stop.clone().into()),
        ));
    }
}

/// In the order of the answers. A reason that was due and did not come is an `error`; where the caller walked away,
/// none was due.
pub(crate) fn finish_reasons(
    finish: &[Option<FinishReason>],
    ending: &Ending,
    out: &mut Attributes,
) {
    let known = finish.iter().any(Option::is_some);
    if finish.is_empty() || (!known && matches!(ending, Ending::Cancelled)) {
        return;
    }
    let reasons = finish.iter().map(|reason| match reason {
        Some(reason) => static_or_owned(reason),
        None => "error".into(),
    });
    out.push(strings(name::GEN_AI_RESPONSE_FINISH_REASONS, reasons));
}

fn static_or_owned(reason: &FinishReason) -> StringValue {
    let word = reason.kind.as_str();
    if reason.as_str() == word {
        word.into()
    } else {
        reason.as_str().to_owned().into()
    }
}

fn usage(usage: &Usage, out: &mut Attributes) {
    count(name::GEN_AI_USAGE_INPUT_TOKENS, usage.input_tokens, out);
    count(name::GEN_AI_USAGE_OUTPUT_TOKENS, usage.output_tokens, out);
    cached(usage, out);
    count(
        name::GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
        usage.reasoning_output_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_TEXT_INPUT_TOKENS,
        usage.text.input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_TEXT_OUTPUT_TOKENS,
        usage.text.output_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS,
        usage.text.cache_read_input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
        usage.image.input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
        usage.image.output_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
        usage.image.cache_read_input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
        usage.audio.input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
        usage.audio.output_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
        usage.audio.cache_read_input_tokens,
        out,
    );
}

/// What a cache served and took.
pub(crate) fn cached(usage: &Usage, out: &mut Attributes) {
    count(
        name::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
        usage.cache_read_input_tokens,
        out,
    );
    count(
        name::GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
        usage.cache_write_input_tokens,
        out,
    );
}
