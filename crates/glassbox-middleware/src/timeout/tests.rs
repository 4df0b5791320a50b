use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, DecisionKind, EmbeddingModel, EmbeddingRequest,
    EmbeddingResponse, Error, ErrorKind, EventStream, ModelInfo, Request, Result, TimeLimit,
};
use glassbox_test::{ScriptedModel, Turn};
use tokio::time::Instant;

use super::Timeout;

const SECOND: Duration = Duration::from_secs(1);

/// An answer in four pieces, each a second after the one before.
fn model(turn: impl FnOnce(Turn) -> Turn) -> ScriptedModel {
    ScriptedModel::new([turn(Turn::text("1 2 3 4").with_pieces(4).with_pace(SECOND))])
}

fn bare(turn: Turn) -> Turn {
    turn
}

/// How many pieces came, and what ended them.
async fn play(model: impl CompletionModel) -> (usize, Option<Error>) {
    let mut events = match model.events("hi").await {
        Ok(events) => events,
        Err(error) => return (0, Some(error)),
    };
    let (mut pieces, mut error) = (0, None);
    while let Some(item) = events.next().await {
        match item {
            Ok(event) => pieces += usize::from(event.is_output()),
            Err(late) => error = Some(late),
        }
    }
    (pieces, error)
}

fn assert_late(error: Option<Error>, limit: TimeLimit, after: Duration) {
    let error = error.unwrap();
    assert_eq!(
        (error.kind(), error.provider()),
        (ErrorKind::Timeout, Some("scripted"))
    );
    let [decision] = error.decisions() else {
        panic!("{error:?}");
    };
    let DecisionKind::TimeLimit { reached, .. } = decision.kind else {
        panic!("{error:?}");
    };
    assert_eq!((reached, decision.after), (limit, after));
}

#[tokio::test(start_paused = true)]
async fn who_is_in_time_is_not_disturbed() {
    let limited = Timeout::new(model(bare))
        .with_total(SECOND * 5)
        .with_first_output(SECOND * 2)
        .with_idle(SECOND * 2);
    let (pieces, error) = play(limited).await;
    assert_eq!(pieces, 4);
    assert!(error.is_none(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_whole_is_limited() {
    let (pieces, error) = play(Timeout::new(model(bare)).with_total(SECOND * 5 / 2)).await;
    assert_eq!(pieces, 2);
    assert_late(error, TimeLimit::Total, SECOND * 5 / 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_piece_is_limited_and_the_others_are_not() {
    let limited = |limit| Timeout::new(model(bare)).with_first_output(limit);
    assert_eq!(play(limited(SECOND * 2)).await.0, 4);
    let (pieces, error) = play(limited(SECOND / 2)).await;
    assert_eq!(pieces, 0);
    assert_late(error, TimeLimit::FirstOutput, SECOND / 2);
}

#[tokio::test(start_paused = true)]
async fn silence_is_limited() {
    let hanging = model(Turn::hanging);
    let began = Instant::now();
    let (pieces, error) = play(Timeout::new(hanging).with_idle(SECOND * 3)).await;
    assert_eq!((pieces, began.elapsed()), (4, SECOND * 7));
    assert_late(error, TimeLimit::Idle, SECOND * 7);
}

/// Never answers.
#[derive(Debug)]
struct Silent(ModelInfo);

#[async_trait::async_trait]
impl CompletionModel for Silent {
    fn info(&self) -> &ModelInfo {
        &self.0
    }

    async fn stream(&self, _: Request) -> Result<EventStream> {
        std::future::pending().await
    }
}

#[async_trait::async_trait]
impl EmbeddingModel for Silent {
    fn info(&self) -> &ModelInfo {
        &self.0
    }

    async fn embed(&self, _: EmbeddingRequest) -> Result<EmbeddingResponse> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_even_accepted_is_limited() {
    let silent = || Silent(ModelInfo::new("scripted", "silent"));
    let limited = Timeout::new(silent())
        .with_total(SECOND * 9)
        .with_first_output(SECOND);
    assert_late(play(limited).await.1, TimeLimit::FirstOutput, SECOND);
    let limited = Timeout::new(silent()).with_total(SECOND);
    let error = limited
        .embed(EmbeddingRequest::new(["a"]))
        .await
        .unwrap_err();
    assert_late(Some(error), TimeLimit::Total, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_no_clock_can_hold_is_none() {
    let (pieces, error) = play(Timeout::new(model(bare)).with_total(Duration::MAX)).await;
    assert_eq!(pieces, 4);
    assert!(error.is_none(), "{error:?}");
}
