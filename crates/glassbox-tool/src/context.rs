use std::sync::Arc;

/// What a tool is told about the call it serves. Cheap to clone.
///
/// The toolbox fills in the call's id and the tool's name, the agent the conversation and the user, and telemetry
/// the trace headers.
#[derive(Clone, Debug, Default)]
pub struct ToolContext {
    call_id: Arc<str>,
    tool_name: Arc<str>,
    conversation: Option<Arc<str>>,
    user: Option<Arc<str>>,
    headers: Arc<[(String, String)]>,
}

impl ToolContext {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the id of the call.
    #[must_use]
    pub fn with_call_id(mut self, id: impl Into<Arc<str>>) -> Self {
        self.call_id = id.into();
        self
    }

    /// Sets the name that the tool was called by.
    #[must_use]
    pub fn with_tool_name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.tool_name = name.into();
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

    /// Sets the headers that a call to another service should bear, in place of any set before.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.headers = headers.into_iter().collect();
        self
    }

    /// The id of the call, as the model's provider gave it. Empty outside a toolbox.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The name that the tool was called by. Empty outside a toolbox.
    #[must_use]
    pub fn tool_name(&self) -> &str {
        &self.tool_name
    }

    /// The conversation this belongs to, by the application's own id.
    #[must_use]
    pub fn conversation(&self) -> Option<&str> {
        self.conversation.as_deref()
    }

    /// The end user this is for, by the application's own id.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Names and values of the headers that make another service's spans children of this call's span
    /// (`traceparent`, `tracestate`). Empty without telemetry. A tool adds them to its own requests to services that
    /// may know of the trace.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }
}
