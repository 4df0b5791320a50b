use glassbox_core::{Fold, Part, Response};
use serde_json::{Value, json};

use super::*;
use crate::dialect::OPENAI;

mod calls;
mod failures;
mod reasoning;
mod shortcut;
mod usage;

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
