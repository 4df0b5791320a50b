use glassbox_core::{Fold, Part, Response as Folded};
use serde_json::{Value, json};

use super::*;
use crate::dialect::OPENAI;

mod failures;
mod quirks;

/// Feeds the data of server-sent events, and the end where there is no error.
fn events(data: &[Value]) -> (Events, Result<()>) {
    let mut decoder = ResponsesDecoder::new(&OPENAI);
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

fn fold(events: Events) -> Folded {
    let mut fold = Fold::new();
    events.into_iter().for_each(|event| fold.push(event));
    fold.into_partial()
}

fn streamed(data: &[Value]) -> Folded {
    let (events, end) = events(data);
    end.unwrap();
    assert!(events.ended());
    fold(events)
}

fn failed_stream(data: &[Value]) -> (Folded, Error) {
    let (events, end) = events(data);
    (fold(events), end.unwrap_err())
}

fn whole(body: &Value) -> Result<Folded> {
    let mut decoder = ResponsesDecoder::new(&OPENAI);
    let mut events = Events::new();
    decoder.whole(body.to_string().as_bytes(), &mut events)?;
    decoder.end(&mut events)?;
    Ok(fold(events))
}

fn response(status: &str, output: &Value) -> Value {
    json!({"id": "resp_1", "object": "response", "model": "m", "status": status, "output": output,
        "error": null, "incomplete_details": null, "service_tier": "default",
        "usage": {"input_tokens": 10, "input_tokens_details": {"cached_tokens": 4},
            "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 5}, "total_tokens": 17}})
}

fn event(kind: &str, fields: &Value) -> Value {
    let mut event = fields.clone();
    event["type"] = json!(format!("response.{kind}"));
    event
}

fn added(index: u64, item: &Value) -> Value {
    event(
        "output_item.added",
        &json!({"output_index": index, "item": item}),
    )
}

fn done(index: u64, item: &Value) -> Value {
    event(
        "output_item.done",
        &json!({"output_index": index, "item": item}),
    )
}

fn completed(output: &Value) -> Value {
    event(
        "completed",
        &json!({"response": response("completed", output)}),
    )
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": name,
        "arguments": arguments, "status": "completed"})
}

fn said(text: &str) -> Value {
    json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [{"type": "url_citation", "url": "u"}]}]})
}

fn thought(text: &str) -> Value {
    json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "secret", "status": null,
        "summary": [{"type": "summary_text", "text": text}]})
}

#[test]
fn a_stream_and_the_whole_of_it_are_the_same_response() {
    let output = json!([
        thought("hm"),
        said("hello"),
        call("call_1", "f", "{\"a\":1}")
    ]);
    let started = response("in_progress", &json!([]));
    let stream = [
        event("created", &json!({"response": started})),
        added(
            0,
            &json!({"type": "reasoning", "id": "rs_1", "summary": []}),
        ),
        event(
            "reasoning_summary_text.delta",
            &json!({"output_index": 0, "summary_index": 0, "delta": "h"}),
        ),
        event(
            "reasoning_summary_text.delta",
            &json!({"output_index": 0, "summary_index": 0, "delta": "m"}),
        ),
        done(0, &output[0]),
        added(1, &json!({"type": "message", "id": "msg_1", "content": []})),
        event(
            "output_text.delta",
            &json!({"output_index": 1, "content_index": 0, "delta": "hel"}),
        ),
        event(
            "output_text.delta",
            &json!({"output_index": 1, "content_index": 0, "delta": "lo"}),
        ),
        done(1, &output[1]),
        added(2, &call("call_1", "f", "")),
        event(
            "function_call_arguments.delta",
            &json!({"output_index": 2, "delta": "{\"a\":"}),
        ),
        event(
            "function_call_arguments.delta",
            &json!({"output_index": 2, "delta": "1}"}),
        ),
        done(2, &output[2]),
        completed(&output),
    ];
    let streamed = streamed(&stream);
    assert_eq!(streamed, whole(&response("completed", &output)).unwrap());
    assert_eq!(streamed.text(), "hello");
    assert_eq!(streamed.reasoning(), "hm");
    let calls: Vec<_> = streamed.tool_calls().collect();
    assert_eq!(
        (&*calls[0].id, calls[0].arguments.as_str()),
        ("call_1", "{\"a\":1}")
    );
    let finish = streamed.choices[0].finish_reason.as_ref().unwrap();
    assert_eq!(
        (finish.kind, finish.raw.as_deref()),
        (FinishKind::ToolCall, Some("completed"))
    );
    assert_eq!(streamed.meta.id.as_deref(), Some("resp_1"));
    assert_eq!(streamed.meta.service_tier.as_deref(), Some("default"));
    assert_eq!(
        streamed.meta.extra["choices"][0]["annotations"][0]["url"],
        "u"
    );
    let usage = &streamed.usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens),
        (Some(10), Some(7))
    );
    assert_eq!(usage.cache_read_input_tokens, Some(4));
    assert_eq!(usage.reasoning_output_tokens, Some(5));
}

