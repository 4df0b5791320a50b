//! Values of `gen_ai.system` that are not those of `gen_ai.provider.name`, which took its place.

use crate::value::gen_ai_provider_name as provider;

/// Azure AI Inference.
pub const AZ_AI_INFERENCE: &str = "az.ai.inference";
/// Azure OpenAI.
pub const AZ_AI_OPENAI: &str = "az.ai.openai";
/// xAI.
pub const XAI: &str = "xai";

/// The value for a provider, by its `gen_ai.provider.name`. Most are the same.
#[must_use]
pub fn of(name: &str) -> &str {
    match name {
        provider::AZURE_AI_INFERENCE => AZ_AI_INFERENCE,
        provider::AZURE_AI_OPENAI => AZ_AI_OPENAI,
        provider::X_AI => XAI,
        other => other,
    }
}
