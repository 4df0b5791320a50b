use std::time::Duration;

use glassbox_core::{Fold, Part, Response};
use serde_json::{Value, json};

use super::*;

mod signatures;

fn stream(chunks: &[Value]) -> (Response, Result<()>) {
    let mut decoder = GeminiDecoder::new("gcp.gemini");
    let mut events = Events::new();
    let mut result = Ok(());
    for chunk in chunks {
        let data = chunk.to_string();
        result = result.and_then(|()| decoder.frame(Frame::new(data.as_bytes()), &mut events));
    }
    result = result.and_then(|()| decoder.end(&mut events));
    let mut fold = Fold::new();
    for event in events {
        fold.push(event);
    }
    (fold.into_partial(), result)
}

fn whole(body: &[u8]) -> (Response, Result<()>) {
    let mut decoder = GeminiDecoder::new("gcp.gemini");
    let mut events = Events::new();
    let result = decoder.whole(body, &mut events);
    let mut fold = Fold::new();
    for event in events {
        fold.push(event);
    }
    (fold.into_partial(), result)
}

fn chunk(parts: impl Into<Value>) -> Value {
    let parts = parts.into();
    json!({"responseId": "r-1", "modelVersion": "gemini-3", "candidates": [{"index": 0, "content": {"role": "model", "parts": parts}}]})
}

fn last(parts: impl Into<Value>, reason: &str) -> Value {
    let mut last = chunk(parts);
    last["candidates"][0]["finishReason"] = reason.into();
    last
}

fn parts(chunks: &[Value]) -> Vec<Part> {
    let (response, result) = stream(chunks);
    result.unwrap();
    response.message().unwrap().parts.clone()
}

#[test]
fn pieces_add_up_to_what_the_whole_says() {
    let chunks = [
        chunk(json!([{"text": "Ich ", "thought": true}])),
        chunk(json!([{"text": "weiß", "thought": true}])),
        chunk(json!([{"text": "天"}])),
        chunk(json!([{"text": "気", "thoughtSignature": "s1"}])),
        last(
            json!([{"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s2"}]),
            "STOP",
        ),
    ];
    let (streamed, result) = stream(&chunks);
    result.unwrap();
    let (listed, result) = whole(Value::from(chunks.to_vec()).to_string().as_bytes());
    result.unwrap();
    assert_eq!(streamed, listed);
    let together = last(
        json!([
            {"text": "Ich weiß", "thought": true},
            {"text": "天気", "thoughtSignature": "s1"},
            {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "s2"},
        ]),
        "STOP",
    );
    let (answer, result) = whole(together.to_string().as_bytes());
    result.unwrap();
    assert_eq!(streamed, answer);
    assert_eq!(
        (answer.text().as_str(), answer.reasoning().as_str()),
        ("天気", "Ich weiß")
    );
    assert_eq!(answer.finish_reason().unwrap().as_str(), "tool_call");
    assert_eq!(answer.finish_reason().unwrap().raw.as_deref(), Some("STOP"));
    assert_eq!(
        (answer.id(), answer.model()),
        (Some("r-1"), Some("gemini-3"))
    );
}

#[test]
fn quirk_27_ids_are_kept_or_made_up_and_arguments_may_be_absent() {
    let parts = parts(&[last(
        json!([
            {"functionCall": {"name": "f", "id": "given", "args": {"x": 1.50}}},
            {"functionCall": {"name": "f"}},
            {"functionCall": {"name": "f", "args": null}},
            {"functionCall": {}},
        ]),
        "STOP",
    )]);
    let calls: Vec<_> = parts.iter().filter_map(Part::as_tool_call).collect();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (call.id.as_str(), call.arguments.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("given", "{\"x\":1.5}"),
            ("call_r1_0", "{}"),
            ("call_r1_1", "{}")
        ]
    );
    assert_eq!(
        calls[0].opaque.as_ref().unwrap().data,
        json!({"id": "given"})
    );
}

