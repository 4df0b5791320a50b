use std::time::Duration;

use futures_util::future::join_all;
use glassbox_core::{
    CompletionModelExt as _, DecisionKind, EmbeddingModel as _, EmbeddingRequest, ErrorKind, Start,
    Usage,
};
use glassbox_test::{ScriptedEmbeddings, ScriptedModel, Turn};
use tokio::time::{Instant, sleep, timeout};

use super::{RateLimit, RateLimited};

const SECOND: Duration = Duration::from_secs(1);

fn model(limit: RateLimit) -> RateLimited<ScriptedModel> {
    let model = ScriptedModel::from_fn(|_| Turn::text("ok").with_usage(Usage::new(60, 40)));
    RateLimited::new(model, limit)
}

fn waited(start: &Start) -> Duration {
    let Some(decision) = start.decisions.first() else {
        return Duration::ZERO;
    };
    match decision.kind {
        DecisionKind::RateLimitWait { wait, .. } => wait,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_each_other_in_the_order_in_which_they_came() {
    let limited = model(RateLimit::new().with_requests(2, SECOND * 2));
    let began = Instant::now();
    let calls = (0..5).map(|_| async {
        let start = limited.complete("hi").await.unwrap().start;
        (waited(&start).as_secs(), began.elapsed().as_secs())
    });
    // Two at once, and then one a second.
    let expected = [(0, 0), (0, 0), (1, 1), (2, 2), (3, 3)];
    assert_eq!(join_all(calls).await, expected);
}

#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_is_refused_at_once_and_nothing_is_sent() {
    let limit = RateLimit::new().with_requests(1, SECOND * 10);
    let limited = model(limit.with_max_wait(SECOND * 5));
    limited.complete("hi").await.unwrap();
    let began = Instant::now();
    let error = limited.complete("hi").await.unwrap_err();
    assert_eq!(
        (error.kind(), began.elapsed()),
        (ErrorKind::RateLimited, Duration::ZERO)
    );
    assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(10));
    assert!(error.to_string().contains("requests"), "{error}");
    assert_eq!(limited.model.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_taken_off_when_they_are_known() {
    // 100 a call, and 50 a second.
    let limited = model(RateLimit::new().with_tokens(150, SECOND * 3));
    let mut waits = Vec::new();
    for _ in 0..4 {
        let start = limited.complete("hi").await.unwrap().start;
        waits.push(waited(&start).as_millis());
    }
    assert_eq!(waits[..2], [0, 0], "there were 150, and then 50");
    for wait in &waits[2..] {
        // From 50 below nothing, or 99 below one, to one.
        assert!((1_000..2_100).contains(wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_at_once_until_their_streams_end_or_are_dropped() {
    let limit = RateLimit::new().with_max_in_flight(1).with_max_wait(SECOND);
    let limited = model(limit);
    let held = limited.events("hi").await.unwrap();
    let error = limited.complete("hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.to_string().contains("requests at once"), "{error}");
    drop(held);
    limited.complete("hi").await.unwrap();
    limited.complete("hi").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_leaves_room() {
    let limited = model(RateLimit::new().with_requests(1, SECOND * 10));
    limited.complete("hi").await.unwrap();
    let impatient = timeout(SECOND, limited.complete("hi"));
    let patient = async {
        sleep(Duration::from_millis(1)).await;
        limited.complete("hi").await.unwrap()
    };
    let began = Instant::now();
    let (impatient, _) = tokio::join!(impatient, patient);
    assert!(impatient.is_err());
    assert_eq!(
        began.elapsed().as_secs(),
        10,
        "as if nobody had been before"
    );
}

#[tokio::test(start_paused = true)]
async fn clones_of_a_limit_are_one() {
    let limit = RateLimit::new().with_requests(1, SECOND * 10);
    let (a, b) = (model(limit.clone()), model(limit));
    a.complete("hi").await.unwrap();
    let start = b.complete("hi").await.unwrap().start;
    assert_eq!(waited(&start).as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn nothing_passes_a_limit_of_nothing() {
    let limited = model(RateLimit::new().with_requests(0, SECOND));
    let error = limited.complete("hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    // As much as one likes in no time is no limit.
    model(RateLimit::new().with_requests(1, Duration::ZERO))
        .complete("hi")
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn embeddings_keep_it_too() {
    let limit = RateLimit::new().with_requests(1, SECOND * 10);
    let limited = RateLimited::new(ScriptedEmbeddings::new(), limit);
    for wait in [0, 10] {
        let response = limited.embed(EmbeddingRequest::new(["a"])).await.unwrap();
        assert_eq!(waited(&response.start).as_secs(), wait);
    }
}
