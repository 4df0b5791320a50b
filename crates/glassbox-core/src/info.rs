use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Who answers, where, and what it can do: all that telemetry needs to know of an adapter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelInfo {
    /// The provider, as `gen_ai.provider.name` spells it (`openai`, `azure.ai.openai`, `gcp.gemini`, ...).
    pub provider: Cow<'static, str>,
    /// The model's name as the request gives it.
    pub model: String,
    /// The host that is called. `None` for a model in this process.
    pub server_address: Option<String>,
    /// The port that is called.
    pub server_port: Option<u16>,
    /// Which of its APIs is spoken, where a provider has several.
    pub api: Option<Api>,
    /// What the GenAI conventions call the operation.
    pub operation: Operation,
    /// What the model and its API can do.
    pub capabilities: Capabilities,
}

impl ModelInfo {
    /// A chat model of a provider. Everything else has a setter or is a public field.
    pub fn new(provider: impl Into<Cow<'static, str>>, model: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            model: model.into(),
            server_address: None,
            server_port: None,
            api: None,
            operation: Operation::Chat,
            capabilities: Capabilities::default(),
        }
    }

    /// Names the host and the port that are called.
    #[must_use]
    pub fn with_server(mut self, address: impl Into<String>, port: Option<u16>) -> Self {
        self.server_address = Some(address.into());
        self.server_port = port;
        self
    }

    /// Names the API that is spoken.
    #[must_use]
    pub fn with_api(mut self, api: Api) -> Self {
        self.api = Some(api);
        self
    }

    /// Names the operation.
    #[must_use]
    pub fn with_operation(mut self, operation: Operation) -> Self {
        self.operation = operation;
        self
    }

    /// Says what the model can do.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }
}

/// The APIs that need telling apart, as `openai.api.type` spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Api {
    /// OpenAI Chat Completions, and every API made after it.
    ChatCompletions,
    /// OpenAI Responses.
    Responses,
}

impl Api {
    /// The value of `openai.api.type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat_completions",
            Self::Responses => "responses",
        }
    }
}

/// What the GenAI conventions call the operation, as `gen_ai.operation.name` spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// A conversation in messages.
    Chat,
    /// Google's multimodal generation.
    GenerateContent,
    /// A prompt that is one text.
    TextCompletion,
}

impl Operation {
    /// The value of `gen_ai.operation.name`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::GenerateContent => "generate_content",
            Self::TextCompletion => "text_completion",
        }
    }
}

/// What a model and its API can do. Each field is backed by a test that runs only where it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capabilities {
    /// Answers in pieces, as they are made.
    pub incremental: bool,
    /// Takes tools and calls them.
    pub tools: bool,
    /// Calls several tools in one turn.
    pub parallel_tool_calls: bool,
    /// Takes images.
    pub images: bool,
    /// Holds its answer to a JSON Schema.
    pub structured_output: bool,
    /// Shows its reasoning.
    pub reasoning: bool,
    /// Gives several answers to one request.
    pub choices: bool,
}

impl Capabilities {
    /// Everything: for models that are told what to do, and for hosts of which nothing is known.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            incremental: true,
            tools: true,
            parallel_tool_calls: true,
            images: true,
            structured_output: true,
            reasoning: true,
            choices: true,
        }
    }

    /// What both can do.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        Self {
            incremental: self.incremental && other.incremental,
            tools: self.tools && other.tools,
            parallel_tool_calls: self.parallel_tool_calls && other.parallel_tool_calls,
            images: self.images && other.images,
            structured_output: self.structured_output && other.structured_output,
            reasoning: self.reasoning && other.reasoning,
            choices: self.choices && other.choices,
        }
    }
}
