use std::fs;
use std::path::PathBuf;

use glassbox_core::{
    EmbeddingRequest, Event, FinishKind, Message, ModelInfo, OutputFormat, Parameters, Request,
    ToolSpec, Unsupported,
};
use serde_json::json;

use super::*;

fn key(number: u32) -> Key {
    let request = Request::new(number.to_string());
    of_completion("", &ModelInfo::new("p", "m"), &request).unwrap()
}

fn stored(text: &str) -> Stored {
    let mut answer = Answer::default();
    answer.push(&Event::text(text));
    Stored::Answer(Box::new(answer))
}

fn text(found: &Found) -> Option<(CacheStore, String)> {
    let Found::Hit { stored, store, .. } = found else {
        return None;
    };
    let Stored::Answer(answer) = &**stored else {
        panic!("{stored:?}");
    };
    match &answer.events[..] {
        [Event::Text { delta, .. }] => Some((*store, delta.clone())),
        other => panic!("{other:?}"),
    }
}

fn files(directory: &tempfile::TempDir) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn memory_keeps_what_was_used_last() {
    let cache = Cache::new().with_entries(2);
    for number in 0..2 {
        cache.keep(key(number), stored("a")).await;
    }
    cache.find(key(0)).await;
    cache.keep(key(2), stored("a")).await;
    let mut there = Vec::new();
    for number in 0..3 {
        there.push(text(&cache.find(key(number)).await).is_some());
    }
    assert_eq!(there, [true, false, true]);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses), (3, 1));
}

#[tokio::test]
async fn memory_keeps_no_more_bytes_than_it_may() {
    let cache = Cache::new().with_bytes(1_000);
    let large = "x".repeat(400);
    for number in 0..3 {
        cache.keep(key(number), stored(&large)).await;
    }
    cache.keep(key(3), stored(&"x".repeat(2_000))).await;
    // The same again takes no more room.
    cache.keep(key(2), stored(&large)).await;
    let mut there = Vec::new();
    for number in 0..4 {
        there.push(text(&cache.find(key(number)).await).is_some());
    }
    assert_eq!(there, [false, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_older_than_it_may_be() {
    let directory = tempfile::tempdir().unwrap();
    let cache = Cache::new()
        .with_directory(directory.path())
        .with_max_age(Duration::from_secs(10));
    cache.keep(key(1), stored("a")).await;
    tokio::time::advance(Duration::from_secs(10)).await;
    let Found::Hit { age, .. } = cache.find(key(1)).await else {
        panic!("not there");
    };
    assert_eq!(age.as_secs(), 10);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(text(&cache.find(key(1)).await).is_none(), "on disk neither");
    assert_eq!(cache.stats().damaged, 0);
}

#[tokio::test]
async fn files_outlive_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let below = directory.path().join("answers");
    Cache::new()
        .with_directory(&below)
        .keep(key(1), stored("Zürich"))
        .await;
    let later = Cache::new().with_directory(&below);
    for store in [CacheStore::Disk, CacheStore::Memory] {
        let found = later.find(key(1)).await;
        assert_eq!(text(&found), Some((store, "Zürich".to_owned())));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let below = directory.path().join("answers");
    Cache::new()
        .with_directory(&below)
        .keep(key(1), stored("a"))
        .await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&below), 0o700);
    let file = fs::read_dir(&below).unwrap().next().unwrap().unwrap();
    assert_eq!(mode(&file.path()), 0o600);
}

#[tokio::test]
async fn every_damage_of_a_file_is_a_miss_and_the_file_goes() {
    let directory = tempfile::tempdir().unwrap();
    let cache = || Cache::new().with_directory(directory.path());
    cache().keep(key(1), stored("answer")).await;
    let path = files(&directory).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        // What is cut, and what is not the same.
        for damaged in [&whole[..at], &flipped] {
            fs::write(&path, damaged).unwrap();
            let cache = cache();
            match cache.find(key(1)).await {
                Found::Miss { damaged: true } => {
                    assert!(!path.exists());
                    assert_eq!(cache.stats().damaged, 1);
                }
                // When it was made is no part of the answer.
                found => assert_eq!(text(&found).unwrap().1, "answer", "byte {at}"),
            }
        }
    }
    // Another's answer under this name.
    cache().keep(key(2), stored("other")).await;
    let other = files(&directory)
        .into_iter()
        .find(|file| *file != path)
        .unwrap();
    fs::rename(other, &path).unwrap();
    assert!(matches!(
        cache().find(key(1)).await,
        Found::Miss { damaged: true }
    ));
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_counted_and_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let cache = Cache::new().with_directory(&file);
    cache.keep(key(1), stored("a")).await;
    assert_eq!(cache.stats().unwritten, 1);
    assert!(text(&cache.find(key(1)).await).is_some(), "in memory");
}

