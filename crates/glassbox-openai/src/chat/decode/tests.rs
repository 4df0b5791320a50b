use glassbox_core::{Fold, Part, Response};
use serde_json::{Value, json};

use super::*;
use crate::dialect::{OPENAI, OPENROUTER};

/// Feeds the data of server-sent events, and the end where there is no error.
fn events(dialect: &Dialect, data: &[&str]) -> (Events, Result<()>) {
    let mut decoder = ChatDecoder::new(dialect);
    let mut events = Events::new();
    for data in data {
        if let Err(error) = decoder.frame(Frame::new(data.as_bytes()), &mut events) {
            return (events, Err(error));
        }
    }
    let end = decoder.end(&mut events);
    (events, end)
}

fn fold(events: Events) -> Response {
    let mut fold = Fold::new();
    events.into_iter().for_each(|event| fold.push(event));
    fold.into_partial()
}

fn streamed_by(dialect: &Dialect, data: &[&str]) -> Response {
    let (events, end) = events(dialect, data);
    end.unwrap();
    assert!(events.ended());
    fold(events)
}

fn streamed(data: &[&str]) -> Response {
    streamed_by(&OPENAI, data)
}

fn failed(data: &[&str]) -> (Response, Error) {
    let (events, end) = events(&OPENAI, data);
    (fold(events), end.unwrap_err())
}

fn whole_by(dialect: &Dialect, body: &Value) -> Result<Response> {
    let mut decoder = ChatDecoder::new(dialect);
    let mut events = Events::new();
    decoder.whole(body.to_string().as_bytes(), &mut events)?;
    decoder.end(&mut events)?;
    Ok(fold(events))
}

fn whole(body: &Value) -> Response {
    whole_by(&OPENAI, body).unwrap()
}

/// The chunk of a delta.
fn delta(delta: &Value) -> String {
    json!({"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "delta": delta}]}).to_string()
}

fn deltas(pieces: &[Value]) -> Response {
    let mut data: Vec<String> = pieces.iter().map(delta).collect();
    data.push(json!({"choices": [{"index": 0, "finish_reason": "stop"}]}).to_string());
    data.push("[DONE]".to_owned());
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    streamed(&data)
}

fn calls(response: &Response) -> Vec<(String, String, String)> {
    let calls = response.tool_calls().map(|call| {
        let arguments = call.arguments.as_str().to_owned();
        (call.id.clone(), call.name.clone(), arguments)
    });
    calls.collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

fn tool_delta(call: Value) -> Value {
    json!({ "tool_calls": [call] })
}

const FINISH: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

#[test]
fn a_stream_is_text_usage_and_what_it_says_of_itself() {
    let response = streamed(&[
        r#"{"id":"chatcmpl-1","model":"gpt-4o","service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
        r#"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hello \ud83d\ude00"},"finish_reason":null}],"usage":null}"#,
        r#"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{"content":" there"},"finish_reason":null}],"usage":null}"#,
        r#"{"id":"chatcmpl-1","model":"gpt-4o","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
        r#"{"id":"chatcmpl-1","model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5}}}"#,
        "[DONE]",
    ]);
    assert_eq!(response.text(), "Hello 😀 there");
    assert_eq!(response.id(), Some("chatcmpl-1"));
    assert_eq!(response.model(), Some("gpt-4o"));
    assert_eq!(response.meta.service_tier.as_deref(), Some("default"));
    assert_eq!(response.meta.system_fingerprint.as_deref(), Some("fp_1"));
    assert_eq!(
        response.finish_reason().unwrap().raw.as_deref(),
        Some("stop")
    );
    let usage = &response.usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens),
        (Some(9), Some(12))
    );
    assert_eq!(usage.cache_read_input_tokens, Some(4));
    assert_eq!(usage.reasoning_output_tokens, Some(5));
}

#[test]
fn what_is_known_is_said_once() {
    let chunk = delta(&json!({"content": "a"}));
    let (events, end) = events(&OPENAI, &[&chunk, &chunk, FINISH]);
    end.unwrap();
    let metas = events
        .iter()
        .filter(|event| matches!(event, Event::Meta(_)));
    assert_eq!(metas.count(), 1);
}

#[test]
fn azure_says_its_model_late() {
    let response = streamed(&[
        r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}"#,
        r#"{"id":"chatcmpl-2","model":"gpt-4o-2024","choices":[{"index":0,"content_filter_offsets":{},"delta":{"content":"x"}}]}"#,
        r#"{"id":"","model":"","choices":[{"index":0,"finish_reason":"stop","content_filter_results":{"hate":{"filtered":false}}}]}"#,
        "[DONE]",
    ]);
    assert_eq!(
        (response.id(), response.model()),
        (Some("chatcmpl-2"), Some("gpt-4o-2024"))
    );
    assert_eq!(
        Value::Object(response.meta.extra),
        json!({
            "prompt_filter_results": [{"prompt_index": 0}],
            "choices": [{"content_filter_results": {"hate": {"filtered": false}}}],
        }),
    );
}

