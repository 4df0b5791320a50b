use glassbox_core::{
    Blob, File, Message, Messages, Modality, Opaque, Parameters, Part, Reasoning, Refusal, Role,
    ToolCall, ToolCallResponse, ToolChoice, Unsupported,
};
use serde_json::json;

use super::*;
use crate::dialect::{COMPATIBLE, DEEPSEEK, GROQ, MISTRAL, OPENAI, OPENROUTER, PERPLEXITY, ZAI};

fn body(request: &Request, dialect: &Dialect) -> Value {
    let encoded = encode(request, "m", dialect).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

fn messages(messages: Vec<Message>, dialect: &Dialect) -> Value {
    body(&Request::new(messages), dialect)["messages"].take()
}

fn refused(request: &Request, dialect: &Dialect) -> Error {
    let error = encode(request, "m", dialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    error
}

fn everything() -> Parameters {
    Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(100u64)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(-0.1)
        .with_choice_count(2u32)
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
    let request = Request::new("hi").with_parameters(Parameters::new().with_max_tokens(5u64));
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
fn a_conversation_with_tools_goes_back_as_it_came() {
    let call = |id: &str, arguments: &str| Part::ToolCall(ToolCall::new(id, "f", arguments));
    let mut failed = ToolCallResponse::new("b", "f", "no such city").with_error();
    let conversation = vec![
        Message::user("weather?").with_name("ann"),
        Message::new(Role::Assistant, [call("a", "{\"x\": 1}"), call("b", "")]),
        Message::tool([
            ToolCallResponse::new("a", "f", json!({"t": 7})),
            failed.clone(),
        ]),
        Message::assistant("let me see").with_part(call("c", "{bro")),
        Message::tool([ToolCallResponse::new("c", "f", "Error: not JSON").with_error()]),
        Message::assistant(""),
    ];
    assert_eq!(
        messages(conversation, &OPENAI),
        json!([
            {"role": "user", "content": "weather?", "name": "ann"},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
                {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "a", "content": "{\"t\":7}"},
            {"role": "tool", "tool_call_id": "b", "content": "Error: no such city"},
            {"role": "assistant", "content": "let me see", "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{bro"}},
            ]},
            {"role": "tool", "tool_call_id": "c", "content": "Error: not JSON"},
            {"role": "assistant", "content": ""},
        ]),
    );
    failed.is_error = false;
    let mixed = Message::user("and so?").with_part(Part::ToolCallResponse(failed));
    assert_eq!(
        messages(vec![mixed], &OPENAI),
        json!([
            {"role": "tool", "tool_call_id": "b", "content": "no such city"},
            {"role": "user", "content": "and so?"},
        ]),
        "results stand first, right behind the calls",
    );
    assert_eq!(
        messages(vec![Message::user("x").with_name("ann")], &GROQ),
        json!([{"role": "user", "content": "x"}]),
    );
}

#[test]
fn orphans_and_empty_messages_do_no_harm() {
    let conversation = vec![
        Message::tool([ToolCallResponse::new("nobody", "", Value::Null)]),
        Message::new(Role::Tool, [Part::text("who said this?")]),
        Message::new(Role::User, []),
        Message::new(Role::Assistant, []),
        Message::new(Role::Assistant, [Part::text("a"), Part::text("b")]),
        Message::new(Role::Other("critic".into()), [Part::text("hm")]),
    ];
    assert_eq!(
        messages(conversation, &OPENAI),
        json!([
            {"role": "tool", "tool_call_id": "nobody", "content": "null"},
            {"role": "user", "content": "who said this?"},
            {"role": "user", "content": ""},
            {"role": "assistant", "content": ""},
            {"role": "assistant", "content": "ab"},
            {"role": "critic", "content": "hm"},
        ]),
    );
}

#[test]
fn developers_are_systems_where_they_are_unknown() {
    let developer = || {
        vec![Message::new(
            Role::Other("developer".into()),
            [Part::text("x")],
        )]
    };
    assert_eq!(messages(developer(), &OPENAI)[0]["role"], "developer");
    assert_eq!(messages(developer(), &COMPATIBLE)[0]["role"], "system");
}

#[test]
fn media_have_their_parts() {
    let mut plain_wave = Blob::new(Modality::Audio, "", [1]);
    plain_wave.mime_type = None;
    let video: Part =
        serde_json::from_value(json!({"type": "uri", "modality": "video", "uri": "https://v"}))
            .unwrap();
    let message = Message::user("look")
        .with_part(Part::image("image/png", [0, 1, 2]))
        .with_part(Part::image_uri("https://i"))
        .with_part(Part::Blob(Blob::new(Modality::Audio, "audio/mpeg", [1])))
        .with_part(Part::Blob(plain_wave))
        .with_part(Part::Blob(Blob::new(
            Modality::Document,
            "application/pdf",
            [1],
        )))
        .with_part(Part::File(File::new(Modality::Document, "file-1")))
        .with_part(video);
    assert_eq!(
        messages(vec![message], &OPENROUTER)[0]["content"],
        json!([
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAEC"}},
            {"type": "image_url", "image_url": {"url": "https://i"}},
            {"type": "input_audio", "input_audio": {"data": "AQ==", "format": "mp3"}},
            {"type": "input_audio", "input_audio": {"data": "AQ==", "format": "wav"}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AQ=="}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "video_url", "video_url": {"url": "https://v"}},
        ]),
    );
}

#[test]
fn refusals_go_back_as_refusals_where_there_are_such() {
    let refusal = || {
        vec![Message::new(
            Role::Assistant,
            [Part::Refusal(Refusal::new("no"))],
        )]
    };
    assert_eq!(
        messages(refusal(), &OPENAI)[0],
        json!({"role": "assistant", "content": null, "refusal": "no"}),
    );
    assert_eq!(
        messages(refusal(), &GROQ)[0],
        json!({"role": "assistant", "content": "no"}),
    );
}

/// A message with reasoning, of which one part is signed by another provider.
fn thoughtful() -> Message {
    let mut foreign = Reasoning::new("foreign");
    foreign.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    Message::new(
        Role::Assistant,
        [
            Part::Reasoning(foreign),
            Part::Reasoning(Reasoning::new("hm")),
            Part::text("42"),
        ],
    )
}

#[test]
fn reasoning_goes_back_in_the_form_of_the_host() {
    let echo = |dialect| messages(vec![thoughtful()], dialect)[0].take();
    let with = |field: &str| json!({"role": "assistant", "content": "42", field: "hm"});
    assert_eq!(echo(&OPENAI), json!({"role": "assistant", "content": "42"}));
    assert_eq!(echo(&GROQ), json!({"role": "assistant", "content": "42"}));
    assert_eq!(echo(&DEEPSEEK), with("reasoning_content"));
    assert_eq!(echo(&OPENROUTER), with("reasoning"));
    assert_eq!(
        echo(&MISTRAL),
        json!({"role": "assistant", "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "42"},
        ]}),
    );
}

