use serde::de::{self, DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod arguments;
mod media;

pub use arguments::Arguments;
pub use media::{Blob, File, Modality, Uri};

/// One piece of a message.
///
/// The serialised form is that of the GenAI conventions' message schemas: an object whose `type` says which part it
/// is. A type that we do not know is kept as it came, in [`Part::Other`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// Binary data in the message itself.
    Blob(Blob),
    /// A summary that stands for earlier messages.
    Compaction(Compaction),
    /// Data that was uploaded to the provider before.
    File(File),
    /// Something that only its provider understands and wants back unchanged.
    Opaque(Opaque),
    /// The model's reasoning.
    Reasoning(Reasoning),
    /// The model declines to answer.
    Refusal(Refusal),
    /// A tool that the provider ran itself.
    ServerToolCall(ServerToolCall),
    /// What the provider's own tool gave.
    ServerToolCallResponse(ServerToolCallResponse),
    /// Plain text.
    Text(Text),
    /// The model asks for a tool to be run.
    ToolCall(ToolCall),
    /// What a tool gave, for the model to read.
    ToolCallResponse(ToolCallResponse),
    /// Data behind a URI.
    Uri(Uri),
    /// A part of a type that we do not know; `type` is among its entries.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

impl<'de> Deserialize<'de> for Part {
    /// By hand, so that a part of a known type that lacks something is an error and not a part of an unknown one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn read<T: DeserializeOwned, E: de::Error>(fields: Map<String, Value>) -> Result<T, E> {
            serde_json::from_value(Value::Object(fields)).map_err(E::custom)
        }

        let fields = Map::deserialize(deserializer)?;
        let Some(name) = fields.get("type").and_then(Value::as_str) else {
            return Err(de::Error::missing_field("type"));
        };
        match name {
            "blob" => read(fields).map(Self::Blob),
            "compaction" => read(fields).map(Self::Compaction),
            "file" => read(fields).map(Self::File),
            "opaque" => read(fields).map(Self::Opaque),
            "reasoning" => read(fields).map(Self::Reasoning),
            "refusal" => read(fields).map(Self::Refusal),
            "server_tool_call" => read(fields).map(Self::ServerToolCall),
            "server_tool_call_response" => read(fields).map(Self::ServerToolCallResponse),
            "text" => read(fields).map(Self::Text),
            "tool_call" => read(fields).map(Self::ToolCall),
            "tool_call_response" => read(fields).map(Self::ToolCallResponse),
            "uri" => read(fields).map(Self::Uri),
            _ => Ok(Self::Other(fields)),
        }
    }
}

impl Part {
    /// A text part.
    pub fn text(content: impl Into<String>) -> Self {
        Self::Text(Text {
            content: content.into(),
            opaque: None,
        })
    }

    /// An image in the message itself, of a type like `image/png`.
    pub fn image(mime_type: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self::Blob(Blob::new(Modality::Image, mime_type, bytes))
    }

    /// An image behind a URI that the provider can fetch.
    pub fn image_uri(uri: impl Into<String>) -> Self {
        Self::Uri(Uri::new(Modality::Image, uri))
    }

    /// The text, where it is a text part.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(&text.content),
            _ => None,
        }
    }

    /// The tool call, where it is one.
    #[must_use]
    pub fn as_tool_call(&self) -> Option<&ToolCall> {
        match self {
            Self::ToolCall(call) => Some(call),
            _ => None,
        }
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Something a provider wants back verbatim: a thinking signature, a thought signature, an encrypted reasoning
/// item. It goes back to the provider that issued it, unchanged, and to no other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Opaque {
    /// The provider that issued it, as `gen_ai.provider.name` spells it.
    pub provider: String,
    /// What it issued.
    pub data: Value,
}

impl Opaque {
    /// Data that `provider` issued.
    pub fn new(provider: impl Into<String>, data: Value) -> Self {
        Self {
            provider: provider.into(),
            data,
        }
    }

    /// The data, where `provider` issued it.
    #[must_use]
    pub fn of(&self, provider: &str) -> Option<&Value> {
        (self.provider == provider).then_some(&self.data)
    }
}

/// Plain text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub content: String,
    /// What the provider attached to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Opaque>,
}

/// The model's reasoning, or the summary of it that the provider shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reasoning {
    /// The text.
    pub content: String,
    /// What the provider attached to it: its signature, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Opaque>,
}

impl Reasoning {
    /// Reasoning with nothing attached.
    pub fn new(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            opaque: None,
        }
    }
}

/// The model declines to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refusal {
    /// Its words.
    pub content: String,
}

impl Refusal {
    /// A refusal in the model's words.
    pub fn new(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
        }
    }
}

/// The model asks for a tool to be run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// The id that its result must bear. Adapters make one up where the provider gives none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them.
    #[serde(default, skip_serializing_if = "Arguments::is_blank")]
    pub arguments: Arguments,
    /// What the provider attached to it: a thought signature, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<Opaque>,
}

impl ToolCall {
    /// A call of `name` with arguments as JSON text.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<Arguments>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
            opaque: None,
        }
    }
}

/// What a tool gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCallResponse {
    /// The id of the call that it answers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The tool's name: some providers want it back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The result: a string, or any JSON.
    pub response: Value,
    /// Whether the tool failed, so that `response` says how.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_error: bool,
}

impl ToolCallResponse {
    /// A result for the call with this id.
    pub fn new(id: impl Into<String>, name: impl Into<String>, response: impl Into<Value>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            response: response.into(),
            is_error: false,
        }
    }

    /// Marks it as a failure.
    #[must_use]
    pub fn with_error(mut self) -> Self {
        self.is_error = true;
        self
    }

    /// The result as the text that providers take: a string as it is, anything else as JSON.
    #[must_use]
    pub fn to_text(&self) -> std::borrow::Cow<'_, str> {
        match &self.response {
            Value::String(text) => text.into(),
            other => other.to_string().into(),
        }
    }
}

/// A tool that the provider ran itself (a web search, say).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServerToolCall {
    /// The provider's id of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// What was called and how; its `type` says which tool it is.
    pub server_tool_call: Map<String, Value>,
}

impl ServerToolCall {
    /// A call of the provider's tool `name`; `call` says in its `type` which tool it is.
    pub fn new(name: impl Into<String>, call: Map<String, Value>) -> Self {
        Self {
            id: None,
            name: name.into(),
            server_tool_call: call,
        }
    }
}

/// What the provider's own tool gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServerToolCallResponse {
    /// The provider's id of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it gave; its `type` says which tool it was.
    pub server_tool_call_response: Map<String, Value>,
}

impl ServerToolCallResponse {
    /// What a tool of the provider's gave; its `type` says which tool it was.
    #[must_use]
    pub fn new(response: Map<String, Value>) -> Self {
        Self {
            id: None,
            server_tool_call_response: response,
        }
    }
}

/// A summary that stands for earlier messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Compaction {
    /// The provider's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The summary, where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
