//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Blob, Delivery, Message, Messages, Modality, Opaque, OutputFormat, Parameters, Part, Reasoning,
    Request, Role, ToolCall, ToolCallResponse, ToolChoice, ToolSpec, schema,
};
use glassbox_openai::{Dialect, ReasoningEcho, ReasoningEffort};
use serde_json::{Map, Value, json};

/// A request that our types can express; else why they cannot. Fields for which we have no type go into
/// [`Request::extra`], as a user of ours would send them.
pub(crate) fn request(body: &Value, dialect: &Dialect) -> Result<Request, String> {
    let body = body.as_object().unwrap();
    let mut parameters = Parameters::new();
    let mut extra = Map::new();
    let mut request = Request::new(Messages::new());
    for (field, value) in body {
        if value.is_null() {
            continue;
        }
        match field.as_str() {
            "model" | "stream_options" => {}
            "stream" if value == true => request.delivery = Delivery::Incremental,
            "stream" => {}
            "messages" => request.messages = messages(value, dialect)?,
            "tools" => request.tools = tools(value)?,
            "tool_choice" => request.tool_choice = tool_choice(value, dialect)?,
            "response_format" => request.output = format(value)?.map(Arc::new),
            _ if setting(&mut parameters, field, value, body, dialect) => {}
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    Ok(request)
}

/// Takes an option that has a type of its own, under the name that the host gives it.
fn setting(
    parameters: &mut Parameters,
    field: &str,
    value: &Value,
    body: &Map<String, Value>,
    dialect: &Dialect,
) -> bool {
    let known = dialect.options;
    let model = body["model"].as_str().unwrap();
    let is = |name: Option<&str>| name == Some(field);
    let count = || value.as_u64().and_then(|count| u32::try_from(count).ok());
    if field == dialect.output_cap.field(model) {
        parameters.max_tokens = value.as_u64();
    } else if field == "temperature" {
        parameters.temperature = value.as_f64();
    } else if field == "top_p" {
        parameters.top_p = value.as_f64();
    } else if is(known.top_k) {
        parameters.top_k = count();
    } else if is(known.seed) {
        parameters.seed = value.as_i64();
    } else if is(known.frequency_penalty) {
        parameters.frequency_penalty = value.as_f64();
    } else if is(known.presence_penalty) {
        parameters.presence_penalty = value.as_f64();
    } else if is(known.choice_count) {
        parameters.choice_count = count();
    } else if is(known.parallel_tool_calls) && body.contains_key("tools") {
        parameters.parallel_tool_calls = value.as_bool();
    } else if is(known.service_tier) {
        parameters.service_tier = value.as_str().map(str::to_owned);
    } else if field == "reasoning_effort" && dialect.reasoning_effort == ReasoningEffort::Flat {
        parameters.reasoning_effort = value.as_str().map(str::to_owned);
    } else {
        return false;
    }
    true
}

fn messages(value: &Value, dialect: &Dialect) -> Result<Messages, String> {
    let list = value.as_array().unwrap().iter();
    list.map(|message| self::message(message, dialect))
        .collect::<Result<Vec<_>, _>>()
        .map(Into::into)
}

fn message(value: &Value, dialect: &Dialect) -> Result<Message, String> {
    let mut fields = value.as_object().unwrap().clone();
    let mut take = |field: &str| fields.shift_remove(field).filter(|value| !value.is_null());
    let role = take("role").unwrap();
    let role = role.as_str().unwrap();
    let content = take("content").unwrap_or_default();
    let name = take("name");
    // Mistral's SDK always sends it.
    let _ = take("prefix").filter(|prefix| *prefix == false);
    let mut message = match role {
        "tool" => {
            let id = take("tool_call_id").ok_or("a tool message without an id")?;
            let text = content
                .as_str()
                .ok_or("a tool message that is not a text")?;
            Message::tool([ToolCallResponse::new(id.as_str().unwrap(), "", text)])
        }
        "assistant" => assistant(&content, &mut take, dialect)?,
        "system" => Message::new(Role::System, parts(&content)?),
        "user" => Message::new(Role::User, parts(&content)?),
        other => return Err(format!("the role {other}")),
    };
    message.name = name.and_then(|name| name.as_str().map(str::to_owned));
    match fields.keys().next() {
        Some(field) => Err(format!("a message with {field}")),
        None => Ok(message),
    }
}

fn assistant(
    content: &Value,
    take: &mut impl FnMut(&str) -> Option<Value>,
    dialect: &Dialect,
) -> Result<Message, String> {
    let mut message = Message::new(Role::Assistant, []);
    match dialect.reasoning {
        ReasoningEcho::Field(field) => {
            let text = take(field).and_then(|text| text.as_str().map(str::to_owned));
            let text = text.filter(|text| !text.is_empty());
            message
                .parts
                .extend(text.map(|text| Part::Reasoning(Reasoning::new(text))));
        }
        ReasoningEcho::Details => {
            if let Some(details) = take("reasoning_details") {
                let data = json!({"reasoning_details": details});
                message
                    .parts
                    .push(Part::Opaque(Opaque::new(dialect.provider, data)));
            }
        }
        _ => {}
    }
    message.parts.extend(parts(content)?);
    for call in take("tool_calls")
        .iter()
        .flat_map(|calls| calls.as_array().unwrap())
    {
        let function = &call["function"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(id), Some(name), Some(arguments)) = (
            text(&call["id"]),
            text(&function["name"]),
            text(&function["arguments"]),
        ) else {
            return Err("a tool call that is not by the book".to_owned());
        };
        message
            .parts
            .push(Part::ToolCall(ToolCall::new(id, name, arguments)));
    }
    Ok(message)
}

fn parts(content: &Value) -> Result<Vec<Part>, String> {
    match content {
        Value::Null => Ok(Vec::new()),
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => Ok(vec![Part::text(text)]),
        Value::Array(parts) => parts.iter().map(part).collect(),
        _ => Err("a content of an unknown kind".to_owned()),
    }
}

fn part(value: &Value) -> Result<Part, String> {
    let kind = value["type"].as_str().unwrap();
    let body = &value[kind];
    let only = |fields: usize| body.as_object().is_some_and(|body| body.len() == fields);
    match kind {
        "text" => Ok(Part::text(body.as_str().unwrap())),
        "thinking" => {
            let text = body[0]["text"].as_str().ok_or("thinking without a text")?;
            Ok(Part::Reasoning(Reasoning::new(text)))
        }
        "image_url" | "video_url" if only(1) => {
            let url = body["url"].as_str().unwrap();
            let modality = if kind == "image_url" {
                Modality::Image
            } else {
                Modality::Video
            };
            Ok(data(url, &modality).unwrap_or_else(|| uri(url, &modality)))
        }
        "input_audio" if only(2) => {
            let format = body["format"].as_str().unwrap();
            let mut blob = Blob::new(Modality::Audio, format!("audio/{format}"), "");
            blob.content = body["data"].as_str().unwrap().into();
            Ok(Part::Blob(blob))
        }
        "image_url" => Err("an image with a detail".to_owned()),
        other => Err(format!("a part of the type {other}")),
    }
}

fn data(url: &str, modality: &Modality) -> Option<Part> {
    let (mime_type, content) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let mut blob = Blob::new(modality.clone(), mime_type, "");
    blob.content = content.into();
    Some(Part::Blob(blob))
}

fn uri(url: &str, modality: &Modality) -> Part {
    let part = json!({"type": "uri", "modality": modality, "uri": url});
    serde_json::from_value(part).unwrap()
}

fn tools(value: &Value) -> Result<Arc<[ToolSpec]>, String> {
    let list = value.as_array().unwrap().iter().map(|tool| {
        let function = tool["function"]
            .as_object()
            .ok_or("a tool that is not a function")?;
        let mut spec = ToolSpec::new(
            function["name"].as_str().unwrap(),
            function
                .get("parameters")
                .ok_or("a tool without parameters")?
                .clone(),
        );
        let description = function.get("description").and_then(Value::as_str);
        spec.description = description.map(str::to_owned);
        spec.strict = function.get("strict").and_then(Value::as_bool);
        Ok(spec)
    });
    list.collect::<Result<Vec<_>, String>>().map(Into::into)
}

fn tool_choice(value: &Value, dialect: &Dialect) -> Result<ToolChoice, String> {
    match value.as_str() {
        Some("auto") => Ok(ToolChoice::Auto),
        Some("none") => Ok(ToolChoice::None),
        Some(word) if Some(word) == dialect.tool_choice.required => Ok(ToolChoice::Required),
        Some(word) => Err(format!("the tool choice {word}")),
        None => {
            let name = value["function"]["name"]
                .as_str()
                .ok_or("a tool choice of an unknown kind")?;
            Ok(ToolChoice::Named(name.to_owned()))
        }
    }
}

fn format(value: &Value) -> Result<Option<OutputFormat>, String> {
    let format = match value["type"].as_str() {
        Some("text") => return Ok(None),
        Some("json_object") => json!({"type": "json"}),
        Some("json_schema") if value["json_schema"].get("description").is_none() => {
            let mut format = value["json_schema"].clone();
            format["type"] = json!("schema");
            format
        }
        _ => return Err("a response format with a description".to_owned()),
    };
    Ok(Some(serde_json::from_value(format).unwrap()))
}

/// A body without what makes no difference: fields that say the default, and other spellings of the same content.
pub(crate) fn normal(body: &Value, recorded: &Value, dialect: &Dialect) -> Value {
    let mut body = body.clone();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null());
    fields.retain(|field, value| match field.as_str() {
        "stream" => *value == true,
        // We ask for the usage of every stream that does not give it unasked; others did it elsewhere.
        "stream_options" => recorded.get(field).is_some() && dialect.include_usage,
        "tool_choice" => value != "auto",
        "response_format" => value["type"] != "text",
        "tools" => value.as_array().is_none_or(|tools| !tools.is_empty()),
        _ => true,
    });
    for tool in body
        .get_mut("tools")
        .into_iter()
        .flat_map(|tools| tools.as_array_mut().unwrap())
    {
        // Mistral takes it for granted.
        tool["type"] = json!("function");
        strict(&mut tool["function"], "parameters");
    }
    if let Some(format) = body.pointer_mut("/response_format/json_schema") {
        strict(format, "schema");
    }
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    // The recorder has put ids of its own into some.
    let id = |id: &mut Value| {
        if let Some(given) = id.as_str() {
            *id = json!(dialect.call_ids.spelt(given, &model));
        }
    };
    for message in body["messages"].as_array_mut().unwrap() {
        let fields = message.as_object_mut().unwrap();
        fields.retain(|field, value| !value.is_null() && (field != "prefix" || *value == true));
        fields.retain(|field, value| field != "reasoning_content" || value != "");
        // One text may stand in a list, and nothing may be said as nothing, "" or [].
        if let Some(Value::Array(parts)) = fields.get("content") {
            match parts.as_slice() {
                [] => fields["content"] = json!(""),
                [part] if part["type"] == "text" => fields["content"] = part["text"].clone(),
                _ => {}
            }
        }
        if fields.get("content").is_some_and(|content| content == "") {
            fields.shift_remove("content");
        }
        if fields
            .get("tool_calls")
            .is_some_and(|calls| *calls == json!([]))
        {
            fields.shift_remove("tool_calls");
        }
        for call in fields
            .get_mut("tool_calls")
            .into_iter()
            .flat_map(|calls| calls.as_array_mut().unwrap())
        {
            // DeepSeek's own index, sent back to it; it does not want it.
            call.as_object_mut().unwrap().shift_remove("index");
            id(&mut call["id"]);
        }
        if let Some(call) = fields.get_mut("tool_call_id") {
            id(call);
        }
    }
    floats(&mut body);
    body
}

/// Brings a strict schema into the form that strict mode takes, in which we send it.
pub(crate) fn strict(holder: &mut Value, field: &str) {
    if holder["strict"] == true && schema::is_strict_compatible(&holder[field]) {
        holder[field] = schema::strict(&holder[field]);
    }
}

/// One spelling for every number.
fn floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64()),
        Value::Array(items) => items.iter_mut().for_each(floats),
        Value::Object(fields) => fields.values_mut().for_each(floats),
        _ => {}
    }
}
