use std::sync::Arc;

use glassbox_semconv::attribute as name;
use opentelemetry::KeyValue;

use crate::facts::ToolCalled;
use crate::vocabulary::attributes::{Attributes, text};

pub(super) fn before(call: &ToolCalled, out: &mut Attributes) {
    out.push(KeyValue::new(
        name::GEN_AI_TOOL_NAME,
        Arc::clone(&call.name),
    ));
    out.push(KeyValue::new(name::GEN_AI_TOOL_TYPE, "function"));
    if !call.id.is_empty() {
        out.push(KeyValue::new(
            name::GEN_AI_TOOL_CALL_ID,
            Arc::clone(&call.id),
        ));
    }
    text(name::GEN_AI_AGENT_NAME, call.agent.as_ref(), out);
    text(
        name::GEN_AI_TOOL_DESCRIPTION,
        call.description.as_ref(),
        out,
    );
}
