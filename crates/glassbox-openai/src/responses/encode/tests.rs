use glassbox_core::{
    Blob, Message, Modality, Opaque, OutputFormat, Parameters, Part, Reasoning, Refusal, Role,
    ServerToolCall, ToolCall, ToolCallResponse, ToolChoice, ToolSpec, Unsupported, Uri,
};
use serde_json::json;

use super::*;
use crate::dialect::{CHATGPT_CODEX, COMPATIBLE, DEEPSEEK, OPENAI, XAI};

mod input;

fn body_of(request: &Request, model: &str, dialect: &Dialect) -> Value {
    let encoded = encode(request, model, dialect, &Settings::default()).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

fn body(request: &Request) -> Value {
    body_of(request, "m", &OPENAI)
}

fn tool() -> ToolSpec {
    ToolSpec::new("f", json!({"type": "object", "properties": {}}))
}

#[test]
fn a_request_is_written_field_by_field_in_one_order() {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(100)
        .with_reasoning_effort("low")
        .with_parallel_tool_calls(false)
        .with_service_tier("flex");
    let request = Request::new("hi")
        .with_system("be brief")
        .with_tools([tool().with_description("does").with_strict(true)])
        .with_tool_choice(ToolChoice::Named("f".to_owned()))
        .with_parameters(parameters)
        .with_output(OutputFormat::schema(
            "answer",
            json!({"type": "object", "properties": {}}),
        ))
        .with_user("u1")
        .with_delivery(Delivery::Incremental);
    let settings = Settings {
        store: None,
        reasoning_summary: Some("auto".to_owned()),
    };
    let encoded = encode(&request, "gpt-5", &OPENAI, &settings).unwrap();
    let expected = concat!(
        r#"{"model":"gpt-5","instructions":"be brief","#,
        r#""input":[{"type":"message","role":"user","content":"hi"}],"#,
        r#""tools":[{"type":"function","name":"f","description":"does","#,
        r#""parameters":{"type":"object","properties":{},"additionalProperties":false,"required":[]},"strict":true}],"#,
        r#""tool_choice":{"type":"function","name":"f"},"#,
        r#""max_output_tokens":100,"temperature":0.5,"top_p":0.9,"parallel_tool_calls":false,"#,
        r#""service_tier":"flex","user":"u1","#,
        r#""reasoning":{"effort":"low","summary":"auto"},"#,
        r#""text":{"format":{"type":"json_schema","name":"answer","#,
        r#""schema":{"type":"object","properties":{},"additionalProperties":false,"required":[]},"strict":true}},"#,
        r#""store":false,"include":["reasoning.encrypted_content"],"stream":true}"#,
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&encoded.body).unwrap(),
        serde_json::from_str::<Value>(expected).unwrap()
    );
    let names = |text: &str| -> Vec<String> {
        let body: Map<String, Value> = serde_json::from_str(text).unwrap();
        body.keys().cloned().collect()
    };
    assert_eq!(
        names(std::str::from_utf8(&encoded.body).unwrap()),
        names(expected)
    );
}

#[test]
fn quirk_17_strict_is_sent_only_where_it_is_set() {
    let request = Request::new("hi").with_tools([tool()]);
    assert!(body(&request)["tools"][0].get("strict").is_none());
    let request = Request::new("hi").with_tools([tool().with_strict(false)]);
    assert_eq!(body(&request)["tools"][0]["strict"], false);
}

#[test]
fn quirk_18_nothing_is_kept_and_reasoning_comes_encrypted_where_it_can() {
    for (model, dialect, asks) in [
        ("gpt-5.2", &OPENAI, true),
        ("o4-mini", &OPENAI, true),
        ("openai.gpt-5.6-luna", &COMPATIBLE, true),
        ("openai.gpt-oss-20b", &COMPATIBLE, false),
        ("gpt-4o", &OPENAI, false),
        ("grok-4", &XAI, true),
        ("deepseek-v4", &DEEPSEEK, false),
    ] {
        let body = body_of(&Request::new("hi"), model, dialect);
        assert_eq!(body["store"], false, "{model}");
        assert_eq!(body.get("include").is_some(), asks, "{model}");
    }
}

#[test]
fn what_continues_a_response_leaves_storing_to_the_provider() {
    let request = Request::new("hi").with_previous_response("resp_1");
    let body = body_of(&request, "gpt-5", &OPENAI);
    assert_eq!(body["previous_response_id"], "resp_1");
    assert!(body.get("store").is_none() && body.get("include").is_none());
    let settings = Settings {
        store: Some(true),
        reasoning_summary: None,
    };
    let encoded = encode(&Request::new("hi"), "gpt-5", &OPENAI, &settings).unwrap();
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    assert_eq!(body["store"], true);
    assert!(body.get("include").is_none());
}

#[test]
fn extra_fields_win_and_join_what_is_ours() {
    let request = Request::new("hi")
        .with_tools([tool()])
        .with_parameters(Parameters::new().with_reasoning_effort("low"))
        .with_output(OutputFormat::Json)
        .with_extra("tools", json!([{"type": "web_search"}]))
        .with_extra(
            "include",
            json!([
                "reasoning.encrypted_content",
                "web_search_call.action.sources"
            ]),
        )
        .with_extra("reasoning", json!({"summary": "auto"}))
        .with_extra("text", json!({"verbosity": "low"}))
        .with_extra("model", "other")
        .with_extra("truncation", "auto");
    let body = body_of(&request, "gpt-5", &OPENAI);
    assert_eq!(body["model"], "other");
    assert_eq!(body["tools"][0]["name"], "f");
    assert_eq!(body["tools"][1], json!({"type": "web_search"}));
    assert_eq!(
        body["include"],
        json!([
            "reasoning.encrypted_content",
            "web_search_call.action.sources"
        ])
    );
    assert_eq!(
        body["reasoning"],
        json!({"effort": "low", "summary": "auto"})
    );
    assert_eq!(
        body["text"],
        json!({"format": {"type": "json_object"}, "verbosity": "low"})
    );
    assert_eq!(body["truncation"], "auto");
    let request = Request::new("hi")
        .with_system("x")
        .with_extra("instructions", "y");
    let body = tests::body(&request);
    assert_eq!(body["instructions"], "y");
    assert_eq!(body["input"][0]["role"], "system");
}

#[test]
fn quirk_19_a_host_that_only_streams_is_asked_to() {
    let body = body_of(&Request::new("hi"), "gpt-5.4", &CHATGPT_CODEX);
    assert_eq!(body["stream"], true);
}

#[test]
fn what_the_api_does_not_have_is_refused_all_of_it() {
    let parameters = Parameters::new()
        .with_top_k(5)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(-0.1)
        .with_choice_count(2);
    let mut message = Message::user("hear");
    message
        .parts
        .push(Part::Blob(Blob::new(Modality::Audio, "audio/wav", "x")));
    let request = Request::new(message).with_parameters(parameters);
    let error = encode(&request, "m", &OPENAI, &Settings::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    for name in [
        "top_k",
        "stop_sequences",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "choice_count",
        "audio",
    ] {
        assert!(error.message().contains(name), "{name}: {error}");
    }
    let dropping = request.clone().with_unsupported(Unsupported::Drop);
    let body = body(&dropping);
    assert!(body.get("seed").is_none() && body.get("stop").is_none());
    assert_eq!(body["input"][0]["content"], "hear");
    let warned = encode(
        &request.with_unsupported(Unsupported::Warn),
        "m",
        &OPENAI,
        &Settings::default(),
    );
    assert_eq!(warned.unwrap().dropped.len(), 7);
}
