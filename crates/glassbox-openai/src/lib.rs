#![doc = include_str!("../README.md")]

mod chat;
mod config;
mod dialect;
mod embeddings;
mod json;
mod responses;

pub use chat::{ChatDecoder, OpenAi};
pub use config::OpenAiBuilder;
pub use embeddings::OpenAiEmbeddings;
pub use responses::{OpenAiResponses, ResponsesDecoder};

pub use dialect::{
    AZURE, Auth, BEDROCK_MANTLE, CEREBRAS, CHATGPT_CODEX, COMPATIBLE, COPILOT, CallIds, DASHSCOPE,
    DEEPSEEK, DIALECTS, Dialect, Embeddings, EncryptedReasoning, FIREWORKS, GITHUB, GROQ,
    HUGGINGFACE, LITELLM, LLAMACPP, LMSTUDIO, MISTRAL, MOONSHOT, Media, NVIDIA, OPENAI, OPENROUTER,
    Options, OutputBeside, OutputCap, PERPLEXITY, Paths, ReasoningEcho, ReasoningEffort, Responses,
    SGLANG, StructuredOutput, TOGETHER, ToolChoices, VLLM, Variables, VectorEncoding, XAI, ZAI,
    dialect,
};
