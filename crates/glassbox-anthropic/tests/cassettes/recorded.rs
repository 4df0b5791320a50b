//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Blob, Delivery, File, Message, Messages, Modality, Opaque, Parameters, Part, Reasoning,
    Request, Role, ServerToolCall, ServerToolCallResponse, ToolCall, ToolCallResponse, ToolChoice,
    ToolSpec, Uri,
};
use serde_json::{Map, Value, json};

/// A request that our types can express, and the provider's own tools; else why they cannot. Fields for which we have
/// no type go into [`Request::extra`], as a user of ours would send them.
pub(crate) fn request(body: &Value) -> Result<(Request, Vec<Value>), String> {
    let mut parameters = Parameters::new();
    let mut extra = Map::new();
    let mut request = Request::new(Messages::new());
    let mut server_tools = Vec::new();
    for (field, value) in body.as_object().unwrap() {
        match field.as_str() {
            "model" => {}
            "stream" if value == true => request.delivery = Delivery::Incremental,
            "stream" => {}
            "max_tokens" => parameters.max_tokens = value.as_u64(),
            "temperature" => parameters.temperature = value.as_f64(),
            "stop_sequences" => {
                parameters.stop_sequences = serde_json::from_value(value.clone()).unwrap();
            }
            "system" => {
                let parts = parts(value)?;
                request
                    .messages
                    .push_front(Message::new(Role::System, parts));
            }
            "messages" => {
                for message in value.as_array().unwrap() {
                    request.messages.push(self::message(message)?);
                }
            }
            "tools" => {
                let tools = value.as_array().unwrap().iter();
                let (ours, theirs): (Vec<&Value>, Vec<&Value>) =
                    tools.partition(|tool| tool.get("type").is_none());
                server_tools = theirs.into_iter().cloned().collect();
                let ours: Result<Vec<_>, String> = ours.into_iter().map(tool).collect();
                match ours {
                    Ok(ours) => request.tools = ours.into(),
                    // Fields that only this provider has.
                    Err(_) => {
                        server_tools.clear();
                        extra.insert(field.clone(), value.clone());
                    }
                }
            }
            "tool_choice" => {
                request.tool_choice = match value["type"].as_str() {
                    Some("auto") => ToolChoice::Auto,
                    Some("any") => ToolChoice::Required,
                    other => return Err(format!("the tool choice {other:?}")),
                }
            }
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    Ok((request, server_tools))
}

fn tool(value: &Value) -> Result<ToolSpec, String> {
    let known = ["name", "description", "input_schema", "strict"];
    if let Some(field) = value
        .as_object()
        .unwrap()
        .keys()
        .find(|field| !known.contains(&field.as_str()))
    {
        return Err(format!("a tool with {field}"));
    }
    let mut spec = ToolSpec::new(
        value["name"].as_str().unwrap(),
        value["input_schema"].clone(),
    );
    spec.description = value["description"].as_str().map(str::to_owned);
    spec.strict = value["strict"].as_bool();
    Ok(spec)
}

fn message(value: &Value) -> Result<Message, String> {
    let role = match value["role"].as_str() {
        Some("assistant") => Role::Assistant,
        Some("user") => Role::User,
        other => return Err(format!("a message of the role {other:?}")),
    };
    Ok(Message::new(role, parts(&value["content"])?))
}

fn parts(content: &Value) -> Result<Vec<Part>, String> {
    match content {
        Value::String(text) => Ok(vec![Part::text(text)]),
        Value::Array(blocks) => Ok(blocks.iter().map(part).collect()),
        _ => Err("a content of an unknown kind".to_owned()),
    }
}

fn part(block: &Value) -> Part {
    let text = |field: &str| block[field].as_str().unwrap_or_default().to_owned();
    let fields = block.as_object().unwrap();
    let verbatim = || Part::Opaque(Opaque::new("anthropic", block.clone()));
    // What our part has no place for.
    let more = |known: &[&str]| {
        let mut more = fields.clone();
        more.retain(|field, _| !known.contains(&field.as_str()));
        (!more.is_empty()).then(|| Opaque::new("anthropic", Value::Object(more)))
    };
    match block["type"].as_str().unwrap() {
        "text" => {
            let mut part = Part::text(text("text"));
            if let Part::Text(text) = &mut part {
                text.opaque = more(&["type", "text"]);
            }
            part
        }
        "thinking" => {
            let mut reasoning = Reasoning::new(text("thinking"));
            reasoning.opaque = more(&["type", "thinking"]);
            Part::Reasoning(reasoning)
        }
        "tool_use" => {
            let mut call = ToolCall::new(text("id"), text("name"), block["input"].clone());
            call.opaque = more(&["type", "id", "name", "input"]);
            Part::ToolCall(call)
        }
        "tool_result" => {
            let response = match &block["content"] {
                Value::Array(parts) if parts.len() == 1 && parts[0]["type"] == "text" => {
                    parts[0]["text"].clone()
                }
                Value::String(text) => text.as_str().into(),
                _ => return verbatim(),
            };
            let mut result = ToolCallResponse::new(text("tool_use_id"), "", response);
            result.is_error = block["is_error"] == true;
            Part::ToolCallResponse(result)
        }
        "server_tool_use" => {
            Part::ServerToolCall(ServerToolCall::new(text("name"), fields.clone()))
        }
        kind if kind.ends_with("_tool_result") => {
            Part::ServerToolCallResponse(ServerToolCallResponse::new(fields.clone()))
        }
        kind @ ("image" | "document") if fields.len() == 2 => {
            let modality = if kind == "image" {
                Modality::Image
            } else {
                Modality::Document
            };
            let source = &block["source"];
            let text = |field: &str| source[field].as_str().unwrap_or_default();
            match text("type") {
                "base64" => {
                    let mut blob = Blob::new(modality, text("media_type"), "");
                    blob.content = text("data").into();
                    Part::Blob(blob)
                }
                "text" => Part::Blob(Blob::new(modality, text("media_type"), text("data"))),
                "url" => Part::Uri(Uri::new(modality, text("url"))),
                "file" => Part::File(File::new(modality, text("file_id"))),
                _ => verbatim(),
            }
        }
        _ => verbatim(),
    }
}

/// A body without what makes no difference: fields that say the default, and other spellings of the same content.
pub(crate) fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|field, value| match field.as_str() {
        "stream" => *value == true,
        "tool_choice" => value["type"] != "auto",
        _ => true,
    });
    if let Some(system) = fields.get_mut("system") {
        *system = content(system);
    }
    // Which tools run where makes no difference to their order.
    if let Some(Value::Array(tools)) = fields.get_mut("tools") {
        tools.sort_by_key(|tool| tool.get("type").is_some());
    }
    let mut turns: Vec<Value> = Vec::new();
    for message in fields["messages"].as_array().unwrap() {
        let blocks = content(&message["content"]);
        match turns.last_mut() {
            // The API joins them too.
            Some(last) if last["role"] == message["role"] => {
                let more = blocks.as_array().unwrap().iter().cloned();
                last["content"].as_array_mut().unwrap().extend(more);
            }
            _ => turns.push(json!({"role": message["role"], "content": blocks})),
        }
    }
    fields["messages"] = Value::Array(turns);
    body
}

/// Content as blocks, in one spelling.
pub(crate) fn content(content: &Value) -> Value {
    let blocks = match content {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        Value::Array(blocks) => blocks.clone(),
        _ => Vec::new(),
    };
    let blocks = blocks.into_iter().filter_map(|mut block| {
        let fields = block.as_object_mut().unwrap();
        fields.retain(|field, value| match field.as_str() {
            "is_error" => *value == true,
            "citations" => value.as_array().is_none_or(|list| !list.is_empty()),
            "caller" => value["type"] != "direct",
            _ => true,
        });
        if block["type"] == "text"
            && block["text"]
                .as_str()
                .is_some_and(|text| text.trim().is_empty())
        {
            return None;
        }
        if block["type"] == "tool_result"
            && let Some(Value::String(text)) = block.get("content")
        {
            block["content"] = json!([{"type": "text", "text": text}]);
        }
        Some(block)
    });
    blocks.collect()
}
