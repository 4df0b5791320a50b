//! The harness of recorded exchanges, on a folder of two that are made up.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::fs;
use std::path::PathBuf;

use glassbox_core::{Request, Usage};
use glassbox_http::MemoryTransport;
use glassbox_test::cassettes::{Counts, Recording, Recordings, same};
use glassbox_test::{ScriptedModel, Turn};
use serde_json::{Value, json};

/// A folder with one exchange of the API `chat`, one of another, and what an oracle read in the first.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("acme-chat")).unwrap();
    let index = [
        json!({"file": "acme-chat/one.json", "provider": "acme", "api": "chat", "streaming": true}),
        json!({"file": "acme-chat/two.json", "provider": "acme", "api": "embeddings", "streaming": false}),
    ];
    let oracle = json!({
        "file": "acme-chat/one.json", "text": "42", "reasoning_text": "", "tool_calls": [], "finish": [],
        "usage": {"input": 9, "output": 1, "billed_input": 7}, "response_id": null, "response_model": "m-1", "error": null,
    });
    let exchange = json!({
        "request": {"method": "POST", "path": "/chat", "body": {"model": "m", "messages": []}},
        "response": {"status": 200, "headers": {"x-id": "1"}, "body_encoding": "base64", "body": "AP8q"},
    });
    let lines = index.map(|row| row.to_string()).join("\n");
    fs::write(folder.join("INDEX.jsonl"), lines).unwrap();
    fs::write(folder.join("ORACLE.jsonl"), oracle.to_string()).unwrap();
    fs::write(folder.join("acme-chat/one.json"), exchange.to_string()).unwrap();
    folder
}

/// A model that reads "42" out of everything, and has counted `input` tokens.
fn reader(input: u64) -> impl Fn(&Recording, MemoryTransport) -> ScriptedModel {
    move |_, _| {
        let turn = Turn::text("42").with_model("m-1");
        ScriptedModel::new([turn.with_usage(Usage::new(input, 1))])
    }
}

#[tokio::test]
async fn a_recording_is_read_with_its_bytes_and_what_the_oracle_says() {
    let recordings = Recordings::open(&folder("read"), &["chat"]);
    let [recording] = &recordings.iter().collect::<Vec<_>>()[..] else {
        panic!("one recording");
    };
    assert_eq!(recording.folder, "acme-chat");
    assert_eq!((recording.model(), recording.path.as_str()), ("m", "/chat"));
    assert_eq!(&*recording.body, [0, 255, 42]);
    assert_eq!(recording.headers, [("x-id".to_owned(), "1".to_owned())]);
    recordings.assert_read(reader(9), &[]).await;
    recordings.assert_cut(reader(9)).await;
}

#[tokio::test]
#[should_panic(expected = r#"acme-chat/one.json: usage: {"input":9,"output":1} is our"#)]
async fn a_difference_fails_and_says_where() {
    let recordings = Recordings::open(&folder("differs"), &["chat"]);
    recordings.assert_read(reader(8), &[]).await;
}

#[tokio::test]
async fn an_exception_covers_a_difference() {
    let recordings = Recordings::open(&folder("excepted"), &["chat"]);
    let exceptions = [("acme-chat/one.json", "usage", "for the test")];
    recordings.assert_read(reader(8), &exceptions).await;
}

#[tokio::test]
#[should_panic(expected = "exceptions that nothing needs")]
async fn an_exception_that_nothing_needs_fails() {
    let recordings = Recordings::open(&folder("unneeded"), &["chat"]);
    let exceptions = [("acme-chat/one.json", "usage", "for the test")];
    recordings.assert_read(reader(9), &exceptions).await;
}

#[tokio::test]
async fn what_the_oracle_means_otherwise_is_corrected() {
    let recordings = Recordings::open(&folder("corrected"), &["chat"]);
    let recordings = recordings.corrected(|recording| {
        recording.oracle["usage"] =
            json!({"input": 6, "tool_use_prompt": 2, "input_uncached": 8, "output_visible": 1});
    });
    recordings.assert_read(reader(8), &[]).await;
}

#[tokio::test]
#[should_panic(expected = "acme-chat/one.json: the oracle has no row of it")]
async fn a_recording_that_the_oracle_did_not_read_fails() {
    let recordings = Recordings::open(&folder("unread"), &["chat"]);
    let recordings = recordings.corrected(|recording| recording.oracle = Value::Null);
    recordings.assert_read(reader(9), &[]).await;
}

#[tokio::test]
#[should_panic(expected = "no recording is claimed")]
async fn claiming_nothing_fails() {
    let recordings = Recordings::open(&folder("nothing"), &["chat"]);
    let recordings = recordings.claimed(|recording| recording.provider == "other");
    recordings.assert_read(reader(9), &[]).await;
}

#[tokio::test]
#[should_panic(expected = "a status of 500 is no error")]
async fn a_model_that_answers_without_asking_fails() {
    let recordings = Recordings::open(&folder("writes"), &["chat"]);
    let express = |_: &Recording, _: &Value| Ok(Request::new("hi"));
    let normal = |_: &Recording, body: &Value| body.clone();
    recordings.assert_written(reader(9), express, normal).await;
}

#[test]
fn equal_is_equal_however_it_is_written() {
    let one = json!({"a": 1, "b": [2.0]});
    assert!(same(&one, &json!({"b": [2], "a": 1.0})));
    assert!(!same(&json!({"a": 1}), &json!({"a": 1, "b": null})));
    assert!(!same(&json!([1, 2]), &json!([2, 1])));
}

#[test]
fn counts_say_how_many_of_each_kind() {
    let mut counts = Counts::new();
    counts.add("b", true);
    counts.add("a", false);
    counts.add("b", true);
    assert_eq!(counts.to_string(), "2 of 3\n  a: 0 of 1\n  b: 2 of 2");
}
