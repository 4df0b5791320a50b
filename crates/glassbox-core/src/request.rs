use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Headers, Message, Messages, Parameters, ToolChoice, ToolSpec};

/// One request to a model. Cloning it copies no message and no tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Request {
    /// The conversation so far, instructions included (as messages of the role `system`).
    pub messages: Messages,
    /// The tools on offer.
    pub tools: Arc<[ToolSpec]>,
    /// Whether tools may, must or must not be called.
    pub tool_choice: ToolChoice,
    /// How to answer.
    pub parameters: Arc<Parameters>,
    /// The form of the answer. `None` leaves it to the provider: text.
    pub output: Option<Arc<OutputFormat>>,
    /// Whether the answer is to come in pieces or whole.
    pub delivery: Delivery,
    /// What to do with options that the model cannot honour.
    pub unsupported: Unsupported,
    /// The conversation this belongs to, by the application's own id. Never made up.
    pub conversation: Option<Arc<str>>,
    /// The end user this is for, by the application's own id.
    pub user: Option<Arc<str>>,
    /// The id of an earlier response that this one continues, where the provider keeps them.
    pub previous_response: Option<Arc<str>>,
    /// The template that the prompt was made from.
    pub prompt: Option<Arc<PromptTemplate>>,
    /// Further fields for the provider's request body, as they are. They win over what we would send.
    pub extra: Arc<Map<String, Value>>,
    /// Further headers for the provider's HTTP request, where it is one. Telemetry puts the trace's headers here where
    /// the user wants that. They are not serialised, and `Debug` shows their names alone.
    #[serde(skip)]
    pub headers: Headers,
}

impl Request {
    /// A request with this conversation: a text, a message, or several.
    pub fn new(messages: impl Into<Messages>) -> Self {
        Self {
            messages: messages.into(),
            ..Self::default()
        }
    }

    /// Puts instructions before the conversation.
    #[must_use]
    pub fn with_system(mut self, text: impl Into<String>) -> Self {
        self.messages.push_front(Message::system(text));
        self
    }

    /// The request with a conversation that a provider takes: see [`Messages::repaired`]. A request that continues an
    /// earlier response stays as it is, because what it answers is not in it. Adapters send what this gives.
    #[must_use]
    pub fn repaired(mut self) -> Self {
        if self.previous_response.is_none() {
            self.messages = self.messages.repaired();
        }
        self
    }

    /// Adds a message at the end.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Message>) -> Self {
        self.messages.push(message);
        self
    }

    /// Offers tools.
    #[must_use]
    pub fn with_tools(mut self, tools: impl Into<Arc<[ToolSpec]>>) -> Self {
        self.tools = tools.into();
        self
    }

    /// Says whether tools may, must or must not be called.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = choice;
        self
    }

    /// Says how to answer.
    #[must_use]
    pub fn with_parameters(mut self, parameters: impl Into<Arc<Parameters>>) -> Self {
        self.parameters = parameters.into();
        self
    }

    /// Asks for a form of answer.
    #[must_use]
    pub fn with_output(mut self, output: impl Into<Arc<OutputFormat>>) -> Self {
        self.output = Some(output.into());
        self
    }

    /// Asks for the answer in pieces or whole.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Says what to do with options that the model cannot honour.
    #[must_use]
    pub fn with_unsupported(mut self, unsupported: Unsupported) -> Self {
        self.unsupported = unsupported;
        self
    }

    /// Names the conversation.
    #[must_use]
    pub fn with_conversation(mut self, id: impl Into<Arc<str>>) -> Self {
        self.conversation = Some(id.into());
        self
    }

    /// Names the end user.
    #[must_use]
    pub fn with_user(mut self, id: impl Into<Arc<str>>) -> Self {
        self.user = Some(id.into());
        self
    }

    /// Continues an earlier response.
    #[must_use]
    pub fn with_previous_response(mut self, id: impl Into<Arc<str>>) -> Self {
        self.previous_response = Some(id.into());
        self
    }

    /// Names the template that the prompt was made from.
    #[must_use]
    pub fn with_prompt(mut self, prompt: impl Into<Arc<PromptTemplate>>) -> Self {
        self.prompt = Some(prompt.into());
        self
    }

    /// Adds a header to the provider's HTTP request.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.extend([(name.into(), value.into())]);
        self
    }

    /// Adds a field to the provider's request body, as it is.
    #[must_use]
    pub fn with_extra(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        Arc::make_mut(&mut self.extra).insert(field.into(), value.into());
        self
    }
}

impl<M: Into<Messages>> From<M> for Request {
    fn from(messages: M) -> Self {
        Self::new(messages)
    }
}

/// Whether the answer comes in pieces or whole. The events and the response are the same either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// In pieces, as the model makes them.
    Incremental,
    /// At once, when the model is done.
    #[default]
    Whole,
}

/// The form of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutputFormat {
    /// Any JSON object.
    Json,
    /// JSON that obeys a schema.
    #[non_exhaustive]
    Schema {
        /// A name for the schema; providers take `[a-zA-Z0-9_-]{1,64}`.
        name: String,
        /// The JSON Schema.
        schema: Value,
        /// Whether the provider is to hold the model to it. `None` leaves it to the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
    /// Text.
    Text,
}

impl OutputFormat {
    /// JSON that obeys `schema`, strictly.
    pub fn schema(name: impl Into<String>, schema: Value) -> Self {
        Self::Schema {
            name: name.into(),
            schema,
            strict: Some(true),
        }
    }

    /// The value of `gen_ai.output.type`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Json | Self::Schema { .. } => "json",
            Self::Text => "text",
        }
    }
}

/// What to do with options that the model cannot honour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unsupported {
    /// Leave them out in silence.
    Drop,
    /// Refuse the request before anything is sent, naming every one.
    #[default]
    Error,
    /// Leave them out and say so in [`Start::dropped`](crate::Start::dropped).
    Warn,
}

/// The template that a prompt was made from, for telemetry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptTemplate {
    /// The template's name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What was filled in. This is content: it is recorded only where content is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

impl PromptTemplate {
    /// A template by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Sets the version.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Adds a variable and what was filled in for it.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}
