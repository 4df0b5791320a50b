use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a model is told of a tool.
///
/// It serialises as an item of the conventions' tool definitions:
/// `{"type": "function", "name", "description", "parameters"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "function")]
#[non_exhaustive]
pub struct ToolSpec {
    /// The name the model calls it by. Most providers take `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// What it does and when to use it, for the model to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The JSON Schema of its arguments: an object.
    pub parameters: Value,
    /// Whether the provider is to hold the model to the schema. `None` leaves it to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl ToolSpec {
    /// A tool by its name and the JSON Schema of its arguments.
    pub fn new(name: impl Into<String>, parameters: Value) -> Self {
        Self {
            name: name.into(),
            description: None,
            parameters,
            strict: None,
        }
    }

    /// Says what the tool does.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Asks the provider to hold the model to the schema, or not to.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

/// Whether the model may, must or must not call tools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// This tool must be called.
    Named(String),
    /// No tool may be called.
    None,
    /// Some tool must be called.
    Required,
}