#[test]
fn a_reasoning_item_is_kept_for_the_way_back_without_what_is_null() {
    let response = whole(&response("completed", &json!([thought("hm"), said("x")]))).unwrap();
    let Part::Reasoning(reasoning) = &response.choices[0].message.parts[0] else {
        panic!("reasoning");
    };
    let data = reasoning.opaque.as_ref().unwrap().of("openai").unwrap();
    assert_eq!(data["item"]["encrypted_content"], "secret");
    assert!(data["item"].get("status").is_none());
}

#[test]
fn hidden_reasoning_attaches_to_no_text_before_it() {
    let hidden =
        json!({"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "s"});
    let output = json!([said("first"), hidden, said("second")]);
    let parts = &whole(&response("completed", &output)).unwrap().choices[0]
        .message
        .parts;
    assert!(matches!(&parts[0], Part::Text(text) if text.opaque.is_none()));
    assert!(matches!(&parts[1], Part::Opaque(opaque) if opaque.data["item"]["id"] == "rs_2"));
    assert!(matches!(&parts[2], Part::Text(text) if text.content == "second"));
}

#[test]
fn summaries_are_paragraphs() {
    let mut item = thought("one");
    item["summary"] = json!([{"text": "one"}, {"text": "two"}]);
    let all = whole(&response("completed", &json!([item]))).unwrap();
    assert_eq!(all.reasoning(), "one\n\ntwo");
    let piece = |part: u64, text: &str| {
        event(
            "reasoning_summary_text.delta",
            &json!({"output_index": 0, "summary_index": part, "delta": text}),
        )
    };
    let stream = [
        piece(0, "o"),
        piece(0, "ne"),
        piece(1, "two"),
        done(0, &item),
        completed(&json!([item])),
    ];
    assert_eq!(streamed(&stream).reasoning(), "one\n\ntwo");
}

#[test]
fn what_the_provider_ran_itself_is_kept_and_marked() {
    let output = json!([
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}},
        {"type": "mcp_call", "id": "mcp_1", "name": "lookup", "server_label": "s", "arguments": "{}", "output": "x"},
        {"type": "shell_call_output", "id": "sho_1", "call_id": "call_9", "output": []},
        {"type": "program", "id": "cm_1", "code": "x"},
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "s"},
        {"type": "image_generation_call", "id": "ig_1", "result": "AAAA", "output_format": "webp"},
    ]);
    let response = whole(&response("completed", &output)).unwrap();
    let parts = &response.choices[0].message.parts;
    assert!(matches!(&parts[0], Part::ServerToolCall(call)
        if call.name == "web_search" && call.id.as_deref() == Some("ws_1")
            && call.server_tool_call["type"] == "web_search_call"));
    assert!(matches!(&parts[1], Part::Opaque(opaque) if opaque.data["preceding_item"] == true));
    assert!(matches!(&parts[2], Part::ServerToolCall(call) if call.name == "lookup"));
    assert!(matches!(&parts[4], Part::ServerToolCallResponse(response)
        if response.id.as_deref() == Some("call_9")));
    assert!(matches!(&parts[6], Part::Opaque(opaque) if opaque.data["item"]["code"] == "x"));
    assert!(
        matches!(&parts[7], Part::Compaction(compaction) if compaction.id.as_deref() == Some("cmp_1"))
    );
    assert!(
        matches!(&parts[8], Part::Opaque(opaque) if opaque.data["item"]["encrypted_content"] == "s")
    );
    assert!(
        matches!(parts.last(), Some(Part::Blob(blob)) if blob.mime_type.as_deref() == Some("image/webp"))
    );
    assert_eq!(response.tool_calls().count(), 0);
    let finish = response.choices[0].finish_reason.as_ref().unwrap();
    assert_eq!(finish.kind, FinishKind::Stop);
}

#[test]
fn a_refusal_is_a_part_and_a_reason() {
    let item =
        json!({"type": "message", "id": "m", "content": [{"type": "refusal", "refusal": "No."}]});
    let stream = [
        added(0, &json!({"type": "message", "id": "m", "content": []})),
        event("refusal.delta", &json!({"output_index": 0, "delta": "No."})),
        done(0, &item),
        completed(&json!([item])),
    ];
    let response = streamed(&stream);
    assert!(
        matches!(&response.choices[0].message.parts[..], [Part::Refusal(refusal)] if refusal.content == "No.")
    );
    let finish = response.choices[0].finish_reason.as_ref().unwrap();
    assert_eq!(finish.kind, FinishKind::ContentFilter);
}

#[test]
fn a_custom_tool_is_called_with_a_text_and_says_so() {
    let item = json!({"type": "custom_tool_call", "id": "ct_1", "call_id": "c", "name": "sql", "input": "SELECT 1"});
    let stream = [
        added(
            0,
            &json!({"type": "custom_tool_call", "id": "ct_1", "call_id": "c", "name": "sql", "input": ""}),
        ),
        event(
            "custom_tool_call_input.delta",
            &json!({"output_index": 0, "delta": "SELECT "}),
        ),
        done(0, &item),
        completed(&json!([item])),
    ];
    let response = streamed(&stream);
    let call = response.tool_calls().next().unwrap();
    assert_eq!(call.arguments.as_str(), "SELECT 1");
    assert_eq!(
        call.opaque.as_ref().unwrap().data["item"]["type"],
        "custom_tool_call"
    );
}
