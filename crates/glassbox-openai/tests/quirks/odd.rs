//! What was seen in recorded answers and is in no book. The bodies are made up; `glassbox_test::cassettes` lists what
//! was seen, and which test holds it.

use glassbox_core::{FinishKind, FinishReason, Message, Part};
use glassbox_openai::{AZURE, COMPATIBLE, GROQ, LLAMACPP, OPENAI, XAI};

use super::*;

fn answer(message: &Value, reason: &str) -> MemoryResponse {
    whole(
        &json!({"id": "c1", "choices": [{"index": 0, "message": message, "finish_reason": reason}]}),
    )
}

async fn read(dialect: &Dialect, response: MemoryResponse) -> Response {
    let (response, error) = received(dialect, response).await;
    assert!(error.is_none(), "{error:?}");
    response
}

fn call(id: &Value, arguments: &Value) -> Value {
    json!({"tool_calls": [{"index": 0, "id": id, "type": "function", "function": {"name": "f", "arguments": arguments}}]})
}

#[tokio::test]
async fn odd_a_success_that_holds_no_answer_is_an_error() {
    for body in [
        json!({}),
        json!({"choices": []}),
        json!({"status": "ok", "data": "none of this is an answer"}),
        json!({"object": "list", "data": []}),
    ] {
        let error = failed(&COMPATIBLE, whole(&body)).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
}

#[tokio::test]
async fn odd_a_usage_that_nobody_told_is_not_zero() {
    let response = streamed(&AZURE, &[delta(&json!({"content": "x"})), finish("stop")]).await;
    assert!(response.usage.is_empty());
    let response = read(&AZURE, answer(&json!({"content": "x"}), "stop")).await;
    assert_eq!(
        (response.usage.input_tokens, response.usage.total_tokens()),
        (None, None)
    );
}

#[tokio::test]
async fn odd_a_part_that_is_more_than_the_whole_is_told_as_it_is() {
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 90}});
    let response = streamed(
        &XAI,
        &[
            delta(&json!({"content": "x"})),
            finish("stop"),
            json!({"choices": [], "usage": usage}),
        ],
    )
    .await;
    let usage = &response.usage;
    assert_eq!(
        (usage.input_tokens, usage.cache_read_input_tokens),
        (Some(5), Some(64))
    );
    assert_eq!(
        (usage.output_tokens, usage.reasoning_output_tokens),
        (Some(3), Some(90))
    );
}

#[tokio::test]
async fn odd_a_total_that_is_more_than_its_parts_tells_what_stands_beside_them() {
    let usage = |total: u64| {
        json!({"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": total,
            "completion_tokens_details": {"reasoning_tokens": 90}})
    };
    for (total, output) in [(98, 93), (8, 3), (50, 3)] {
        let body = json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": usage(total)});
        let response = read(&XAI, whole(&body)).await;
        assert_eq!(response.usage.output_tokens, Some(output), "{total}");
    }
}

#[tokio::test]
async fn odd_a_refusal_and_a_filter_are_no_natural_end() {
    let refused = read(
        &OPENAI,
        answer(&json!({"content": null, "refusal": "I cannot."}), "stop"),
    )
    .await;
    assert!(
        matches!(&refused.message().unwrap().parts[..], [Part::Refusal(refusal)] if refusal.content == "I cannot.")
    );
    let pieces = [
        delta(&json!({"refusal": "I "})),
        delta(&json!({"refusal": "cannot."})),
        finish("stop"),
    ];
    assert_eq!(streamed(&OPENAI, &pieces).await.choices, refused.choices);
    let filtered = streamed(
        &AZURE,
        &[delta(&json!({"content": "Once"})), finish("content_filter")],
    )
    .await;
    assert_eq!(
        filtered.finish_reason().unwrap().kind,
        FinishKind::ContentFilter
    );
    assert_eq!(filtered.text(), "Once");
}

