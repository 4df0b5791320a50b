use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use glassbox_core::{ToolCall, ToolCallResponse, ToolSpec};

use crate::toolbox::Entry;
use crate::words::shorten;
use crate::{ToolContext, ToolError, ToolOutput, Toolbox};

/// How a toolbox serves a call: what telemetry, approval and time limits wrap.
///
/// Every call of [`Toolbox::call`] goes through it, those that never reach a tool included: an unknown name,
/// arguments that are not JSON or not what the schema asks for, a panic. So one wrapper sees everything.
///
/// A wrapper holds the `Arc<dyn Invoke>` that [`Toolbox::wrap`] gives it, and passes the request on or answers
/// itself:
///
/// ```
/// use std::sync::Arc;
/// use glassbox_tool::{Invocation, Invoke, ToolError, ToolRequest};
///
/// #[derive(Debug)]
/// struct ReadOnly(Arc<dyn Invoke>);
///
/// #[async_trait::async_trait]
/// impl Invoke for ReadOnly {
///     async fn invoke(&self, request: ToolRequest<'_>) -> Invocation {
///         if request.call().name.starts_with("delete_") {
///             let refusal = ToolError::new("nothing may be deleted").with_kind("forbidden");
///             return Invocation::new(request.call(), Err(refusal));
///         }
///         self.0.invoke(request).await
///     }
/// }
/// ```
///
/// It never fails: a failure is an [`Invocation`] with an error. Dropping the future cancels the call.
#[async_trait]
pub trait Invoke: fmt::Debug + Send + Sync + 'static {
    /// Serves one call.
    async fn invoke(&self, request: ToolRequest<'_>) -> Invocation;
}

/// A call on its way to a tool.
#[derive(Clone, Debug)]
pub struct ToolRequest<'a> {
    call: &'a ToolCall,
    toolbox: &'a Toolbox,
    entry: Option<&'a Entry>,
    context: ToolContext,
}

impl<'a> ToolRequest<'a> {
    pub(crate) fn new(
        call: &'a ToolCall,
        toolbox: &'a Toolbox,
        entry: Option<&'a Entry>,
        context: ToolContext,
    ) -> Self {
        Self {
            call,
            toolbox,
            entry,
            context,
        }
    }

    /// The call, as the model wrote it.
    #[must_use]
    pub fn call(&self) -> &'a ToolCall {
        self.call
    }

    /// What the model was told of the tool. `None` where there is no tool of that name.
    #[must_use]
    pub fn spec(&self) -> Option<&'a ToolSpec> {
        self.entry.map(|entry| entry.tool.spec())
    }

    /// What the tool will be told.
    #[must_use]
    pub fn context(&self) -> &ToolContext {
        &self.context
    }

    /// Has the tool told something else.
    #[must_use]
    pub fn with_context(mut self, context: ToolContext) -> Self {
        self.context = context;
        self
    }

    async fn run(&self) -> Result<ToolOutput, ToolError> {
        let Some(entry) = self.entry else {
            return Err(self.toolbox.unknown(&self.call.name));
        };
        let arguments = entry.check.check(&self.call.arguments)?;
        let call = async { entry.tool.call(arguments, &self.context).await };
        // A tool that panicked may have left its own state broken; ours it cannot reach.
        match AssertUnwindSafe(call).catch_unwind().await {
            Ok(result) => result,
            Err(payload) => Err(panicked(&*payload)),
        }
    }
}

fn panicked(payload: &(dyn Any + Send)) -> ToolError {
    let text = (payload.downcast_ref::<&str>().copied())
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let reason = text
        .map(|text| format!(": {}", shorten(text, 200)))
        .unwrap_or_default();
    let message = format!("the tool failed because of a defect in it{reason}");
    ToolError::new(message).with_kind(ToolError::PANIC)
}

/// What became of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Invocation {
    /// What the model gets to read. On failure that is the error's message, and it is marked as an error.
    pub response: ToolCallResponse,
    /// How it failed, where it did.
    pub error: Option<ToolError>,
}

impl Invocation {
    /// The answer to `call`.
    #[must_use]
    pub fn new(call: &ToolCall, result: Result<ToolOutput, ToolError>) -> Self {
        let respond = |value| ToolCallResponse::new(call.id.as_str(), call.name.as_str(), value);
        match result {
            Ok(output) => Self {
                response: respond(output.into_value()),
                error: None,
            },
            Err(error) => Self {
                response: respond(error.message().into()).with_error(),
                error: Some(error),
            },
        }
    }
}

/// The innermost [`Invoke`]: checks the arguments and calls the tool.
#[derive(Debug)]
pub(crate) struct Direct;

#[async_trait]
impl Invoke for Direct {
    async fn invoke(&self, request: ToolRequest<'_>) -> Invocation {
        Invocation::new(request.call, request.run().await)
    }
}
