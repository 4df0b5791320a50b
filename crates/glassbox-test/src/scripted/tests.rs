use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{CompletionModelExt as _, Error, ErrorKind, Event, Usage};

use super::ScriptedModel;
use crate::Turn;

#[test]
fn the_function_may_look_at_the_requests_so_far() {
    let (done, finished) = mpsc::channel();
    // On a thread of its own, because a deadlock is what this would show.
    std::thread::spawn(move || {
        let itself: Arc<OnceLock<ScriptedModel>> = Arc::default();
        let seen = Arc::clone(&itself);
        let model = ScriptedModel::from_fn(move |_| {
            let count = seen.get().map_or(0, |model| model.requests().len());
            Turn::text(count.to_string())
        });
        let model = itself.get_or_init(|| model);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let texts = runtime.block_on(async {
            [
                model.text("a").await.unwrap(),
                model.text("b").await.unwrap(),
            ]
        });
        done.send(texts).unwrap();
    });
    let texts = finished.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(texts, ["1", "2"]);
}

#[tokio::test]
async fn a_turn_that_goes_wrong_may_tell_its_usage_before() {
    let error = Error::new(ErrorKind::Network, "reset");
    let usage = Usage::new(9, 1);
    for turn in [
        Turn::text("so far").with_usage(usage.clone()).broken(error),
        Turn::text("so far").with_usage(usage.clone()).cut(),
    ] {
        let events: Vec<_> = ScriptedModel::new([turn])
            .events("hi")
            .await
            .unwrap()
            .collect()
            .await;
        let told = events
            .iter()
            .any(|event| matches!(event, Ok(Event::Usage(told)) if **told == usage));
        assert!(told, "{events:?}");
        let ended =
            |event: &Result<Event, Error>| matches!(event, Ok(Event::End | Event::Finish { .. }));
        assert!(!events.iter().any(ended), "{events:?}");
    }
}

#[tokio::test]
async fn a_turn_that_goes_wrong_tells_no_usage_unless_told_to() {
    let model = ScriptedModel::new([Turn::text("so far").cut()]);
    let events: Vec<_> = model.events("hi").await.unwrap().collect().await;
    let told = |event: &Result<Event, Error>| matches!(event, Ok(Event::Usage(_)));
    assert!(!events.iter().any(told), "{events:?}");
}
