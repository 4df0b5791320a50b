//! Tool calls as they arrive, and why an answer stops.

use glassbox_core::FinishKind;
use glassbox_openai::{CEREBRAS, COMPATIBLE, OPENAI};

use super::*;

/// The calls of an answer: ids, names, arguments.
fn calls(response: &Response) -> Vec<[String; 3]> {
    let calls = response.tool_calls().map(|call| {
        let arguments = call.arguments.as_str().to_owned();
        [call.id.clone(), call.name.clone(), arguments]
    });
    calls.collect()
}

fn pieces(pieces: &Value) -> Value {
    delta(&json!({"tool_calls": pieces}))
}

#[tokio::test]
async fn quirk_05_the_pieces_of_calls_find_each_other() {
    let expected = [
        ["a", "f", "{\"x\":1}"].map(String::from),
        ["b", "g", "{\"y\":2}"].map(String::from),
    ];
    let first = |index: Value, id: &str, name: &str, arguments: &str| {
        let mut piece = json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
        if !index.is_null() {
            piece["index"] = index;
        }
        piece
    };
    let further = |index: Value, arguments: &str| {
        let mut piece = json!({"function": {"arguments": arguments}});
        if !index.is_null() {
            piece["index"] = index;
        }
        piece
    };
    for (how, chunks) in [
        (
            "by the index, the id and the name only first, and mixed",
            vec![
                pieces(&json!([first(json!(0), "a", "f", "")])),
                pieces(&json!([first(json!(1), "b", "g", "")])),
                pieces(&json!([further(json!(0), "{\"x\":")])),
                pieces(&json!([further(json!(1), "{\"y\":")])),
                pieces(&json!([further(json!(0), "1}")])),
                pieces(&json!([further(json!(1), "2}")])),
            ],
        ),
        (
            "without an index",
            vec![
                pieces(&json!([first(Value::Null, "a", "f", "{\"x\":")])),
                pieces(&json!([further(Value::Null, "1}")])),
                pieces(&json!([first(Value::Null, "b", "g", "{\"y\":")])),
                pieces(&json!([further(Value::Null, "2}")])),
            ],
        ),
        (
            "with the same index",
            vec![
                pieces(&json!([first(json!(0), "a", "f", "{\"x\":1}")])),
                pieces(&json!([first(json!(0), "b", "g", "{\"y\":")])),
                pieces(&json!([further(json!(0), "2}")])),
            ],
        ),
        (
            "with an index that is counted on in the middle of a call",
            vec![
                pieces(&json!([first(json!(0), "a", "f", "{\"x\":")])),
                pieces(&json!([further(json!(1), "1}")])),
                pieces(&json!([first(json!(2), "b", "g", "{\"y\":")])),
                pieces(&json!([further(json!(3), "2}")])),
            ],
        ),
        (
            "several in one chunk",
            vec![
                pieces(&json!([
                    first(json!(0), "a", "f", "{\"x\":"),
                    first(json!(1), "b", "g", "{\"y\":")
                ])),
                pieces(&json!([further(json!(0), "1}"), further(json!(1), "2}")])),
            ],
        ),
        (
            "whole, in one chunk each",
            vec![
                pieces(&json!([first(json!(0), "a", "f", "{\"x\":1}")])),
                pieces(&json!([first(json!(1), "b", "g", "{\"y\":2}")])),
            ],
        ),
    ] {
        for dialect in [&OPENAI, &COMPATIBLE, &CEREBRAS] {
            let chunks = [&chunks[..], &[finish("tool_calls")]].concat();
            let response = streamed(dialect, &chunks).await;
            assert_eq!(calls(&response), expected, "{how}");
        }
    }
}

#[tokio::test]
async fn quirk_06_calls_win_over_a_reason_that_knows_none() {
    let call = json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}});
    let reason = async |raw: &str, has_call: bool| {
        let calls = if has_call { json!([call]) } else { json!([]) };
        let streamed = streamed(&OPENAI, &[pieces(&calls), finish(raw)]).await;
        let body = json!({"choices": [{"message": {"content": null, "tool_calls": calls}, "finish_reason": raw}]});
        let (read, error) = received(&OPENAI, whole(&body)).await;
        assert!(error.is_none());
        assert_eq!(read.finish_reason(), streamed.finish_reason());
        let reason = read.finish_reason().unwrap();
        assert_eq!(reason.raw.as_deref(), Some(raw), "the word is kept");
        reason.kind
    };
    assert_eq!(reason("stop", true).await, FinishKind::ToolCall);
    assert_eq!(reason("stop", false).await, FinishKind::Stop);
    assert_eq!(reason("tool_calls", true).await, FinishKind::ToolCall);
    assert_eq!(
        reason("length", true).await,
        FinishKind::Length,
        "a call that may be cut"
    );
    assert_eq!(reason("word-of-tomorrow", false).await, FinishKind::Other);
}

#[tokio::test]
async fn quirk_06_an_end_needs_no_reason_and_a_reason_no_end_and_one_of_them_there_must_be() {
    let text = delta(&json!({"content": "x"}));
    let response = streamed(&OPENAI, std::slice::from_ref(&text)).await;
    assert_eq!(
        (response.text(), response.finish_reason()),
        ("x".into(), None),
        "nothing is made up"
    );

    let sse = |body: String| {
        MemoryResponse::new(200)
            .with_header("content-type", "text/event-stream")
            .with_chunk(body)
    };
    let body = format!("data: {text}\n\ndata: {}\n\n", finish("stop"));
    let (response, error) = received(&OPENAI, sse(body)).await;
    assert!(error.is_none());
    assert_eq!(response.text(), "x");

    let (response, error) = received(&OPENAI, sse(format!("data: {text}\n\n"))).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Protocol);
    assert_eq!(response.text(), "x", "what came is not lost");
}

#[tokio::test]
async fn quirk_35_every_reason_has_a_kind_and_keeps_its_word() {
    for (raw, kind) in [
        ("stop", FinishKind::Stop),
        ("eos", FinishKind::Stop),
        ("end_turn", FinishKind::Stop),
        ("STOP", FinishKind::Stop),
        ("length", FinishKind::Length),
        ("max_tokens", FinishKind::Length),
        ("model_length", FinishKind::Length),
        ("insufficient_system_resource", FinishKind::Length),
        ("tool_calls", FinishKind::ToolCall),
        ("function_call", FinishKind::ToolCall),
        ("content_filter", FinishKind::ContentFilter),
        ("sensitive", FinishKind::ContentFilter),
        ("whatever", FinishKind::Other),
    ] {
        let response = streamed(&COMPATIBLE, &[delta(&json!({"content": "x"})), finish(raw)]).await;
        let reason = response.finish_reason().unwrap();
        assert_eq!((reason.kind, reason.raw.as_deref()), (kind, Some(raw)));
    }
}
