//! Recorded request bodies as requests of ours: the reverse of what the adapter does, for tests only.

use std::sync::Arc;

use glassbox_bedrock::block;
use glassbox_core::{
    Blob, Delivery, Message, Messages, Modality, OutputFormat, Parameters, Part, Request, Role,
    ToolCall, ToolCallResponse, ToolChoice, ToolSpec,
};
use serde_json::{Map, Value, json};

/// A request that our types can express; else why they cannot. Fields for which we have no type go into
/// [`Request::extra`], as a user of ours would send them.
pub(crate) fn request(body: &Value, streamed: bool) -> Result<Request, String> {
    let mut request = Request::new(Messages::new());
    let mut parameters = Parameters::new();
    let mut messages = Vec::new();
    let mut extra = Map::new();
    for (field, value) in body.as_object().unwrap() {
        match field.as_str() {
            "messages" => {
                for message in value.as_array().unwrap() {
                    messages.push(self::message(message)?);
                }
            }
            "system" => {
                let parts: Result<Vec<Part>, String> =
                    value.as_array().unwrap().iter().map(part).collect();
                let parts = parts?;
                if !parts.is_empty() {
                    request.messages.push(Message::new(Role::System, parts));
                }
            }
            "inferenceConfig" => inference(value, &mut parameters),
            "toolConfig" => match tools(value) {
                Some((tools, choice)) => {
                    request.tools = tools;
                    request.tool_choice = choice;
                }
                // Bedrock's own tools have no type of ours.
                None => drop(extra.insert(field.clone(), value.clone())),
            },
            "serviceTier" => {
                parameters.service_tier = value["type"].as_str().map(str::to_owned);
            }
            "outputConfig" => {
                let schema = &value["textFormat"]["structure"]["jsonSchema"];
                if schema.get("description").is_some() {
                    return Err("an output format with a description".to_owned());
                }
                let text = schema["schema"].as_str().unwrap();
                let name = schema["name"].as_str().unwrap();
                let format = OutputFormat::schema(name, serde_json::from_str(text).unwrap());
                request.output = Some(Arc::new(format));
            }
            _ => drop(extra.insert(field.clone(), value.clone())),
        }
    }
    request.messages.extend(messages);
    request.parameters = Arc::new(parameters);
    request.extra = Arc::new(extra);
    if streamed {
        request.delivery = Delivery::Incremental;
    }
    Ok(request)
}

fn inference(value: &Value, parameters: &mut Parameters) {
    parameters.max_tokens = value["maxTokens"].as_u64();
    parameters.temperature = value["temperature"].as_f64();
    parameters.top_p = value["topP"].as_f64();
    let stops = value["stopSequences"].as_array().into_iter().flatten();
    parameters.stop_sequences = stops
        .map(|stop| stop.as_str().unwrap().to_owned())
        .collect();
}

fn message(value: &Value) -> Result<Message, String> {
    let role = match value["role"].as_str() {
        Some("assistant") => Role::Assistant,
        _ => Role::User,
    };
    let parts: Result<Vec<Part>, String> = value["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(part)
        .collect();
    Ok(Message::new(role, parts?))
}

fn part(value: &Value) -> Result<Part, String> {
    let (kind, content) = value.as_object().unwrap().iter().next().unwrap();
    let text = |field: &str| content[field].as_str().unwrap_or_default();
    match kind.as_str() {
        "text" => Ok(Part::text(content.as_str().unwrap())),
        "toolUse" => Ok(Part::ToolCall(ToolCall::new(
            text("toolUseId"),
            text("name"),
            content["input"].clone(),
        ))),
        "toolResult" => result(content),
        "document" if text("format") == "txt" && content["source"]["bytes"].is_string() => {
            let mut blob = Blob::new(Modality::Document, "text/plain", "");
            blob.content = content["source"]["bytes"].as_str().unwrap().into();
            Ok(Part::Blob(blob))
        }
        _ => Ok(block(kind, content.clone())),
    }
}

fn result(content: &Value) -> Result<Part, String> {
    let [only] = content["content"].as_array().unwrap().as_slice() else {
        return Err("a result of several blocks".to_owned());
    };
    let response = only.get("json").or_else(|| only.get("text"));
    match response {
        Some(response) => {
            let id = content["toolUseId"].as_str().unwrap();
            let response = ToolCallResponse::new(id, "", response.clone());
            Ok(Part::ToolCallResponse(response))
        }
        None => Ok(block("toolResult", content.clone())),
    }
}

fn tools(value: &Value) -> Option<(Arc<[ToolSpec]>, ToolChoice)> {
    let tools = value["tools"].as_array().unwrap().iter().map(|tool| {
        let spec = tool.get("toolSpec")?;
        let name = spec["name"].as_str()?;
        let mut tool = ToolSpec::new(name, spec["inputSchema"]["json"].clone());
        tool.description = spec["description"].as_str().map(str::to_owned);
        tool.strict = spec["strict"].as_bool();
        Some(tool)
    });
    let choice = match &value["toolChoice"] {
        choice if choice.get("any").is_some() => ToolChoice::Required,
        choice => match choice["tool"]["name"].as_str() {
            Some(name) => ToolChoice::Named(name.to_owned()),
            None => ToolChoice::Auto,
        },
    };
    Some((tools.collect::<Option<Vec<_>>>()?.into(), choice))
}

/// A body without what makes no difference: fields that say the default.
pub(crate) fn normal(body: &Value) -> Value {
    let mut body = body.clone();
    let fields = body.as_object_mut().unwrap();
    fields.retain(|field, value| match field.as_str() {
        "system" => *value != json!([]),
        "inferenceConfig" => *value != json!({}),
        _ => true,
    });
    if let Some(config) = fields.get_mut("toolConfig") {
        let config = config.as_object_mut().unwrap();
        config.retain(|field, value| field != "toolChoice" || *value != json!({"auto": {}}));
    }
    for message in fields["messages"].as_array_mut().unwrap() {
        for block in message["content"].as_array_mut().unwrap() {
            if let Some(result) = block.get_mut("toolResult") {
                let result = result.as_object_mut().unwrap();
                result.retain(|field, value| field != "status" || value != "success");
            }
        }
    }
    body
}
