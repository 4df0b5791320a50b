use glassbox_core::Usage;
use glassbox_semconv::value::gen_ai_token_modality as modality;
use glassbox_semconv::{attribute as name, metric, v1_41};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use super::{advice, counts};

/// What calls consume, as the current conventions count it.
#[derive(Debug)]
pub(super) struct Tokens {
    input: Counter<u64>,
    output: Counter<u64>,
    cache_read: Counter<u64>,
    cache_write: Counter<u64>,
    reasoning: Counter<u64>,
    input_of_a_call: Histogram<u64>,
    output_of_a_call: Histogram<u64>,
}

impl Tokens {
    pub(super) fn new(meter: &Meter) -> Self {
        let counter = |name| meter.u64_counter(name).with_unit(advice(name).0).build();
        Self {
            input: counter(metric::GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS),
            output: counter(metric::GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS),
            cache_read: counter(metric::GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_READ_INPUT_TOKENS),
            cache_write: counter(metric::GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_WRITE_INPUT_TOKENS),
            reasoning: counter(metric::GEN_AI_CLIENT_INFERENCE_USAGE_REASONING_OUTPUT_TOKENS),
            input_of_a_call: counts(
                meter,
                metric::GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS,
            ),
            output_of_a_call: counts(
                meter,
                metric::GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS,
            ),
        }
    }

    pub(super) fn record(&self, usage: &Usage, attributes: &mut Vec<KeyValue>) {
        if let Some(tokens) = usage.input_tokens {
            self.input_of_a_call.record(tokens, attributes);
        }
        if let Some(tokens) = usage.output_tokens {
            self.output_of_a_call.record(tokens, attributes);
        }
        let Usage {
            text, image, audio, ..
        } = usage;
        by_modality(
            &self.input,
            usage.input_tokens,
            [text.input_tokens, image.input_tokens, audio.input_tokens],
            attributes,
        );
        by_modality(
            &self.output,
            usage.output_tokens,
            [text.output_tokens, image.output_tokens, audio.output_tokens],
            attributes,
        );
        by_modality(
            &self.cache_read,
            usage.cache_read_input_tokens,
            [text, image, audio].map(|part| part.cache_read_input_tokens),
            attributes,
        );
        by_modality(
            &self.cache_write,
            usage.cache_write_input_tokens,
            [None; 3],
            attributes,
        );
        by_modality(
            &self.reasoning,
            usage.reasoning_output_tokens,
            [None; 3],
            attributes,
        );
    }
}

/// Counts each part under its modality and the rest under `unknown`, so that the sum is the total.
fn by_modality(
    counter: &Counter<u64>,
    total: Option<u64>,
    parts: [Option<u64>; 3],
    attributes: &mut Vec<KeyValue>,
) {
    let Some(mut rest) = total else { return };
    let plain = attributes.len();
    let mut add = |of: &'static str, tokens: u64| {
        attributes.push(KeyValue::new(name::GEN_AI_TOKEN_MODALITY, of));
        counter.add(tokens, attributes);
        attributes.truncate(plain);
    };
    for (of, part) in [modality::TEXT, modality::IMAGE, modality::AUDIO]
        .into_iter()
        .zip(parts)
    {
        // Providers have reported parts larger than the whole.
        let part = part.unwrap_or(0).min(rest);
        if part > 0 {
            add(of, part);
            rest -= part;
        }
    }
    if rest > 0 {
        add(modality::UNKNOWN, rest);
    }
}

/// What calls consume, as release 1.41 and everything before it counted it.
#[derive(Debug)]
pub(super) struct ReleasedTokens(Histogram<u64>);

impl ReleasedTokens {
    pub(super) fn new(meter: &Meter) -> Self {
        Self(counts(meter, v1_41::metric::GEN_AI_CLIENT_TOKEN_USAGE))
    }

    pub(super) fn record(&self, usage: &Usage, attributes: &mut Vec<KeyValue>) {
        use v1_41::value::gen_ai_token_type::{INPUT, OUTPUT};
        let plain = attributes.len();
        for (of, tokens) in [(INPUT, usage.input_tokens), (OUTPUT, usage.output_tokens)] {
            let Some(tokens) = tokens else { continue };
            attributes.push(KeyValue::new(v1_41::attribute::GEN_AI_TOKEN_TYPE, of));
            self.0.record(tokens, attributes);
            attributes.truncate(plain);
        }
    }
}
