//! Recorded bodies of requests for responses as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Delivery, Message, Messages, Modality, Opaque, OutputFormat, Parameters, Part, Request, Role,
    ServerToolCall, ToolCall, ToolCallResponse, ToolChoice, ToolSpec, Uri,
};
use glassbox_openai::Dialect;
use serde_json::{Map, Value, json};

use crate::recorded::strict;

/// A request that our types can express; else why they cannot. Fields for which we have no type go into
/// [`Request::extra`], as a user of ours would send them.
pub(crate) fn request(body: &Value, dialect: &Dialect) -> Result<Request, String> {
    let body = body.as_object().unwrap();
    let mut parameters = Parameters::new();
    let mut extra = Map::new();
    let mut request = Request::new(Messages::new());
    let known = dialect.responses.options;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let has_tools = body.get("tools").is_some_and(|tools| *tools != json!([]));
    for (field, value) in body {
        match field.as_str() {
            _ if value.is_null() => {}
            // The model is made with them.
            "model" | "store" => {}
            "stream" => {
                if value == true {
                    request.delivery = Delivery::Incremental;
                }
            }
            "instructions" => request
                .messages
                .push_front(Message::system(value.as_str().unwrap())),
            "input" => messages(value, dialect, &mut request.messages)?,
            "previous_response_id" => request.previous_response = value.as_str().map(Into::into),
            "tools" => match tools(value) {
                Some(tools) => request.tools = tools,
                None => {
                    extra.insert(field.clone(), value.clone());
                }
            },
            "tool_choice" if tool_choice(value).is_some() => {
                request.tool_choice = tool_choice(value).unwrap();
            }
            "text" if value.as_object().unwrap().len() == 1 => {
                request.output = format(&value["format"]).map(Arc::new);
            }
            "max_output_tokens" => parameters.max_tokens = value.as_u64(),
            "temperature" => parameters.temperature = value.as_f64(),
            "top_p" => parameters.top_p = value.as_f64(),
            "reasoning" => {
                let mut reasoning = value.as_object().unwrap().clone();
                parameters.reasoning_effort = reasoning
                    .shift_remove("effort")
                    .and_then(|effort| text(&effort));
                if !reasoning.is_empty() {
                    extra.insert(field.clone(), Value::Object(reasoning));
                }
            }
            "parallel_tool_calls" if has_tools => parameters.parallel_tool_calls = value.as_bool(),
            "service_tier" if known.service_tier.is_some() => {
                parameters.service_tier = text(value);
            }
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    Ok(request)
}

/// The items, with what the model gave in one turn as one message.
fn messages(value: &Value, dialect: &Dialect, messages: &mut Messages) -> Result<(), String> {
    if let Some(text) = value.as_str() {
        messages.push(text);
        return Ok(());
    }
    let mut turn: Vec<Part> = Vec::new();
    for item in value.as_array().unwrap() {
        let kind = item["type"].as_str().unwrap_or("message");
        let role = item["role"].as_str();
        let opaque = |data: Value| Opaque::new(dialect.provider, data);
        let message = match (kind, role) {
            ("message", Some("assistant")) => {
                turn.extend(spoken(&item["content"])?);
                continue;
            }
            ("reasoning", _) => {
                turn.push(Part::Opaque(opaque(json!({"item": not_null(item)}))));
                continue;
            }
            ("function_call", _) => {
                turn.push(Part::ToolCall(call(item, opaque)));
                continue;
            }
            ("message", Some(role)) => {
                let role = match role {
                    "user" => Role::User,
                    "system" => Role::System,
                    other => Role::Other(other.to_owned()),
                };
                Message::new(role, parts(&item["content"])?)
            }
            ("function_call_output", _) => {
                let id = item["call_id"].as_str().unwrap();
                Message::tool([ToolCallResponse::new(id, "", item["output"].clone())])
            }
            (_, Some(_)) => Message::new(Role::User, [Part::Other(not_null(item))]),
            _ => {
                turn.push(Part::ServerToolCall(ServerToolCall::new(
                    kind,
                    not_null(item),
                )));
                turn.push(Part::Opaque(opaque(json!({"preceding_item": true}))));
                continue;
            }
        };
        finish(&mut turn, messages);
        messages.push(message);
    }
    finish(&mut turn, messages);
    Ok(())
}

fn finish(turn: &mut Vec<Part>, messages: &mut Messages) {
    if !turn.is_empty() {
        messages.push(Message::new(Role::Assistant, std::mem::take(turn)));
    }
}

fn not_null(item: &Value) -> Map<String, Value> {
    let mut fields = item.as_object().unwrap().clone();
    fields.retain(|_, value| !value.is_null());
    fields
}

fn call(item: &Value, opaque: impl Fn(Value) -> Opaque) -> ToolCall {
    let text = |field: &str| item[field].as_str().unwrap().to_owned();
    let mut call = ToolCall::new(text("call_id"), text("name"), text("arguments"));
    if let Some(namespace) = item.get("namespace") {
        call.opaque = Some(opaque(json!({"item": {"namespace": namespace}})));
    }
    call
}

fn spoken(content: &Value) -> Result<Vec<Part>, String> {
    let Some(parts) = content.as_array() else {
        return Ok(vec![Part::text(content.as_str().unwrap())]);
    };
    let parts = parts.iter().map(|part| match part["text"].as_str() {
        Some(text) => Ok(Part::text(text)),
        None => Err("an earlier answer that is not text".to_owned()),
    });
    parts.collect()
}

fn parts(content: &Value) -> Result<Vec<Part>, String> {
    let Some(parts) = content.as_array() else {
        return Ok(vec![Part::text(content.as_str().unwrap())]);
    };
    Ok(parts.iter().map(part).collect())
}

fn part(value: &Value) -> Part {
    let fields = value.as_object().unwrap();
    let text = |field: &str| value[field].as_str();
    match (text("type"), fields.len()) {
        (Some("input_text"), 2) => Part::text(text("text").unwrap()),
        (Some("input_file"), 2) if text("file_url").is_some() => {
            Part::Uri(Uri::new(Modality::Document, text("file_url").unwrap()))
        }
        _ => Part::Other(fields.clone()),
    }
}

/// `None` where some are not functions, or have fields that ours do not.
fn tools(value: &Value) -> Option<Arc<[ToolSpec]>> {
    const KNOWN: [&str; 5] = ["type", "name", "description", "parameters", "strict"];
    let tools = value.as_array().unwrap().iter().map(|tool| {
        let fields = tool.as_object().unwrap();
        let is_ours = fields["type"] == "function"
            && fields.keys().all(|field| KNOWN.contains(&field.as_str()));
        let tool = is_ours.then(|| {
            let mut tool = tool.clone();
            let fields = tool.as_object_mut().unwrap();
            fields.retain(|_, value| !value.is_null());
            tool
        })?;
        serde_json::from_value(tool).ok()
    });
    tools.collect::<Option<Vec<_>>>().map(Into::into)
}

fn tool_choice(value: &Value) -> Option<ToolChoice> {
    match value.as_str() {
        Some("auto") => Some(ToolChoice::Auto),
        Some("none") => Some(ToolChoice::None),
        Some("required") => Some(ToolChoice::Required),
        Some(_) => None,
        None => {
            let is_function = value["type"] == "function";
            let name = value["name"].as_str().filter(|_| is_function)?;
            Some(ToolChoice::Named(name.to_owned()))
        }
    }
}

fn format(value: &Value) -> Option<OutputFormat> {
    let format = match value["type"].as_str() {
        Some("json_object") => json!({"type": "json"}),
        Some("json_schema") => {
            let mut format = value.clone();
            format["type"] = json!("schema");
            format
        }
        _ => return None,
    };
    Some(serde_json::from_value(format).unwrap())
}

/// A body without what makes no difference: fields that say the default, what hosts do not read back, and other
/// spellings of the same content.
pub(crate) fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|field, value| match field.as_str() {
        _ if value.is_null() => false,
        "stream" => *value == true,
        "store" => *value == false,
        "tool_choice" => value != "auto",
        "include" | "tools" => *value != json!([]),
        "text" => value["format"]["type"] != "text",
        _ => true,
    });
    for tool in body
        .get_mut("tools")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        tool.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        strict(tool, "parameters");
    }
    if let Some(format) = body.pointer_mut("/text/format") {
        strict(format, "schema");
    }
    if let Some(text) = body["input"].as_str() {
        body["input"] = json!([{"role": "user", "content": text}]);
    }
    let mut items: Vec<Value> = std::mem::take(body["input"].as_array_mut().unwrap());
    items.iter_mut().for_each(item);
    let is_instructions = |item: &Value| item["role"] == "system" && item["content"].is_string();
    while items.len() > 1 && is_instructions(&items[0]) {
        // Instructions have a place of their own.
        let text = items.remove(0)["content"].clone();
        body["instructions"] = match body["instructions"].as_str() {
            Some(before) => json!(format!("{before}\n\n{}", text.as_str().unwrap())),
            None => text,
        };
    }
    body["input"] = Value::Array(items);
    floats(&mut body);
    body
}

fn item(item: &mut Value) {
    let fields = item.as_object_mut().unwrap();
    if fields.contains_key("role") && !fields.contains_key("type") {
        fields.insert("type".to_owned(), json!("message"));
    }
    let kind = fields["type"].as_str().unwrap().to_owned();
    fields.retain(|field, value| {
        let is_ours = matches!(
            kind.as_str(),
            "message" | "function_call" | "function_call_output"
        );
        !value.is_null() && !(is_ours && (field == "id" || field == "status"))
    });
    let is_assistant = fields.get("role").is_some_and(|role| role == "assistant");
    let Some(content) = fields.get_mut("content").filter(|_| kind == "message") else {
        return;
    };
    match content {
        Value::String(text) if is_assistant => {
            *content = json!([{"type": "output_text", "text": text}]);
        }
        Value::Array(parts) if is_assistant => {
            for part in parts {
                let part = part.as_object_mut().unwrap();
                part.retain(|field, _| field != "annotations" && field != "logprobs");
            }
        }
        Value::Array(parts) => {
            if let [part] = parts.as_slice()
                && part["type"] == "input_text"
            {
                *content = part["text"].clone();
            }
        }
        _ => {}
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