#[tokio::test]
async fn odd_several_answers_stop_for_several_reasons() {
    let response = streamed(
        &OPENAI,
        &[
            json!({"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]}),
            json!({"choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]}),
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
        ],
    )
    .await;
    let reasons = response
        .choices
        .iter()
        .map(|choice| choice.finish_reason.clone().unwrap());
    let expected = [
        FinishReason::new(FinishKind::Stop, "stop"),
        FinishReason::new(FinishKind::Length, "length"),
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn odd_arguments_that_are_not_json_are_kept_as_they_came() {
    for arguments in ["{\"city\": \"Zür", "{}{}", "*** Begin Patch", "null"] {
        let chunks = [
            delta(&call(&json!("a"), &json!(arguments))),
            finish("length"),
        ];
        let response = streamed(&LLAMACPP, &chunks).await;
        assert_eq!(
            response.tool_calls().next().unwrap().arguments.as_str(),
            arguments
        );
        assert_eq!(response.finish_reason().unwrap().kind, FinishKind::Length);
    }
}

#[tokio::test]
async fn odd_arguments_of_nothing_go_back_as_an_empty_object() {
    for nothing in [json!(""), Value::Null, json!({})] {
        for response in [
            streamed(
                &OPENAI,
                &[delta(&call(&json!("a"), &nothing)), finish("tool_calls")],
            )
            .await,
            read(&OPENAI, answer(&call(&json!("a"), &nothing), "tool_calls")).await,
        ] {
            let call = response.tool_calls().next().unwrap();
            assert!(["", "{}"].contains(&call.arguments.as_str()), "{nothing}");
            let message = response.message().unwrap().clone();
            let body = sent(&OPENAI, Request::new("hi").with_message(message)).await;
            assert_eq!(
                body["messages"][1]["tool_calls"][0]["function"]["arguments"],
                "{}"
            );
        }
    }
}

#[tokio::test]
async fn odd_a_call_without_an_id_gets_one_that_stays() {
    for id in [Value::Null, json!("")] {
        let response = streamed(
            &COMPATIBLE,
            &[delta(&call(&id, &json!("{}"))), finish("tool_calls")],
        )
        .await;
        let made_up = response.tool_calls().next().unwrap().id.clone();
        assert!(!made_up.is_empty());
        let message = response.message().unwrap().clone();
        let body = sent(&COMPATIBLE, Request::new("hi").with_message(message)).await;
        assert_eq!(body["messages"][1]["tool_calls"][0]["id"], made_up.as_str());
        assert_eq!(body["messages"][2]["tool_call_id"], made_up.as_str());
    }
}

#[tokio::test]
async fn odd_what_the_limit_cut_says_so_with_what_there_is() {
    let response = streamed(
        &OPENAI,
        &[delta(&json!({"content": "Once upon a"})), finish("length")],
    )
    .await;
    assert_eq!(response.text(), "Once upon a");
    assert_eq!(response.finish_reason().unwrap().kind, FinishKind::Length);
    // Of all that a model thought, nothing was left for the answer.
    let response = read(&OPENAI, answer(&json!({"content": ""}), "length")).await;
    assert_eq!(
        (response.text(), response.finish_reason().unwrap().kind),
        (String::new(), FinishKind::Length)
    );
}

#[tokio::test]
async fn odd_refusals_of_a_host_say_when_to_come_back() {
    let refusal = |status: u16, body: &str| {
        MemoryResponse::new(status)
            .with_header("retry-after", "7")
            .with_chunk(body.to_owned())
    };
    let error = failed(
        &AZURE,
        refusal(
            429,
            r#"{"error":{"code":"RateLimitReached","message":"slow"}}"#,
        ),
    )
    .await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::RateLimited, Some(429))
    );
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
    let error = failed(
        &LLAMACPP,
        refusal(
            500,
            r#"{"error":{"code":500,"type":"server_error","message":"grammar and schema"}}"#,
        ),
    )
    .await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::ServerError, Some(500))
    );
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
}

#[tokio::test]
async fn odd_the_last_event_needs_no_blank_line_and_no_line_one_kind_of_end() {
    let chunks = [delta(&json!({"content": "x"})), finish("stop")];
    for (end, last) in [
        ("\n", ""),
        ("\n", "\n"),
        ("\r\n", "\r\n\r\n"),
        ("\r", "\r\r"),
    ] {
        let events = chunks
            .iter()
            .map(|chunk| format!(": KEEP-ALIVE{end}{end}data: {chunk}"));
        let body = events.collect::<Vec<_>>().join(&end.repeat(2));
        for pieces in [body.len() + 9, 1, 7] {
            let mut response =
                MemoryResponse::new(200).with_header("content-type", "text/event-stream");
            for piece in format!("{body}{last}").as_bytes().chunks(pieces) {
                response = response.with_chunk(piece.to_vec());
            }
            assert_eq!(
                read(&COMPATIBLE, response).await.text(),
                "x",
                "{end:?} {last:?} {pieces}"
            );
        }
    }
}

#[tokio::test]
async fn odd_a_reason_that_is_said_twice_is_said_once() {
    let chunks = [
        delta(&json!({"content": "x"})),
        finish("stop"),
        finish("stop"),
        json!({"choices": [], "usage": {"prompt_tokens": 1}}),
    ];
    let response = streamed(&COMPATIBLE, &chunks).await;
    assert_eq!(
        response.finish_reason().unwrap().raw.as_deref(),
        Some("stop")
    );
    assert_eq!(
        (response.text(), response.usage.input_tokens),
        ("x".into(), Some(1))
    );
}

#[tokio::test]
async fn odd_an_id_that_changes_in_a_stream_is_the_first() {
    let with_id = |id: &str, mut chunk: Value| {
        chunk["id"] = json!(id);
        chunk
    };
    let chunks = [
        with_id("first", delta(&json!({"content": "x"}))),
        with_id("second", finish("stop")),
    ];
    assert_eq!(streamed(&GROQ, &chunks).await.id(), Some("first"));
}

#[tokio::test]
async fn odd_text_that_the_finished_item_spells_otherwise_stays_as_it_was_shown() {
    let item = |text: &str| json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": text}]});
    let events = [
        json!({"type": "response.created", "response": {"id": "resp_1"}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "msg_1"}}),
        json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "as shown"}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": item("as finished")}),
        json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "output": [item("as finished")]}}),
    ];
    let body: String = events
        .iter()
        .map(|event| format!("data: {event}\n\n"))
        .collect();
    let transport =
        MemoryTransport::new().with_response(200, &[("content-type", "text/event-stream")], body);
    let model = builder(&OPENAI, "gpt-5", &transport)
        .build_responses()
        .unwrap();
    let request = Request::new(Message::user("hi")).with_delivery(Delivery::Incremental);
    assert_eq!(model.complete(request).await.unwrap().text(), "as shown");
}
