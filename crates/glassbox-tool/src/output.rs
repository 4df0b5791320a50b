use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::ToolError;

/// What a tool gave: text, or any JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolOutput(Value);

impl ToolOutput {
    /// Text, which the model reads as it is.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Value::String(text.into()))
    }

    /// Anything that serialises, as JSON.
    ///
    /// # Errors
    ///
    /// Where `value` cannot be JSON: a map whose keys are not strings, or its own `Serialize` fails.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, ToolError> {
        Ok(Self(serde_json::to_value(value)?))
    }

    /// The result: a string where it is text.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The result: a string where it is text.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl From<String> for ToolOutput {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for ToolOutput {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Value> for ToolOutput {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

/// What a [function tool](crate::tool()) may give: text, a number, [`Json`], or a `Result` of these.
pub trait IntoToolOutput {
    /// The result, or how it failed.
    ///
    /// # Errors
    ///
    /// Where the function failed, or what it gave cannot be JSON.
    fn into_tool_output(self) -> Result<ToolOutput, ToolError>;
}

/// Has a tool give anything that serialises, as JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "it is its one field")]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoToolOutput for Json<T> {
    fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
        ToolOutput::json(&self.0)
    }
}

impl<T: IntoToolOutput, E: Into<ToolError>> IntoToolOutput for Result<T, E> {
    fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
        self.map_err(Into::into)?.into_tool_output()
    }
}

impl IntoToolOutput for ToolOutput {
    fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
        Ok(self)
    }
}

/// Nothing to say is `null`.
impl IntoToolOutput for () {
    fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
        Ok(Value::Null.into())
    }
}

macro_rules! text {
    ($($type:ty),*) => {$(
        impl IntoToolOutput for $type {
            fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
                Ok(ToolOutput::text(self))
            }
        }
    )*};
}

text!(String, &str, Cow<'_, str>);

macro_rules! json {
    ($($type:ty),*) => {$(
        impl IntoToolOutput for $type {
            fn into_tool_output(self) -> Result<ToolOutput, ToolError> {
                ToolOutput::json(&self)
            }
        }
    )*};
}

json!(
    Value, bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64
);
