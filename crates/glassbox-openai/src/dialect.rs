//! The ways in which hosts differ from OpenAI, as data.

use glassbox_core::{Capabilities, ErrorKind};

mod further;
mod rules;
mod services;
mod table;
#[cfg(test)]
mod tests;

pub use further::{BEDROCK_MANTLE, CHATGPT_CODEX, COPILOT};
pub use rules::{CallIds, EncryptedReasoning, OutputBeside, OutputCap};
pub use services::{
    CEREBRAS, DASHSCOPE, DEEPSEEK, FIREWORKS, GITHUB, GROQ, HUGGINGFACE, MISTRAL, MOONSHOT, NVIDIA,
    OPENROUTER, PERPLEXITY, TOGETHER, XAI, ZAI,
};
pub use table::{
    AZURE, COMPATIBLE, DIALECTS, LITELLM, LLAMACPP, LMSTUDIO, OPENAI, SGLANG, VLLM, dialect,
};

/// What one host is called, where it is, and in what it differs from OpenAI.
///
/// A new host is one constant. Inside this crate it is a struct expression; elsewhere, begin with a copy of what is
/// nearest:
///
/// ```
/// use glassbox_openai::{COMPATIBLE, Dialect};
///
/// const ACME: Dialect = {
///     let mut dialect = COMPATIBLE;
///     dialect.name = "acme";
///     dialect.provider = "acme";
///     dialect.base_url = "https://llm.acme.example/v1";
///     dialect.options.top_k = None;
///     dialect
/// };
/// # assert_eq!(ACME.name, "acme");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// The name users choose it by, as in `groq/llama-3.3-70b-versatile`.
    pub name: &'static str,
    /// The value of `gen_ai.provider.name`.
    pub provider: &'static str,
    /// Where it is, up to what stands before `/chat/completions`. Empty where every user has a host of their own.
    pub base_url: &'static str,
    /// The environment variables that its own SDK reads.
    pub variables: Variables,
    /// How it wants the key.
    pub auth: Auth,
    /// Whether it answers nobody without a key.
    pub needs_key: bool,
    /// Where its operations are.
    pub paths: Paths,
    /// What it calls the limit on output tokens.
    pub output_cap: OutputCap,
    /// What it calls the options that are not everywhere.
    pub options: Options,
    /// How it is told how hard to think.
    pub reasoning_effort: ReasoningEffort,
    /// In which form it wants earlier reasoning back.
    pub reasoning: ReasoningEcho,
    /// Whether it shows the reasoning of models that reason.
    pub shows_reasoning: bool,
    /// Whether reasoning may stand at the beginning of the text, between `<think>` and `</think>`: so it does where a
    /// host serves models of others and does not read what they write.
    pub think_tags: bool,
    /// Whether it must be asked for the usage of a stream (`stream_options.include_usage`).
    pub include_usage: bool,
    /// Whether its usage says what a call cost.
    pub reports_cost: bool,
    /// Whether it takes tools.
    pub tools: bool,
    /// What it can be told about tools.
    pub tool_choice: ToolChoices,
    /// Which ids of tool calls it takes.
    pub call_ids: CallIds,
    /// To what form it can hold an answer.
    pub structured_output: StructuredOutput,
    /// What it can do while it holds an answer to a form.
    pub output_beside: OutputBeside,
    /// What it takes beside text.
    pub media: Media,
    /// Whether several texts of a message may come as a list. Where not, they are joined as paragraphs.
    pub text_lists: bool,
    /// Whether it knows the role `developer`.
    pub developer_role: bool,
    /// Whether instructions may come after the beginning. Where not, they join those at the beginning.
    pub later_instructions: bool,
    /// Whether it takes earlier refusals in a field of their own.
    pub refusals: bool,
    /// Where its embeddings are, and how they travel.
    pub embeddings: Embeddings,
    /// In what its Responses API differs from its Chat Completions.
    pub responses: Responses,
    /// HTTP statuses that mean something else here than elsewhere.
    pub statuses: &'static [(u16, ErrorKind)],
}

impl Dialect {
    /// What models of this host can do, as far as the host decides it.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::all();
        capabilities.tools = self.tools;
        capabilities.parallel_tool_calls = self.tools;
        capabilities.images = self.media.images;
        capabilities.structured_output = self.structured_output == StructuredOutput::Schema;
        capabilities.reasoning = self.shows_reasoning;
        capabilities.choices = self.options.choice_count.is_some();
        capabilities
    }
}

impl Dialect {
    /// What models of this host can do over Responses.
    pub(crate) fn capabilities_of_responses(&self) -> Capabilities {
        let mut capabilities = self.capabilities();
        capabilities.images = self.responses.media.images;
        capabilities.choices = self.responses.options.choice_count.is_some();
        capabilities
    }
}

