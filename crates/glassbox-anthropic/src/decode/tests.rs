use glassbox_core::{Fold, Part, Response};
use serde_json::{Value, json};

use super::*;

mod failures;
mod quirks;

/// Feeds the data of server-sent events, and the end where there is no error.
fn events(data: &[Value]) -> (Events, Result<()>) {
    let mut decoder = MessagesDecoder::new();
    let mut events = Events::new();
    for data in data {
        let data = data.to_string();
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

fn streamed(data: &[Value]) -> Response {
    let (events, end) = events(data);
    end.unwrap();
    assert!(events.ended());
    fold(events)
}

fn failed(data: &[Value]) -> (Response, Error) {
    let (events, end) = events(data);
    (fold(events), end.unwrap_err())
}

fn try_whole(body: &[u8]) -> Result<Response> {
    let mut decoder = MessagesDecoder::new();
    let mut events = Events::new();
    decoder.whole(body, &mut events)?;
    decoder.end(&mut events)?;
    Ok(fold(events))
}

fn whole(body: &Value) -> Response {
    try_whole(body.to_string().as_bytes()).unwrap()
}

fn start() -> Value {
    json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [],
        "stop_reason": null, "usage": {"input_tokens": 10, "output_tokens": 1},
    }})
}

fn begin(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn piece(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn text(index: u64, text: &str) -> Value {
    piece(index, &json!({"type": "text_delta", "text": text}))
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn finish(reason: &str) -> [Value; 2] {
    [
        json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 7}}),
        json!({"type": "message_stop"}),
    ]
}

/// A stream of one kind of block after the other.
fn message(middle: Vec<Value>, reason: &str) -> Vec<Value> {
    [vec![start()], middle, finish(reason).to_vec()].concat()
}

fn parts(response: &Response) -> &[Part] {
    &response.choices[0].message.parts
}

fn serialized(response: &Response) -> Value {
    serde_json::to_value(parts(response)).unwrap()
}

#[test]
fn a_stream_is_text_usage_and_what_it_says_of_itself() {
    let response = streamed(&message(
        vec![
            begin(0, &json!({"type": "text", "text": ""})),
            text(0, "Hello "),
            json!({"type": "ping"}),
            text(0, "there"),
            stop(0),
        ],
        "end_turn",
    ));
    assert_eq!(response.text(), "Hello there");
    assert_eq!(
        (response.id(), response.model()),
        (Some("msg_1"), Some("claude"))
    );
    let reason = response.finish_reason().unwrap();
    assert_eq!(
        (reason.kind, reason.raw.as_deref()),
        (FinishKind::Stop, Some("end_turn"))
    );
    let usage = &response.usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens),
        (Some(10), Some(7))
    );
    assert_eq!(usage.cache_read_input_tokens, None);
}

