//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_core::{
    Blob, Message, Messages, Modality, Opaque, OutputFormat, Parameters, Part, Reasoning, Request,
    Role, ServerToolCall, ServerToolCallResponse, Text, ToolCall, ToolCallResponse, ToolChoice,
    ToolSpec,
};
use glassbox_gemini::SchemaForm;
use serde_json::{Map, Value, json};

/// A request that our types can express; else why they cannot. Fields for which we have no type go into
/// [`Request::extra`], as a user of ours would send them.
pub(crate) fn request(body: &Value, provider: &str) -> Result<Request, String> {
    let mut extra = Map::new();
    let mut request = Request::new(Messages::new());
    for (field, value) in body.as_object().unwrap() {
        match field.as_str() {
            "systemInstruction" => {
                for part in list(&value["parts"]) {
                    let text = part["text"].as_str().ok_or("an instruction but text")?;
                    request.messages.push(Message::system(text));
                }
            }
            "contents" => {
                for content in list(value) {
                    request.messages.push(message(content, provider)?);
                }
            }
            "tools" => {
                let mut others = Vec::new();
                for tool in list(value) {
                    match tool.get("functionDeclarations") {
                        Some(functions) => request.tools = tools(functions)?,
                        None => others.push(tool.clone()),
                    }
                }
                if !others.is_empty() {
                    extra.insert(field.clone(), others.into());
                }
            }
            "toolConfig" => {
                let rest = tool_config(&mut request, value);
                extra.extend(rest.map(|rest| (field.clone(), rest)));
            }
            "generationConfig" => {
                let rest = generation(&mut request, value);
                extra.extend(rest.map(|rest| (field.clone(), rest)));
            }
            _ => {
                extra.insert(field.clone(), value.clone());
            }
        }
    }
    request.extra = Arc::new(extra);
    Ok(request)
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn message(content: &Value, provider: &str) -> Result<Message, String> {
    let role = match content["role"].as_str() {
        Some("model") => Role::Assistant,
        Some("user") => Role::User,
        other => return Err(format!("the role {other:?}")),
    };
    let mut message = Message::new(role, []);
    for value in list(&content["parts"]) {
        message.parts.push(part(value, provider)?);
    }
    Ok(message)
}

fn part(value: &Value, provider: &str) -> Result<Part, String> {
    let fields = value.as_object().unwrap();
    let signature = fields.get("thoughtSignature");
    let only = |kind: &str| {
        let known = [kind, "thoughtSignature"];
        fields.contains_key(kind) && fields.keys().all(|name| known.contains(&name.as_str()))
    };
    let opaque = |more: Option<&Value>| {
        let mut data = Map::new();
        data.extend(more.map(|id| ("id".to_owned(), id.clone())));
        data.extend(signature.map(|text| ("thoughtSignature".to_owned(), text.clone())));
        (!data.is_empty()).then(|| Opaque::new(provider, Value::Object(data)))
    };
    if only("text") {
        let mut text = Text::default();
        text.content = value["text"].as_str().unwrap().to_owned();
        text.opaque = opaque(None);
        return Ok(Part::Text(text));
    }
    if value["thought"] == true && value["text"].is_string() && fields.len() == 3 {
        let mut thought = Reasoning::new(value["text"].as_str().unwrap());
        thought.opaque = opaque(None);
        return Ok(Part::Reasoning(thought));
    }
    if only("functionCall") {
        let call = &value["functionCall"];
        let id = call.get("id");
        let name = call["name"].as_str().unwrap();
        let id_text = id.and_then(Value::as_str).unwrap_or(name);
        let mut ours = ToolCall::new(id_text, name, call["args"].clone());
        ours.opaque = opaque(id);
        return Ok(Part::ToolCall(ours));
    }
    if only("functionResponse") {
        let result = &value["functionResponse"];
        let name = result["name"].as_str().unwrap();
        let id = result["id"].as_str().unwrap_or(name);
        let result = ToolCallResponse::new(id, name, result["response"].clone());
        return Ok(Part::ToolCallResponse(result));
    }
    if only("inlineData") && signature.is_none() {
        let data = &value["inlineData"];
        let mut blob = Blob::new(Modality::Image, data["mimeType"].as_str().unwrap(), "");
        blob.content = data["data"].as_str().unwrap().into();
        return Ok(Part::Blob(blob));
    }
    if only("fileData") && signature.is_none() {
        let data = &value["fileData"];
        let part = json!({
            "type": "uri", "modality": "document", "uri": data["fileUri"], "mime_type": data["mimeType"],
        });
        return Ok(serde_json::from_value(part).unwrap());
    }
    let mut fields = fields.clone();
    fields.insert("type".to_owned(), "code_execution".into());
    if only("executableCode") {
        return Ok(Part::ServerToolCall(ServerToolCall::new(
            "code_execution",
            fields,
        )));
    }
    if only("codeExecutionResult") {
        return Ok(Part::ServerToolCallResponse(ServerToolCallResponse::new(
            fields,
        )));
    }
    let names: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    Err(format!("a part of {}", names.join(" and ")))
}

fn tools(functions: &Value) -> Result<Arc<[ToolSpec]>, String> {
    let specs = list(functions).iter().map(|function| {
        let schemas = ["parameters", "parametersJsonSchema"];
        let schema = schemas.iter().find_map(|field| function.get(*field));
        let schema = schema.cloned().unwrap_or_else(|| json!({"type": "object"}));
        if schema["type"].is_number() {
            return Err("a schema whose types are numbers".to_owned());
        }
        let mut spec = ToolSpec::new(function["name"].as_str().unwrap(), schema);
        spec.description = function["description"].as_str().map(str::to_owned);
        Ok(spec)
    });
    specs.collect::<Result<Vec<_>, _>>().map(Into::into)
}

/// Takes the tool choice; what is left has no type of ours.
fn tool_config(request: &mut Request, value: &Value) -> Option<Value> {
    let calling = &value["functionCallingConfig"];
    let names = list(&calling["allowedFunctionNames"]);
    let choice = match (calling["mode"].as_str(), names) {
        (Some("ANY"), []) => ToolChoice::Required,
        (Some("ANY"), [name]) => ToolChoice::Named(name.as_str().unwrap().to_owned()),
        (Some("NONE"), []) => ToolChoice::None,
        _ => return Some(value.clone()),
    };
    request.tool_choice = choice;
    let mut rest = value.as_object().unwrap().clone();
    rest.shift_remove("functionCallingConfig");
    (!rest.is_empty()).then_some(Value::Object(rest))
}

/// Takes the options; what is left has no type of ours.
fn generation(request: &mut Request, value: &Value) -> Option<Value> {
    let mut rest = value.as_object().unwrap().clone();
    let mut take = |field: &str| rest.shift_remove(field);
    let count = |value: Value| value.as_f64().map(|number| number as u32);
    let mut parameters = Parameters::new();
    parameters.temperature = take("temperature").and_then(|value| value.as_f64());
    parameters.top_p = take("topP").and_then(|value| value.as_f64());
    parameters.top_k = take("topK").and_then(count);
    parameters.choice_count = take("candidateCount").and_then(count);
    parameters.max_tokens = take("maxOutputTokens").and_then(count).map(u64::from);
    parameters.presence_penalty = take("presencePenalty").and_then(|value| value.as_f64());
    parameters.frequency_penalty = take("frequencyPenalty").and_then(|value| value.as_f64());
    parameters.seed = take("seed").and_then(count).map(i64::from);
    for text in take("stopSequences").iter().flat_map(list) {
        parameters = parameters.with_stop_sequence(text.as_str().unwrap());
    }
    if let Some(schema) = take("responseJsonSchema") {
        let format = json!({"type": "schema", "name": "answer", "schema": schema});
        let format: OutputFormat = serde_json::from_value(format).unwrap();
        request.output = Some(Arc::new(format));
        take("responseMimeType");
    }
    if let Some(Value::Object(thinking)) = rest.get("thinkingConfig")
        && thinking.get("includeThoughts") == Some(&json!(true))
        && thinking.len() == 2
    {
        let budget = thinking.get("thinkingBudget").and_then(Value::as_f64);
        let budget = budget.map(|tokens| (tokens as i64).to_string());
        let level = thinking.get("thinkingLevel").and_then(Value::as_str);
        parameters.reasoning_effort = budget.or(level.map(str::to_owned));
        rest.shift_remove("thinkingConfig");
    }
    request.parameters = Arc::new(parameters);
    (!rest.is_empty()).then_some(Value::Object(rest))
}

/// The form in which the recorded schemas are.
pub(crate) fn schema_form(body: &Value) -> SchemaForm {
    let text = body.to_string();
    if text.contains("\"parametersJsonSchema\"") || text.contains("\"responseJsonSchema\"") {
        SchemaForm::JsonSchema
    } else {
        SchemaForm::Auto
    }
}