#[tokio::test]
async fn a_directory_keeps_no_more_bytes_than_it_may() {
    let directory = tempfile::tempdir().unwrap();
    let abandoned = directory.path().join("x.part");
    let other = directory.path().join("notes.txt");
    for path in [&abandoned, &other] {
        fs::write(path, "x").unwrap();
        let old = SystemTime::now() - Duration::from_secs(7_200);
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(old)
            .unwrap();
    }
    let cache = Cache::new()
        .with_directory(directory.path())
        .with_directory_bytes(5_000);
    for number in 0..10 {
        cache.keep(key(number), stored(&"x".repeat(1_000))).await;
    }
    let total: u64 = files(&directory)
        .iter()
        .map(|file| fs::metadata(file).unwrap().len())
        .sum();
    assert!((2_000..5_000).contains(&total), "{total}");
    assert!(!abandoned.exists() && other.exists());
    let later = Cache::new().with_directory(directory.path());
    assert!(
        text(&later.find(key(9)).await).is_some(),
        "the newest stays"
    );
}

#[tokio::test]
async fn many_that_write_and_read_the_same_never_see_half_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let long = "x".repeat(100_000);
    let work = (0..8).map(|number| {
        // As other processes would: with nothing in common but the directory.
        let cache = Cache::new().with_directory(directory.path());
        let (directory, long) = (&directory, &long);
        async move {
            for _ in 0..10 {
                if number % 2 == 0 {
                    cache.keep(key(1), stored(long)).await;
                } else {
                    let fresh = Cache::new().with_directory(directory.path());
                    let found = fresh.find(key(1)).await;
                    assert!(text(&found).is_none_or(|(_, text)| text == *long));
                    assert_eq!(fresh.stats().damaged, 0);
                }
            }
        }
    });
    futures_util::future::join_all(work).await;
}

#[test]
fn without_a_runtime_it_works_too() {
    let directory = tempfile::tempdir().unwrap();
    let cache = Cache::new().with_directory(directory.path());
    let mut work = std::pin::pin!(async {
        cache.keep(key(1), stored("a")).await;
        Cache::new()
            .with_directory(directory.path())
            .find(key(1))
            .await
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(found) = work.as_mut().poll(&mut context) else {
        panic!("it waits");
    };
    assert!(text(&found).is_some());
}

#[test]
fn all_that_determines_an_answer_is_in_its_key_and_nothing_else() {
    let info = ModelInfo::new("openai", "m").with_server("h", Some(1));
    let request = || Request::new("hi");
    let plain = of_completion("", &info, &request()).unwrap();
    let others = [
        Request::new("ho"),
        Request::new(Message::system("hi")),
        request().with_message("and"),
        request().with_tools(vec![ToolSpec::new("a", json!({}))]),
        request().with_parameters(Parameters::new().with_temperature(0.5)),
        request().with_output(OutputFormat::Json),
        request().with_unsupported(Unsupported::Drop),
        request().with_user("u1"),
        request().with_previous_response("r1"),
        request().with_extra("a", 1),
    ];
    let mut keys = vec![plain];
    keys.extend(
        others
            .iter()
            .map(|other| of_completion("", &info, other).unwrap()),
    );
    let models = [
        ModelInfo::new("openai", "m"),
        ModelInfo::new("openai", "n").with_server("h", Some(1)),
        ModelInfo::new("groq", "m").with_server("h", Some(1)),
    ];
    keys.extend(
        models
            .iter()
            .map(|other| of_completion("", other, &request()).unwrap()),
    );
    keys.push(of_completion("tenant", &info, &request()).unwrap());
    keys.push(of_embedding("", &info, &EmbeddingRequest::new(["hi"])).unwrap());
    let distinct: std::collections::HashSet<Key> = keys.iter().copied().collect();
    assert_eq!(distinct.len(), keys.len());
    let same = request()
        .with_conversation("c1")
        .with_header("traceparent", "x")
        .with_delivery(glassbox_core::Delivery::Incremental);
    assert_eq!(of_completion("", &info, &same), Some(plain));
}

#[test]
fn an_answer_that_was_not_said_to_its_end_is_not_whole() {
    let whole = |events: &[Event]| {
        let mut answer = Answer::default();
        events.iter().for_each(|event| answer.push(event));
        answer.is_whole()
    };
    let finished = |kind: FinishKind| whole(&[Event::text("a"), Event::finish(0, kind)]);
    assert!(whole(&[Event::text("a")]) && !whole(&[]));
    use FinishKind::{ContentFilter, Error, Length, Other, Pause, Stop, ToolCall};
    assert!([Stop, ToolCall, Other].into_iter().all(finished));
    assert!(
        ![ContentFilter, Error, Length, Pause]
            .into_iter()
            .any(finished)
    );
}
