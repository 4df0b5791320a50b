//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Delivery, Message, Opaque, OutputFormat, Parameters, Part, Reasoning, Request, Role, ToolCall,
    ToolCallResponse, ToolSpec,
};
use serde_json::{Map, Value, json};

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
            "model" | "messages" => {}
            "stream" if value == true => request.delivery = Delivery::Incremental,
            "stream" => {}
            "tools" => request.tools = list(value).iter().map(tool).collect(),
            "temperature" => parameters.temperature = value.as_f64(),
            "max_tokens" => parameters.max_tokens = value.as_u64(),
            "stop_sequences" => {
                parameters.stop_sequences = serde_json::from_value(value.clone()).unwrap();
            }
            "thinking" if *value == json!({"type": "enabled"}) => {
                parameters.reasoning_effort = Some("high".to_owned());
            }
            "response_format" => {
                let schema = value["json_schema"].clone();
                request.output = Some(Arc::new(OutputFormat::schema("s", schema)));
            }
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    request
}

fn message(value: &Value) -> Message {
    let parts = parts(&value["content"]);
    let role = match value["role"].as_str().unwrap() {
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "tool" => {
            let id = value["tool_call_id"].as_str().unwrap();
            let text = Message::new(Role::Tool, parts).text();
            return Message::tool([ToolCallResponse::new(id, "", text)]);
        }
        "user" => Role::User,
        other => panic!("the role {other}"),
    };
    let mut message = Message::new(role, parts);
    if let Some(plan) = value["tool_plan"].as_str() {
        let mut plan = Reasoning::new(plan);
        plan.opaque = Some(Opaque::new("cohere", json!({"type": "tool_plan"})));
        message.parts.push(Part::Reasoning(plan));
    }
    for call in value["tool_calls"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let function = &call["function"];
        let (name, arguments) = (text(&function["name"]), text(&function["arguments"]));
        let call = ToolCall::new(text(&call["id"]), name, arguments);
        message.parts.push(Part::ToolCall(call));
    }
    message
}

fn parts(content: &Value) -> Vec<Part> {
    let part = |block: &Value| match block["type"].as_str().unwrap() {
        "text" => Part::text(block["text"].as_str().unwrap()),
        "thinking" => Part::Reasoning(Reasoning::new(block["thinking"].as_str().unwrap())),
        other => panic!("a block of the type {other}"),
    };
    match content {
        Value::String(text) => vec![Part::text(text.as_str())],
        Value::Array(blocks) => blocks.iter().map(part).collect(),
        _ => Vec::new(),
    }
}

fn tool(value: &Value) -> ToolSpec {
    let function = &value["function"];
    let name = function["name"].as_str().unwrap();
    let mut spec = ToolSpec::new(name, function["parameters"].clone());
    spec.description = function["description"].as_str().map(str::to_owned);
    spec
}

/// A body without what makes no difference: fields that say the default, one text in a list, and nothing said as
/// nothing, "", [] or {}.
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
    fields.retain(|field, value| !is_nothing(value) && (field != "stream" || *value == true));
    for message in fields["messages"].as_array_mut().unwrap() {
        let fields = message.as_object_mut().unwrap();
        if let Some([block]) = fields
            .get("content")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && block["type"] == "text"
        {
            fields["content"] = block["text"].clone();
        }
        fields.retain(|_, value| !is_nothing(value));
    }
    body
}
