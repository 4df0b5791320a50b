//! Errors inside of what looks like a success, and reasoning in the forms of the hosts.

use glassbox_core::Part;
use glassbox_openai::{AZURE, COMPATIBLE, LMSTUDIO, MISTRAL, OPENAI, OPENROUTER, VLLM};

use super::*;

#[tokio::test]
async fn quirk_13_an_error_is_one_wherever_it_stands() {
    let text = delta(&json!({"content": "begun"}));
    let error = json!({"message": "the upstream is busy", "code": 502});
    let whole_error = json!({"error": error});
    let mut beside = json!({"id": "c1", "error": error, "choices": []});
    let in_choice = json!({"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error", "error": error}]});
    let sse = |body: String| {
        MemoryResponse::new(200)
            .with_header("content-type", "text/event-stream")
            .with_chunk(body)
    };
    let mut cases = vec![
        ("a frame", stream(&[text.clone(), whole_error.clone()])),
        ("without a choice", stream(&[text.clone(), beside.clone()])),
        ("inside the choice", stream(&[text.clone(), in_choice])),
        (
            "an event of its own",
            sse(format!("data: {text}\n\nevent: error\ndata: {error}\n\n")),
        ),
        ("a bare body", whole(&whole_error)),
        (
            "a bare body that calls itself a stream",
            sse(whole_error.to_string()),
        ),
    ];
    beside["choices"] = json!([{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]);
    cases.push((
        "with a choice that says so",
        stream(&[text.clone(), beside]),
    ));
    for (how, response) in cases {
        let (partial, error) = received(&OPENROUTER, response).await;
        let error = error.unwrap_or_else(|| panic!("{how} is an error"));
        assert_eq!(
            (error.kind(), error.provider()),
            (ErrorKind::ServerError, Some("openrouter")),
            "{how}"
        );
        assert_eq!(error.detail(), Some("the upstream is busy"), "{how}");
        assert!(["", "begun"].contains(&&*partial.text()), "{how}");
    }
    // A reason alone, and nobody says of what.
    let error = failed(&OPENROUTER, stream(&[text, finish("error")])).await;
    assert_eq!(error.kind(), ErrorKind::ServerError);
}

#[tokio::test]
async fn quirk_13_a_whole_answer_to_a_request_for_a_stream_is_an_answer() {
    let body = json!({"id": "c1", "choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]});
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "text/event-stream",
        "",
    ] {
        let response = MemoryResponse::new(200)
            .with_header("content-type", content_type)
            .with_chunk(body.to_string());
        let (response, error) = received(&COMPATIBLE, response).await;
        assert!(error.is_none(), "{content_type}: {error:?}");
        assert_eq!(response.text(), "whole");
    }
}

#[tokio::test]
async fn quirk_16_reasoning_between_tags_is_reasoning() {
    let pieces = ["<th", "ink>\nlet me", " see\n</thi", "nk>\n\n", "4", "2"];
    let pieces: Vec<Value> = pieces
        .iter()
        .map(|text| delta(&json!({"content": text})))
        .collect();
    let chunks = [&pieces[..], &[finish("stop")]].concat();
    for dialect in [&COMPATIBLE, &VLLM, &LMSTUDIO] {
        let response = streamed(dialect, &chunks).await;
        assert_eq!(
            (response.reasoning(), response.text()),
            ("let me see".into(), "42".into())
        );
        let body = json!({"choices": [{"message": {"content": "<think>\nlet me see\n</think>\n\n42"}, "finish_reason": "stop"}]});
        let (read, _) = received(dialect, whole(&body)).await;
        assert_eq!(
            (read.reasoning(), read.text()),
            ("let me see".into(), "42".into())
        );
    }
    // Who tells reasoning apart by itself writes about tags.
    for dialect in [&OPENAI, &AZURE] {
        let response = streamed(dialect, &chunks).await;
        assert_eq!(response.text(), "<think>\nlet me see\n</think>\n\n42");
    }
    let told = [
        delta(&json!({"reasoning_content": "hm"})),
        delta(&json!({"content": "<think> is a tag"})),
        finish("stop"),
    ];
    let response = streamed(&COMPATIBLE, &told).await;
    assert_eq!(
        (response.reasoning(), response.text()),
        ("hm".into(), "<think> is a tag".into())
    );
    // A model that thinks and then calls, and one that never comes to an end.
    let call = delta(
        &json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]}),
    );
    let response = streamed(
        &VLLM,
        &[
            delta(&json!({"content": "<think>so</think>\n"})),
            call,
            finish("tool_calls"),
        ],
    )
    .await;
    assert_eq!(
        (response.reasoning(), response.text()),
        ("so".into(), String::new())
    );
    assert_eq!(response.tool_calls().count(), 1);
    let response = streamed(
        &VLLM,
        &[delta(&json!({"content": "<think>so <"})), finish("length")],
    )
    .await;
    assert_eq!(
        (response.reasoning(), response.text()),
        ("so <".into(), String::new())
    );
}

#[tokio::test]
async fn quirk_31_thinking_is_a_part_of_mistrals_content_and_goes_back_as_one() {
    let thinking =
        |text: &str| json!({"type": "thinking", "thinking": [{"type": "text", "text": text}]});
    let response = streamed(
        &MISTRAL,
        &[
            delta(&json!({"role": "assistant", "content": [thinking("let ")]})),
            delta(&json!({"content": [thinking("me see")]})),
            delta(&json!({"content": [{"type": "text", "text": "4"}]})),
            delta(&json!({"content": "2"})),
            finish("stop"),
        ],
    )
    .await;
    assert_eq!(
        (response.reasoning(), response.text()),
        ("let me see".into(), "42".into())
    );
    let message = response.message().unwrap().clone();
    assert!(matches!(
        message.parts[..],
        [Part::Reasoning(_), Part::Text(_)]
    ));
    let body = sent(&MISTRAL, Request::new("hi").with_message(message)).await;
    assert_eq!(
        body["messages"][1]["content"],
        json!([thinking("let me see"), {"type": "text", "text": "42"}])
    );
}