#[test]
fn whole_and_streamed_are_the_same() {
    let blocks = [
        json!({"type": "thinking", "thinking": "Hm.", "signature": "sig"}),
        json!({"type": "redacted_thinking", "data": "secret"}),
        json!({"type": "text", "text": "See"}),
        json!({"type": "text", "text": " there", "citations": [{"type": "page_location"}]}),
        json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}),
        json!({"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}),
        json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}),
    ];
    let of_whole = whole(&json!({
        "id": "msg_1", "type": "message", "model": "claude", "content": blocks,
        "stop_reason": "tool_use", "usage": {"input_tokens": 10, "output_tokens": 7},
    }));
    let of_stream = streamed(&message(
        vec![
            begin(
                0,
                &json!({"type": "thinking", "thinking": "", "signature": ""}),
            ),
            piece(0, &json!({"type": "thinking_delta", "thinking": "Hm."})),
            piece(0, &json!({"type": "signature_delta", "signature": "sig"})),
            stop(0),
            begin(1, &blocks[1]),
            stop(1),
            begin(2, &json!({"type": "text", "text": ""})),
            text(2, "See"),
            stop(2),
            begin(3, &json!({"type": "text", "text": "", "citations": []})),
            text(3, " there"),
            piece(
                3,
                &json!({"type": "citations_delta", "citation": {"type": "page_location"}}),
            ),
            stop(3),
            begin(
                4,
                &json!({"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}),
            ),
            piece(
                4,
                &json!({"type": "input_json_delta", "partial_json": "{\"query\":"}),
            ),
            piece(
                4,
                &json!({"type": "input_json_delta", "partial_json": "\"x\"}"}),
            ),
            stop(4),
            begin(5, &blocks[5]),
            stop(5),
            begin(
                6,
                &json!({"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}),
            ),
            piece(6, &json!({"type": "input_json_delta", "partial_json": ""})),
            piece(
                6,
                &json!({"type": "input_json_delta", "partial_json": "{\"a\":1}"}),
            ),
            stop(6),
        ],
        "tool_use",
    ));
    assert_eq!(of_stream, of_whole);
    assert_eq!(of_whole.text(), "See there");
    assert_eq!(of_whole.reasoning(), "Hm.");
    assert_eq!(
        of_whole.meta.extra["citations"],
        json!([{"type": "page_location"}])
    );
    assert_eq!(
        serialized(&of_whole),
        json!([
            {"type": "reasoning", "content": "Hm.", "opaque": {"provider": "anthropic", "data": {"signature": "sig"}}},
            {"type": "opaque", "provider": "anthropic", "data": {"type": "redacted_thinking", "data": "secret"}},
            {"type": "text", "content": "See", "opaque": {"provider": "anthropic", "data": {"type": "text"}}},
            {"type": "text", "content": " there", "opaque": {"provider": "anthropic", "data": {"citations": [{"type": "page_location"}]}}},
            {"type": "server_tool_call", "id": "srvtoolu_1", "name": "web_search", "server_tool_call": blocks[4]},
            {"type": "server_tool_call_response", "id": "srvtoolu_1", "server_tool_call_response": blocks[5]},
            {"type": "tool_call", "id": "toolu_1", "name": "f", "arguments": {"a": 1}},
        ]),
    );
}

#[test]
fn a_text_beside_other_parts_stays_plain() {
    let response = whole(&json!({"type": "message", "content": [
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        {"type": "text", "text": "b"},
    ]}));
    assert_eq!(
        serialized(&response),
        json!([
            {"type": "text", "content": "a"},
            {"type": "tool_call", "id": "t", "name": "f", "arguments": {}},
            {"type": "text", "content": "b"},
        ]),
    );
}

/// When a tool of the provider's calls one of ours, the next message begins with all that it holds.
#[test]
fn a_message_may_begin_complete() {
    let response = streamed(&[
        json!({"type": "message_start", "message": {
            "id": "msg_2", "type": "message", "stop_reason": "tool_use",
            "content": [{
                "type": "tool_use", "id": "toolu_1", "name": "roll", "input": {"player": "one"},
                "caller": {"type": "code_execution_20250825", "tool_id": "srvtoolu_1"},
            }],
        }}),
        json!({"type": "message_stop"}),
    ]);
    let call = response.tool_calls().next().unwrap();
    assert_eq!(call.arguments.as_str(), r#"{"player":"one"}"#);
    assert_eq!(
        call.opaque.as_ref().unwrap().data,
        json!({"caller": {"type": "code_execution_20250825", "tool_id": "srvtoolu_1"}}),
    );
    assert_eq!(response.finish_reason().unwrap().kind, FinishKind::ToolCall);
}

#[test]
fn a_thought_whose_text_is_withheld_is_kept() {
    let response = streamed(&message(
        vec![
            begin(
                0,
                &json!({"type": "thinking", "thinking": "", "signature": ""}),
            ),
            piece(0, &json!({"type": "signature_delta", "signature": "a"})),
            piece(0, &json!({"type": "signature_delta", "signature": "b"})),
            stop(0),
            begin(1, &json!({"type": "text", "text": ""})),
            text(1, "4"),
            stop(1),
        ],
        "end_turn",
    ));
    assert_eq!(
        serialized(&response),
        json!([
            {"type": "opaque", "provider": "anthropic", "data": {"type": "thinking", "thinking": "", "signature": "ab"}},
            {"type": "text", "content": "4"},
        ]),
    );
}

#[test]
fn what_has_no_event_is_kept_whole() {
    let response = streamed(&message(
        vec![
            begin(0, &json!({"type": "compaction", "content": null})),
            piece(
                0,
                &json!({"type": "compaction_delta", "content": "So far: "}),
            ),
            piece(
                0,
                &json!({"type": "compaction_delta", "content": "nothing."}),
            ),
            stop(0),
        ],
        "compaction",
    ));
    assert_eq!(
        serialized(&response),
        json!([{"type": "opaque", "provider": "anthropic", "data": {"type": "compaction", "content": "So far: nothing."}}]),
    );
    assert_eq!(
        response.finish_reason().unwrap().kind,
        FinishKind::Compaction
    );
}

#[test]
fn what_somebody_may_want_is_in_extra() {
    let response = streamed(&[
        start(),
        json!({"type": "message_delta",
            "delta": {"stop_reason": "refusal", "stop_details": {"type": "refusal", "category": "cyber"}, "container": {"id": "c"}},
            "context_management": {"applied_edits": [1]},
            "usage": {"output_tokens": 2, "service_tier": "priority", "server_tool_use": {"web_search_requests": 1},
                "cache_creation": {"ephemeral_1h_input_tokens": 3}, "inference_geo": "us", "cost": 0.5}}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(
        Value::Object(response.meta.extra.clone()),
        json!({
            "context_management": {"applied_edits": [1]},
            "server_tool_use": {"web_search_requests": 1},
            "cache_creation": {"ephemeral_1h_input_tokens": 3},
            "inference_geo": "us",
            "stop_details": {"type": "refusal", "category": "cyber"},
            "container": {"id": "c"},
        }),
    );
    assert_eq!(response.meta.service_tier.as_deref(), Some("priority"));
    assert_eq!(response.usage.cost.unwrap().total, 0.5);
    let reason = response.finish_reason().unwrap();
    assert_eq!(reason.kind, FinishKind::ContentFilter);
}