#[test]
fn the_first_id_counts() {
    let response = streamed(&[
        r#"{"id":"a","choices":[{"delta":{"content":"x"}}]}"#,
        r#"{"id":"b","choices":[{"delta":{},"finish_reason":"stop"}]}"#,
    ]);
    assert_eq!(response.id(), Some("a"));
}

#[test]
fn null_empty_missing_and_misplaced_values_are_nothing() {
    let response = streamed(&[
        r#"{"id":null,"model":null,"choices":null,"usage":{},"error":null,"x_groq":null,"cost":null}"#,
        r#"{"choices":[null,7,{"delta":null,"finish_reason":"","logprobs":null}],"usage":[],"error":{}}"#,
        r#"{"id":7,"choices":[{"index":null,"delta":{"content":null,"tool_calls":null,"function_call":null,"reasoning":null,"audio":null,"refusal":null}}],"usage":{"prompt_tokens":null,"completion_tokens":"many","total_tokens":-1}}"#,
        r#"{"choices":[{"delta":{"content":"ok","tool_calls":[],"reasoning_details":[],"annotations":[]}}],"service_tier":"on_demand","usage":{"prompt_tokens":3.0}}"#,
        r#"{"choices":[{"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#,
        "",
        "[DONE]",
    ]);
    assert_eq!(response.text(), "ok");
    assert_eq!(response.id(), Some("7"));
    assert_eq!(
        response.usage.input_tokens,
        Some(3),
        "zeros do not undo a count"
    );
    assert_eq!(response.choices.len(), 1);
}

#[test]
fn usage_stands_in_many_places_and_the_last_counts() {
    let groq = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":1}}}"#,
    ]);
    assert_eq!(groq.usage.input_tokens, Some(5));
    let moonshot = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop","usage":{"prompt_tokens":6,"completion_tokens":1,"cached_tokens":2}}]}"#,
    ]);
    assert_eq!(moonshot.usage.input_tokens, Some(6));
    assert_eq!(moonshot.usage.cache_read_input_tokens, Some(2));
    let growing = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#,
        r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
    ]);
    assert_eq!(growing.usage.total_tokens(), Some(9));
}