#[test]
fn quirk_27_a_call_that_went_wrong_is_a_failure() {
    for (reason, kind) in [
        ("MALFORMED_FUNCTION_CALL", ErrorKind::ServerError),
        ("UNEXPECTED_TOOL_CALL", ErrorKind::ServerError),
        ("MISSING_THOUGHT_SIGNATURE", ErrorKind::InvalidRequest),
    ] {
        let mut body = last(json!([{"text": "so far"}]), reason);
        body["candidates"][0]["finishMessage"] = "print(f(".into();
        body["usageMetadata"] = json!({"promptTokenCount": 3, "totalTokenCount": 3});
        let (response, result) = whole(body.to_string().as_bytes());
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(reason)));
        assert_eq!(error.detail(), Some("print(f("));
        assert!(!error.to_string().contains("print"));
        assert_eq!(response.text(), "so far");
        assert_eq!(response.usage.input_tokens, Some(3));
        assert_eq!(response.finish_reason().unwrap().as_str(), "error");
    }
}

#[test]
fn streamed_arguments_are_put_together() {
    let piece = |call: Value| chunk(json!([{ "functionCall": call }]));
    let parts = parts(&[
        piece(json!({"name": "f", "willContinue": true})),
        piece(
            json!({"partialArgs": [{"jsonPath": "$.a", "stringValue": "x", "willContinue": true}], "willContinue": true}),
        ),
        piece(
            json!({"partialArgs": [{"jsonPath": "$.a", "stringValue": "y"}], "willContinue": true}),
        ),
        piece(json!({})),
        piece(json!({"name": "g", "willContinue": true})),
        piece(
            json!({"partialArgs": [{"jsonPath": "$.b", "numberValue": 1}], "willContinue": true}),
        ),
        last(json!([{"text": ""}]), "STOP"),
    ]);
    let calls: Vec<_> = parts.iter().filter_map(Part::as_tool_call).collect();
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (call.name.as_str(), call.arguments.as_str()))
        .collect();
    assert_eq!(seen, [("f", r#"{"a":"xy"}"#), ("g", r#"{"b":1}"#)]);
}

#[test]
fn quirk_29_usage_is_a_running_total() {
    let mut first = chunk(json!([{"text": "a"}]));
    first["usageMetadata"] =
        json!({"promptTokenCount": 15, "totalTokenCount": 15, "serviceTier": "standard"});
    let mut then = last(json!([{"text": "b"}]), "STOP");
    then["usageMetadata"] = json!({"promptTokenCount": 13, "candidatesTokenCount": 8, "thoughtsTokenCount": 4,
        "totalTokenCount": 25, "trafficType": "ON_DEMAND"});
    let (response, result) = stream(&[first, then]);
    result.unwrap();
    assert_eq!(response.usage.input_tokens, Some(13));
    assert_eq!(response.usage.output_tokens, Some(12));
    assert_eq!(response.meta.service_tier.as_deref(), Some("standard"));
    assert_eq!(response.meta.extra["trafficType"], "ON_DEMAND");
}

#[test]
fn a_blocked_prompt_is_an_error_and_a_blocked_answer_a_finish() {
    let body = json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": "no"},
        "usageMetadata": {"promptTokenCount": 4}});
    let (response, result) = whole(body.to_string().as_bytes());
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::ContentFilter, Some("PROHIBITED_CONTENT"))
    );
    assert_eq!(error.detail(), Some("no"));
    assert_eq!(response.usage.input_tokens, Some(4));
    let body = json!({"candidates": [{"content": {}, "finishReason": "SAFETY", "safetyRatings": [{"blocked": true}]}]});
    let (response, result) = whole(body.to_string().as_bytes());
    result.unwrap();
    assert_eq!(response.finish_reason().unwrap().as_str(), "content_filter");
    assert_eq!(
        response.meta.extra["candidates"][0]["safetyRatings"][0]["blocked"],
        true
    );
}

