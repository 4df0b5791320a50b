//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Delivery, Message, OutputFormat, Parameters, Part, Reasoning, Request, Role, ToolCall,
    ToolCallResponse, ToolSpec,
};
use serde_json::{Map, Value};

/// The request that is written like this. Fields for which we have no type go into [`Request::extra`], as a user of
/// ours would send them.
pub(crate) fn request(body: &Value) -> Request {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let mut parameters = Parameters::new();
    let mut extra = Map::new();
    let messages: Vec<Message> = list(&body["messages"]).iter().map(message).collect();
    let mut request = Request::new(messages);
    for (field, value) in body.as_object().unwrap() {
        match field.as_str() {
            _ if value.is_null() || value == "" => {}
            "model" | "messages" => {}
            "stream" if value == true => request.delivery = Delivery::Incremental,
            "stream" => {}
            "tools" => request.tools = list(value).iter().map(tool).collect(),
            "think" => parameters.reasoning_effort = Some(value.to_string()),
            "format" if value == "json" => request.output = Some(Arc::new(OutputFormat::Json)),
            "options" => options(&mut parameters, value),
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    request
}

fn options(parameters: &mut Parameters, options: &Value) {
    for (name, value) in options.as_object().unwrap() {
        match name.as_str() {
            "temperature" => parameters.temperature = value.as_f64(),
            "seed" => parameters.seed = value.as_i64(),
            "num_predict" => parameters.max_tokens = value.as_u64(),
            other => panic!("the option {other}"),
        }
    }
}

fn message(value: &Value) -> Message {
    let text = |field: &str| value[field].as_str().unwrap_or_default();
    let role = match text("role") {
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "tool" => {
            let result = ToolCallResponse::new("", text("tool_name"), text("content"));
            return Message::tool([result]);
        }
        "user" => Role::User,
        other => panic!("the role {other}"),
    };
    let mut message = Message::new(role, []);
    if !text("thinking").is_empty() {
        let thinking = Reasoning::new(text("thinking"));
        message.parts.push(Part::Reasoning(thinking));
    }
    if !text("content").is_empty() {
        message.parts.push(Part::text(text("content")));
    }
    for call in value["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        let id = call["id"].as_str().unwrap_or_default();
        let name = function["name"].as_str().unwrap();
        let call = ToolCall::new(id, name, function["arguments"].clone());
        message.parts.push(Part::ToolCall(call));
    }
    message
}

fn tool(value: &Value) -> ToolSpec {
    let function = &value["function"];
    let name = function["name"].as_str().unwrap();
    let mut spec = ToolSpec::new(name, function["parameters"].clone());
    spec.description = function["description"].as_str().map(str::to_owned);
    spec
}

/// A body without what makes no difference: fields that say the default, and nothing said as nothing, "", [] or {}.
pub(crate) fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    let fields = body.as_object_mut().unwrap();
    fields.retain(|_, value| !is_nothing(value));
    for message in fields["messages"].as_array_mut().unwrap() {
        let fields = message.as_object_mut().unwrap();
        fields.retain(|_, value| !is_nothing(value));
    }
    body
}
