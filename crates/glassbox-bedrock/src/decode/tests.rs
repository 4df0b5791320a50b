use glassbox_core::{FinishKind, Fold, Part, Response};
use serde_json::json;

use super::*;

mod failures;

/// What a stream of these events becomes.
fn streamed(frames: &[(&str, Value)]) -> Result<Vec<Event>> {
    let mut decoder = ConverseDecoder::new();
    let mut events = Events::new();
    for (name, data) in frames {
        let data = data.to_string();
        decoder.frame(Frame::new(data.as_bytes()).with_event(name), &mut events)?;
    }
    decoder.end(&mut events)?;
    Ok(events.into_iter().collect())
}

fn whole(body: &Value) -> Result<Vec<Event>> {
    let mut decoder = ConverseDecoder::new();
    let mut events = Events::new();
    decoder.whole(body.to_string().as_bytes(), &mut events)?;
    decoder.end(&mut events)?;
    Ok(events.into_iter().collect())
}

fn folded(events: Result<Vec<Event>>) -> Response {
    let mut fold = Fold::new();
    events
        .expect("an answer")
        .into_iter()
        .for_each(|event| fold.push(event));
    fold.finish().expect("complete")
}

fn start(index: u64, start: Value) -> (&'static str, Value) {
    let mut event = json!({"contentBlockIndex": index});
    event["start"] = start;
    ("contentBlockStart", event)
}

fn delta(index: u64, delta: Value) -> (&'static str, Value) {
    let mut event = json!({"contentBlockIndex": index, "p": "abc"});
    event["delta"] = delta;
    ("contentBlockDelta", event)
}

fn stop(index: u64) -> (&'static str, Value) {
    ("contentBlockStop", json!({"contentBlockIndex": index}))
}

fn stopped(reason: &str) -> (&'static str, Value) {
    ("messageStop", json!({"stopReason": reason}))
}

fn metadata() -> (&'static str, Value) {
    let usage = json!({"inputTokens": 2, "outputTokens": 5, "totalTokens": 17,
        "cacheReadInputTokens": 10, "cacheWriteInputTokens": 0});
    (
        "metadata",
        json!({"usage": usage, "metrics": {"latencyMs": 9}, "serviceTier": {"type": "flex"}}),
    )
}

fn answer(content: Value, reason: &str) -> Value {
    let (_, mut answer) = metadata();
    answer["output"] = json!({"message": {"role": "assistant"}});
    answer["output"]["message"]["content"] = content;
    answer["stopReason"] = json!(reason);
    answer
}

/// Everything that an answer may hold, in pieces.
fn everything() -> Vec<(&'static str, Value)> {
    vec![
        ("messageStart", json!({"role": "assistant"})),
        delta(0, json!({"reasoningContent": {"text": "I "}})),
        delta(0, json!({"reasoningContent": {"text": "think"}})),
        delta(0, json!({"reasoningContent": {"signature": "si"}})),
        delta(0, json!({"reasoningContent": {"signature": "g"}})),
        stop(0),
        delta(1, json!({"reasoningContent": {"redactedContent": "AAE="}})),
        stop(1),
        delta(2, json!({"text": "天"})),
        delta(2, json!({"text": ""})),
        delta(2, json!({"text": "気"})),
        delta(2, json!({"citation": {"title": "almanac"}})),
        stop(2),
        start(
            3,
            json!({"toolUse": {"toolUseId": "s", "name": "nova_code_interpreter", "type": "server_tool_use"}}),
        ),
        delta(3, json!({"toolUse": {"input": "{\"snippet\":"}})),
        delta(3, json!({"toolUse": {"input": "\"1+1\"}"}})),
        stop(3),
        start(
            4,
            json!({"toolResult": {"toolUseId": "s", "type": "result", "status": "success"}}),
        ),
        delta(4, json!({"toolResult": [{"json": {"stdOut": "2"}}]})),
        stop(4),
        start(5, json!({"image": {"format": "png"}})),
        delta(5, json!({"image": {"source": {"bytes": "AQI="}}})),
        stop(5),
        start(6, json!({"toolUse": {"toolUseId": "a", "name": "weather"}})),
        delta(6, json!({"toolUse": {"input": ""}})),
        delta(6, json!({"toolUse": {"input": "{\"city\":"}})),
        delta(6, json!({"toolUse": {"input": "\"Zürich\"}"}})),
        stop(6),
        start(7, json!({"toolUse": {"toolUseId": "b", "name": "now"}})),
        stop(7),
        stopped("tool_use"),
        metadata(),
    ]
}

