use serde_json::json;

use super::*;
use crate::content::Policy;

fn contents(input: Value, output: Value, tools: Value) -> Contents {
    Contents {
        input: Some(input),
        output: Some(output),
        tools: Some(tools),
        ..Contents::default()
    }
}

fn flattened(contents: &Contents) -> Vec<(String, String)> {
    let policy = Policy::default();
    let mut cut = Cutter::new(&policy);
    let mut out = Attributes::new();
    prompts(contents, &mut cut, &mut out);
    completions(contents, &mut cut, &mut out);
    functions(contents, &mut cut, &mut out);
    out.into_iter()
        .map(|pair| (pair.key.to_string(), pair.value.to_string()))
        .collect()
}

fn text(role: &str, text: &str) -> Value {
    json!({"role": role, "parts": [{"type": "text", "content": text}]})
}

/// A message with more in it than any budget has room for.
fn heavy(role: &str) -> Value {
    let call = json!({"type": "tool_call", "id": "1", "name": "add", "arguments": {"a": 1}});
    let mut parts = vec![json!({"type": "text", "content": "now"})];
    parts.extend(std::iter::repeat_n(call, 20));
    json!({"role": role, "parts": parts, "finish_reason": "tool_call"})
}

fn tool() -> Value {
    json!({"type": "function", "name": "add", "description": "Adds.", "parameters": {}})
}

fn get<'a>(attributes: &'a [(String, String)], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn no_conversation_is_too_heavy() {
    for count in [1, 2, 3, 40] {
        let heavy: Value = std::iter::repeat_n(heavy("assistant"), count).collect();
        let tools: Value = std::iter::repeat_n(tool(), count).collect();
        let attributes = flattened(&contents(heavy.clone(), heavy, tools));
        assert!(attributes.len() <= 50, "{count}: {}", attributes.len());
        let newest = if count > 2 { 2 } else { count - 1 };
        let newest = format!("gen_ai.prompt.{newest}.content");
        assert_eq!(get(&attributes, &newest), Some("now"), "{count}");
        assert!(get(&attributes, "gen_ai.completion.0.tool_calls.2.id").is_some());
        assert_eq!(
            get(&attributes, "gen_ai.completion.0.tool_calls.3.id"),
            None
        );
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let messages: Value = (0..100).map(|at| text("user", &at.to_string())).collect();
    let attributes = flattened(&contents(messages, json!([]), json!([])));
    let value = |key: &str| get(&attributes, key).unwrap();
    assert_eq!(value("gen_ai.prompt.0.content"), "0");
    assert_eq!(value("gen_ai.prompt.1.role"), "omitted");
    // Thirty attributes are fifteen messages, of which one is the marker.
    assert_eq!(value("gen_ai.prompt.1.content"), "…[+86 messages]");
    assert_eq!(value("gen_ai.prompt.2.content"), "87");
    assert_eq!(value("gen_ai.prompt.14.content"), "99");
    assert_eq!(get(&attributes, "gen_ai.prompt.15.role"), None);
}

#[test]
fn what_fits_is_whole() {
    let messages: Value = (0..15).map(|at| text("user", &at.to_string())).collect();
    let attributes = flattened(&contents(messages, json!([]), json!([])));
    assert_eq!(get(&attributes, "gen_ai.prompt.1.content"), Some("1"));
    assert_eq!(attributes.len(), 30);
}

#[test]
fn each_result_of_a_tool_is_a_message() {
    let result = |id: &str| json!({"type": "tool_call_response", "id": id, "response": {"n": 1}});
    let message = json!({"role": "tool", "parts": [result("a"), result("b")]});
    let attributes = flattened(&contents(json!([message]), json!([]), json!([])));
    for (index, id) in ["a", "b"].into_iter().enumerate() {
        let value = |member: &str| get(&attributes, &format!("gen_ai.prompt.{index}.{member}"));
        assert_eq!(value("role"), Some("tool"));
        assert_eq!(value("tool_call_id"), Some(id));
        assert_eq!(value("content"), Some(r#"{"n":1}"#));
    }
}

#[test]
fn a_refusal_stands_in_the_contents_place() {
    let parts =
        json!([{"type": "reasoning", "content": "hm"}, {"type": "refusal", "content": "no"}]);
    let answer = json!({"role": "assistant", "parts": parts, "finish_reason": "content_filter"});
    let attributes = flattened(&contents(json!([]), json!([answer]), json!([])));
    assert_eq!(get(&attributes, "gen_ai.completion.0.refusal"), Some("no"));
    assert_eq!(get(&attributes, "gen_ai.completion.0.content"), None);
}

#[test]
fn text_is_text_and_anything_else_json() {
    let part = |kind: &str| json!({"type": kind, "content": kind});
    let said = |parts: &[Value]| {
        let parts: Vec<&Value> = parts.iter().collect();
        content(&parts).map(Cow::into_owned)
    };
    assert_eq!(said(&[]), None);
    assert_eq!(said(&[part("text"), part("text")]), Some("texttext".into()));
    assert_eq!(
        said(&[part("reasoning"), part("text")]),
        Some("text".into())
    );
    let image = [part("text"), part("uri")];
    assert_eq!(said(&image), Some(image.iter().cloned().collect()));
    let thought = [part("reasoning")];
    assert_eq!(said(&thought), Some(thought.iter().cloned().collect()));
}

#[test]
fn the_question_is_the_users_last_word() {
    let messages = json!([text("user", "a"), text("user", "b"), text("assistant", "c")]);
    assert_eq!(
        last_of_user(&messages).map(Cow::into_owned),
        Some("b".into())
    );
    assert_eq!(last_of_user(&json!([])), None);
    assert_eq!(first(&messages).map(Cow::into_owned), Some("a".into()));
}
