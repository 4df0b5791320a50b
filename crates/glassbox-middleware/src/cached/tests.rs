use futures_util::StreamExt as _;
use glassbox_core::{
    CacheStore, CompletionModelExt as _, Cost, CostSource, Decision, Error, ErrorKind, FinishKind,
    Response, ToolCall,
};
use glassbox_test::{ScriptedEmbeddings, ScriptedModel, Turn};

use super::*;

fn cached(turns: impl IntoIterator<Item = Turn>) -> Cached<ScriptedModel> {
    Cached::new(ScriptedModel::new(turns), Cache::new())
}

fn kind(decisions: &[Decision]) -> &DecisionKind {
    match decisions {
        [decision] => &decision.kind,
        other => panic!("{other:?}"),
    }
}

fn is_hit(response: &Response) -> bool {
    matches!(
        kind(&response.start.decisions),
        DecisionKind::CacheHit {
            store: CacheStore::Memory,
            ..
        }
    )
}

#[tokio::test]
async fn a_hit_is_the_same_answer_and_consumes_nothing() {
    let mut usage = Usage::new(100, 20);
    usage.cost = Some(Cost::new(0.5, CostSource::Provider));
    let turn = Turn::tool_calls([ToolCall::new("c1", "add", r#"{"a":1,"b":2}"#)])
        .with_reasoning("They want a sum.")
        .with_id("r1")
        .with_pieces(4)
        .with_usage(usage.clone());
    let model = cached([turn]);
    let mut first = model.complete("hi").await.unwrap();
    let mut again = model.complete("hi").await.unwrap();
    assert!(!is_hit(&first) && is_hit(&again));
    let said = std::mem::take(&mut again.usage);
    assert_eq!(
        (said.total_tokens(), said.saved.as_deref()),
        (Some(0), Some(&usage))
    );
    let cost = said.cost.unwrap();
    assert_eq!((cost.total, cost.source), (0.0, CostSource::Cache));
    first.usage = Usage::default();
    (first.start, again.start) = (Start::new(), Start::new());
    assert_eq!(again, first);
    assert_eq!(model.model.requests().len(), 1);
}

#[tokio::test]
async fn a_hit_obeys_the_grammar_and_its_pieces_are_joined() {
    let model = cached([Turn::text("one two three").with_pieces(3)]);
    model.complete("hi").await.unwrap();
    let events = model.events("hi").await.unwrap();
    let events: Vec<Event> = events.map(|event| event.unwrap()).collect().await;
    let [
        Event::Start(_),
        Event::Meta(_),
        Event::Text { delta, .. },
        Event::Finish { .. },
        Event::Usage(_),
        Event::End,
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(delta, "one two three");
}

#[tokio::test]
async fn what_failed_was_cut_or_was_dropped_is_asked_again() {
    let error = || Error::new(ErrorKind::Overloaded, "too busy");
    let turns = [
        Turn::refused(error()),
        Turn::text("a").broken(error()),
        Turn::text("b").cut(),
        Turn::text("c").with_finish(FinishKind::Length),
        Turn::text("d"),
        Turn::text("e"),
    ];
    let model = cached(turns);
    let refused = model.complete("hi").await.unwrap_err();
    assert!(matches!(
        kind(refused.decisions()),
        DecisionKind::CacheMiss { .. }
    ));
    for _ in 0..2 {
        model.complete("hi").await.unwrap_err();
    }
    assert_eq!(model.text("hi").await.unwrap(), "c");
    let mut dropped = model.events("hi").await.unwrap();
    while let Some(event) = dropped.next().await {
        if event.unwrap().is_output() {
            break;
        }
    }
    drop(dropped);
    for _ in 0..2 {
        assert_eq!(model.text("hi").await.unwrap(), "e");
    }
}

#[tokio::test]
async fn one_larger_than_the_cache_passes_and_is_not_kept() {
    let large = "x".repeat(5_000);
    let turns = [large.as_str(), "small"].map(Turn::text);
    let model = Cached::new(ScriptedModel::new(turns), Cache::new().with_bytes(1_000));
    assert_eq!(model.text("hi").await.unwrap(), large);
    for _ in 0..2 {
        assert_eq!(model.text("hi").await.unwrap(), "small");
    }
}

#[tokio::test]
async fn a_cache_is_shared_and_scopes_are_not() {
    let model = ScriptedModel::from_fn(|_| Turn::text("ok"));
    let cache = Cache::new();
    let plain = Cached::new(model.clone(), cache.clone());
    let tenants = ["a", "b"].map(|name| plain.clone().with_scope(name));
    for _ in 0..2 {
        for tenant in &tenants {
            tenant.complete("hi").await.unwrap();
        }
        plain.complete("hi").await.unwrap();
    }
    assert_eq!(model.requests().len(), 3);
    assert_eq!(cache.stats().hits, 3);
}

#[tokio::test]
async fn in_a_file_it_outlives_the_model_and_has_its_end_before_the_stream_does() {
    let directory = tempfile::tempdir().unwrap();
    let model = |turns: Vec<Turn>| {
        let cache = Cache::new().with_directory(directory.path());
        Cached::new(ScriptedModel::new(turns), cache)
    };
    let turn = Turn::text("kept").with_usage(Usage::new(3, 4));
    model(vec![turn]).complete("hi").await.unwrap();
    let response = model(vec![]).complete("hi").await.unwrap();
    assert_eq!(response.text(), "kept");
    assert_eq!(response.usage.saved.unwrap().total_tokens(), Some(7));
    let DecisionKind::CacheHit { store, .. } = kind(&response.start.decisions) else {
        panic!("{:?}", response.start);
    };
    assert_eq!(*store, CacheStore::Disk);
}

#[tokio::test]
async fn a_cache_in_a_cache_saves_what_was_consumed_once() {
    let inner = cached([Turn::text("a").with_usage(Usage::new(3, 4))]);
    inner.complete("hi").await.unwrap();
    let outer = Cached::new(inner, Cache::new());
    for _ in 0..2 {
        let saved = outer.complete("hi").await.unwrap().usage.saved.unwrap();
        assert_eq!((saved.total_tokens(), saved.saved), (Some(7), None));
    }
}

#[tokio::test]
async fn embeddings_are_kept_too() {
    let model = Cached::new(ScriptedEmbeddings::new(), Cache::new());
    let ask = |text: &'static str| model.embed(EmbeddingRequest::new([text]));
    let first = ask("one").await.unwrap();
    let again = ask("one").await.unwrap();
    assert_eq!(again.embeddings, first.embeddings);
    assert_eq!(again.usage.saved.as_deref(), Some(&first.usage));
    assert!(matches!(
        kind(&again.start.decisions),
        DecisionKind::CacheHit { .. }
    ));
    let other = ask("two").await.unwrap();
    assert!(matches!(
        kind(&other.start.decisions),
        DecisionKind::CacheMiss { .. }
    ));
}
