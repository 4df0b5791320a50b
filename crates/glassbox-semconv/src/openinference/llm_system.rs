/// AI21 Labs.
pub const AI21: &str = "ai21";
/// Bedrock's own API.
pub const AMAZON: &str = "amazon";
/// Anthropic.
pub const ANTHROPIC: &str = "anthropic";
/// Cohere.
pub const COHERE: &str = "cohere";
/// DeepSeek.
pub const DEEPSEEK: &str = "deepseek";
/// Meta: Llama.
pub const META: &str = "meta";
/// Mistral AI.
pub const MISTRALAI: &str = "mistralai";
/// OpenAI, and what speaks its APIs.
pub const OPENAI: &str = "openai";
/// TypeSafe AI.
pub const TYPESAFE: &str = "typesafe";
/// Vertex AI.
pub const VERTEXAI: &str = "vertexai";
/// xAI.
pub const XAI: &str = "xai";