#[test]
fn usage_is_brought_into_the_meaning_of_the_conventions() {
    let usage = |usage: Value| whole(&json!({"choices": [], "usage": usage})).usage;
    let xai = usage(json!({
        "prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 241,
        "completion_tokens_details": {"reasoning_tokens": 228}, "cost_in_usd_ticks": 1_000_000_000,
    }));
    assert_eq!(
        (xai.output_tokens, xai.reasoning_output_tokens),
        (Some(229), Some(228))
    );
    assert!((xai.cost.unwrap() - 0.1).abs() < 1e-12);
    let voxtral = usage(json!({
        "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 112,
        "prompt_tokens_details": {"audio_tokens": 100},
    }));
    assert_eq!(
        (voxtral.input_tokens, voxtral.audio.input_tokens),
        (Some(109), Some(100))
    );
    let openai = usage(json!({
        "prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42,
        "completion_tokens_details": {"reasoning_tokens": 28, "audio_tokens": 1},
    }));
    assert_eq!(
        (openai.output_tokens, openai.audio.output_tokens),
        (Some(30), Some(1))
    );
    let deepseek = usage(json!({"prompt_tokens": 12, "prompt_cache_hit_tokens": 8}));
    assert_eq!(deepseek.cache_read_input_tokens, Some(8));
    let openrouter =
        usage(json!({"cost": 0.25, "prompt_tokens_details": {"cache_write_tokens": 6}}));
    assert_eq!(
        (openrouter.cost, openrouter.cache_write_input_tokens),
        (Some(0.25), Some(6))
    );
    let perplexity = usage(json!({"cost": {"request_cost": 1, "total_cost": 2}}));
    assert_eq!(perplexity.cost, Some(2.0));
    let hostile = usage(json!({
        "prompt_tokens": u64::MAX, "completion_tokens": u64::MAX, "total_tokens": u64::MAX,
        "completion_tokens_details": {"reasoning_tokens": u64::MAX},
    }));
    assert_eq!(hostile.output_tokens, Some(u64::MAX));
}

#[test]
fn calls_by_the_book_keep_their_pieces_apart() {
    let response = deltas(&[
        json!({"content": null, "tool_calls": [
            {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
            {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{"}},
        ]}),
        tool_delta(json!({"index": 0, "function": {"arguments": "{\"x\":"}})),
        tool_delta(json!({"index": 1, "id": "", "function": {"name": null, "arguments": "}"}})),
        tool_delta(json!({"index": 0, "id": null, "function": {"arguments": "1}"}})),
    ]);
    assert_eq!(
        calls(&response),
        [call("a", "f", "{\"x\":1}"), call("b", "g", "{}")]
    );
}

#[test]
fn calls_without_an_index_or_with_a_wrong_one_keep_their_pieces_apart() {
    let without = deltas(&[
        tool_delta(json!({"id": "a", "function": {"name": "f", "arguments": "{\"x\":"}})),
        tool_delta(json!({"function": {"arguments": "1}"}})),
        tool_delta(json!({"id": "b", "function": {"name": "f", "arguments": "{}"}})),
    ]);
    assert_eq!(
        calls(&without),
        [call("a", "f", "{\"x\":1}"), call("b", "f", "{}")]
    );
    let always_zero = deltas(&[
        tool_delta(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}})),
        tool_delta(json!({"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}})),
        tool_delta(json!({"index": 0, "function": {"arguments": " "}})),
    ]);
    assert_eq!(
        calls(&always_zero),
        [call("a", "f", "{}"), call("b", "g", "{} ")]
    );
    let counted_on = deltas(&[
        tool_delta(
            json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}),
        ),
        tool_delta(json!({"index": 1, "function": {"arguments": "1"}})),
        tool_delta(json!({"index": 2, "id": "a", "function": {"arguments": "}"}})),
    ]);
    assert_eq!(calls(&counted_on), [call("a", "f", "{\"x\":1}")]);
    let repeated = deltas(&[
        tool_delta(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}})),
        tool_delta(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "}"}})),
    ]);
    assert_eq!(calls(&repeated), [call("a", "f", "{}")]);
}

