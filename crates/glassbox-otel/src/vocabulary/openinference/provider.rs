//! Providers in OpenInference's words.

use std::sync::Arc;

use glassbox_core::Api;
use glassbox_semconv::openinference::{llm_provider, llm_system};
use glassbox_semconv::value::gen_ai_provider_name as known;
use opentelemetry::Value;

use crate::facts::Identity;

/// Who hosts the model. Where OpenInference has no other word, it is the conventions'.
pub(super) fn provider(who: &Identity) -> Value {
    match &*who.provider {
        known::AWS_BEDROCK => llm_provider::AWS.into(),
        known::AZURE_AI_INFERENCE | known::AZURE_AI_OPENAI => llm_provider::AZURE.into(),
        known::GCP_GEMINI | known::GCP_GEN_AI | known::GCP_VERTEX_AI => llm_provider::GOOGLE.into(),
        known::MISTRAL_AI => llm_provider::MISTRALAI.into(),
        known::MOONSHOT_AI => llm_provider::MOONSHOT.into(),
        known::X_AI => llm_provider::XAI.into(),
        _ => Arc::clone(&who.provider).into(),
    }
}

/// Whose product, or whose API, it is. A host that only speaks OpenAI's API is `openai` here.
pub(super) fn system(who: &Identity) -> Value {
    match &*who.provider {
        known::AWS_BEDROCK => llm_system::AMAZON.into(),
        known::GCP_VERTEX_AI => llm_system::VERTEXAI.into(),
        known::DEEPSEEK => llm_system::DEEPSEEK.into(),
        known::MISTRAL_AI => llm_system::MISTRALAI.into(),
        known::X_AI => llm_system::XAI.into(),
        known::AZURE_AI_OPENAI => llm_system::OPENAI.into(),
        _ => match who.api {
            Some(Api::ChatCompletions | Api::Responses) => llm_system::OPENAI.into(),
            _ => Arc::clone(&who.provider).into(),
        },
    }
}

#[cfg(test)]
mod tests;
