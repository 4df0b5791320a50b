//! Tokens and what they cost. Zero is a value; what is not known is not there.

use glassbox_core::{Cost, Usage};
use glassbox_semconv::openinference as name;
use opentelemetry::KeyValue;

use crate::vocabulary::attributes::{Attributes, count, double};

/// The tokens of a completion.
pub(super) fn tokens(usage: &Usage, out: &mut Attributes) {
    count(name::LLM_TOKEN_COUNT_PROMPT, usage.input_tokens, out);
    count(name::LLM_TOKEN_COUNT_COMPLETION, usage.output_tokens, out);
    count(name::LLM_TOKEN_COUNT_TOTAL, usage.total_tokens(), out);
    count(
        name::LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_READ,
        usage.cache_read_input_tokens,
        out,
    );
    count(
        name::LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_WRITE,
        usage.cache_write_input_tokens,
        out,
    );
    count(
        name::LLM_TOKEN_COUNT_PROMPT_DETAILS_AUDIO,
        usage.audio.input_tokens,
        out,
    );
    count(
        name::LLM_TOKEN_COUNT_COMPLETION_DETAILS_REASONING,
        usage.reasoning_output_tokens,
        out,
    );
    count(
        name::LLM_TOKEN_COUNT_COMPLETION_DETAILS_AUDIO,
        usage.audio.output_tokens,
        out,
    );
}

/// The tokens of an embedding, which has no output.
pub(super) fn embedded(usage: &Usage, out: &mut Attributes) {
    count(name::LLM_TOKEN_COUNT_PROMPT, usage.input_tokens, out);
    count(name::LLM_TOKEN_COUNT_TOTAL, usage.input_tokens, out);
}

/// What it cost, in US dollars.
pub(super) fn cost(cost: &Cost, out: &mut Attributes) {
    out.push(KeyValue::new(name::LLM_COST_TOTAL, cost.total));
    double(name::LLM_COST_PROMPT, cost.input, out);
    double(name::LLM_COST_COMPLETION, cost.output, out);
    double(
        name::LLM_COST_PROMPT_DETAILS_CACHE_READ,
        cost.cache_read_input,
        out,
    );
    double(
        name::LLM_COST_PROMPT_DETAILS_CACHE_WRITE,
        cost.cache_write_input,
        out,
    );
    double(
        name::LLM_COST_COMPLETION_DETAILS_REASONING,
        cost.reasoning_output,
        out,
    );
}
