use glassbox_semconv::openllmetry::{self as old, metric};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Meter};

use crate::facts::{Identity, Inference};
use crate::vocabulary::openllmetry::{system, their_word};

/// What OpenLLMetry records of model calls, beside what it shares with release 1.41.
#[derive(Debug)]
pub(super) struct OpenLlmetry {
    choices: Counter<u64>,
}

impl OpenLlmetry {
    pub(super) fn new(meter: &Meter) -> Self {
        let choices = meter
            .u64_counter(metric::GEN_AI_CLIENT_GENERATION_CHOICES)
            .with_unit("choice")
            .with_description("Answers received.")
            .build();
        Self { choices }
    }

    /// What its metrics say of a call beyond what all of them say.
    pub(super) fn describe(who: &Identity, streamed: bool, attributes: &mut Vec<KeyValue>) {
        attributes.push(system(&who.provider));
        attributes.push(KeyValue::new(metric::STREAM, streamed));
    }

    /// Counts the answers of a call, each once: those that came to an end, and where the call did, all of them.
    pub(super) fn answered(&self, call: &Inference, well: bool, attributes: &mut Vec<KeyValue>) {
        if call.repeats {
            return;
        }
        let plain = attributes.len();
        for reason in &call.finish {
            if let Some(reason) = reason {
                let ours = reason.as_str().to_owned();
                attributes.push(KeyValue::new(old::GEN_AI_RESPONSE_FINISH_REASON, ours));
                let theirs = their_word(reason).to_owned();
                attributes.push(KeyValue::new(old::LLM_RESPONSE_FINISH_REASON, theirs));
            } else if !well {
                continue;
            }
            self.choices.add(1, attributes);
            attributes.truncate(plain);
        }
    }
}
