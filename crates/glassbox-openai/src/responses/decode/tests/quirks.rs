//! What hosts do that the book does not say.

use super::*;

fn arguments(index: u64, delta: &str) -> Value {
    event(
        "function_call_arguments.delta",
        &json!({"output_index": index, "delta": delta}),
    )
}

#[test]
fn quirk_17_a_call_is_known_by_its_call_id() {
    let response = whole(&response("completed", &json!([call("call_7", "f", "{}")]))).unwrap();
    assert_eq!(response.tool_calls().next().unwrap().id, "call_7");
    let mut nameless = call("", "f", "{}");
    nameless["id"] = json!("fc_9");
    let response = whole(&super::response("completed", &json!([nameless]))).unwrap();
    assert_eq!(response.tool_calls().next().unwrap().id, "fc_9");
}

#[test]
fn quirk_19_the_finished_item_has_the_arguments() {
    let item = call("c", "f", "{\"a\":1}");
    for pieces in [&[][..], &["{\"a\""], &["{\"a\":1}"], &["{ \"a\": 1 }"]] {
        let mut stream = vec![added(0, &call("c", "f", ""))];
        stream.extend(pieces.iter().map(|piece| arguments(0, piece)));
        stream.extend([done(0, &item), completed(&json!([item]))]);
        let response = streamed(&stream);
        let arguments = response
            .tool_calls()
            .next()
            .unwrap()
            .arguments
            .parse()
            .unwrap();
        assert_eq!(Value::Object(arguments), json!({"a": 1}), "{pieces:?}");
    }
    let stream = [
        added(0, &call("c", "f", "")),
        arguments(0, "{\"a\":2}"),
        done(0, &item),
    ];
    assert_eq!(failed_stream(&stream).1.kind(), ErrorKind::Protocol);
}

#[test]
fn quirk_19_a_call_that_the_limit_cut_is_kept_and_finishes_with_length() {
    let mut cut = call("c", "f", "{\"a\":");
    cut["status"] = json!("incomplete");
    let mut last = response("incomplete", &json!([cut]));
    last["incomplete_details"] = json!({"reason": "max_output_tokens"});
    for stream in [
        vec![
            added(0, &call("c", "f", "")),
            arguments(0, "{\"a\":"),
            done(0, &cut),
            event("incomplete", &json!({"response": last})),
        ],
        vec![event("incomplete", &json!({"response": last}))],
    ] {
        let response = streamed(&stream);
        assert_eq!(
            response.tool_calls().next().unwrap().arguments.as_str(),
            "{\"a\":"
        );
        let finish = response.choices[0].finish_reason.as_ref().unwrap();
        assert_eq!(
            (finish.kind, finish.raw.as_deref()),
            (FinishKind::Length, Some("max_output_tokens"))
        );
        assert_eq!(response, whole(&last).unwrap());
    }
    last["incomplete_details"] = json!({"reason": "content_filter"});
    let filtered = whole(&last).unwrap();
    assert_eq!(
        filtered.choices[0].finish_reason.as_ref().unwrap().kind,
        FinishKind::ContentFilter
    );
}

#[test]
fn calls_whose_pieces_mix_stay_apart() {
    let items = [call("c0", "f", "{\"a\":0}"), call("c1", "g", "{\"a\":1}")];
    let stream = [
        added(0, &call("c0", "f", "")),
        added(1, &call("c1", "g", "")),
        arguments(1, "{\"a\""),
        arguments(0, "{\"a\":"),
        arguments(1, ":1}"),
        done(1, &items[1]),
        arguments(0, "0}"),
        done(0, &items[0]),
        completed(&json!(items)),
    ];
    let response = streamed(&stream);
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| call.arguments.as_str())
        .collect();
    assert_eq!(calls, ["{\"a\":0}", "{\"a\":1}"]);
}

#[test]
fn ids_that_change_with_every_event_do_no_harm() {
    let mut rotated = said("hello");
    rotated["id"] = json!("other");
    let stream = [
        added(0, &json!({"type": "message", "id": "a"})),
        event(
            "output_text.delta",
            &json!({"output_index": 0, "item_id": "b", "delta": "hello"}),
        ),
        done(0, &rotated),
        completed(&json!([said("hello")])),
    ];
    assert_eq!(streamed(&stream).text(), "hello");
}

#[test]
fn parts_that_are_not_counted_from_zero_are_not_said_twice() {
    let stream = [
        event(
            "output_text.delta",
            &json!({"output_index": 0, "content_index": 1, "delta": "hello"}),
        ),
        done(0, &said("hello")),
        completed(&json!([said("hello")])),
    ];
    assert_eq!(streamed(&stream).text(), "hello");
}

#[test]
fn items_that_came_with_the_last_event_alone_are_given() {
    let output = json!([said("hello"), call("c", "f", "{}")]);
    let response = streamed(&[completed(&output)]);
    assert_eq!(response.text(), "hello");
    assert_eq!(response.tool_calls().count(), 1);
    let stream = [
        event("output_text.delta", &json!({"delta": "hel"})),
        event("output_text.delta", &json!({"delta": "lo"})),
        completed(&output),
    ];
    assert_eq!(
        streamed(&stream).text(),
        "hello",
        "without an index and an id"
    );
}

#[test]
fn the_phase_of_a_message_is_kept() {
    let mut remark = said("a moment");
    remark["phase"] = json!("commentary");
    let parts = &whole(&response("completed", &json!([remark, said("done")])))
        .unwrap()
        .choices[0]
        .message
        .parts;
    assert!(
        matches!(&parts[0], Part::Text(text) if text.opaque.as_ref().unwrap().data["phase"] == "commentary")
    );
    assert!(matches!(&parts[1], Part::Text(text) if text.opaque.is_none()));
}
