use glassbox_core::{Fold, Part, Response, Usage};
use serde_json::json;

use super::*;

/// Feeds the data of events, and the end where there is no error.
fn events(data: &[&str]) -> (Events, Result<()>) {
    let mut decoder = CohereDecoder::new();
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

fn streamed(data: &[&str]) -> Response {
    let (events, end) = events(data);
    end.unwrap();
    assert!(events.ended());
    fold(events)
}

fn failed(data: &[&str]) -> (Response, Error) {
    let (events, end) = events(data);
    (fold(events), end.unwrap_err())
}

fn whole(body: &str) -> Result<Response> {
    let mut decoder = CohereDecoder::new();
    let mut events = Events::new();
    decoder.whole(body.as_bytes(), &mut events)?;
    decoder.end(&mut events)?;
    Ok(fold(events))
}

const START: &str = r#"{"id":"r1","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#;

const END: &str = r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":7},"tokens":{"input_tokens":50,"output_tokens":9,"reasoning_tokens":2},"cached_tokens":48}}}"#;

const TOOLS: [&str; 9] = [
    START,
    r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I will "}}}"#,
    r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"add."}}}"#,
    r#"{"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"add_1","type":"function","function":{"name":"add","arguments":""}}}}}"#,
    r#"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"now_1","type":"function","function":{"name":"now","arguments":""}}}}}"#,
    r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"x\":"}}}}}"#,
    r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"1}"}}}}}"#,
    r#"{"type":"tool-call-end","index":0}"#,
    r#"{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":3,"output_tokens":4}}}}"#,
];

#[test]
fn a_stream_is_thinking_text_citations_and_usage() {
    let response = streamed(&[
        START,
        r#"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}"#,
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"hm"}}}}"#,
        r#"{"type":"content-end","index":0}"#,
        r#"{"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
        r#"{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"Hello "}}}}"#,
        r#"{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":5,"text":"Hello"}}}}"#,
        r#"{"type":"citation-end","index":0}"#,
        r#"{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"there"}}},"logprobs":{"text":"there"}}"#,
        r#"{"type":"content-end","index":1}"#,
        r#"{"type":"debug","prompt":"..."}"#,
        END,
        "[DONE]",
    ]);
    let body = json!({
        "id": "r1", "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hello there"}],
            "citations": [{"start": 0, "end": 5, "text": "Hello"}],
        },
        "logprobs": [{"text": "there"}],
        "usage": {"billed_units": {"input_tokens": 5, "output_tokens": 7}, "cached_tokens": 48,
            "tokens": {"input_tokens": 50, "output_tokens": 9, "reasoning_tokens": 2}},
    });
    assert_eq!(whole(&body.to_string()).unwrap(), response);
    assert_eq!(response.id(), Some("r1"));
    assert_eq!(response.model(), None);
    assert_eq!(response.reasoning(), "hm");
    assert_eq!(response.text(), "Hello there");
    assert_eq!(
        response.finish_reason(),
        Some(&FinishReason::new(FinishKind::Stop, "COMPLETE"))
    );
    assert_eq!(
        Value::Object(response.meta.extra),
        json!({
            "billed_units": {"input_tokens": 5, "output_tokens": 7},
            "citations": [{"start": 0, "end": 5, "text": "Hello"}],
            "logprobs": [{"text": "there"}],
        }),
    );
}

#[test]
fn quirk_34_the_usage_is_what_was_read_and_not_what_is_billed() {
    let usage = streamed(&[START, END]).usage;
    assert_eq!(
        (usage.input_tokens, usage.output_tokens),
        (Some(50), Some(9))
    );
    assert_eq!(usage.cache_read_input_tokens, Some(48));
    assert_eq!(usage.reasoning_output_tokens, Some(2));
    let paid = (usage.billed.input_tokens, usage.billed.output_tokens);
    assert_eq!(paid, (Some(5), Some(7)));
    let billed = r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":7},"cached_tokens":48}}}"#;
    assert_eq!(streamed(&[START, billed]).usage, Usage::new(5, 7));
}

