use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{CompletionModelExt as _, DecisionKind, Error, ErrorKind, ModelInfo};
use glassbox_test::{ScriptedModel, Turn};
use tokio::time::advance;

use super::Balance;

fn model(name: &'static str, turn: impl Fn() -> Turn + Send + 'static) -> ScriptedModel {
    ScriptedModel::from_fn(move |_| turn()).with_info(ModelInfo::new(name, "m"))
}

fn well(name: &'static str) -> ScriptedModel {
    model(name, move || Turn::text(name))
}

fn failing(name: &'static str, error: impl Fn() -> Error + Send + 'static) -> ScriptedModel {
    model(name, move || Turn::refused(error()))
}

fn overloaded() -> Error {
    Error::new(ErrorKind::Overloaded, "too busy").with_status(503)
}

/// Who was chosen, who was passed over, and who answered after that failed.
async fn ask(balance: &Balance) -> (String, Vec<String>, Option<String>) {
    let start = balance.complete("hi").await.unwrap().start;
    let DecisionKind::Balance {
        chosen, cooling, ..
    } = &start.decisions[0].kind
    else {
        panic!("{start:?}");
    };
    let next = start.decisions.get(1).map(|decision| match &decision.kind {
        DecisionKind::Fallback { to, .. } => to.provider.to_string(),
        other => panic!("{other:?}"),
    });
    let cooling = cooling.iter().map(|name| name.provider.to_string());
    (chosen.provider.to_string(), cooling.collect(), next)
}

#[tokio::test]
async fn weights_are_kept_and_a_seed_repeats_the_choices() {
    let (a, b, standby) = (well("a"), well("b"), well("standby"));
    let balance = Balance::new(a.clone(), 3)
        .and(b.clone(), 1)
        .and(standby.clone(), 0);
    let mut told = Vec::new();
    for _ in 0..2 {
        let balance = balance.clone().with_seed(7);
        let mut chosen = Vec::new();
        for _ in 0..1_000 {
            chosen.push(ask(&balance).await.0);
        }
        told.push(chosen);
    }
    assert_eq!(told[0], told[1]);
    let of_a = told[0].iter().filter(|name| *name == "a").count();
    assert!(
        (700..800).contains(&of_a),
        "{of_a} of 1000, where 750 are due"
    );
    assert!(standby.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_is_left_alone_and_tried_again_by_one() {
    let (a, b) = (failing("a", overloaded), well("b"));
    // The second one is asked where nobody else is left.
    let balance = Balance::new(a.clone(), 1).and(b, 0);
    let (chosen, cooling, next) = ask(&balance).await;
    assert_eq!(
        (chosen.as_str(), cooling.len(), next.as_deref()),
        ("a", 0, Some("b"))
    );
    for _ in 0..3 {
        assert_eq!(ask(&balance).await, ("b".into(), vec!["a".into()], None));
    }
    assert_eq!(a.requests().len(), 1);
    advance(Duration::from_secs(29)).await;
    assert_eq!(ask(&balance).await.0, "b");
    advance(Duration::from_secs(1)).await;
    assert_eq!(
        ask(&balance).await.2.as_deref(),
        Some("b"),
        "a trial that fails"
    );
    assert_eq!(ask(&balance).await.0, "b", "and cools down again");
    assert_eq!(a.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn while_one_tries_others_stay_away_and_after_it_they_come_back() {
    let mut calls = 0;
    let a = ScriptedModel::from_fn(move |_| {
        calls += 1;
        match calls {
            1 => Turn::refused(overloaded()),
            _ => Turn::text("a").with_pace(Duration::from_secs(5)),
        }
    });
    let balance = Balance::new(a.with_info(ModelInfo::new("a", "m")), 1).and(well("b"), 0);
    ask(&balance).await;
    advance(Duration::from_secs(30)).await;
    let trial = async { ask(&balance).await };
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        ask(&balance).await
    };
    let (trial, meanwhile) = tokio::join!(trial, meanwhile);
    assert_eq!((trial.0.as_str(), meanwhile.0.as_str()), ("a", "b"));
    assert_eq!(ask(&balance).await, ("a".into(), vec![], None));
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_is_dropped_is_made_by_the_next() {
    let mut calls = 0;
    let a = ScriptedModel::from_fn(move |_| {
        calls += 1;
        match calls {
            1 => Turn::refused(overloaded()),
            2 => Turn::text("a").with_pace(Duration::from_secs(500)),
            _ => Turn::text("a"),
        }
    });
    let balance = Balance::new(a.with_info(ModelInfo::new("a", "m")), 1).and(well("b"), 0);
    ask(&balance).await;
    advance(Duration::from_secs(30)).await;
    let given_up = tokio::time::timeout(Duration::from_secs(1), ask(&balance)).await;
    assert!(given_up.is_err());
    assert_eq!(ask(&balance).await.0, "a");
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_of_the_provider_is_kept() {
    let limited = || {
        Error::new(ErrorKind::RateLimited, "slow down").with_retry_after(Duration::from_secs(90))
    };
    let a = failing("a", limited);
    let balance = Balance::new(a.clone(), 1).and(well("b"), 0);
    ask(&balance).await;
    advance(Duration::from_secs(89)).await;
    ask(&balance).await;
    assert_eq!(a.requests().len(), 1);
    advance(Duration::from_secs(1)).await;
    ask(&balance).await;
    assert_eq!(a.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_all_are_left_alone_the_first_to_come_back_is_asked() {
    let (a, b) = (failing("a", overloaded), failing("b", overloaded));
    let balance = Balance::new(a.clone(), 1).and(b.clone(), 0);
    let error = balance.complete("hi").await.unwrap_err();
    assert_eq!(
        error.decisions().len(),
        2,
        "a choice, and another one asked: {error:?}"
    );
    assert_eq!(
        (a.requests().len(), b.requests().len()),
        (1, 1),
        "each once"
    );
    let error = balance.complete("hi").await.unwrap_err();
    let DecisionKind::Balance {
        chosen, cooling, ..
    } = &error.decisions()[0].kind
    else {
        panic!("{error:?}");
    };
    assert_eq!((&*chosen.provider, &*cooling[0].provider), ("a", "b"));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_the_callers() {
    let a = failing("a", || Error::new(ErrorKind::InvalidRequest, "no"));
    let b = well("b");
    let balance = Balance::new(a.clone(), 1).and(b.clone(), 0);
    for _ in 0..2 {
        let error = balance.complete("hi").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!((a.requests().len(), b.requests().len()), (2, 0));
}

#[tokio::test]
async fn a_break_in_the_middle_is_the_callers_and_the_model_is_left_alone() {
    let a = model("a", || Turn::text("half").broken(overloaded()));
    let balance = Balance::new(a.clone(), 1).and(well("b"), 0);
    let mut events = balance.events("hi").await.unwrap();
    let mut broken = 0;
    while let Some(event) = events.next().await {
        broken += usize::from(event.is_err());
    }
    assert_eq!(broken, 1);
    assert_eq!(ask(&balance).await.0, "b");
}