#[test]
fn calls_without_an_id_are_given_one() {
    let response = deltas(&[
        tool_delta(json!({"index": 0, "function": {"name": "f", "arguments": "{\"x\":"}})),
        tool_delta(json!({"index": 0, "function": {"name": "f", "arguments": "1}"}})),
        tool_delta(json!({"index": 0, "function": {"name": "f", "arguments": "{\"x\":2}"}})),
        tool_delta(json!({"function": {"name": "g", "arguments": {"y": [1, 2.5]}}})),
        json!({"function_call": {"name": "h", "arguments": ""}}),
        json!({"function_call": {"arguments": "{}"}}),
    ]);
    assert_eq!(
        calls(&response),
        [
            call("call_hatcmpl1_0", "f", "{\"x\":1}"),
            call("call_hatcmpl1_1", "f", "{\"x\":2}"),
            call("call_hatcmpl1_2", "g", "{\"y\":[1,2.5]}"),
            call("call_hatcmpl1_3", "h", "{}"),
        ],
    );
    let nameless = streamed(&[
        r#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
    ]);
    assert_eq!(
        calls(&nameless),
        [call("call_0", "", "{}")],
        "not lost, and announced once"
    );
}

#[test]
fn a_call_waits_for_its_name() {
    let response = deltas(&[
        tool_delta(json!({"index": 0, "id": "a"})),
        tool_delta(json!({"index": 0, "function": {"arguments": "{"}})),
        tool_delta(json!({"index": 0, "function": {"name": "f", "arguments": "}"}})),
    ]);
    assert_eq!(calls(&response), [call("a", "f", "{}")]);
}

#[test]
fn whole_calls_are_never_joined() {
    let response = whole(&json!({"id": "x", "choices": [{"message": {"tool_calls": [
        {"id": "same", "index": 0, "function": {"name": "f", "arguments": "{}"}},
        {"id": "same", "index": 0, "function": {"name": "f", "arguments": {"a": 1}}},
        {"function": {"name": "g"}},
    ]}, "finish_reason": "tool_calls"}]}));
    assert_eq!(
        calls(&response),
        [
            call("same", "f", "{}"),
            call("same", "f", "{\"a\":1}"),
            call("call_x_0", "g", "")
        ],
    );
}