#[test]
fn odd_a_plan_goes_back_as_a_plan_and_a_call_may_have_no_arguments() {
    let response = streamed(&TOOLS);
    let parts = &response.message().unwrap().parts;
    let Part::Reasoning(plan) = &parts[0] else {
        panic!("a plan: {parts:?}")
    };
    assert_eq!(plan.content, "I will add.");
    assert_eq!(
        plan.opaque,
        Some(Opaque::new("cohere", json!({"type": "tool_plan"})))
    );
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| (&*call.id, &*call.name, call.arguments.as_str()))
        .collect();
    assert_eq!(
        calls,
        [("add_1", "add", r#"{"x":1}"#), ("now_1", "now", "")]
    );
    assert_eq!(response.finish_reason().unwrap().kind, FinishKind::ToolCall);
    let body = json!({
        "id": "r1", "finish_reason": "TOOL_CALL",
        "message": {"role": "assistant", "tool_plan": "I will add.", "tool_calls": [
            {"id": "add_1", "type": "function", "function": {"name": "add", "arguments": "{\"x\":1}"}},
            {"id": "now_1", "type": "function", "function": {"name": "now", "arguments": ""}},
        ]},
        "usage": {"tokens": {"input_tokens": 3, "output_tokens": 4}},
    });
    assert_eq!(whole(&body.to_string()).unwrap(), response);
}

#[test]
fn words_for_the_end_are_understood() {
    for (raw, kind) in [
        ("STOP_SEQUENCE", FinishKind::Stop),
        ("MAX_TOKENS", FinishKind::Length),
        ("TOOL_CALL", FinishKind::ToolCall),
        ("NEW_WORD", FinishKind::Other),
    ] {
        let body = json!({"message": {"content": "x"}, "finish_reason": raw});
        let response = whole(&body.to_string()).unwrap();
        assert_eq!(
            response.finish_reason(),
            Some(&FinishReason::new(kind, raw))
        );
    }
    let silent = whole(r#"{"message":{"content":"x"}}"#).unwrap();
    assert_eq!(silent.finish_reason(), Some(&FinishKind::Stop.into()));
}

#[test]
fn a_failure_in_the_middle_of_a_stream_is_an_error() {
    let text =
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"So"}}}}"#;
    for (event, kind) in [
        (
            r#"{"type":"message-end","delta":{"finish_reason":"ERROR"}}"#,
            ErrorKind::ServerError,
        ),
        (
            r#"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"the model broke"}}"#,
            ErrorKind::ServerError,
        ),
        (
            r#"{"type":"message-end","delta":{"finish_reason":"TIMEOUT"}}"#,
            ErrorKind::Timeout,
        ),
        (
            r#"{"id":"x","message":"too many tokens: prompt is too long"}"#,
            ErrorKind::ContextLength,
        ),
        (
            r#"{"type":"error","message":"internal"}"#,
            ErrorKind::ServerError,
        ),
        (r#"{"data":1}"#, ErrorKind::Protocol),
    ] {
        let (partial, error) = failed(&[START, text, event]);
        assert_eq!(partial.text(), "So");
        assert_eq!(error.kind(), kind, "{event}");
    }
}

#[test]
fn a_stream_without_its_end_is_an_error() {
    for data in [&TOOLS[..8], &[START, "[DONE]"], &[START], &[]] {
        assert_eq!(failed(data).1.kind(), ErrorKind::Protocol);
    }
    assert_eq!(failed(&TOOLS[5..]).1.kind(), ErrorKind::Protocol);
}

#[test]
fn the_name_of_the_event_stands_in_for_a_missing_type() {
    let mut decoder = CohereDecoder::new();
    let mut events = Events::new();
    let data = br#"{"delta":{"finish_reason":"COMPLETE"}}"#;
    decoder
        .frame(Frame::new(data).with_event("message-end"), &mut events)
        .unwrap();
    assert!(events.ended());
    let refused = decoder.frame(
        Frame::new(br#"{"message":"no"}"#).with_event("error"),
        &mut events,
    );
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ServerError);
}

#[test]
fn what_is_no_answer_is_an_error() {
    for body in [
        "{}",
        "[]",
        "7",
        "{\"message\":",
        r#"{"id":"x","message":7}"#,
    ] {
        let error = whole(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
    let error = whole(r#"{"id":"x","message":"invalid api key"}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
}

#[test]
fn values_of_the_wrong_kind_count_as_absent() {
    let response = streamed(&[
        r#"{"id":[],"type":"message-start","delta":null}"#,
        r#"{"type":"content-delta","index":"0","delta":{"message":{"content":[null,7,{"text":{}}],"tool_calls":7}}}"#,
        r#"{"type":"content-delta","delta":{"message":[]}}"#,
        r#"{"type":"tool-call-start","delta":{"message":{"tool_calls":{"id":null,"function":{"name":"f","arguments":[]}}}}}"#,
        r#"{"type":"tool-call-delta","index":9,"delta":{"message":{"tool_calls":{"function":{"arguments":"{}"}}}}}"#,
        r#"{"type":"new-kind","delta":{"message":{"content":"x"}}}"#,
        r#"{"type":"message-end","delta":{"finish_reason":{},"usage":{"tokens":[],"billed_units":"none","cached_tokens":{}}}}"#,
    ]);
    assert_eq!(response.text(), "x");
    let call = response.tool_calls().next().unwrap();
    assert_eq!((&*call.id, call.arguments.as_str()), ("call_0", "{}"));
    assert!(response.usage.is_empty());
    assert_eq!(response.finish_reason(), Some(&FinishKind::ToolCall.into()));
}

#[test]
fn a_cut_or_a_changed_byte_never_panics() {
    for event in TOOLS.into_iter().chain([END]) {
        for at in 0..event.len() {
            let _ = events(&[START, &event[..at], END]);
            let mut bytes = event.as_bytes().to_vec();
            for byte in [0, b'"', b'[', 0xFF] {
                bytes[at] = byte;
                let mut decoder = CohereDecoder::new();
                let _ = decoder.frame(Frame::new(&bytes), &mut Events::new());
                let _ = CohereDecoder::new().whole(&bytes, &mut Events::new());
            }
        }
    }
    let deep = format!(r#"{{"message":{{"citations":{}}}}}"#, "[".repeat(100_000));
    assert_eq!(whole(&deep).unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn more_calls_than_any_answer_has_are_refused() {
    let calls = vec![r#"{"id":"c","function":{"name":"f","arguments":"{}"}}"#; 1025].join(",");
    let body = format!(r#"{{"message":{{"tool_calls":[{calls}]}}}}"#);
    assert_eq!(whole(&body).unwrap_err().kind(), ErrorKind::Protocol);
}