/// The same at once.
fn everything_whole() -> Value {
    answer(
        json!([
            {"reasoningContent": {"reasoningText": {"text": "I think", "signature": "sig"}}},
            {"reasoningContent": {"redactedContent": "AAE="}},
            {"citationsContent": {"content": [{"text": "天"}, {"text": "気"}], "citations": [{"title": "almanac"}]}},
            {"toolUse": {"toolUseId": "s", "name": "nova_code_interpreter", "type": "server_tool_use", "input": {"snippet": "1+1"}}},
            {"toolResult": {"toolUseId": "s", "type": "result", "status": "success", "content": [{"json": {"stdOut": "2"}}]}},
            {"image": {"format": "png", "source": {"bytes": "AQI="}}},
            {"toolUse": {"toolUseId": "a", "name": "weather", "input": {"city":"Zürich"}}},
            {"toolUse": {"toolUseId": "b", "name": "now", "input": {}}},
        ]),
        "tool_use",
    )
}

#[test]
fn whole_and_incremental_give_the_same() {
    let response = folded(streamed(&everything()));
    assert_eq!(folded(whole(&everything_whole())), response);
    assert_eq!(response.text(), "天気");
    assert_eq!(response.reasoning(), "I think");
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| {
            (
                call.id.as_str(),
                call.name.as_str(),
                call.arguments.as_str(),
            )
        })
        .collect();
    assert_eq!(
        calls,
        [
            ("a", "weather", "{\"city\":\"Zürich\"}"),
            ("b", "now", "{}")
        ]
    );
    assert_eq!(
        response.meta.extra["citations"],
        json!([{"title": "almanac"}])
    );
    assert_eq!(response.meta.extra["metrics"], json!({"latencyMs": 9}));
    assert_eq!(response.meta.service_tier.as_deref(), Some("flex"));
    assert_eq!((response.id(), response.model()), (None, None));
    let parts = &response.message().expect("a message").parts;
    assert_eq!(parts.len(), 8);
    assert!(matches!(&parts[3], Part::ServerToolCall(call) if call.id.as_deref() == Some("s")));
    assert!(matches!(&parts[4], Part::ServerToolCallResponse(_)));
    assert!(
        matches!(&parts[5], Part::Blob(blob) if blob.mime_type.as_deref() == Some("image/png"))
    );
}

#[test]
fn an_answer_goes_back_as_it_came() {
    let response = folded(streamed(&everything()));
    let request = glassbox_core::Request::new(response.message().expect("a message").clone());
    let setup = crate::encode::Setup::new("us.anthropic.claude-x", false);
    let body = crate::encode::encode(&request, &setup)
        .expect("supported")
        .body;
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let mut expected = everything_whole()["output"]["message"]["content"].clone();
    let blocks = expected.as_array_mut().expect("blocks");
    // Citations go back as text, and an image that a model made is left out.
    blocks[2] = json!({"text": "天気"});
    blocks.remove(5);
    assert_eq!(body["messages"][0]["content"], expected);
}

#[test]
fn quirk_32_usage_comes_after_the_end_of_the_message() {
    let frames = [
        delta(0, json!({"text": "hi"})),
        stop(0),
        stopped("end_turn"),
        metadata(),
    ];
    let events = streamed(&frames).expect("complete");
    let place = |wanted: fn(&Event) -> bool| events.iter().position(wanted).expect("it is there");
    let finish = place(|event| matches!(event, Event::Finish { .. }));
    let usage = place(|event| matches!(event, Event::Usage(_)));
    assert!(finish < usage && usage < place(|event| *event == Event::End));
    let response = folded(Ok(events));
    assert_eq!(
        response.usage.input_tokens,
        Some(12),
        "cached tokens are inside"
    );
    assert_eq!(response.usage.cache_read_input_tokens, Some(10));
    assert_eq!(response.usage.total_tokens(), Some(17));
    // Where it is lost, the answer is whole all the same; and its place does not matter.
    let lost = folded(streamed(&frames[..3]));
    assert!(lost.usage.is_empty());
    let early = [
        frames[0].clone(),
        metadata(),
        frames[1].clone(),
        frames[2].clone(),
    ];
    assert_eq!(folded(streamed(&early)).usage, response.usage);
}

#[test]
fn odd_a_guardrail_is_no_natural_end() {
    let trace = json!({"guardrail": {"actionReason": "Guardrail blocked."}});
    let mut body = answer(
        json!([{"text": "I must not say that."}]),
        "guardrail_intervened",
    );
    body["trace"] = trace.clone();
    let (name, mut said) = metadata();
    said["trace"] = trace.clone();
    let pieces = [
        delta(0, json!({"text": "I must not say that."})),
        stop(0),
        stopped("guardrail_intervened"),
        (name, said),
    ];
    let read = folded(whole(&body));
    assert_eq!(folded(streamed(&pieces)), read);
    let reason = read.finish_reason().expect("it says why");
    assert_eq!(reason.kind, FinishKind::ContentFilter);
    assert_eq!(reason.raw.as_deref(), Some("guardrail_intervened"));
    assert_eq!(read.meta.extra["trace"], trace);
}

