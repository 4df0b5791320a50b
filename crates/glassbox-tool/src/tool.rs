use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use glassbox_core::ToolSpec;
use serde_json::{Map, Value};

use crate::{ToolContext, ToolError, ToolOutput};

/// Something that a model can ask to have done.
///
/// Most tools are functions: see [`tool`](crate::tool()). Implement the trait where the schema is known only at run
/// time or where the tool wraps another.
///
/// # Contract
///
/// [`spec`](Tool::spec) gives the same name for the tool's whole life. A [`Toolbox`](crate::Toolbox) has checked
/// the arguments against [`ToolSpec::parameters`] before [`call`](Tool::call) sees them. Calls of one turn run at
/// the same time, so a tool guards whatever they share. Nothing is done until the future is polled.
///
/// # Errors
///
/// A failure is data: its message is for the model to read, and its kind becomes the `error.type` of the span. It
/// does not end the run. So a message says what was wrong and what would be right, and holds no secret. A panic is
/// caught by the toolbox and is such a failure.
///
/// # Cancellation
///
/// Dropping the future cancels the call. A tool that must not stop halfway sees to that itself.
///
/// # Wrapping
///
/// A tool that holds an `Arc<dyn Tool>` can cache, limit or ask for approval. To see every call, those that never
/// reach a tool included, wrap the toolbox's [`Invoke`](crate::Invoke) instead.
#[async_trait]
pub trait Tool: fmt::Debug + Send + Sync + 'static {
    /// What the model is told: name, description, schema of the arguments. Cheap.
    fn spec(&self) -> &ToolSpec;

    /// Does it.
    ///
    /// # Errors
    ///
    /// Where it could not be done; the model reads the message.
    async fn call(
        &self,
        arguments: Map<String, Value>,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError>;
}

#[async_trait]
impl<T: Tool + ?Sized> Tool for Arc<T> {
    fn spec(&self) -> &ToolSpec {
        (**self).spec()
    }

    async fn call(
        &self,
        arguments: Map<String, Value>,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        (**self).call(arguments, context).await
    }
}
