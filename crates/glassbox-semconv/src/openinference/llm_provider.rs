/// Anthropic.
pub const ANTHROPIC: &str = "anthropic";
/// AWS: Bedrock.
pub const AWS: &str = "aws";
/// Azure.
pub const AZURE: &str = "azure";
/// Cerebras.
pub const CEREBRAS: &str = "cerebras";
/// Cohere.
pub const COHERE: &str = "cohere";
/// DeepSeek.
pub const DEEPSEEK: &str = "deepseek";
/// Fireworks AI.
pub const FIREWORKS: &str = "fireworks";
/// Google: Vertex AI and Gemini.
pub const GOOGLE: &str = "google";
/// Groq.
pub const GROQ: &str = "groq";
/// Meta AI.
pub const META: &str = "meta";
/// MiniMax.
pub const MINIMAX: &str = "minimax";
/// Mistral AI.
pub const MISTRALAI: &str = "mistralai";
/// Moonshot AI.
pub const MOONSHOT: &str = "moonshot";
/// Ollama.
pub const OLLAMA: &str = "ollama";
/// OpenAI.
pub const OPENAI: &str = "openai";
/// Oracle.
pub const ORACLE: &str = "oracle";
/// Perplexity.
pub const PERPLEXITY: &str = "perplexity";
/// Together AI.
pub const TOGETHER: &str = "together";
/// TypeSafe AI.
pub const TYPESAFE: &str = "typesafe";
/// xAI.
pub const XAI: &str = "xai";
/// Z.ai.
pub const ZAI: &str = "zai";
