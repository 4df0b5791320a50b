use glassbox_core::{
    Blob, File, Message, Modality, Opaque, Parameters, Part, Reasoning, Role, ToolCall,
    ToolCallResponse, ToolChoice, Unsupported, Uri,
};
use serde_json::json;

use super::*;

fn encoded(request: &Request) -> Encoded {
    encode(request, "m", &Settings::default()).unwrap()
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
        .with_presence_penalty(-0.1)
        .with_choice_count(1)
        .with_parallel_tool_calls(true)
        .with_reasoning_effort("low");
    let request = Request::new("hi")
        .with_system("be brief")
        .with_tools([tool()])
        .with_parameters(parameters)
        .with_output(OutputFormat::Json)
        .with_user("u1")
        .with_delivery(Delivery::Incremental);
    let expected = concat!(
        r#"{"model":"m","#,
        r#""messages":[{"role":"system","content":"be brief"},{"role":"user","content":"hi"}],"#,
        r#""tools":[{"type":"function","function":{"name":"f","description":"does","#,
        r#""parameters":{"type":"object","properties":{"b":{},"a":{}}}}}],"#,
        r#""think":"low","format":"json","stream":true,"#,
        r#""options":{"num_predict":100,"temperature":0.5,"top_p":0.9,"top_k":40,"stop":["END"],"seed":7,"#,
        r#""frequency_penalty":0.1,"presence_penalty":-0.1}}"#,
    );
    assert_eq!(encoded(&request).body, expected);
    assert_eq!(encoded(&request).dropped, [""; 0]);
}

#[test]
fn what_is_not_set_is_not_sent_but_that_it_is_no_stream() {
    assert_eq!(
        body(&Request::new("hi")),
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": false}),
    );
    assert_eq!(body(&Request::default())["messages"], json!([]));
}

#[test]
fn quirk_30_options_of_the_request_go_among_ours_and_win() {
    let settings = Settings {
        num_ctx: Some(4096),
        keep_alive: Some("10m".into()),
    };
    let request = Request::new("hi")
        .with_parameters(Parameters::new().with_temperature(0.5).with_seed(1))
        .with_extra("options", json!({"num_ctx": 32768, "seed": 2}))
        .with_extra("truncate", false);
    let encoded = encode(&request, "m", &settings).unwrap();
    assert_eq!(
        encoded.body,
        concat!(
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"keep_alive":"10m","stream":false,"#,
            r#""options":{"num_ctx":32768,"temperature":0.5,"seed":2},"truncate":false}"#,
        ),
    );
    let odd = request
        .with_extra("options", 7)
        .with_extra("keep_alive", -1);
    let encoded = encode(&odd, "m", &settings).unwrap();
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    assert_eq!(
        (&body["options"], &body["keep_alive"]),
        (&json!(7), &json!(-1))
    );
}

#[test]
fn quirk_30_thinking_is_a_switch_or_a_level() {
    for (effort, think) in [
        ("none", json!(false)),
        ("false", json!(false)),
        ("true", json!(true)),
        ("high", json!("high")),
    ] {
        let parameters = Parameters::new().with_reasoning_effort(effort);
        let request = Request::new("hi").with_parameters(parameters);
        assert_eq!(body(&request)["think"], think, "{effort}");
    }
}

#[test]
fn a_schema_is_the_format() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let request = Request::new("hi").with_output(OutputFormat::schema("s", schema.clone()));
    assert_eq!(body(&request)["format"], schema);
    let request = Request::new("hi").with_output(OutputFormat::Text);
    assert_eq!(body(&request).get("format"), None);
}

