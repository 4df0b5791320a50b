//! Words of which OpenLLMetry's instrumentations make the names of spans: `openai.chat`,
//! `bedrock.converse`, `joke.workflow`.

use crate::value::gen_ai_provider_name as provider;

/// OpenAI's SDK, which speaks to Azure too.
pub const OPENAI: &str = "openai";
/// Amazon Bedrock.
pub const BEDROCK: &str = "bedrock";
/// Google's Gemini API.
pub const GEMINI: &str = "gemini";
/// Vertex AI.
pub const VERTEXAI: &str = "vertexai";
/// Mistral AI.
pub const MISTRALAI: &str = "mistralai";
/// IBM watsonx.ai.
pub const WATSONX: &str = "watsonx";

/// A chat completion.
pub const CHAT: &str = "chat";
/// A text completion.
pub const COMPLETION: &str = "completion";
/// A chat completion through Bedrock's API of that name.
pub const CONVERSE: &str = "converse";
/// Embeddings.
pub const EMBEDDINGS: &str = "embeddings";
/// A chat completion by one of Google's models.
pub const GENERATE_CONTENT: &str = "generate_content";
/// A chat completion through OpenAI's Responses API.
pub const RESPONSE: &str = "response";

/// The first word, for a provider by its `gen_ai.provider.name`. Most have their own name.
#[must_use]
pub fn vendor(name: &str) -> &str {
    match name {
        provider::AWS_BEDROCK => BEDROCK,
        provider::AZURE_AI_OPENAI => OPENAI,
        provider::GCP_GEMINI | provider::GCP_GEN_AI => GEMINI,
        provider::GCP_VERTEX_AI => VERTEXAI,
        provider::IBM_WATSONX_AI => WATSONX,
        provider::MISTRAL_AI => MISTRALAI,
        other => other,
    }
}
