//! Bodies and parts without what makes no difference.

use serde_json::{Map, Value, json};

use crate::recorded::list;

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
