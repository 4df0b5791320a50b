use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Part, ToolCall};

mod repair;

/// One message of a conversation.
///
/// It serialises as an item of the conventions' input messages, `{"role", "parts", "name"?}`, so recording content
/// is serialising the messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// The speaker's name, where several speak in one role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Message {
    /// A message of `role` with these parts.
    pub fn new(role: Role, parts: impl IntoIterator<Item = Part>) -> Self {
        Self {
            role,
            parts: parts.into_iter().collect(),
            name: None,
        }
    }

    /// Instructions to the model.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(Role::System, [Part::text(text)])
    }

    /// A text of the user.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, [Part::text(text)])
    }

    /// A text of the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, [Part::text(text)])
    }

    /// The results of tool calls, in the order of the calls.
    pub fn tool(results: impl IntoIterator<Item = crate::ToolCallResponse>) -> Self {
        Self::new(Role::Tool, results.into_iter().map(Part::ToolCallResponse))
    }

    /// Adds a part.
    #[must_use]
    pub fn with_part(mut self, part: impl Into<Part>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Names the speaker.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// All text parts, joined.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.iter().filter_map(Part::as_text).collect()
    }

    /// The tool calls, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(Part::as_tool_call)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        Self::user(text.as_str())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The model.
    Assistant,
    /// Whoever runs the model: instructions.
    System,
    /// A tool's results.
    Tool,
    /// Whoever asks.
    User,
    /// Any other word.
    #[serde(untagged)]
    Other(String),
}

/// A conversation that is cheap to clone and cheap to extend.
///
/// A clone shares every message. Pushing onto a shared conversation copies one pointer a message and never a
/// message, so an agent of many steps does not copy its history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Messages(Arc<Vec<Arc<Message>>>);

impl Messages {
    /// An empty conversation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message at the end.
    pub fn push(&mut self, message: impl Into<Message>) {
        Arc::make_mut(&mut self.0).push(Arc::new(message.into()));
    }

    /// Puts a message before all others.
    pub fn push_front(&mut self, message: impl Into<Message>) {
        Arc::make_mut(&mut self.0).insert(0, Arc::new(message.into()));
    }

    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> + ExactSizeIterator {
        self.0.iter().map(|message| &**message)
    }

    /// Whether it is the very same conversation as `other`: shared, not only equal.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How many messages at the beginning are the very same as those of `other`: shared, not only equal. So a
    /// conversation that grew out of another can be told from one that was made anew, without reading it.
    #[must_use]
    pub fn shared_beginning(&self, other: &Self) -> usize {
        let both = self.0.iter().zip(&*other.0);
        both.take_while(|(a, b)| Arc::ptr_eq(a, b)).count()
    }

    /// The last message.
    #[must_use]
    pub fn last(&self) -> Option<&Message> {
        self.0.last().map(|message| &**message)
    }
}

impl<M: Into<Message>> FromIterator<M> for Messages {
    fn from_iter<I: IntoIterator<Item = M>>(messages: I) -> Self {
        Self(Arc::new(
            messages
                .into_iter()
                .map(|message| Arc::new(message.into()))
                .collect(),
        ))
    }
}

impl<M: Into<Message>> Extend<M> for Messages {
    fn extend<I: IntoIterator<Item = M>>(&mut self, messages: I) {
        Arc::make_mut(&mut self.0)
            .extend(messages.into_iter().map(|message| Arc::new(message.into())));
    }
}

impl<M: Into<Message>> From<M> for Messages {
    fn from(message: M) -> Self {
        [message].into_iter().collect()
    }
}

impl<const N: usize> From<[Message; N]> for Messages {
    fn from(messages: [Message; N]) -> Self {
        messages.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Messages {
    type Item = &'a Message;
    type IntoIter =
        std::iter::Map<std::slice::Iter<'a, Arc<Message>>, fn(&'a Arc<Message>) -> &'a Message>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|message| &**message)
    }
}

impl From<Vec<Message>> for Messages {
    fn from(messages: Vec<Message>) -> Self {
        messages.into_iter().collect()
    }
}