#[test]
fn too_many_calls_are_refused() {
    let many: Vec<Value> = (0..2000)
        .map(|n| json!({"id": n.to_string(), "function": {"name": "f"}}))
        .collect();
    let error = whole_by(
        &OPENAI,
        &json!({"choices": [{"message": {"tool_calls": many}}]}),
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn a_thought_signature_stays_with_its_call() {
    let response = deltas(&[tool_delta(json!({
        "index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"},
        "extra_content": {"google": {"thought_signature": "sig"}},
    }))]);
    let opaque = response
        .tool_calls()
        .next()
        .unwrap()
        .opaque
        .clone()
        .unwrap();
    assert_eq!(opaque.provider, "openai");
    assert_eq!(
        opaque.data,
        json!({"extra_content": {"google": {"thought_signature": "sig"}}})
    );
}

#[test]
fn reasoning_has_many_spellings() {
    for field in ["reasoning_content", "reasoning"] {
        let response = deltas(&[
            json!({field: "let me "}),
            json!({field: "think", "content": "42"}),
        ]);
        assert_eq!(
            (response.reasoning(), response.text()),
            ("let me think".into(), "42".into())
        );
    }
    let twice = deltas(&[json!({"reasoning_content": "a", "reasoning": "a"})]);
    assert_eq!(twice.reasoning(), "a");
    let mistral = deltas(&[
        json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
        json!({"content": [{"type": "thinking", "thinking": "..."}, {"type": "text", "text": "4"}, "2", null]}),
    ]);
    assert_eq!(
        (mistral.reasoning(), mistral.text()),
        ("hm...".into(), "42".into())
    );
}

#[test]
fn reasoning_details_are_kept_in_order_and_joined() {
    let piece = |details: Value, reasoning: Value| {
        json!({"choices": [{"delta": {"reasoning": reasoning, "reasoning_details": details}}]})
            .to_string()
    };
    let data = [
        piece(
            json!([{"type": "reasoning.text", "index": 0, "text": "a", "format": null}]),
            json!("a"),
        ),
        piece(
            json!([{"type": "reasoning.text", "index": 0, "text": "b", "format": "f"}]),
            json!("b"),
        ),
        piece(
            json!([{"type": "reasoning.text", "index": 0, "signature": "s"}]),
            json!(null),
        ),
        piece(
            json!([{"type": "reasoning.encrypted", "index": 0, "id": "1", "data": "x"}]),
            json!(null),
        ),
        piece(
            json!([{"type": "reasoning.encrypted", "index": 0, "id": "2", "data": "y"}]),
            json!(null),
        ),
        json!({"choices": [{"delta": {"content": "text"}, "finish_reason": "stop"}]}).to_string(),
    ];
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let response = streamed_by(&OPENROUTER, &data);
    assert_eq!(
        (response.reasoning(), response.text()),
        ("ab".into(), "text".into())
    );
    let Part::Reasoning(reasoning) = &response.message().unwrap().parts[0] else {
        panic!("reasoning comes first");
    };
    assert_eq!(
        reasoning.opaque.as_ref().unwrap().data,
        json!({"reasoning_details": [
            {"type": "reasoning.text", "index": 0, "text": "ab", "format": "f", "signature": "s"},
            {"type": "reasoning.encrypted", "index": 0, "id": "1", "data": "x"},
            {"type": "reasoning.encrypted", "index": 0, "id": "2", "data": "y"},
        ]}),
    );
    let elsewhere = streamed(&data);
    assert_eq!(
        elsewhere.message().unwrap().parts.len(),
        2,
        "kept only where it is wanted back"
    );
}

#[test]
fn a_whole_message_and_its_pieces_are_the_same() {
    let whole = whole(
        &json!({"id": "1", "model": "m", "citations": ["u"], "choices": [{"index": 0, "message": {
        "role": "assistant", "reasoning_content": "why", "content": "what", "refusal": "no",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
        "annotations": [{"type": "url_citation"}],
    }, "logprobs": {"content": [{"token": "w"}, {"token": "hat"}]}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
    );
    let pieces = streamed(&[
        r#"{"id":"1","model":"m","citations":["u"],"choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"w"}}]}"#,
        r#"{"id":"1","model":"m","citations":["u"],"choices":[{"index":0,"delta":{"reasoning_content":"hy"}}]}"#,
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"w","refusal":"n"},"logprobs":{"content":[{"token":"w"}]}}]}"#,
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"hat","refusal":"o"},"logprobs":{"content":[{"token":"hat"}]}}]}"#,
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}],"annotations":[{"type":"url_citation"}]}}]}"#,
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}"#,
        r#"{"id":"1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        r#"{"id":"1","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
        "[DONE]",
    ]);
    assert_eq!(whole, pieces);
    assert!(
        matches!(&whole.message().unwrap().parts[3], Part::Refusal(refusal) if refusal.content == "no")
    );
    assert_eq!(
        whole.meta.extra["choices"][0]["logprobs"]["content"][1]["token"],
        "hat"
    );
}

#[test]
fn several_answers_mix() {
    let response = streamed(&[
        r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#,
        r#"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"}]}"#,
        r#"{"choices":[{"index":4000000000,"delta":{"content":"hostile"}},{"index":300,"delta":{}}]}"#,
    ]);
    let texts: Vec<_> = response
        .choices
        .iter()
        .map(|choice| choice.message.text())
        .collect();
    assert_eq!(texts, ["aa", "bb"]);
}

