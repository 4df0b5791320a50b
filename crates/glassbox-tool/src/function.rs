use std::fmt;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use glassbox_core::ToolSpec;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::schema::{arguments_schema, is_unit, schema_of};
use crate::words::shorten;
use crate::{IntoToolOutput, Tool, ToolContext, ToolError, ToolOutput};

#[cfg(test)]
mod tests;

/// Makes a tool of an async function over a struct of arguments.
///
/// The model reads the doc comments of the struct's fields, and `description` for what the tool does and when to use
/// it. A function that takes nothing takes `()`. What it gives is text, a number, [`Json`](crate::Json), or a
/// `Result` of these with any error.
///
/// ```
/// use glassbox_tool::tool;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Weather {
///     /// The city, in English.
///     city: String,
/// }
///
/// let weather = tool("weather", "Tells the weather of today.", |arguments: Weather| async move {
///     format!("It is raining in {}.", arguments.city)
/// });
/// ```
pub fn tool<A, F, O>(
    name: impl Into<String>,
    description: impl Into<String>,
    function: F,
) -> FunctionTool
where
    A: DeserializeOwned + JsonSchema + 'static,
    F: Fn(A) -> O + Send + Sync + 'static,
    O: Future<Output: IntoToolOutput> + Send + 'static,
{
    tool_with_context(name, description, move |arguments, _| function(arguments))
}

/// Makes a tool of an async function that also wants to know of the call it serves: see [`ToolContext`]. Otherwise
/// as [`tool`].
///
/// ```
/// use glassbox_tool::{ToolContext, tool_with_context};
///
/// let trace = tool_with_context("trace", "Names the current trace.", |(), context: ToolContext| async move {
///     let parent = context.headers().iter().find(|(name, _)| name == "traceparent");
///     parent.map_or("none".to_owned(), |(_, value)| value.clone())
/// });
/// ```
pub fn tool_with_context<A, F, O>(
    name: impl Into<String>,
    description: impl Into<String>,
    function: F,
) -> FunctionTool
where
    A: DeserializeOwned + JsonSchema + 'static,
    F: Fn(A, ToolContext) -> O + Send + Sync + 'static,
    O: Future<Output: IntoToolOutput> + Send + 'static,
{
    let spec = ToolSpec::new(name, arguments_schema::<A>()).with_description(description);
    let wants_null = is_unit(&schema_of::<A>());
    let serve = move |arguments: Map<String, Value>, context: ToolContext| -> Pending {
        let arguments = if wants_null {
            Value::Null
        } else {
            Value::Object(arguments)
        };
        match serde_json::from_value(arguments) {
            Ok(arguments) => {
                let output = function(arguments, context);
                async move { output.await.into_tool_output() }.boxed()
            }
            Err(error) => std::future::ready(Err(unreadable(&error))).boxed(),
        }
    };
    FunctionTool {
        spec,
        serve: Box::new(serve),
    }
}

/// The arguments fit the schema and not the type: the type's `Deserialize` asks for more than its `JsonSchema` says.
fn unreadable(error: &serde_json::Error) -> ToolError {
    let message = format!(
        "the arguments cannot be read: {}",
        shorten(&error.to_string(), 300)
    );
    ToolError::new(message).with_kind(ToolError::INVALID_ARGUMENTS)
}

type Pending = BoxFuture<'static, Result<ToolOutput, ToolError>>;

/// A [`Tool`] made of a function, by [`tool`], [`tool_with_context`] or [`FunctionTool::new`].
pub struct FunctionTool {
    spec: ToolSpec,
    serve: Box<dyn Fn(Map<String, Value>, ToolContext) -> Pending + Send + Sync>,
}

impl FunctionTool {
    /// A tool whose schema is known only at run time; the function gets the arguments as JSON.
    ///
    /// ```
    /// use glassbox_core::ToolSpec;
    /// use glassbox_tool::FunctionTool;
    /// use serde_json::json;
    ///
    /// let parameters = json!({"type": "object", "properties": {"text": {"type": "string"}}});
    /// let echo = FunctionTool::new(ToolSpec::new("echo", parameters), |arguments, _| async move {
    ///     arguments["text"].clone()
    /// });
    /// ```
    pub fn new<F, O>(spec: ToolSpec, function: F) -> Self
    where
        F: Fn(Map<String, Value>, ToolContext) -> O + Send + Sync + 'static,
        O: Future<Output: IntoToolOutput> + Send + 'static,
    {
        let serve = move |arguments, context| -> Pending {
            let output = function(arguments, context);
            async move { output.await.into_tool_output() }.boxed()
        };
        Self {
            spec,
            serve: Box::new(serve),
        }
    }

    /// Asks the provider to hold the model to the schema, or not to. See [`ToolSpec::strict`].
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.spec = self.spec.with_strict(strict);
        self
    }
}

#[async_trait]
impl Tool for FunctionTool {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(
        &self,
        arguments: Map<String, Value>,
        context: &ToolContext,
    ) -> Result<ToolOutput, ToolError> {
        (self.serve)(arguments, context.clone()).await
    }
}

impl fmt::Debug for FunctionTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionTool")
            .field("name", &self.spec.name)
            .finish_non_exhaustive()
    }
}
