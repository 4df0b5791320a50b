use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{
    Capabilities, CompletionModelExt as _, DecisionKind, Error, ErrorKind, Event, FinishKind,
    ModelInfo, Retry, Start,
};
use glassbox_test::{ScriptedModel, Turn};

use super::Fallback;

fn model(name: &'static str, turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
    let info = ModelInfo::new(name, "m").with_capabilities(Capabilities::all());
    ScriptedModel::new(turns).with_info(info)
}

fn overloaded() -> Error {
    Error::new(ErrorKind::Overloaded, "too busy").with_status(503)
}

fn seconds(of: impl IntoIterator<Item = Duration>) -> Vec<u64> {
    of.into_iter().map(|time| time.as_secs()).collect()
}

#[tokio::test]
async fn the_first_answers_and_nothing_is_told() {
    let second = model("b", []);
    let both = Fallback::new(model("a", [Turn::text("one")])).or(second.clone());
    let response = both.complete("hi").await.unwrap();
    assert_eq!(
        (response.text(), &response.start),
        ("one".into(), &Start::new())
    );
    assert!(second.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_second_answers_and_all_is_told_at_its_time() {
    let retry = |attempt, after| {
        let [after, wait] = [after, 1].map(Duration::from_secs);
        Retry::new(attempt, ErrorKind::Overloaded, Some(503), after, wait)
    };
    // It tells of its retries in its first event, takes 5 seconds, and fails before it says anything.
    let mut start = Start::new();
    start.retries = vec![retry(1, 2)];
    let slow = Slow(model(
        "a",
        [Turn::text("")
            .with_start(start)
            .broken(overloaded().with_retries(vec![retry(2, 4)]))],
    ));
    let mut second = Start::new();
    second.retries = vec![retry(1, 3)];
    let second = model("b", [Turn::text("two").with_start(second)]);
    let response = Fallback::new(slow).or(second).complete("hi").await.unwrap();
    assert_eq!(response.text(), "two");
    let start = response.start;
    assert_eq!(
        seconds(start.retries.iter().map(|retry| retry.after)),
        [2, 4, 8]
    );
    let [decision] = &start.decisions[..] else {
        panic!("{start:?}");
    };
    assert_eq!(decision.after, Duration::from_secs(5));
    let DecisionKind::Fallback {
        from,
        to,
        kind,
        status,
        ..
    } = &decision.kind
    else {
        panic!("{decision:?}");
    };
    assert_eq!(
        (from.to_string(), to.to_string()),
        ("a/m".into(), "b/m".into())
    );
    assert_eq!((*kind, *status), (ErrorKind::Overloaded, Some(503)));
    assert_eq!(start.answered_by.unwrap().provider, "b");
}

/// Takes 5 seconds.
#[derive(Debug)]
struct Slow(ScriptedModel);

#[async_trait::async_trait]
impl glassbox_core::CompletionModel for Slow {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    async fn stream(
        &self,
        request: glassbox_core::Request,
    ) -> glassbox_core::Result<glassbox_core::EventStream> {
        tokio::time::sleep(Duration::from_secs(5)).await;
        self.0.stream(request).await
    }
}

#[tokio::test]
async fn where_all_fail_the_last_error_tells_of_all() {
    let refused = Error::new(ErrorKind::Unauthenticated, "no").with_provider("b");
    let both = Fallback::new(model("a", [Turn::refused(overloaded())]))
        .or(model("b", [Turn::refused(refused)]));
    let error = both.complete("hi").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider()),
        (ErrorKind::Unauthenticated, Some("b"))
    );
    assert_eq!(error.decisions().len(), 1);
}

#[tokio::test]
async fn after_the_first_piece_the_error_is_the_callers() {
    let second = model("b", [Turn::text("two")]);
    let both =
        Fallback::new(model("a", [Turn::text("half").broken(overloaded())])).or(second.clone());
    let mut events = both.events("hi").await.unwrap();
    let mut said = String::new();
    let error = loop {
        match events.next().await.unwrap() {
            Ok(Event::Text { delta, .. }) => said.push_str(&delta),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(
        (said.as_str(), error.kind()),
        ("half", ErrorKind::Overloaded)
    );
    assert!(events.next().await.is_none() && second.requests().is_empty());
}

#[tokio::test]
async fn a_cut_before_the_first_piece_is_a_failure_and_an_empty_answer_is_none() {
    let cut = Fallback::new(model("a", [Turn::text("").cut()])).or(model("b", [Turn::text("2")]));
    assert_eq!(cut.text("hi").await.unwrap(), "2");
    let filtered = Turn::text("").with_finish(FinishKind::ContentFilter);
    let empty = Fallback::new(model("a", [filtered])).or(model("b", [Turn::text("2")]));
    assert_eq!(empty.text("hi").await.unwrap(), "");
}

/// Whether the second model is asked after an error of this kind.
async fn goes_on(kind: ErrorKind, with: impl FnOnce(Fallback) -> Fallback) -> bool {
    let first = model("a", [Turn::refused(Error::new(kind, "no"))]);
    let both = with(Fallback::new(first).or(model("b", [Turn::text("2")])));
    both.text("hi").await.is_ok()
}

#[tokio::test]
async fn what_the_next_one_would_say_too_does_not_go_on() {
    let mut stays = Vec::new();
    for kind in ErrorKind::ALL {
        if !goes_on(*kind, |both| both).await {
            stays.push(kind.as_str());
        }
    }
    assert_eq!(
        stays,
        ["configuration", "content_filter", "invalid_request"]
    );
}

#[tokio::test]
async fn the_caller_says_which_errors_go_on() {
    let kinds = |both: Fallback| both.on([ErrorKind::ContentFilter]);
    assert!(goes_on(ErrorKind::ContentFilter, kinds).await);
    assert!(!goes_on(ErrorKind::Overloaded, kinds).await);
    let any = |both: Fallback| both.when(|error| error.message() == "no");
    assert!(goes_on(ErrorKind::InvalidRequest, any).await);
}

#[tokio::test]
async fn nothing_is_promised_that_some_cannot_do() {
    let weak = ModelInfo::new("b", "m");
    let both = Fallback::new(model("a", [])).or(ScriptedModel::new([]).with_info(weak));
    let info = glassbox_core::CompletionModel::info(&both);
    assert_eq!(
        (&*info.provider, info.capabilities),
        ("a", Capabilities::default())
    );
    let named = both.with_info(ModelInfo::new("own", "router"));
    assert_eq!(glassbox_core::CompletionModel::info(&named).model, "router");
}
