use glassbox_core::{Fold, Part, Response};
use serde_json::json;

use super::*;

/// Feeds lines, and the end where there is no error.
fn events(lines: &[&str]) -> (Events, Result<()>) {
    let mut decoder = OllamaDecoder::new();
    let mut events = Events::new();
    for line in lines {
        if let Err(error) = decoder.frame(Frame::new(line.as_bytes()), &mut events) {
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

fn streamed(lines: &[&str]) -> Response {
    let (events, end) = events(lines);
    end.unwrap();
    assert!(events.ended());
    fold(events)
}

fn failed(lines: &[&str]) -> (Response, Error) {
    let (events, end) = events(lines);
    (fold(events), end.unwrap_err())
}

fn whole(body: &str) -> Result<Response> {
    let mut decoder = OllamaDecoder::new();
    let mut events = Events::new();
    decoder.whole(body.as_bytes(), &mut events)?;
    decoder.end(&mut events)?;
    Ok(fold(events))
}

const DONE: &str =
    r#"{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}"#;

const CALL: &str = r#"{"model":"m","created_at":"2026-01-02T03:04:05.678Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"add","arguments":{"y": 3,"x":2}}},{"function":{"name":"now"}}]},"done":false}"#;

#[test]
fn a_stream_is_reasoning_text_usage_and_what_it_says_of_itself() {
    let response = streamed(&[
        r#"{"model":"m:1b","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}"#,
        r#"{"model":"m:1b","created_at":"2026-01-01T00:00:01Z","message":{"role":"assistant","content":"Hello \ud83d\ude00"},"done":false}"#,
        r#"{"model":"m:1b","created_at":"2026-01-01T00:00:02Z","message":{"role":"assistant","content":" there"},"done":false}"#,
        r#"{"model":"m:1b","created_at":"2026-01-01T00:00:03Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"length","total_duration":40,"load_duration":10,"prompt_eval_count":7,"prompt_eval_duration":11,"eval_count":3,"eval_duration":19,"remote_model":"m","remote_host":"https://ollama.com:443"}"#,
    ]);
    assert_eq!(response.text(), "Hello 😀 there");
    assert_eq!(response.reasoning(), "hm");
    assert_eq!(response.model(), Some("m:1b"));
    assert_eq!(response.usage, Usage::new(7, 3));
    assert_eq!(
        response.finish_reason(),
        Some(&FinishReason::new(FinishKind::Length, "length"))
    );
    assert_eq!(
        Value::Object(response.meta.extra),
        json!({
            "created_at": "2026-01-01T00:00:03Z", "remote_model": "m", "remote_host": "https://ollama.com:443",
            "total_duration": 40, "load_duration": 10, "prompt_eval_duration": 11, "eval_duration": 19,
        }),
    );
}

#[test]
fn quirk_30_arguments_are_objects_and_missing_ids_are_made_up() {
    let response = streamed(&[CALL, DONE]);
    let calls: Vec<_> = response.tool_calls().collect();
    assert_eq!(calls[0].id, "call_20260102030405678_0");
    assert_eq!(calls[0].name, "add");
    assert_eq!(calls[0].arguments.as_str(), r#"{"y": 3,"x":2}"#);
    assert_eq!(calls[1].id, "call_20260102030405678_1");
    assert_eq!(calls[1].arguments.as_str(), "");
}

#[test]
fn quirk_30_calls_win_over_a_finish_reason_of_stop() {
    let response = streamed(&[CALL, DONE]);
    assert_eq!(
        response.finish_reason(),
        Some(&FinishReason::new(FinishKind::ToolCall, "stop"))
    );
}

#[test]
fn quirk_30_one_line_may_hold_reasoning_text_calls_and_the_end() {
    let line = r#"{"message":{"thinking":"a","content":"b","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"x\":1}"}}]},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}"#;
    let response = streamed(&[line]);
    assert_eq!(
        (response.reasoning(), response.text()),
        ("a".to_owned(), "b".to_owned())
    );
    let call = response.tool_calls().next().unwrap();
    assert_eq!(
        (call.id.as_str(), call.arguments.as_str()),
        ("c1", r#"{"x":1}"#)
    );
    assert_eq!(whole(line).unwrap(), response);
}

#[test]
fn quirk_30_an_error_is_a_line_in_the_middle_of_a_stream() {
    let text = r#"{"model":"m","message":{"content":"So"},"done":false}"#;
    for (line, kind) in [
        (
            r#"{"error":"an error was encountered while running the model: CUDA error"}"#,
            ErrorKind::ServerError,
        ),
        (
            r#"{"StatusCode":404,"error":"model 'm' not found"}"#,
            ErrorKind::NotFound,
        ),
        (
            r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#,
            ErrorKind::Overloaded,
        ),
        (r#"{"error":"unauthorized"}"#, ErrorKind::Unauthenticated),
        (
            r#"{"error":"you have reached your weekly usage limit"}"#,
            ErrorKind::QuotaExhausted,
        ),
        (
            r#"{"error":"the input length exceeds the context length"}"#,
            ErrorKind::ContextLength,
        ),
        (r#"{"error":17}"#, ErrorKind::ServerError),
    ] {
        let (partial, error) = failed(&[text, line]);
        assert_eq!(partial.text(), "So");
        assert_eq!(error.kind(), kind, "{line}");
        assert_eq!(whole(line).unwrap_err().kind(), kind, "{line}");
    }
}

#[test]
fn quirk_30_cached_tokens_are_part_of_the_input() {
    let response = streamed(&[
        r#"{"message":{"content":"x"},"done":true,"prompt_eval_count":40,"prompt_eval_cached_count":32,"eval_count":1}"#,
    ]);
    assert_eq!(response.usage.input_tokens, Some(40));
    assert_eq!(response.usage.cache_read_input_tokens, Some(32));
}

#[test]
fn no_reason_is_a_stop_and_an_unknown_one_is_kept() {
    let reason = |line: &str| streamed(&[line]).finish_reason().unwrap().clone();
    assert_eq!(
        reason(r#"{"message":{"content":"x"},"done":true}"#),
        FinishKind::Stop.into()
    );
    assert_eq!(
        reason(r#"{"message":{"content":""},"done":true,"done_reason":"load"}"#),
        FinishReason::new(FinishKind::Other, "load"),
    );
}

#[test]
fn log_probabilities_of_all_lines_are_kept() {
    let response = streamed(&[
        r#"{"message":{"content":"a"},"logprobs":[{"token":"a","logprob":-0.5}],"done":false}"#,
        r#"{"message":{"content":"b"},"logprobs":[{"token":"b","logprob":-1}],"done":true}"#,
    ]);
    assert_eq!(
        response.meta.extra["logprobs"],
        json!([{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}]),
    );
}

#[test]
fn a_stream_without_its_last_line_is_an_error() {
    let (partial, error) = failed(&[r#"{"message":{"content":"So"},"done":false}"#]);
    assert_eq!(partial.text(), "So");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(failed(&[]).1.kind(), ErrorKind::Protocol);
    let error = whole(r#"{"message":{"content":"So"},"done":false}"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn what_is_no_answer_is_an_error() {
    for body in [
        "{}",
        "[]",
        "17",
        "null",
        "{\"message\":",
        r#"{"response":"x","done":true}"#,
        r#"{"message":"no object","done":true}"#,
    ] {
        assert_eq!(
            whole(body).unwrap_err().kind(),
            ErrorKind::Protocol,
            "{body}"
        );
    }
}

#[test]
fn values_of_the_wrong_kind_count_as_absent() {
    let response = streamed(&[
        r#"{"model":null,"created_at":7,"message":[],"done":"no"}"#,
        r#"{"message":{"content":{"a":1},"thinking":[1],"tool_calls":{"function":{}}},"done":null}"#,
        r#"{"message":{"content":null,"tool_calls":[null,7,{"function":null},{"id":[],"function":{"name":{},"arguments":null}}]},"unknown":{"x":[1]}}"#,
        r#"{"message":{"content":"x"},"done":true,"done_reason":3,"eval_count":"9","prompt_eval_count":-1,"total_duration":1e300}"#,
    ]);
    assert_eq!(response.text(), "x");
    assert_eq!(response.usage, Usage::default());
    let calls = response.tool_calls().count();
    let parts = &response.message().unwrap().parts;
    assert_eq!((calls, parts.len()), (2, 3));
    assert!(matches!(&parts[0], Part::ToolCall(call) if call.name.is_empty()));
}

#[test]
fn a_cut_or_a_changed_byte_never_panics() {
    for at in 0..CALL.len() {
        let _ = events(&[&CALL[..at], DONE]);
        let mut bytes = CALL.as_bytes().to_vec();
        for byte in [0, b'"', b'{', 0xFF] {
            bytes[at] = byte;
            let mut decoder = OllamaDecoder::new();
            let _ = decoder.frame(Frame::new(&bytes), &mut Events::new());
            let _ = OllamaDecoder::new().whole(&bytes, &mut Events::new());
        }
    }
    let deep = format!(
        r#"{{"message":{{"tool_calls":[{{"function":{{"name":"f","arguments":{}}}}}]}},"done":true}}"#,
        "[".repeat(100_000)
    );
    assert_eq!(whole(&deep).unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn more_calls_than_any_answer_has_are_refused() {
    let calls = vec![r#"{"function":{"name":"f","arguments":{}}}"#; 1025].join(",");
    let line = format!(r#"{{"message":{{"tool_calls":[{calls}]}},"done":true}}"#);
    assert_eq!(failed(&[&line]).1.kind(), ErrorKind::Protocol);
}