#[test]
fn a_message_in_a_stream_is_the_delta_where_there_is_none() {
    let response =
        streamed(&[r#"{"choices":[{"message":{"content":"all"},"finish_reason":"stop"}]}"#]);
    assert_eq!(response.text(), "all");
    let both = streamed(&[
        r#"{"choices":[{"delta":{"content":"1"},"message":{"content":"1"}}]}"#,
        r#"{"choices":[{"delta":{"content":" 2"},"message":{"content":"1 2"}}]}"#,
        r#"{"choices":[{"message":{"content":"1 2"},"finish_reason":"stop"}]}"#,
    ]);
    assert_eq!(both.text(), "1 2");
}

#[test]
fn audio_and_images_are_parts() {
    let response = whole(&json!({"choices": [{"message": {"content": null,
        "audio": {"id": "audio_1", "data": "AAEC", "transcript": "hi"},
        "images": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "image_url", "image_url": {"url": "https://images.example/1"}},
        ]}, "finish_reason": "stop"}]}));
    assert_eq!(response.text(), "hi");
    let parts = &response.message().unwrap().parts;
    assert!(
        matches!(&parts[1], Part::Blob(blob) if blob.mime_type.as_deref() == Some("image/png"))
    );
    assert!(matches!(&parts[2], Part::Uri(uri) if uri.uri == "https://images.example/1"));
    assert!(matches!(&parts[3], Part::Blob(blob) if &*blob.content == "AAEC"));
    assert!(
        matches!(&parts[4], Part::Opaque(opaque) if opaque.data == json!({"audio": {"id": "audio_1"}}))
    );
    let pieces = streamed(&[
        r#"{"choices":[{"delta":{"audio":{"id":"audio_1","transcript":"h"}}}]}"#,
        r#"{"choices":[{"delta":{"audio":{"data":"AA==","transcript":"i"}}}]}"#,
        r#"{"choices":[{"delta":{"audio":{"data":"AQI="}},"finish_reason":"stop"}]}"#,
    ]);
    assert!(
        matches!(&pieces.message().unwrap().parts[1], Part::Blob(blob) if &*blob.content == "AAEC")
    );
    assert!(matches!(
        &pieces.message().unwrap().parts[2],
        Part::Opaque(_)
    ));
}

#[test]
fn a_reason_that_is_said_twice_is_one() {
    let chunk = r#"{"choices":[{"delta":{"content":""},"finish_reason":"tool_calls"}]}"#;
    let (events, end) = events(&OPENAI, &[chunk, chunk, "[DONE]"]);
    end.unwrap();
    let finishes = events
        .iter()
        .filter(|event| matches!(event, Event::Finish { .. }));
    assert_eq!(finishes.count(), 1);
}

#[test]
fn an_error_in_a_stream_is_an_error_after_what_came_before() {
    let chunk = delta(&json!({"content": "par"}));
    for error in [
        r#"{"error":{"message":"Token limit reached","code":400},"choices":[{"delta":{"content":""},"finish_reason":"error"}],"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
        r#"{"error":{"message":"Token limit reached","code":400},"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
    ] {
        let (response, error) = failed(&[&chunk, error]);
        assert_eq!(response.text(), "par");
        assert_eq!(
            response.usage.input_tokens,
            Some(5),
            "it is billed all the same"
        );
        assert_eq!(
            (error.status(), error.kind()),
            (Some(400), ErrorKind::InvalidRequest)
        );
        assert_eq!(error.detail(), Some("Token limit reached"));
    }
    for error in [
        r#"{"error":"it broke"}"#,
        r#"{"object":"error","message":"it broke","code":500}"#,
        r#"{"x_groq":{"id":"req","error":"it broke"},"choices":[]}"#,
        r#"{"choices":[{"error":{"message":"it broke"},"delta":{}}]}"#,
    ] {
        let (_, error) = failed(&[&chunk, error]);
        assert_eq!(
            (error.kind(), error.detail()),
            (ErrorKind::ServerError, Some("it broke"))
        );
    }
}

