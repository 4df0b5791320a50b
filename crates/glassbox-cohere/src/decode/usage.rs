//! What a call consumed, in core's meaning.

use glassbox_core::Usage;
use serde::Deserialize;

use crate::wire;
use glassbox_http::lenient::Count;

/// The tokens that the model read and wrote, and those of them that are paid for. Where only the bill is told, the bill;
/// it leaves Cohere's own instructions out, and the cached tokens are not a part of it.
pub(super) fn read(wire: &wire::Usage<'_>) -> Usage {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Billed {
        input_tokens: Count,
        output_tokens: Count,
    }
    let billed = wire
        .billed_units
        .and_then(|raw| serde_json::from_str::<Billed>(raw.get()).ok())
        .unwrap_or_default();
    let mut usage = Usage::default();
    if let Some(tokens) = &wire.tokens.0 {
        usage.cache_read_input_tokens = wire.cached_tokens.0;
        usage.input_tokens = tokens.input_tokens.0;
        usage.output_tokens = tokens.output_tokens.0;
        usage.reasoning_output_tokens = tokens.reasoning_tokens.0;
        usage.billed.input_tokens = billed.input_tokens.0;
        usage.billed.output_tokens = billed.output_tokens.0;
    } else {
        usage.input_tokens = billed.input_tokens.0;
        usage.output_tokens = billed.output_tokens.0;
    }
    usage
}
