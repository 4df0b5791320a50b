use glassbox_core::{Parameters, ToolChoice};
use serde_json::json;

use super::*;
use crate::dialect::{MISTRAL, OPENAI, OPENROUTER, ZAI};

mod messages;
mod unsupported;

fn body(request: &Request, dialect: &Dialect) -> Value {
    let encoded = encode(request, "m", dialect).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

fn everything() -> Parameters {
    Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(-0.1)
        .with_choice_count(2)
        .with_reasoning_effort("low")
        .with_parallel_tool_calls(false)
        .with_service_tier("flex")
}

fn tool() -> ToolSpec {
    ToolSpec::new(
        "f",
        json!({"type": "object", "properties": {"b": {}, "a": {}}}),
    )
    .with_description("does")
}

#[test]
fn a_request_is_written_field_by_field_in_one_order() {
    let request = Request::new("hi")
        .with_system("be brief")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Required)
        .with_parameters(everything())
        .with_output(OutputFormat::Json)
        .with_user("u1")
        .with_delivery(Delivery::Incremental);
    let encoded = encode(&request, "gpt-4o", &OPENAI).unwrap();
    let expected = concat!(
        r#"{"model":"gpt-4o","#,
        r#""messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"#,
        r#""tools":[{"type":"function","function":{"name":"f","description":"does","#,
        r#""parameters":{"type":"object","properties":{"b":{},"a":{}}}}}],"tool_choice":"required","#,
        r#""max_tokens":100,"temperature":0.5,"top_p":0.9,"stop":["END"],"seed":7,"#,
        r#""frequency_penalty":0.1,"presence_penalty":-0.1,"n":2,"reasoning_effort":"low","#,
        r#""parallel_tool_calls":false,"service_tier":"flex","user":"u1","#,
        r#""response_format":{"type":"json_object"},"stream":true,"stream_options":{"include_usage":true}}"#,
    );
    assert_eq!(encoded.body, expected);
    assert_eq!(encoded.dropped, [""; 0]);
}

#[test]
fn what_is_not_set_is_not_sent() {
    assert_eq!(
        body(&Request::new("hi"), &OPENAI),
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}),
    );
    assert_eq!(body(&Request::default(), &OPENAI)["messages"], json!([]));
}

#[test]
fn the_cap_is_named_after_the_model() {
    let request = Request::new("hi").with_parameters(Parameters::new().with_max_tokens(5));
    for (model, field) in [
        ("gpt-4o-mini", "max_tokens"),
        ("gpt-4.1", "max_tokens"),
        ("gpt-oss-120b", "max_tokens"),
        ("olmo-2", "max_tokens"),
        ("o1", "max_completion_tokens"),
        ("o4-mini-2025-04-16", "max_completion_tokens"),
        ("gpt-5", "max_completion_tokens"),
        ("openai/GPT-5.2-pro", "max_completion_tokens"),
    ] {
        let encoded = encode(&request, model, &OPENAI).unwrap();
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        assert_eq!(body[field], 5, "{model}");
    }
}

#[test]
fn what_the_request_adds_wins_and_stands_once() {
    let request = Request::new("hi")
        .with_parameters(Parameters::new().with_temperature(0.5))
        .with_extra("temperature", 1)
        .with_extra("logprobs", true)
        .with_extra("model", "other");
    let encoded = encode(&request, "m", &OPENAI).unwrap();
    assert_eq!(
        encoded.body,
        r#"{"messages":[{"role":"user","content":"hi"}],"temperature":1,"logprobs":true,"model":"other"}"#,
    );
}

#[test]
fn tool_choices_are_said_in_the_words_of_the_host() {
    let choice = |choice: ToolChoice, dialect| {
        body(
            &Request::new("x")
                .with_tools([tool()])
                .with_tool_choice(choice),
            dialect,
        )
    };
    assert_eq!(choice(ToolChoice::Auto, &OPENAI).get("tool_choice"), None);
    assert_eq!(choice(ToolChoice::None, &OPENAI)["tool_choice"], "none");
    assert_eq!(choice(ToolChoice::Required, &MISTRAL)["tool_choice"], "any");
    assert_eq!(
        choice(ToolChoice::Named("f".into()), &OPENAI)["tool_choice"],
        json!({"type": "function", "function": {"name": "f"}}),
    );
    let none = choice(ToolChoice::None, &ZAI);
    assert_eq!((none.get("tools"), none.get("tool_choice")), (None, None));
}

#[test]
fn a_tool_is_strict_only_where_it_says_so() {
    let strict = |tool: ToolSpec| {
        body(&Request::new("x").with_tools([tool]), &OPENAI)["tools"][0]["function"]["strict"]
            .take()
    };
    assert_eq!(strict(tool()), Value::Null);
    assert_eq!(strict(tool().with_strict(true)), true);
    assert_eq!(strict(tool().with_strict(false)), false);
}

#[test]
fn a_strict_schema_takes_the_form_that_strict_mode_takes() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let format = |format: OutputFormat| {
        body(&Request::new("x").with_output(format), &OPENAI)["response_format"].take()
    };
    assert_eq!(
        format(OutputFormat::schema("s", schema.clone())),
        json!({"type": "json_schema", "json_schema": {"name": "s", "strict": true, "schema": {
            "type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
            "additionalProperties": false,
        }}}),
    );
    assert_eq!(
        format(OutputFormat::schema("s", map.clone()))["json_schema"]["schema"],
        map
    );
    let loose: OutputFormat =
        serde_json::from_value(json!({"type": "schema", "name": "s", "schema": schema})).unwrap();
    assert_eq!(
        format(loose),
        json!({"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}),
    );
    assert_eq!(format(OutputFormat::Text), Value::Null);
}

#[test]
fn effort_has_two_spellings() {
    let request = Request::new("x").with_parameters(Parameters::new().with_reasoning_effort("low"));
    assert_eq!(body(&request, &OPENAI)["reasoning_effort"], "low");
    assert_eq!(
        body(&request, &OPENROUTER)["reasoning"],
        json!({"effort": "low"})
    );
}

#[test]
fn parallel_calls_are_not_mentioned_without_tools() {
    let request =
        Request::new("x").with_parameters(Parameters::new().with_parallel_tool_calls(true));
    assert_eq!(body(&request, &OPENAI).get("parallel_tool_calls"), None);
    let own = request.with_extra("tools", json!([{"type": "web_search"}]));
    assert_eq!(body(&own, &OPENAI)["parallel_tool_calls"], true);
}
