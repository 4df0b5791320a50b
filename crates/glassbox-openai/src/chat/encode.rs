//! From a request to the bytes of its body. Pure, and in one pass: nothing is copied but into the body.

use std::borrow::Cow;

use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind, OutputFormat, Request, Result, ToolSpec, schema};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::messages::Conversation;
use super::options::{self, Choice};
use crate::dialect::{Dialect, StructuredOutput};

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
}

/// Writes the body of a request to `model`.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that the host does not have.
pub(crate) fn encode(request: &Request, model: &str, dialect: &Dialect) -> Result<Encoded> {
    let dropped = options::check(request, model, dialect)?;
    let body = Body {
        request,
        model,
        dialect,
    };
    let body = serde_json::to_vec(&body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
    })?;
    Ok(Encoded {
        body: body.into(),
        dropped,
    })
}

struct Body<'a> {
    request: &'a Request,
    model: &'a str,
    dialect: &'a Dialect,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            request,
            model,
            dialect,
        } = *self;
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra: &request.extra,
        };
        fields.add("model", model)?;
        let conversation = Conversation {
            messages: &request.messages,
            model,
            dialect,
        };
        fields.add("messages", &conversation)?;
        if options::sends_tools(request, dialect) {
            fields.add("tools", &Tools(&request.tools))?;
        }
        match options::tool_choice(request, dialect) {
            Ok(Some(Choice::Word(word))) => fields.add("tool_choice", word)?,
            Ok(Some(Choice::Named(name))) => fields.add("tool_choice", &Named(name))?,
            _ => {}
        }
        for setting in options::settings(request, model, dialect) {
            if let Some(field) = setting.field {
                fields.add(field, &setting.value)?;
            }
        }
        if let (Some(field), Some(user)) = (dialect.options.user, &request.user) {
            fields.add(field, user)?;
        }
        let format = format(request, dialect);
        if let Some(format) = &format {
            fields.add("response_format", format)?;
        }
        let streams = format.is_none() || dialect.output_beside.streaming;
        if request.delivery == Delivery::Incremental && streams {
            fields.add("stream", &true)?;
            if dialect.include_usage {
                fields.add(
                    "stream_options",
                    &StreamOptions {
                        include_usage: true,
                    },
                )?;
            }
        }
        fields.end()
    }
}

/// The fields of the body. What the request adds by itself wins, and stands last and once.
struct Fields<'a, M> {
    map: M,
    extra: &'a Map<String, Value>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), M::Error> {
        if self.extra.contains_key(name) {
            return Ok(());
        }
        self.map.serialize_entry(name, value)
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.extra {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

struct Tools<'a>(&'a [ToolSpec]);

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tool<'a> {
            r#type: &'static str,
            function: Function<'a>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            parameters: Cow<'a, Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            strict: Option<bool>,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for tool in self.0 {
            list.serialize_element(&Tool {
                r#type: "function",
                function: Function {
                    name: &tool.name,
                    description: tool.description.as_deref(),
                    parameters: in_mode(&tool.parameters, tool.strict),
                    strict: tool.strict,
                },
            })?;
        }
        list.end()
    }
}

/// `{"type": "function", "function": {"name": NAME}}`
struct Named<'a>(&'a str);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", "function")?;
        map.serialize_entry("function", &Function { name: self.0 })?;
        map.end()
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonObject,
    JsonSchema { json_schema: Schema<'a> },
}

#[derive(Serialize)]
struct Schema<'a> {
    name: &'a str,
    schema: Cow<'a, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// The schema in the form that strict mode takes, where that is asked for and there is such a form. An argument that
/// was optional is then `null` where it is absent.
pub(crate) fn in_mode(schema: &Value, strict: Option<bool>) -> Cow<'_, Value> {
    if strict == Some(true) && schema::is_strict_compatible(schema) {
        Cow::Owned(schema::strict(schema))
    } else {
        Cow::Borrowed(schema)
    }
}

/// The form of the answer, or the nearest that the host has. Text is the default everywhere, and naming it beside
/// tools is an error at some hosts.
fn format<'a>(request: &'a Request, dialect: &Dialect) -> Option<Format<'a>> {
    match (request.output.as_deref()?, dialect.structured_output) {
        (OutputFormat::Text, _) | (_, StructuredOutput::None) => None,
        (
            OutputFormat::Schema {
                name,
                schema,
                strict,
                ..
            },
            StructuredOutput::Schema,
        ) => Some(Format::JsonSchema {
            json_schema: Schema {
                name,
                schema: in_mode(schema, *strict),
                strict: *strict,
            },
        }),
        _ => Some(Format::JsonObject),
    }
}

#[cfg(test)]
mod tests;