#[test]
fn quirk_22_two_thoughts_stay_two() {
    let response = folded(streamed(&[
        delta(0, json!({"reasoningContent": {"text": "one"}})),
        stop(0),
        delta(1, json!({"reasoningContent": {"text": "two"}})),
        delta(1, json!({"reasoningContent": {"signature": "sig"}})),
        stop(1),
        // Its text is kept from us.
        delta(2, json!({"reasoningContent": {"signature": "three"}})),
        stop(2),
        // Base64 in two pieces.
        delta(3, json!({"reasoningContent": {"redactedContent": "AA=="}})),
        delta(3, json!({"reasoningContent": {"redactedContent": "AQ=="}})),
        stop(3),
        stopped("end_turn"),
        metadata(),
    ]));
    let parts = serde_json::to_value(&response.message().expect("a message").parts);
    let opaque = |data: Value| json!({"provider": "aws.bedrock", "data": data});
    assert_eq!(
        parts.expect("JSON"),
        json!([
            {"type": "reasoning", "content": "one", "opaque": opaque(json!({}))},
            {"type": "reasoning", "content": "two", "opaque": opaque(json!({"signature": "sig"}))},
            {"type": "reasoning", "content": "", "opaque": opaque(json!({"signature": "three"}))},
            {"type": "opaque", "provider": "aws.bedrock",
             "data": {"reasoningContent": {"redactedContent": "AAE="}}},
        ])
    );
}

#[test]
fn quirk_24_calls_are_numbered_by_themselves_and_cut_calls_end() {
    let response = folded(streamed(&[
        delta(0, json!({"text": "let me see"})),
        stop(0),
        start(4, json!({"toolUse": {"toolUseId": "a", "name": "one"}})),
        delta(4, json!({"toolUse": {"input": "{\"x\":"}})),
        stopped("max_tokens"),
        metadata(),
    ]));
    let call = response.tool_calls().next().expect("a call");
    assert_eq!(call.arguments.as_str(), "{\"x\":");
    assert_eq!(
        response.finish_reason().map(|reason| reason.kind),
        Some(FinishKind::Length)
    );
    let events = streamed(&[
        start(9, json!({"toolUse": {"name": "one"}})),
        start(11, json!({"toolUse": {"toolUseId": null, "name": "two"}})),
        delta(11, json!({"toolUse": {"input": "{}"}})),
        delta(9, json!({"toolUse": {"input": "[]"}})),
        stop(9),
        stop(11),
        stopped("tool_use"),
    ]);
    let response = folded(events);
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| (call.id.as_str(), call.arguments.as_str()))
        .collect();
    assert_eq!(
        calls,
        [("call_0", "[]"), ("call_1", "{}")],
        "ids are made up where there are none"
    );
}

#[test]
fn an_unknown_block_is_kept_and_an_unknown_event_is_read_over() {
    let block = json!({"hologram": {"depth": 3}});
    let response = folded(whole(&answer(
        json!([{"text": "see"}, block, 7]),
        "end_turn",
    )));
    let parts = &response.message().expect("a message").parts;
    assert!(matches!(&parts[1], Part::Opaque(opaque) if opaque.data == block));
    assert_eq!(parts.len(), 2);
    let response = folded(streamed(&[
        ("initial-response", json!({})),
        ("", json!([])),
        start(0, json!({"hologram": {}})),
        delta(0, json!({"hologram": {"depth": 3}})),
        stop(0),
        stop(5),
        delta(1, json!({"text": "hi"})),
        ("somethingNew", json!(null)),
        stopped("because"),
        metadata(),
    ]));
    assert_eq!(response.text(), "hi");
    let reason = response.finish_reason().expect("a reason");
    assert_eq!(
        (reason.kind, reason.as_str()),
        (FinishKind::Other, "because")
    );
}

#[test]
fn what_has_the_wrong_type_counts_as_absent() {
    let response = folded(whole(&json!({
        "output": {"message": {"content": [
            {"text": null}, {"text": "a"}, {"toolUse": {"name": "t", "input": "{\"x\":1}"}},
            {"reasoningContent": 5}, {"citationsContent": {"content": "x", "citations": 1}},
            {"image": {"source": []}},
        ]}},
        "stopReason": 5, "usage": [], "metrics": null, "serviceTier": "flex", "trace": {"a": 1},
    })));
    assert_eq!(response.text(), "a");
    let call = response.tool_calls().next().expect("a call");
    assert_eq!(call.arguments.as_str(), "{\"x\":1}");
    assert!(response.usage.is_empty());
    assert_eq!(response.meta.extra["trace"], json!({"a": 1}));
    assert!(!response.meta.extra.contains_key("metrics"));
}
