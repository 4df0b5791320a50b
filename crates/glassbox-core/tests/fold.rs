//! There is one fold, and it adds events up whatever order the grammar allows.

use glassbox_core::{
    CompletionModel, CompletionModelExt as _, Error, ErrorKind, Event, EventStream, FinishKind,
    FinishReason, Fold, Meta, ModelInfo, Opaque, Part, Request, Response, Result, Start, Usage,
};
use serde_json::json;

fn fold(events: impl IntoIterator<Item = Event>) -> Response {
    let mut fold = Fold::new();
    fold.push(Event::Start(Box::new(Start::new())));
    for event in events {
        fold.push(event);
    }
    fold.push(Event::End);
    fold.finish().expect("it was given its End")
}

#[test]
fn pieces_of_text_join() {
    let response = fold([Event::text("a"), Event::text(""), Event::text("b")]);
    assert_eq!(response.text(), "ab");
    assert_eq!(response.choices[0].message.parts.len(), 1);
}

#[test]
fn mixed_pieces_of_parallel_calls_go_to_their_calls() {
    let response = fold([
        Event::tool_call(0, 0, "x", "first"),
        Event::tool_call(0, 1, "y", "second"),
        Event::arguments(0, 0, "{\"a\""),
        Event::arguments(0, 1, "{\"b\""),
        Event::arguments(0, 0, ":1}"),
        Event::arguments(0, 1, ":2}"),
    ]);
    let calls: Vec<_> = response
        .tool_calls()
        .map(|call| (&*call.id, &*call.name, call.arguments.as_str()))
        .collect();
    assert_eq!(
        calls,
        [("x", "first", "{\"a\":1}"), ("y", "second", "{\"b\":2}")]
    );
}

#[test]
fn the_order_of_parts_is_kept() {
    let response = fold([
        Event::reasoning(0, "think"),
        Event::text("speak"),
        Event::tool_call(0, 0, "x", "act"),
        Event::text("speak again"),
    ]);
    let kinds: Vec<_> = response.choices[0]
        .message
        .parts
        .iter()
        .map(|part| json!(part)["type"].clone())
        .collect();
    assert_eq!(kinds, ["reasoning", "text", "tool_call", "text"]);
    assert_eq!(response.reasoning(), "think");
}

#[test]
fn opaque_data_ends_the_part_it_belongs_to() {
    let signature = |text: &str| Opaque::new("anthropic", json!(text));
    let response = fold([
        Event::reasoning(0, "one"),
        Event::opaque(0, None, signature("s1")),
        Event::reasoning(0, "two"),
        Event::opaque(0, None, signature("s2")),
        Event::opaque(0, None, signature("alone")),
        Event::tool_call(0, 0, "x", "act"),
        Event::opaque(0, Some(0), signature("s3")),
    ]);
    let parts = &response.choices[0].message.parts;
    assert!(matches!(&parts[0], Part::Reasoning(r) if r.opaque == Some(signature("s1"))));
    assert!(
        matches!(&parts[1], Part::Reasoning(r) if r.content == "two" && r.opaque == Some(signature("s2")))
    );
    assert!(matches!(&parts[2], Part::Opaque(o) if *o == signature("alone")));
    assert!(matches!(&parts[3], Part::ToolCall(c) if c.opaque == Some(signature("s3"))));
}

#[test]
fn choices_are_kept_apart() {
    let response = fold([
        Event::text_of(1, "second"),
        Event::text_of(0, "first"),
        Event::finish(1, FinishKind::Length),
        Event::finish(0, FinishReason::new(FinishKind::Stop, "eos")),
    ]);
    assert_eq!(response.choices.len(), 2);
    assert_eq!(response.text(), "first");
    assert_eq!(response.choices[1].message.text(), "second");
    assert_eq!(
        response.finish_reason().unwrap().raw.as_deref(),
        Some("eos")
    );
    assert_eq!(
        response.choices[1].finish_reason.as_ref().unwrap().kind,
        FinishKind::Length
    );
}

#[test]
fn usage_is_a_running_total_and_the_id_stays() {
    let mut early = Usage::new(10, 0);
    early.cache_read_input_tokens = Some(4);
    let mut late = Usage::default();
    late.output_tokens = Some(7);
    let meta = |id: &str| Event::Meta(Box::new(Meta::new(Some(id.into()), None)));
    let response = fold([
        meta("a"),
        Event::Usage(Box::new(early)),
        Event::Usage(Box::new(late)),
        meta("b"),
    ]);
    assert_eq!(response.usage.total_tokens(), Some(17));
    assert_eq!(response.usage.cache_read_input_tokens, Some(4));
    assert_eq!(response.id(), Some("a"));
}

#[test]
fn hostile_numbers_cost_nothing() {
    let response = fold([
        Event::text_of(u32::MAX, "far"),
        Event::finish(u32::MAX, FinishKind::Stop),
        Event::arguments(0, u32::MAX, "{}"),
        Event::opaque(3_000_000_000, None, Opaque::new("x", json!(1))),
    ]);
    assert!(response.tool_calls().next().is_none());
    assert!(response.choices.len() <= 1);
}

#[test]
fn an_answer_without_an_end_is_an_error() {
    let mut fold = Fold::new();
    fold.push(Event::text("half"));
    assert_eq!(fold.response().text(), "half");
    assert_eq!(fold.finish().unwrap_err().kind(), ErrorKind::Protocol);
}

#[derive(Debug)]
struct Canned(ModelInfo, Vec<Result<Event>>);

#[async_trait::async_trait]
impl CompletionModel for Canned {
    fn info(&self) -> &ModelInfo {
        &self.0
    }

    async fn stream(&self, _request: Request) -> Result<EventStream> {
        Ok(Box::pin(futures_util::stream::iter(self.1.clone())))
    }
}

#[test]
fn complete_is_a_fold_over_the_stream() {
    let model = |events| Canned(ModelInfo::new("test", "canned"), events);
    let good = model(vec![Ok(Event::text("yes")), Ok(Event::End)]);
    assert_eq!(futures_executor::block_on(good.text("?")).unwrap(), "yes");
    let broken = model(vec![
        Ok(Event::text("ye")),
        Err(Error::new(ErrorKind::Network, "reset")),
    ]);
    assert_eq!(
        futures_executor::block_on(broken.complete("?"))
            .unwrap_err()
            .kind(),
        ErrorKind::Network
    );
    let cut = model(vec![Ok(Event::text("ye"))]);
    assert_eq!(
        futures_executor::block_on(cut.complete("?"))
            .unwrap_err()
            .kind(),
        ErrorKind::Protocol
    );
}

#[test]
fn events_round_trip_through_json() {
    let events = vec![
        Event::Start(Box::default()),
        Event::Meta(Box::new(Meta::new(Some("id".into()), None))),
        Event::reasoning(0, "r"),
        Event::text("t"),
        Event::tool_call(0, 0, "x", "act"),
        Event::arguments(0, 0, "{}"),
        Event::part(0, Part::text("whole")),
        Event::opaque(0, Some(0), Opaque::new("p", json!(1))),
        Event::finish(0, FinishKind::ToolCall),
        Event::Usage(Box::new(Usage::new(1, 2))),
        Event::End,
    ];
    let text = serde_json::to_string(&events).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Event>>(&text).unwrap(), events);
}