#[test]
fn an_error_event_is_an_error() {
    let mut decoder = ChatDecoder::new(&OPENAI);
    let data = br#"{"message":"too busy","code":"rate_limit_exceeded"}"#;
    let error = decoder
        .frame(Frame::new(data).with_event("error"), &mut Events::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
}

#[test]
fn the_finish_reason_error_is_an_error() {
    let (response, error) = failed(&[
        r#"{"choices":[{"delta":{"content":"par"},"finish_reason":"error"}]}"#,
        "[DONE]",
    ]);
    assert_eq!(
        (response.text().as_str(), error.kind()),
        ("par", ErrorKind::ServerError)
    );
}

#[test]
fn a_stream_that_breaks_off_is_an_error() {
    let chunk = delta(&json!({"content": "par"}));
    for data in [
        &[][..],
        &[r#"{"id":"1","choices":[],"usage":{"prompt_tokens":1}}"#],
        &[&chunk],
        &[
            &chunk,
            r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#,
        ],
        &["[DONE]"],
    ] {
        let (response, error) = failed(data);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{data:?}");
        assert!(response.finish_reason().is_none());
    }
}

#[test]
fn done_ends_a_stream_that_gives_no_reason_and_a_reason_one_that_is_not_done() {
    let chunk = delta(&json!({"content": "all"}));
    assert_eq!(streamed(&[&chunk, "[DONE]"]).finish_reason(), None);
    assert_eq!(streamed(&[&chunk, FINISH]).text(), "all");
    let (events, end) = events(
        &OPENAI,
        &[
            &chunk,
            FINISH,
            " [DONE] ",
            "[DONE]",
            "garbage after the end",
        ],
    );
    assert!(events.ended());
    assert_eq!(
        end.unwrap_err().kind(),
        ErrorKind::Protocol,
        "the driver reads no further"
    );
}

#[test]
fn a_body_that_is_no_completion_is_an_error_that_quotes_nothing() {
    let decode = |body: &[u8]| {
        let mut events = Events::new();
        ChatDecoder::new(&OPENAI)
            .whole(body, &mut events)
            .unwrap_err()
    };
    for body in [
        &b""[..],
        b"[]",
        b"null",
        b"\"secret\"",
        b"{\"secret\"",
        b"{\"choices\": [{\"message\": {\"content\": \"secret",
        b"{\"choices\": [}",
        b"{\"choices\": [{\"message\": {\"content\": \"\xff\"}}]}",
        b"{\"secret\": 1}",
        b"<html>secret</html>",
    ] {
        let error = decode(body);
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    let error = decode(br#"{"error":{"message":"filtered","code":"content_filter","status":400}}"#);
    assert_eq!(error.kind(), ErrorKind::ContentFilter);
    let error = decode(br#"{"message":"no such model","code":"model_not_found"}"#);
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn deep_nesting_and_garbage_do_not_panic() {
    let deep = format!(
        r#"{{"choices":[{{"delta":{{"annotations":{0},"reasoning_details":{0},"tool_calls":[{{"id":"a","extra_content":{0},"function":{{"name":"f"}}}}]}},"logprobs":{0},"finish_reason":"stop"}}],"citations":{0}}}"#,
        "[".repeat(5000) + &"]".repeat(5000),
    );
    let response = streamed(&[&deep]);
    assert_eq!(response.tool_calls().count(), 1);
    assert!(response.meta.extra.is_empty());
    let good = r#"{"id":"1","choices":[{"index":0,"delta":{"content":"\u00e9é\"","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
    for end in 0..good.len() {
        for byte in [b'"', b'{', b'}', 0xff, b'0', b'\\'] {
            let mut bytes = good.as_bytes()[..end].to_vec();
            bytes.push(byte);
            bytes.extend_from_slice(&good.as_bytes()[end..]);
            let mut decoder = ChatDecoder::new(&OPENAI);
            let mut events = Events::new();
            let _ = decoder.frame(Frame::new(&bytes), &mut events);
            let _ = decoder.whole(&bytes[..=end], &mut events);
            let _ = decoder.end(&mut events);
        }
    }
}
