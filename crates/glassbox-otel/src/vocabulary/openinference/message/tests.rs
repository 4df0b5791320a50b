use glassbox_semconv::openinference::LLM_INPUT_MESSAGES_PREFIX as PREFIX;
use serde_json::json;

use super::*;
use crate::content::Policy;

/// The attributes of a conversation, without what all names begin with.
fn written(messages: &Value, budget: Budget) -> Vec<(String, String)> {
    let policy = Policy::default();
    let mut cut = Cutter::new(&policy);
    let mut out = Attributes::new();
    let said = conversation(None, Some(messages));
    flatten(PREFIX, &said, budget, &mut cut, &mut out);
    let attributes = out.into_iter().map(|attribute| {
        let key = attribute.key.as_str().strip_prefix(PREFIX).unwrap();
        (key.to_owned(), attribute.value.as_str().into_owned())
    });
    attributes.collect()
}

fn one(parts: &Value) -> Vec<(String, String)> {
    let messages = json!([{"role": "assistant", "parts": parts}]);
    let written = written(&messages, INPUT).into_iter().skip(1);
    let leaves = written.map(|(key, value)| (key["0.message.".len()..].to_owned(), value));
    leaves.collect()
}

fn expect(parts: &Value, leaves: &[(&str, &str)]) {
    let owned = leaves
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    assert_eq!(one(parts), owned.collect::<Vec<_>>());
}

#[test]
fn a_text_alone_is_the_content_and_several_are_contents() {
    let text = |text: &str| json!({"type": "text", "content": text});
    expect(&json!([text("a")]), &[("content", "a")]);
    expect(
        &json!([text("a"), text("b")]),
        &[
            ("contents.0.message_content.type", "text"),
            ("contents.0.message_content.text", "a"),
            ("contents.1.message_content.type", "text"),
            ("contents.1.message_content.text", "b"),
        ],
    );
    expect(
        &json!([{"type": "refusal", "content": "no"}]),
        &[("content", "no")],
    );
    expect(&json!([{"type": "opaque", "provider": "acme"}]), &[]);
    expect(&json!([]), &[]);
}

#[test]
fn calls_stand_apart_and_keep_what_the_model_wrote() {
    let broken = json!({"type": "tool_call", "name": "add", "arguments": "{\"a\""});
    let bare = json!({"type": "tool_call", "id": "2", "name": "now"});
    expect(
        &json!([broken, {"type": "text", "content": "a"}, bare]),
        &[
            ("tool_calls.0.tool_call.function.name", "add"),
            ("tool_calls.0.tool_call.function.arguments", "{\"a\""),
            ("content", "a"),
            ("tool_calls.1.tool_call.id", "2"),
            ("tool_calls.1.tool_call.function.name", "now"),
            ("tool_calls.1.tool_call.function.arguments", "{}"),
        ],
    );
}

#[test]
fn parts_without_a_name_in_openinference_are_json() {
    let search = json!({"type": "web_search", "query": "cats"});
    expect(
        &json!([
            {"type": "server_tool_call", "id": "s", "name": "search", "server_tool_call": search},
            {"type": "blob", "modality": "image", "content": "", "length": 3},
            {"type": "uri", "modality": "hologram", "uri": "x:y"},
            {"type": "compaction", "content": "earlier"},
        ]),
        &[
            ("contents.0.message_content.type", "tool_use"),
            ("contents.0.tool_call.id", "s"),
            ("contents.0.tool_call.function.name", "search"),
            (
                "contents.0.tool_call.function.arguments",
                r#"{"type":"web_search","query":"cats"}"#,
            ),
            ("contents.1.message_content.type", "image"),
            ("contents.2.message_content.type", "uri"),
            (
                "contents.2.message_content.text",
                r#"{"type":"uri","modality":"hologram","uri":"x:y"}"#,
            ),
            ("contents.3.message_content.type", "compaction"),
            (
                "contents.3.message_content.text",
                r#"{"type":"compaction","content":"earlier"}"#,
            ),
        ],
    );
}

#[test]
fn results_are_messages_of_their_own() {
    let result = |id: &str, response: Value| json!({"type": "tool_call_response", "id": id, "response": response});
    let parts = json!([result("1", json!(3)), result("2", json!({"a": 1}))]);
    let messages = json!([{"role": "tool", "parts": parts}]);
    let written = written(&messages, INPUT);
    let lines: Vec<String> = written
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(
        lines,
        [
            "0.message.role=tool",
            "0.message.content=3",
            "0.message.tool_call_id=1",
            "1.message.role=tool",
            r#"1.message.content={"a":1}"#,
            "1.message.tool_call_id=2",
        ]
    );
}

/// Messages of many shapes: `count` of them, each with up to `most` parts.
fn shapes(count: usize, most: usize) -> Value {
    let part = |number: usize| match number % 4 {
        0 => json!({"type": "text", "content": format!("text {number}")}),
        1 => json!({"type": "tool_call", "id": "1", "name": "add", "arguments": {}}),
        2 => json!({"type": "server_tool_call", "id": "1", "name": "s", "server_tool_call": {}}),
        _ => json!({"type": "tool_call_response", "id": "1", "name": "add", "response": 1}),
    };
    let message = |number: usize| {
        let parts = (0..(number * 7) % (most + 1)).map(|at| part(number + at));
        json!({"role": "user", "name": "ada", "parts": parts.collect::<Value>()})
    };
    (0..count).map(message).collect()
}

#[test]
fn the_first_and_the_newest_message_always_stand_there() {
    let long = |text: &str| {
        let parts = (0..50).map(|_| json!({"type": "text", "content": text}));
        json!({"role": "user", "parts": parts.collect::<Value>()})
    };
    let messages = json!([long("first"), long("middle"), long("newest")]);
    let written = written(&messages, INPUT);
    let value = |key: &str| {
        let found = written.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    };
    let text = "message.contents.0.message_content.text";
    assert_eq!(value(&format!("0.{text}")), Some("first"));
    assert_eq!(value("1.message.content"), Some("…[+1 more]"));
    assert_eq!(value(&format!("2.{text}")), Some("newest"));
    let last = "2.message.contents.7.message_content.text";
    assert_eq!(value(last), Some("…[+43 more]"));
}

#[test]
fn no_conversation_is_beyond_its_budget() {
    for budget in [INPUT, OUTPUT] {
        for count in [0, 1, 2, 3, 5, 20, 100] {
            for most in [0, 1, 3, 10, 50] {
                let written = written(&shapes(count, most), budget);
                let case = format!("{count} messages of up to {most} parts");
                assert!(written.len() <= budget.all, "{case}: {}", written.len());
                let mut indices: Vec<usize> = written
                    .iter()
                    .map(|(key, _)| key.split('.').next().unwrap().parse().unwrap())
                    .collect();
                indices.dedup();
                assert_eq!(indices, (0..indices.len()).collect::<Vec<_>>(), "{case}");
                let mut names: Vec<&String> = written.iter().map(|(key, _)| key).collect();
                names.sort();
                names.dedup();
                assert_eq!(names.len(), written.len(), "{case}: a name twice");
            }
        }
    }
}