#[test]
fn quirk_30_calls_go_back_with_objects_and_results_with_the_tools_name() {
    let said = Message::new(Role::Assistant, [])
        .with_part(Part::Reasoning(Reasoning::new("hm")))
        .with_part("I look.")
        .with_part(Part::ToolCall(ToolCall::new("c1", "f", r#"{"b":1,"a":2}"#)))
        .with_part(Part::ToolCall(ToolCall::new("", "g", "")))
        .with_part(Part::ToolCall(ToolCall::new("c3", "g", "{\"cut")));
    let results = Message::tool([
        ToolCallResponse::new("c1", "", json!({"x": 1})),
        ToolCallResponse::new("", "g", "boom").with_error(),
    ]);
    assert_eq!(
        messages([said, results]),
        json!([
            {"role": "assistant", "content": "I look.", "thinking": "hm", "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"b": 1, "a": 2}}},
                {"type": "function", "function": {"name": "g", "arguments": {}}},
                {"id": "c3", "type": "function", "function": {"name": "g", "arguments": {"invalid_json": "{\"cut"}}},
            ]},
            {"role": "tool", "content": "{\"x\":1}", "tool_name": "f", "tool_call_id": "c1"},
            {"role": "tool", "content": "Error: boom", "tool_name": "g"},
        ]),
    );
}

#[test]
fn images_stand_beside_the_text_and_texts_in_lines() {
    let asked = Message::user("What is this?")
        .with_part(Part::image("image/png", b"123"))
        .with_part("Be brief.");
    let answered = Message::assistant("A pic")
        .with_part("ture.")
        .with_part(Part::image("image/png", b"456"));
    assert_eq!(
        messages([asked, answered]),
        json!([
            {"role": "user", "content": "What is this?\nBe brief.", "images": ["MTIz"]},
            {"role": "assistant", "content": "A picture."},
        ]),
    );
}

#[test]
fn what_is_signed_by_another_provider_is_left_out() {
    let mut signed = Reasoning::new("secret");
    signed.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    let said = Message::assistant("Yes.")
        .with_part(Part::Reasoning(signed))
        .with_part(Part::Opaque(Opaque::new("openai", json!({"id": "rs_1"}))));
    assert_eq!(
        messages([said]),
        json!([{"role": "assistant", "content": "Yes."}])
    );
}

#[test]
fn roles_are_ollamas() {
    let said = ["developer", "control"]
        .map(|role| Message::new(Role::Other(role.to_owned()), [Part::text("x")]));
    assert_eq!(
        messages(said),
        json!([{"role": "system", "content": "x"}, {"role": "control", "content": "x"}]),
    );
}

#[test]
fn tools_that_may_not_be_called_are_not_sent() {
    let request = Request::new("hi")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::None);
    assert_eq!(body(&request).get("tools"), None);
}

fn impossible() -> Request {
    let parameters = Parameters::new()
        .with_choice_count(2)
        .with_parallel_tool_calls(false)
        .with_service_tier("flex");
    let asked = Message::user("x")
        .with_part(Part::image_uri("https://h/a.png"))
        .with_part(Part::Blob(Blob::new(Modality::Audio, "audio/wav", b"1")))
        .with_part(Part::Blob(Blob::new(
            Modality::Document,
            "application/pdf",
            b"1",
        )))
        .with_part(Part::Uri(Uri::new(Modality::Video, "https://h/a.mp4")))
        .with_part(Part::File(File::new(Modality::Image, "file_1")));
    Request::new(asked)
        .with_parameters(parameters)
        .with_tools([tool().with_strict(true)])
        .with_tool_choice(ToolChoice::Required)
        .with_previous_response("r1")
}

#[test]
fn all_that_cannot_be_honoured_is_named_at_once() {
    let error = encode(&impossible(), "m", &Settings::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "ollama: this API has no choice_count, parallel_tool_calls, service_tier, tool_choice, strict tools, \
         previous_response, images by URL, audio, documents, video, files by id; leave it out, or let the request \
         drop what is unsupported",
    );
}

#[test]
fn what_cannot_be_honoured_is_left_out_where_that_is_wished() {
    let warned = encoded(&impossible().with_unsupported(Unsupported::Warn));
    assert_eq!(warned.dropped.len(), 11);
    let dropped = encoded(&impossible().with_unsupported(Unsupported::Drop));
    assert_eq!(dropped.dropped, [""; 0]);
    assert_eq!(dropped.body, warned.body);
    let body: Value = serde_json::from_slice(&dropped.body).unwrap();
    assert_eq!(body["messages"], json!([{"role": "user", "content": "x"}]));
    assert!(body.get("tool_choice").is_none() && body.get("options").is_none());
}