/// The names of environment variables; empty where the SDK of the host has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variables {
    /// The key.
    pub key: &'static str,
    /// The base URL.
    pub base_url: &'static str,
    /// The organisation.
    pub organization: &'static str,
    /// The project.
    pub project: &'static str,
    /// The version of the API.
    pub api_version: &'static str,
}

impl Variables {
    /// A key, and perhaps a base URL.
    #[must_use]
    pub const fn new(key: &'static str, base_url: &'static str) -> Self {
        Self {
            key,
            base_url,
            organization: "",
            project: "",
            api_version: "",
        }
    }
}

/// How a host wants the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// The key alone, in this header (in lower case).
    Header(&'static str),
}

/// Where the operations of a host are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paths {
    /// `BASE/chat/completions`.
    Plain,
    /// `BASE/openai/deployments/MODEL/chat/completions?api-version=VERSION`; and where the base URL ends in
    /// `/openai/v1`, `BASE/chat/completions`, as Azure's newer API has it. A base URL that names the deployment
    /// itself, or that ends in `/models` (Azure AI Foundry), is followed too.
    Azure,
}

/// What a host calls the options that are not everywhere. `None` where it has no such option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// [`Parameters::top_k`](glassbox_core::Parameters::top_k).
    pub top_k: Option<&'static str>,
    /// [`Parameters::stop_sequences`](glassbox_core::Parameters::stop_sequences).
    pub stop_sequences: Option<&'static str>,
    /// [`Parameters::seed`](glassbox_core::Parameters::seed).
    pub seed: Option<&'static str>,
    /// [`Parameters::frequency_penalty`](glassbox_core::Parameters::frequency_penalty).
    pub frequency_penalty: Option<&'static str>,
    /// [`Parameters::presence_penalty`](glassbox_core::Parameters::presence_penalty).
    pub presence_penalty: Option<&'static str>,
    /// [`Parameters::choice_count`](glassbox_core::Parameters::choice_count).
    pub choice_count: Option<&'static str>,
    /// [`Parameters::parallel_tool_calls`](glassbox_core::Parameters::parallel_tool_calls).
    pub parallel_tool_calls: Option<&'static str>,
    /// [`Parameters::service_tier`](glassbox_core::Parameters::service_tier).
    pub service_tier: Option<&'static str>,
    /// [`Request::user`](glassbox_core::Request::user). It changes no answer, so it is left out in silence where a
    /// host has no place for it.
    pub user: Option<&'static str>,
    /// [`Message::name`](glassbox_core::Message::name), likewise.
    pub name: Option<&'static str>,
}

/// How a host is told how hard to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningEffort {
    /// `"reasoning_effort": "low"`.
    Flat,
    /// `"reasoning": {"effort": "low"}`.
    Nested,
    /// Not at all.
    Unsupported,
}

/// In which form a host wants earlier reasoning back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningEcho {
    /// As the `reasoning_details` that it gave, unchanged and in order; as `reasoning` where it gave only text.
    Details,
    /// As text in this field of the message.
    Field(&'static str),
    /// Not at all.
    Omit,
    /// As `thinking` parts of the content.
    Parts,
}

impl ReasoningEcho {
    pub(crate) const fn keeps_details(self) -> bool {
        matches!(self, Self::Details)
    }
}

/// What a host can be told about tools, beside leaving it to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolChoices {
    /// The word for "some tool must be called".
    pub required: Option<&'static str>,
    /// Whether it knows `none`. Where it does not, the tools themselves are left out.
    pub none: bool,
    /// Whether one tool can be named.
    pub named: bool,
}

/// To what form a host can hold an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StructuredOutput {
    /// To none.
    None,
    /// To JSON.
    Json,
    /// To JSON, and to a schema.
    Schema,
}

/// What a host takes beside text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media {
    /// Images, in the message or by URL (`image_url`).
    pub images: bool,
    /// Sound, in the message (`input_audio`).
    pub audio: bool,
    /// Moving images (`video_url`).
    pub video: bool,
    /// Documents, in the message or uploaded before (`file`).
    pub documents: bool,
}

/// The embeddings of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Embeddings {
    /// The path that follows the base URL, without its first slash.
    pub path: &'static str,
    /// How the numbers travel.
    pub encoding: VectorEncoding,
}

/// How the numbers of an embedding travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VectorEncoding {
    /// As JSON numbers, or as the request asks: Base64 is not asked for by ourselves.
    Numbers,
    /// As little-endian 32-bit floats in Base64.
    Floats,
    /// As signed bytes in Base64, which the host does without being asked.
    SignedBytes,
}

/// The Responses API of a host, where it differs from its Chat Completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responses {
    /// What it calls the options that are not everywhere.
    pub options: Options,
    /// What it takes beside text.
    pub media: Media,
    /// Which models give their reasoning encrypted, so that it can be sent back without being stored.
    pub encrypted_reasoning: EncryptedReasoning,
    /// Whether it answers with a stream only. What is asked for whole is then streamed too, and folded.
    pub stream_only: bool,
}
