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

fn list(value: &Value) -> &[Value] {
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
    for text in take("stopSequences").iter().flat_map(list_of) {
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

fn list_of(value: &Value) -> &[Value] {
    list(value)
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

/// A body without what makes no difference: fields that say the default, and other spellings of the same content.
pub(crate) fn normal(body: &Value) -> Value {
    let mut body = camel(body);
    let fields = body.as_object_mut().unwrap();
    for field in [
        "generationConfig",
        "safetySettings",
        "systemInstruction",
        "toolConfig",
        "tools",
    ] {
        let empty = |value: &Value| *value == json!({}) || *value == json!([]) || value.is_null();
        if fields.get(field).is_some_and(empty) {
            fields.shift_remove(field);
        }
    }
    if fields.get("toolConfig") == Some(&json!({"functionCallingConfig": {"mode": "AUTO"}})) {
        fields.shift_remove("toolConfig");
    }
    if let Some(instruction) = fields.get_mut("systemInstruction") {
        let instruction = instruction.as_object_mut().unwrap();
        instruction.shift_remove("role");
        if instruction
            .get("parts")
            .is_none_or(|parts| list(parts).is_empty())
        {
            fields.shift_remove("systemInstruction");
        }
    }
    if let Some(tools) = fields.get_mut("tools") {
        // One may stand by itself, and where ours stand among others makes no difference.
        if tools.is_object() {
            *tools = json!([tools]);
        }
        let tools = tools.as_array_mut().unwrap();
        tools.sort_by_key(|tool| tool.get("functionDeclarations").is_none());
        for tool in tools {
            tool.as_object_mut()
                .unwrap()
                .retain(|_, value| !value.is_null());
            let functions = tool.get_mut("functionDeclarations");
            for function in functions
                .into_iter()
                .flat_map(|list| list.as_array_mut().unwrap())
            {
                self::function(function);
            }
        }
    }
    floats(&mut body);
    body
}

fn function(function: &mut Value) {
    let fields = function.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null());
    for field in ["parameters", "parametersJsonSchema"] {
        if let Some(schema) = fields.get_mut(field) {
            types(schema);
            // A function that takes nothing.
            if list_or_entries(&schema["properties"]) == 0 {
                fields.shift_remove(field);
            }
        }
    }
}

fn list_or_entries(value: &Value) -> usize {
    value.as_object().map_or(0, Map::len)
}

/// Types in small letters, and without an order that is the order that is there.
fn types(schema: &mut Value) {
    if let Value::Object(fields) = schema {
        // An object that says so is no wider for us than one that does not.
        fields.retain(|name, value| {
            !(name == "additionalProperties" && *value == false) && name != "$schema"
        });
        for (name, value) in fields {
            match value {
                Value::String(kind) if name == "type" => *kind = kind.to_lowercase(),
                value => types(value),
            }
        }
    }
}

/// The names of the wire in one spelling: Google takes `snake_case` too. What is the user's own stays.
fn camel(value: &Value) -> Value {
    const OWN: [&str; 6] = [
        "args",
        "labels",
        "parameters",
        "parametersJsonSchema",
        "response",
        "responseJsonSchema",
    ];
    match value {
        Value::Array(items) => items.iter().map(camel).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, value)| {
                // That a text is no thought goes without saying.
                !(name.as_str() == "thought" && (**value == false || value.is_null()))
            });
            let fields = fields.map(|(name, value)| {
                let mut words = name.split('_');
                let mut camel = words.next().unwrap().to_owned();
                for word in words {
                    camel.push_str(&word[..1].to_uppercase());
                    camel.push_str(&word[1..]);
                }
                let own = OWN.contains(&camel.as_str());
                (
                    camel,
                    if own {
                        value.clone()
                    } else {
                        self::camel(value)
                    },
                )
            });
            fields.collect()
        }
        other => other.clone(),
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

/// The parts of an answer that are to go back: pieces of one text joined, and without thoughts that are not signed.
pub(crate) fn given_parts(body: &str) -> Vec<Value> {
    let chunks: Vec<Value> = match body.trim_start().chars().next() {
        Some('[') => serde_json::from_str(body).unwrap(),
        Some('{') => vec![serde_json::from_str(body).unwrap()],
        _ => {
            let data = body.lines().filter_map(|line| line.strip_prefix("data:"));
            data.map(|data| serde_json::from_str(data).unwrap())
                .collect()
        }
    };
    let parts = chunks
        .iter()
        .flat_map(|chunk| list(&chunk["candidates"][0]["content"]["parts"]));
    let mut given = Vec::new();
    for part in parts {
        // Streamed arguments go back as they were put together, not as they came.
        if part["functionCall"]["willContinue"] == true
            || part["functionCall"].get("partialArgs").is_some()
        {
            return Vec::new();
        }
        if part.get("functionCall") == Some(&json!({})) {
            return Vec::new();
        }
        given.push(part.clone());
    }
    joined(&given)
}

/// The same of what is sent.
pub(crate) fn returned_parts(parts: &Value) -> Vec<Value> {
    joined(list(parts))
}

fn joined(parts: &[Value]) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        let mut part = part.clone();
        let unsigned = part.get("thoughtSignature").is_none();
        let plain = unsigned && part["text"].is_string();
        if plain && (part["thought"] == true || part["text"] == "") {
            continue;
        }
        if let Some(call) = part.get_mut("functionCall").and_then(Value::as_object_mut) {
            call.entry("args").or_insert(json!({}));
        }
        match joined.last_mut() {
            Some(last)
                if plain && last["text"].is_string() && last.get("thoughtSignature").is_none() =>
            {
                let text = format!(
                    "{}{}",
                    last["text"].as_str().unwrap(),
                    part["text"].as_str().unwrap()
                );
                last["text"] = json!(text);
            }
            _ => joined.push(part),
        }
    }
    joined
}