#[test]
fn opaque_parts_go_back_to_their_provider_and_to_no_other() {
    let opaque = |data: Value| Opaque::new("openrouter", data);
    let mut reasoning = Reasoning::new("hm");
    reasoning.opaque = Some(opaque(json!({"reasoning_details": [{"n": 1}, {"n": 2}]})));
    let mut call = ToolCall::new("a", "f", "{}");
    call.opaque = Some(opaque(
        json!({"extra_content": {"google": {"thought_signature": "s"}}}),
    ));
    let message = Message::new(
        Role::Assistant,
        [
            Part::Reasoning(reasoning),
            Part::ToolCall(call),
            Part::Opaque(opaque(json!({"reasoning_details": [{"n": 3}]}))),
            Part::Opaque(opaque(json!({"audio": {"id": "audio_1"}}))),
            Part::Opaque(Opaque::new(
                "anthropic",
                json!({"reasoning_details": [{"n": 4}]}),
            )),
        ],
    );
    let function = json!({"name": "f", "arguments": "{}"});
    assert_eq!(
        messages(vec![message.clone()], &OPENROUTER)[0],
        json!({
            "role": "assistant",
            "content": null,
            "reasoning_details": [{"n": 1}, {"n": 2}, {"n": 3}],
            "audio": {"id": "audio_1"},
            "tool_calls": [{
                "id": "a", "type": "function", "function": function,
                "extra_content": {"google": {"thought_signature": "s"}},
            }],
        }),
    );
    assert_eq!(
        messages(vec![message], &OPENAI)[0],
        json!({
            "role": "assistant",
            "content": null,
            "tool_calls": [{"id": "a", "type": "function", "function": function}],
        }),
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

fn impossible() -> Request {
    Request::new(Messages::from(vec![
        Message::user("x")
            .with_part(Part::image("image/png", [0]))
            .with_part(Part::image("image/png", [1])),
        Message::user("y").with_part(Part::Blob(Blob::new(Modality::Audio, "audio/wav", [0]))),
    ]))
    .with_parameters(everything().with_top_k(5u32))
    .with_tools([tool()])
    .with_output(OutputFormat::schema("s", json!({"type": "object"})))
    .with_previous_response("resp_1")
    .with_user("u1")
}

#[test]
fn what_the_host_does_not_have_is_refused_all_at_once() {
    let error = refused(&impossible(), &DEEPSEEK);
    assert_eq!(
        error.message(),
        "this API has no top_k, seed, choice_count, service_tier, output, previous_response, images, audio; \
         leave it out, or let the request drop what is unsupported",
    );
    assert_eq!(error.provider(), Some("deepseek"));
    let forced = Request::new("x")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Named("f".into()));
    assert!(refused(&forced, &PERPLEXITY).message().contains("tools"));
    assert!(refused(&forced, &ZAI).message().contains("tool_choice"));
    let top_k = Request::new("x").with_parameters(Parameters::new().with_top_k(1u32));
    assert!(refused(&top_k, &OPENAI).message().contains("top_k"));
}

#[test]
fn what_the_host_does_not_have_is_left_out_where_that_is_wished() {
    let warned = encode(
        &impossible().with_unsupported(Unsupported::Warn),
        "m",
        &DEEPSEEK,
    )
    .unwrap();
    assert_eq!(
        warned.dropped,
        [
            "top_k",
            "seed",
            "choice_count",
            "service_tier",
            "output",
            "previous_response",
            "images",
            "audio"
        ],
    );
    let dropped = encode(
        &impossible().with_unsupported(Unsupported::Drop),
        "m",
        &DEEPSEEK,
    )
    .unwrap();
    assert_eq!(dropped.dropped, [""; 0]);
    assert_eq!(dropped.body, warned.body);
    let body: Value = serde_json::from_slice(&dropped.body).unwrap();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "model",
            "messages",
            "tools",
            "max_tokens",
            "temperature",
            "top_p",
            "stop",
            "frequency_penalty",
            "presence_penalty",
            "reasoning_effort",
            "parallel_tool_calls",
            "response_format",
        ],
    );
    assert_eq!(body["messages"][0]["content"], "x");
    assert_eq!(
        body["response_format"],
        json!({"type": "json_object"}),
        "the nearest that there is"
    );
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

#[test]
fn odd_texts_survive() {
    let text = "\u{0}\u{7f}\u{2028}\"\\\u{1f600} </script>";
    assert_eq!(
        messages(vec![Message::user(text)], &OPENAI)[0]["content"],
        text
    );
}
