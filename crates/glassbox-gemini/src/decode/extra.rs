//! What a response says beside the answer, for [`Meta::extra`].

use glassbox_core::Meta;
use serde_json::{Map, Value};

use crate::wire::{Candidate, Generated, Raw};

/// Sayings of the response stand under their own names, those of a candidate under `candidates`, in the order of the
/// candidates, as in the response.
#[derive(Debug, Default)]
pub(super) struct Extra {
    response: Map<String, Value>,
    candidates: Vec<(u32, Map<String, Value>)>,
}

impl Extra {
    pub(super) fn of_response(&mut self, generated: &Generated<'_>) {
        keep(
            &mut self.response,
            "promptFeedback",
            generated.prompt_feedback,
        );
        let usage = generated.usage_metadata.0.as_ref();
        if let Some(kind) = usage.and_then(|usage| usage.traffic_type.given())
            && self
                .response
                .get("trafficType")
                .is_none_or(|known| known != kind)
        {
            self.response.insert("trafficType".to_owned(), kind.into());
        }
    }

    pub(super) fn of_candidate(&mut self, index: u32, candidate: &Candidate<'_>) {
        let sayings = [
            ("safetyRatings", candidate.safety_ratings),
            ("citationMetadata", candidate.citation_metadata),
            ("groundingMetadata", candidate.grounding_metadata),
            ("urlContextMetadata", candidate.url_context_metadata),
            ("avgLogprobs", candidate.avg_logprobs),
            ("logprobsResult", candidate.logprobs_result),
        ];
        let message = candidate.finish_message.given();
        if message.is_none() && sayings.iter().all(|(_, raw)| raw.is_none()) {
            return;
        }
        let at = match self.candidates.iter().position(|(of, _)| *of == index) {
            Some(at) => at,
            None => {
                self.candidates.push((index, Map::new()));
                self.candidates.len() - 1
            }
        };
        let kept = &mut self.candidates[at].1;
        for (name, raw) in sayings {
            keep(kept, name, raw);
        }
        if let Some(message) = message {
            kept.insert("finishMessage".to_owned(), message.into());
        }
    }

    /// Everything, where there is something.
    pub(super) fn take(&mut self) -> Option<Meta> {
        let mut meta = Meta::default();
        meta.extra = std::mem::take(&mut self.response);
        let mut candidates: Vec<Value> = Vec::new();
        for (index, sayings) in self.candidates.drain(..) {
            let at = index as usize;
            if candidates.len() <= at {
                candidates.resize(at + 1, Value::Object(Map::new()));
            }
            candidates[at] = Value::Object(sayings);
        }
        if !candidates.is_empty() {
            meta.extra
                .insert("candidates".to_owned(), Value::Array(candidates));
        }
        (!meta.extra.is_empty()).then_some(meta)
    }
}

/// A later object adds to an earlier one; of anything else the later counts.
fn keep(into: &mut Map<String, Value>, name: &str, raw: Raw<'_>) {
    // What does not parse (nested too deep, say) is not worth keeping.
    let Some(Ok(value)) = raw.map(|raw| serde_json::from_str::<Value>(raw.get())) else {
        return;
    };
    match (into.get_mut(name), value) {
        (_, Value::Null) => {}
        (Some(Value::Object(kept)), Value::Object(later)) => kept.extend(later),
        (_, value) => {
            into.insert(name.to_owned(), value);
        }
    }
}
