//! Tools, the form of the answer, and how to think about it.

use std::borrow::Cow;

use glassbox_core::{OutputFormat, Request, ToolSpec};
use serde::Serialize;
use serde_json::Value;

use super::encode::Settings;
use crate::chat::in_mode;
use crate::dialect::{Dialect, StructuredOutput};

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(super) struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    parameters: Cow<'a, Value>,
    /// Absent, it means that the provider may make the schema strict by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

impl<'a> Tool<'a> {
    pub(super) fn of(tool: &'a ToolSpec) -> Self {
        Self {
            name: &tool.name,
            description: tool.description.as_deref(),
            parameters: in_mode(&tool.parameters, tool.strict),
            strict: tool.strict,
        }
    }
}

/// `{"type": "function", "name": NAME}`
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(super) struct Named<'a> {
    name: &'a str,
}

impl<'a> Named<'a> {
    pub(super) const fn of(name: &'a str) -> Self {
        Self { name }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
}

impl<'a> Reasoning<'a> {
    /// `None` where nothing is said of it.
    pub(super) fn of(request: &'a Request, settings: &'a Settings) -> Option<Self> {
        let effort = request.parameters.reasoning_effort.as_deref();
        let summary = settings.reasoning_summary.as_deref();
        (effort.is_some() || summary.is_some()).then_some(Self { effort, summary })
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Text<'a> {
    format: Format<'a>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonObject,
    JsonSchema {
        name: &'a str,
        schema: Cow<'a, Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
}

impl<'a> Text<'a> {
    /// The form of the answer, or the nearest that the host has. Text is the default everywhere.
    pub(super) fn of(request: &'a Request, dialect: &Dialect) -> Option<Self> {
        let format = match (request.output.as_deref()?, dialect.structured_output) {
            (OutputFormat::Text, _) | (_, StructuredOutput::None) => return None,
            (
                OutputFormat::Schema {
                    name,
                    schema,
                    strict,
                    ..
                },
                StructuredOutput::Schema,
            ) => Format::JsonSchema {
                name,
                schema: in_mode(schema, *strict),
                strict: *strict,
            },
            _ => Format::JsonObject,
        };
        Some(Self { format })
    }
}
