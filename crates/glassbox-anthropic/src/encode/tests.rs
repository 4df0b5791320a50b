use glassbox_core::{
    Message, Messages, Opaque, Parameters, Part, Reasoning, Role, ToolCall, ToolCallResponse,
    ToolChoice,
};
use serde_json::json;

use super::*;

mod conversation;
mod options;

fn written_by(request: &Request, settings: &Settings) -> Value {
    let encoded = encode(request, settings).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

fn written(request: &Request) -> Value {
    written_by(request, &Settings::new("claude-sonnet-4-5"))
}

fn with(parameters: Parameters) -> Request {
    Request::new("Hi").with_parameters(parameters)
}

fn weather() -> ToolSpec {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string", "minLength": 1}}});
    ToolSpec::new("weather", schema).with_description("Tells the weather.")
}

#[test]
fn the_least_request_has_a_model_a_limit_and_messages() {
    assert_eq!(
        written(&Request::new("Hi")),
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 64_000,
            "messages": [{"role": "user", "content": "Hi"}],
        }),
    );
}

#[test]
fn everything_that_the_api_has_is_written() {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_k(40)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_service_tier("auto")
        .with_parallel_tool_calls(false)
        .with_choice_count(1);
    let request = with(parameters)
        .with_system("Be brief.")
        .with_tools([weather()])
        .with_tool_choice(ToolChoice::Named("weather".to_owned()))
        .with_user("u-1")
        .with_delivery(Delivery::Incremental)
        .with_extra("inference_geo", "us");
    let mut settings = Settings::new("claude-sonnet-4-5");
    settings.prompt_cache = Some(crate::PromptCache::OneHour);
    settings.server_tools = vec![json!({"type": "web_search_20250305", "name": "web_search"})];
    let body = written_by(&request, &settings);
    assert_eq!(
        body,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 100,
            "tools": [
                {"name": "weather", "description": "Tells the weather.", "input_schema": weather().parameters},
                {"type": "web_search_20250305", "name": "web_search"},
            ],
            "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": true},
            "system": "Be brief.",
            "messages": [{"role": "user", "content": "Hi"}],
            "temperature": 0.5,
            "top_k": 40,
            "stop_sequences": ["END"],
            "service_tier": "auto",
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
            "metadata": {"user_id": "u-1"},
            "stream": true,
            "inference_geo": "us",
        }),
    );
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        fields[..5],
        ["model", "max_tokens", "tools", "tool_choice", "system"]
    );
}

#[test]
fn extra_fields_win() {
    let request = with(Parameters::new().with_max_tokens(1))
        .with_extra("max_tokens", 2)
        .with_extra(
            "thinking",
            json!({"type": "enabled", "budget_tokens": 1024}),
        );
    let body = serde_json::to_string(&written(&request)).unwrap();
    assert_eq!(body.matches("max_tokens").count(), 1, "{body}");
    assert!(
        body.contains(r#""max_tokens":2"#) && body.contains(r#""budget_tokens":1024"#),
        "{body}"
    );
}

#[test]
fn tool_choices_have_their_words() {
    for (choice, expected) in [
        (ToolChoice::Auto, Value::Null),
        (ToolChoice::None, json!({"type": "none"})),
        (ToolChoice::Required, json!({"type": "any"})),
        (
            ToolChoice::Named("weather".to_owned()),
            json!({"type": "tool", "name": "weather"}),
        ),
    ] {
        let request = Request::new("Hi")
            .with_tools([weather()])
            .with_tool_choice(choice);
        assert_eq!(written(&request)["tool_choice"], expected);
    }
    let one = Parameters::new().with_parallel_tool_calls(false);
    let request = with(one).with_tools([weather()]);
    assert_eq!(
        written(&request)["tool_choice"],
        json!({"type": "auto", "disable_parallel_tool_use": true}),
    );
    let request = Request::new("Hi").with_tool_choice(ToolChoice::None);
    assert_eq!(written(&request)["tool_choice"], Value::Null);
}

#[test]
fn quirk_23_strict_schemas_have_a_subset_of_their_own() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "description": "The name."},
            "size": {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string", "format": "regex"}, "minItems": 1, "maxItems": 3},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["name"],
    });
    let expected = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "The name. (minLength: 1)"},
            "size": {"anyOf": [{"type": "integer", "description": "(minimum: 0)"}, {"type": "null"}]},
            "tags": {
                "type": "array",
                "items": {"type": "string", "description": "(format: \"regex\")"},
                "minItems": 1,
                "description": "(maxItems: 3)",
            },
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["name"],
        "additionalProperties": false,
    });
    let request = Request::new("Hi").with_output(OutputFormat::schema("person", schema.clone()));
    assert_eq!(
        written(&request)["output_config"],
        json!({"format": {"type": "json_schema", "schema": expected}}),
    );
    let tool = ToolSpec::new("save", schema.clone()).with_strict(true);
    let body = written(&Request::new("Hi").with_tools([tool]));
    assert_eq!(
        body["tools"][0],
        json!({"name": "save", "input_schema": expected, "strict": true})
    );
    // What is not to be strict stays as it is.
    let tool = ToolSpec::new("save", schema.clone());
    let body = written(&Request::new("Hi").with_tools([tool]));
    assert_eq!(body["tools"][0]["input_schema"], schema);
}

#[test]
fn a_schema_that_cannot_be_strict_stays_as_it_is() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let request = Request::new("Hi").with_output(OutputFormat::schema("map", map.clone()));
    assert_eq!(written(&request)["output_config"]["format"]["schema"], map);
}

#[test]
fn a_tool_without_arguments_takes_an_object() {
    for (given, expected) in [
        (json!({}), json!({"type": "object"})),
        (Value::Null, json!({"type": "object", "properties": {}})),
    ] {
        let body = written(&Request::new("Hi").with_tools([ToolSpec::new("now", given)]));
        assert_eq!(body["tools"][0]["input_schema"], expected);
    }
}
