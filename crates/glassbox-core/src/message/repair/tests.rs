use serde_json::json;

use super::*;

fn call(id: &str) -> Part {
    Part::ToolCall(ToolCall::new(id, "weather", json!({})))
}

fn calls(ids: &[&str]) -> Message {
    Message::new(Role::Assistant, ids.iter().map(|id| call(id)))
}

fn result(id: &str) -> ToolCallResponse {
    ToolCallResponse::new(id, "weather", "sunny")
}

fn results(ids: &[&str]) -> Message {
    Message::tool(ids.iter().map(|id| result(id)))
}

/// Each message as its role and the ids in it; a result that was made up is marked.
fn shown(messages: &Messages) -> Vec<String> {
    let shown = messages.iter().map(|message| {
        let parts = message.parts.iter().map(|part| match part {
            Part::Text(text) => text.content.clone(),
            Part::ToolCall(call) => call.id.clone(),
            Part::ToolCallResponse(result) if result.is_error => format!("!{}", result.id),
            Part::ToolCallResponse(result) => result.id.clone(),
            _ => "?".to_owned(),
        });
        let parts: Vec<String> = parts.collect();
        format!("{:?} {}", message.role, parts.join(" "))
    });
    shown.collect()
}

fn repaired(messages: &[Message]) -> Vec<String> {
    shown(&Messages::from(messages.to_vec()).repaired())
}

#[test]
fn what_is_whole_stays_the_very_same() {
    for whole in [
        vec![],
        vec![
            Message::user("hi"),
            calls(&["a", "b"]),
            results(&["b", "a"]),
        ],
        vec![
            calls(&["a"]),
            results(&["a"]),
            calls(&["a"]),
            results(&["a"]),
        ],
        // Kept apart, and answered late.
        vec![
            calls(&["a"]),
            calls(&["b"]),
            Message::user("?"),
            results(&["a"]),
            results(&["b"]),
        ],
        // Known by the tool alone.
        vec![calls(&["a"]), results(&[""])],
    ] {
        let messages = Messages::from(whole);
        assert!(
            messages.repaired().is_same(&messages),
            "{:?}",
            shown(&messages)
        );
    }
}

#[test]
fn a_call_or_a_result_in_the_form_of_a_provider_is_one() {
    let own = json!({"type": "tool_result", "content": [{"tool_use_id": "a"}]});
    let opaque = Part::Opaque(crate::Opaque::new("acme", own.clone()));
    let own: Part = serde_json::from_value(own).expect("a part of a type of its own");
    assert!(matches!(own, Part::Other(_)));
    for own in [own.clone(), opaque] {
        let own = Message::new(Role::Assistant, [own]);
        for whole in [vec![calls(&["a"]), own.clone()], vec![own, results(&["a"])]] {
            let messages = Messages::from(whole);
            assert!(messages.repaired().is_same(&messages));
        }
    }
    let others = Messages::from(vec![calls(&["b"]), Message::new(Role::Tool, [own])]);
    assert_eq!(shown(&others.repaired()), ["Assistant b", "Tool ? !b"]);
}

#[test]
fn quirk_35_a_call_without_a_result_gets_one_that_says_so() {
    assert_eq!(
        repaired(&[
            calls(&["a", "b", "c"]),
            results(&["b"]),
            Message::user("go on")
        ]),
        ["Assistant a b c", "Tool b !a !c", "User go on"],
        "beside the results of its turn"
    );
    assert_eq!(
        repaired(&[calls(&["a"]), Message::user("never mind"), calls(&["b"])]),
        [
            "Assistant a",
            "Tool !a",
            "User never mind",
            "Assistant b",
            "Tool !b"
        ]
    );
    assert_eq!(
        repaired(&[calls(&["a"]), calls(&["a"]), results(&["a"])]),
        ["Assistant a", "Tool !a", "Assistant a", "Tool a"],
        "an id that is given again is another call's"
    );
    let messages = Messages::from(vec![calls(&["a"])]).repaired();
    let Some(Part::ToolCallResponse(result)) = messages.last().and_then(|last| last.parts.first())
    else {
        panic!("there is a result");
    };
    assert_eq!(
        (&*result.name, &result.response),
        ("weather", &json!(NO_RESULT))
    );
}

#[test]
fn quirk_35_a_result_without_a_call_is_left_out() {
    let mixed = results(&["x", "a"]).with_part(Part::text("and so?"));
    assert_eq!(
        repaired(&[
            results(&["x"]),
            Message::user("hi"),
            calls(&["a"]),
            mixed,
            results(&["y"])
        ]),
        ["User hi", "Assistant a", "Tool a and so?"]
    );
    assert_eq!(
        repaired(&[results(&["a"]), calls(&["a"]), Message::new(Role::User, [])]),
        ["Assistant a", "Tool !a", "User "],
        "a result answers what was before it"
    );
}
