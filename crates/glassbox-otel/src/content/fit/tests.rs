use serde_json::{Value, json as made};

use super::{json, string};

fn parsed(value: &Value, limit: usize) -> (Value, bool) {
    let (text, cut) = json(value, limit);
    assert!(text.len() <= limit, "{} bytes of {limit}", text.len());
    (serde_json::from_str(&text).unwrap(), cut)
}

fn user(text: &str) -> Value {
    made!({"role": "user", "parts": [{"type": "text", "content": text}]})
}

#[test]
fn what_fits_is_left_alone() {
    let value = made!([user("hello")]);
    assert_eq!(json(&value, 2048), (value.to_string(), false));
    assert_eq!(string("hello", 5), ("hello".to_owned(), false));
}

#[test]
fn a_long_text_loses_its_end_and_says_how_much() {
    let long = "word ".repeat(1000);
    let (value, cut) = parsed(&made!([user("short"), user(&long)]), 2048);
    assert!(cut);
    assert_eq!(value[0], user("short"), "short texts stay whole");
    let content = value[1]["parts"][0]["content"].as_str().unwrap();
    assert!(content.starts_with("word word "), "{content}");
    assert!(content.ends_with(" bytes]"), "{content}");
    assert!(content.len() > 1500, "the room is used: {}", content.len());
    let said: usize = content
        .rsplit_once("[+")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok())
        .unwrap();
    assert_eq!(content.find('…').unwrap() + said, long.len());
}

#[test]
fn a_long_conversation_loses_its_middle() {
    let messages: Vec<Value> = (0..500).map(|n| user(&format!("message {n}"))).collect();
    let (value, _) = parsed(&Value::Array(messages), 2048);
    let messages = value.as_array().unwrap();
    assert_eq!(messages[0], user("message 0"));
    assert_eq!(messages[messages.len() - 1], user("message 499"));
    let gap = messages.iter().find(|m| m["role"] == "omitted").unwrap();
    assert_eq!(gap["parts"][0]["type"], "omitted");
    let omitted = gap["parts"][0]["count"].as_u64().unwrap();
    assert_eq!(omitted as usize + messages.len() - 1, 500);
}

#[test]
fn no_text_is_cut_inside_a_character_or_an_escape() {
    for text in ["ä€😀\"\\\n\u{1}".repeat(700), "\"".repeat(4000)] {
        for limit in [64, 100, 2047, 2048] {
            let (value, cut) = parsed(&made!({"content": text}), limit);
            assert!(cut && value.is_object());
            let (short, _) = string(&text, limit);
            assert!(short.len() <= limit);
        }
    }
}

#[test]
fn whatever_comes_the_result_is_json_of_that_length() {
    let mut deep = made!("x");
    for _ in 0..100 {
        deep = made!([deep, {"a": deep.to_string().len()}]);
    }
    let wide: Value = (0..5000).map(|n| (format!("key{n}"), made!(n))).collect();
    let named = made!([{"role": "assistant", "parts": [
        {"type": "tool_call", "id": "i".repeat(9000), "name": "n".repeat(9000), "arguments": {"a": [1, 2, 3]}},
    ], "finish_reason": "tool_call"}]);
    for value in [deep, wide, named, made!(vec![vec![1; 300]; 300])] {
        for limit in [40, 64, 300, 2048] {
            let (cut, was_cut) = parsed(&value, limit);
            assert_eq!(was_cut, value.to_string().len() > limit);
            assert_eq!(cut.is_array(), value.is_array());
        }
    }
}
