//! What wrappers around a model say of what they did.

use std::time::Duration;

use glassbox_core::{
    CacheStore, Cost, CostSource, Decision, DecisionKind, Error, ErrorKind, ModelInfo, ModelName,
    Retry, Start, TimeLimit, Usage,
};
use serde_json::json;

fn name(provider: &'static str, model: &str) -> ModelName {
    ModelName::from(&ModelInfo::new(provider, model))
}

fn every_kind() -> Vec<DecisionKind> {
    let (a, b) = (name("openai", "a"), name("anthropic", "b"));
    vec![
        DecisionKind::balance(a.clone(), vec![b.clone()]),
        DecisionKind::cache_hit(CacheStore::Disk, Duration::from_secs(3)),
        DecisionKind::cache_miss(true),
        DecisionKind::fallback(a, b, ErrorKind::Overloaded, Some(503)),
        DecisionKind::rate_limit_wait(Duration::from_millis(5)),
        DecisionKind::time_limit(TimeLimit::FirstOutput, Duration::from_secs(9)),
    ]
}

#[test]
fn every_decision_comes_back_from_json() {
    for (at, kind) in every_kind().into_iter().enumerate() {
        let decision = Decision::new(Duration::from_millis(at as u64), kind);
        let text = serde_json::to_string(&decision).unwrap();
        assert_eq!(
            serde_json::from_str::<Decision>(&text).unwrap(),
            decision,
            "{text}"
        );
    }
}

#[test]
fn a_start_without_decisions_reads_and_writes_as_before() {
    let before = json!({"request_id": "r1"});
    let start: Start = serde_json::from_value(before.clone()).unwrap();
    assert!(start.decisions.is_empty() && start.answered_by.is_none());
    assert_eq!(serde_json::to_value(&start).unwrap(), before);
    let usage: Usage = serde_json::from_value(json!({"input_tokens": 1})).unwrap();
    assert_eq!(
        serde_json::to_value(&usage).unwrap(),
        json!({"input_tokens": 1})
    );
}

#[test]
fn a_start_with_everything_comes_back() {
    let mut start = Start::new();
    start.answered_by = Some(Box::new(
        ModelInfo::new("openai", "a").with_server("h", Some(1)),
    ));
    start.decisions = vec![Decision::new(
        Duration::ZERO,
        DecisionKind::cache_miss(false),
    )];
    let text = serde_json::to_string(&start).unwrap();
    assert_eq!(serde_json::from_str::<Start>(&text).unwrap(), start);
}

#[test]
fn what_was_counted_from_a_later_start_moves() {
    let [at, by] = [1, 10].map(Duration::from_secs);
    let retry = Retry::new(1, ErrorKind::Network, None, at, Duration::ZERO);
    let decision = Decision::new(at, DecisionKind::rate_limit_wait(at));
    let mut start = Start::new();
    start.retries = vec![retry.clone()];
    start.decisions = vec![decision.clone()];
    start.delay(by);
    let error = Error::new(ErrorKind::Timeout, "too late")
        .with_retries(vec![retry])
        .with_decisions(vec![decision])
        .delayed(by);
    let eleven = Duration::from_secs(11);
    assert_eq!(
        [start.retries[0].after, start.decisions[0].after],
        [eleven; 2]
    );
    assert_eq!(
        [error.retries()[0].after, error.decisions()[0].after],
        [eleven; 2]
    );
    assert!(format!("{error:?}").contains("RateLimitWait"));
}

#[test]
fn a_cached_answer_consumed_nothing_and_says_what_it_saved() {
    let mut made = Usage::new(100, 10);
    made.cost = Some(Cost::new(0.5, CostSource::Provider));
    let cached = Usage::cached(made.clone());
    assert_eq!(cached.total_tokens(), Some(0));
    let mut sum = made;
    sum.add(&cached);
    sum.add(&cached);
    assert_eq!(sum.total_tokens(), Some(110));
    let cost = sum.cost.unwrap();
    assert_eq!(
        (cost.total, cost.source, cost.partial),
        (0.5, CostSource::Provider, false)
    );
    let saved = sum.saved.as_deref().unwrap();
    assert_eq!(saved.total_tokens(), Some(220));
    assert_eq!(saved.cost.map(|cost| cost.total), Some(1.0));
    let text = serde_json::to_string(&sum).unwrap();
    assert_eq!(serde_json::from_str::<Usage>(&text).unwrap(), sum);
}

#[test]
fn a_model_without_a_name_is_its_provider() {
    assert_eq!(
        name("openai", "gpt-4o-mini").to_string(),
        "openai/gpt-4o-mini"
    );
    assert_eq!(name("scripted", "").to_string(), "scripted");
}