#[test]
fn googles_own_tools_and_unknown_parts_are_kept() {
    let code = json!({"executableCode": {"id": "c", "language": "PYTHON", "code": "1"}, "thoughtSignature": "s"});
    let odd = json!({"hologram": {"x": 1}});
    let parts = parts(&[last(
        json!([code, {"codeExecutionResult": {"id": "c", "outcome": "OUTCOME_OK", "output": "1"}},
            {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "id": "t"}}, odd, 7, null, {}]),
        "STOP",
    )]);
    let [
        Part::ServerToolCall(call),
        Part::ServerToolCallResponse(result),
        Part::ServerToolCall(search),
        Part::Opaque(opaque),
    ] = parts.as_slice()
    else {
        panic!("{parts:?}");
    };
    assert_eq!(
        (call.id.as_deref(), call.name.as_str()),
        (Some("c"), "code_execution")
    );
    assert_eq!(call.server_tool_call["thoughtSignature"], "s");
    assert_eq!(
        result.server_tool_call_response["codeExecutionResult"]["output"],
        "1"
    );
    assert_eq!(search.name, "google_search_web");
    assert_eq!(opaque.data, json!({ "part": odd }));
}

#[test]
fn several_answers_keep_apart() {
    let body = json!({"candidates": [
        {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS", "avgLogprobs": -0.5},
        {"index": 0, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"},
        {"index": 4_000_000_000_u64, "content": {"parts": [{"text": "c"}]}},
    ]});
    let (response, result) = whole(body.to_string().as_bytes());
    result.unwrap();
    let texts: Vec<String> = response
        .choices
        .iter()
        .map(|choice| choice.message.text())
        .collect();
    assert_eq!(texts, ["a", "b"]);
    assert_eq!(response.meta.extra["candidates"][1]["avgLogprobs"], -0.5);
}

#[test]
fn quirk_13_an_error_in_the_stream_is_an_error() {
    let error = json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "The model is overloaded.",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}]}});
    let (response, result) = stream(&[chunk(json!([{"text": "so far"}])), error]);
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Overloaded, Some(503))
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
    assert_eq!(response.text(), "so far");
}

#[test]
fn quirk_06_a_stream_without_an_end_is_broken() {
    for chunks in [
        &[][..],
        &[chunk(json!([{"text": "a"}]))],
        &[json!({"usageMetadata": {"promptTokenCount": 1}})],
    ] {
        assert_eq!(stream(chunks).1.unwrap_err().kind(), ErrorKind::Protocol);
    }
    let list = json!([chunk(json!([{"text": "a"}]))]).to_string();
    assert_eq!(
        whole(list.as_bytes()).1.unwrap_err().kind(),
        ErrorKind::Protocol
    );
}

#[test]
fn hostile_bytes_are_errors_or_nothing() {
    let good = last(
        json!([{"text": "ä😀", "thoughtSignature": "s"}, {"functionCall": {"name": "f", "args": {"a": [1]}}}]),
        "STOP",
    );
    let text = good.to_string();
    for end in 0..text.len() {
        let (_, result) = whole(&text.as_bytes()[..end]);
        assert_eq!(
            result.unwrap_err().kind(),
            ErrorKind::Protocol,
            "cut at {end}"
        );
    }
    let deep = format!("{{\"candidates\":{}", "[".repeat(100_000));
    for bytes in [
        &b"null"[..],
        b"[]",
        b"{}",
        b"\xff",
        b"[{]",
        b"[1]",
        b"{\"candidates\":[]}",
        deep.as_bytes(),
    ] {
        assert_eq!(whole(bytes).1.unwrap_err().kind(), ErrorKind::Protocol);
    }
    // Wrong types count as absent.
    for odd in [
        json!({"candidates": [{"content": {"parts": {"text": "x"}}, "finishReason": "STOP"}]}),
        json!({"candidates": [{"content": {"parts": [{"text": 7, "thought": "yes", "functionCall": []}]}, "finishReason": 1}], "usageMetadata": [], "modelVersion": {}}),
        json!({"candidates": [7, null, {"content": null, "finishReason": "STOP", "index": "0"}], "promptFeedback": 1, "error": null}),
    ] {
        whole(odd.to_string().as_bytes()).1.unwrap();
    }
    let many = Value::from(vec![json!({"functionCall": {"name": "f"}}); 2000]);
    assert_eq!(
        whole(last(many, "STOP").to_string().as_bytes())
            .1
            .unwrap_err()
            .kind(),
        ErrorKind::Protocol
    );
}
