use glassbox_core::{
    Blob, File, Message, Modality, Opaque, Parameters, Part, Reasoning, Role, ToolCall,
    ToolCallResponse, ToolChoice, Unsupported,
};
use serde_json::json;

use super::*;

fn encoded(request: &Request) -> Encoded {
    encode(request, "m").unwrap()
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&encoded(request).body).unwrap()
}

fn messages(messages: impl IntoIterator<Item = Message>) -> Value {
    let messages: Vec<Message> = messages.into_iter().collect();
    body(&Request::new(messages))["messages"].take()
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
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(40)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(0.2)
        .with_choice_count(1)
        .with_parallel_tool_calls(true)
        .with_reasoning_effort("none");
    let request = Request::new("hi")
        .with_system("be brief")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Required)
        .with_parameters(parameters)
        .with_output(OutputFormat::Json)
        .with_user("u1")
        .with_delivery(Delivery::Incremental);
    let expected = concat!(
        r#"{"model":"m","#,
        r#""messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"#,
        r#""tools":[{"type":"function","function":{"name":"f","description":"does","#,
        r#""parameters":{"type":"object","properties":{"b":{},"a":{}}}}}],"tool_choice":"REQUIRED","#,
        r#""max_tokens":100,"temperature":0.5,"p":0.9,"k":40,"stop_sequences":["END"],"seed":7,"#,
        r#""frequency_penalty":0.1,"presence_penalty":0.2,"thinking":{"type":"disabled"},"#,
        r#""response_format":{"type":"json_object"},"stream":true}"#,
    );
    assert_eq!(encoded(&request).body, expected);
    assert_eq!(encoded(&request).dropped, [""; 0]);
}

#[test]
fn what_is_not_set_is_not_sent() {
    assert_eq!(
        body(&Request::new("hi")),
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}),
    );
    assert_eq!(body(&Request::default())["messages"], json!([]));
}

#[test]
fn what_the_request_adds_wins_and_stands_once() {
    let documents = json!([{"id": "d1", "data": {"text": "a fact"}}]);
    let request = Request::new("hi")
        .with_parameters(Parameters::new().with_reasoning_effort("high"))
        .with_extra("documents", documents.clone())
        .with_extra("thinking", json!({"type": "enabled", "token_budget": 512}));
    assert_eq!(
        body(&request),
        json!({
            "model": "m", "messages": [{"role": "user", "content": "hi"}],
            "documents": documents, "thinking": {"type": "enabled", "token_budget": 512},
        }),
    );
}

#[test]
fn quirk_34_a_tool_cannot_be_named() {
    let request = |choice| {
        Request::new("hi")
            .with_tools([tool()])
            .with_tool_choice(choice)
    };
    assert_eq!(body(&request(ToolChoice::None))["tool_choice"], "NONE");
    assert_eq!(body(&request(ToolChoice::Auto)).get("tool_choice"), None);
    let without = Request::new("hi").with_tool_choice(ToolChoice::None);
    assert_eq!(body(&without).get("tool_choice"), None);
    let named = request(ToolChoice::Named("f".to_owned()));
    let error = encode(&named, "m").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let dropped = encoded(&named.with_unsupported(Unsupported::Warn));
    assert_eq!(dropped.dropped, ["named tool_choice"]);
}

#[test]
fn a_schema_stands_beside_the_format() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let request = Request::new("hi").with_output(OutputFormat::schema("s", schema.clone()));
    assert_eq!(
        body(&request)["response_format"],
        json!({"type": "json_object", "json_schema": schema})
    );
    let request = Request::new("hi").with_output(OutputFormat::Text);
    assert_eq!(body(&request).get("response_format"), None);
}

#[test]
fn one_strict_tool_makes_all_strict() {
    let request = Request::new("hi").with_tools([tool(), tool().with_strict(true)]);
    assert_eq!(body(&request)["strict_tools"], true);
}

#[test]
fn plans_thinking_calls_and_results_go_back_as_they_came() {
    let mut plan = Reasoning::new("I will add.");
    plan.opaque = Some(Opaque::new("cohere", json!({"type": "tool_plan"})));
    let mut signed = Reasoning::new("secret");
    signed.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    let planned = Message::new(Role::Assistant, [])
        .with_part(Part::Reasoning(plan))
        .with_part(Part::ToolCall(ToolCall::new("c1", "f", "")));
    let results = Message::tool([
        ToolCallResponse::new("c1", "f", json!({"x": 1})),
        ToolCallResponse::new("c2", "f", "boom").with_error(),
    ]);
    let thought = Message::new(Role::Assistant, [])
        .with_part(Part::Reasoning(Reasoning::new("hm")))
        .with_part(Part::Reasoning(signed))
        .with_part("Done.");
    assert_eq!(
        messages([planned, results, thought, Message::new(Role::Assistant, [])]),
        json!([
            {"role": "assistant", "tool_plan": "I will add.", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "c1", "content": "{\"x\":1}"},
            {"role": "tool", "tool_call_id": "c2", "content": "Error: boom"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Done."},
            ]},
            {"role": "assistant", "content": ""},
        ]),
    );
}

#[test]
fn images_are_data_or_urls() {
    let asked = Message::user("What is this?")
        .with_part(Part::image("image/png", b"123"))
        .with_part(Part::image_uri("https://h/a.png"));
    assert_eq!(
        messages([asked])[0]["content"],
        json!([
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,MTIz"}},
            {"type": "image_url", "image_url": {"url": "https://h/a.png"}},
        ]),
    );
}

#[test]
fn all_that_cannot_be_honoured_is_named_at_once() {
    let parameters = Parameters::new()
        .with_choice_count(2)
        .with_parallel_tool_calls(false)
        .with_service_tier("flex")
        .with_reasoning_effort("low");
    let pdf = Blob::new(Modality::Document, "application/pdf", b"1");
    let asked = Message::user("x")
        .with_part(Part::Blob(Blob::new(Modality::Audio, "audio/wav", b"1")))
        .with_part(Part::Blob(pdf))
        .with_part(Part::File(File::new(Modality::Image, "file_1")));
    let request = Request::new(asked)
        .with_parameters(parameters)
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Named("f".to_owned()))
        .with_previous_response("r1");
    let error = encode(&request, "m").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cohere: this API has no reasoning_effort, choice_count, parallel_tool_calls, service_tier, named \
         tool_choice, previous_response, audio, documents in messages, files by id; leave it out, or let the \
         request drop what is unsupported",
    );
    let dropped = encoded(&request.clone().with_unsupported(Unsupported::Drop));
    assert_eq!(dropped.dropped, [""; 0]);
    let body: Value = serde_json::from_slice(&dropped.body).unwrap();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["model", "messages", "tools"]);
    assert_eq!(body["messages"], json!([{"role": "user", "content": "x"}]));
    let warned = encoded(&request.with_unsupported(Unsupported::Warn));
    assert_eq!(warned.dropped.len(), 9);
}
