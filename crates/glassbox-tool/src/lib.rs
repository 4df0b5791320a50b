#![doc = include_str!("../README.md")]

mod context;
mod error;
mod output;
mod tool;

mod arguments;
mod invoke;
mod toolbox;

mod function;
mod schema;

mod typed;

pub mod builtin;

mod words;

pub use context::ToolContext;
pub use error::ToolError;
pub use function::{FunctionTool, tool, tool_with_context};
pub use invoke::{Invocation, Invoke, ToolRequest};
pub use output::{IntoToolOutput, Json, ToolOutput};
pub use schema::schema_of;
pub use tool::Tool;
pub use toolbox::Toolbox;
pub use typed::{Typed, TypedOutput};

/// `schemars`, of the version that [`tool()`] takes. Its derive macro looks for the crate under its own name: depend on
/// it as well, or write `#[schemars(crate = "glassbox_tool::schemars")]`.
pub use schemars::{self, JsonSchema};
