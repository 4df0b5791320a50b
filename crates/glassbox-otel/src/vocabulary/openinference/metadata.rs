//! What is known and has no name of its own in OpenInference.

use glassbox_agent::Outcome;
use glassbox_semconv::openinference as name;
use opentelemetry::KeyValue;
use serde_json::{Map, Value, json};

use super::model::named;
use crate::facts::{self, Facts, StepKind, StepTaken};
use crate::vocabulary::attributes::Attributes;

/// One attribute with all of it, as JSON text. It holds no content.
pub(super) fn metadata(facts: Facts<'_>, out: &mut Attributes) {
    let source = facts::cost(facts).map(|cost| cost.source.as_str());
    let known = match facts {
        Facts::Agent(run) => named([
            ("outcome", json!(run.outcome.map(Outcome::as_str))),
            ("steps", json!(run.steps)),
            ("tool_calls", json!(run.tool_calls)),
        ]),
        Facts::Embeddings(call) => named([
            ("response_id", json!(call.said.id)),
            ("cost_source", json!(source)),
        ]),
        Facts::Inference(call) => named([
            ("response_id", json!(call.said.id)),
            ("cost_source", json!(source)),
        ]),
        Facts::Step(step) => of_step(step),
        Facts::Tool(_) => Map::new(),
    };
    if !known.is_empty() {
        let text = Value::Object(known).to_string();
        out.push(KeyValue::new(name::METADATA, text));
    }
}

fn of_step(step: &StepTaken) -> Map<String, Value> {
    // The program's own metadata is worth more, and a name is said once.
    let own = step
        .attributes
        .iter()
        .any(|own| own.key.as_str() == name::METADATA);
    if own {
        return Map::new();
    }
    match step.kind {
        StepKind::CreateAgent => named([
            ("agent_id", json!(step.id)),
            ("agent_version", json!(step.version)),
            ("agent_description", json!(step.description)),
            ("provider", json!(step.provider)),
            ("model", json!(step.model)),
        ]),
        StepKind::Memory(operation) => named([
            ("operation", json!(operation.as_str())),
            ("store", json!(step.store)),
            ("record_id", json!(step.id)),
            ("record_count", json!(step.record_count)),
            ("provider", json!(step.provider)),
        ]),
        StepKind::Retrieval => named([
            ("data_source", json!(step.name)),
            ("top_k", json!(step.top_k)),
            ("provider", json!(step.provider)),
            ("model", json!(step.model)),
        ]),
        StepKind::Plan => Map::new(),
        StepKind::Workflow => named([("workflow", json!(step.name))]),
    }
}
