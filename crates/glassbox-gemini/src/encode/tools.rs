//! The tools on offer, and whether they may be called.

use glassbox_core::{Request, ToolChoice, ToolSpec};
use serde_json::{Map, Value, json};

use super::{Target, schema};

/// Our tools, as one list of functions.
pub(super) fn tools(request: &Request, target: Target<'_>) -> Vec<Value> {
    if request.tools.is_empty() {
        return Vec::new();
    }
    let functions = request.tools.iter().map(|tool| function(tool, target));
    let functions: Vec<Value> = functions.collect();
    vec![json!({ "functionDeclarations": functions })]
}

fn function(tool: &ToolSpec, target: Target<'_>) -> Value {
    let mut function = Map::new();
    function.insert("name".to_owned(), tool.name.as_str().into());
    if let Some(description) = &tool.description {
        function.insert("description".to_owned(), description.as_str().into());
    }
    // An object without properties is refused: a function that takes nothing has no parameters.
    if !schema::is_empty(&tool.parameters) {
        let (subset, whole) = ("parameters", "parametersJsonSchema");
        let (field, schema) = schema::write(&tool.parameters, target.schema_form, subset, whole);
        function.insert(field.to_owned(), schema);
    }
    Value::Object(function)
}

/// The `toolConfig`. Where nothing is asked for, nothing is sent.
pub(super) fn config(request: &Request) -> Map<String, Value> {
    // Without functions Google refuses it, and it means nothing.
    if request.tools.is_empty() {
        return Map::new();
    }
    let strict = request.tools.iter().all(|tool| tool.strict == Some(true));
    let calling = match &request.tool_choice {
        ToolChoice::None => json!({ "mode": "NONE" }),
        ToolChoice::Required => json!({ "mode": "ANY" }),
        ToolChoice::Named(name) => json!({ "mode": "ANY", "allowedFunctionNames": [name] }),
        // The model decides, and is held to the schemas.
        _ if strict => json!({ "mode": "VALIDATED" }),
        _ => return Map::new(),
    };
    let mut config = Map::new();
    config.insert("functionCallingConfig".to_owned(), calling);
    config
}
