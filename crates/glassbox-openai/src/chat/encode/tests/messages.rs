use glassbox_core::{
    Blob, File, Message, Modality, Opaque, Part, Reasoning, Refusal, Role, ToolCall,
    ToolCallResponse,
};

use super::*;
use crate::dialect::{COMPATIBLE, DEEPSEEK, GROQ};

fn messages(messages: Vec<Message>, dialect: &Dialect) -> Value {
    body(&Request::new(messages), dialect)["messages"].take()
}

#[test]
fn a_conversation_with_tools_goes_back_as_it_came() {
    let call = |id: &str, arguments: &str| Part::ToolCall(ToolCall::new(id, "f", arguments));
    let mut failed = ToolCallResponse::new("b", "f", "no such city").with_error();
    let conversation = vec![
        Message::user("weather?").with_name("ann"),
        Message::new(Role::Assistant, [call("a", "{\"x\": 1}"), call("b", "")]),
        Message::tool([
            ToolCallResponse::new("a", "f", json!({"t": 7})),
            failed.clone(),
        ]),
        Message::assistant("let me see").with_part(call("c", "{bro")),
        Message::tool([ToolCallResponse::new("c", "f", "Error: not JSON").with_error()]),
        Message::assistant(""),
    ];
    assert_eq!(
        messages(conversation, &OPENAI),
        json!([
            {"role": "user", "content": "weather?", "name": "ann"},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\": 1}"}},
                {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "a", "content": "{\"t\":7}"},
            {"role": "tool", "tool_call_id": "b", "content": "Error: no such city"},
            {"role": "assistant", "content": "let me see", "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{bro"}},
            ]},
            {"role": "tool", "tool_call_id": "c", "content": "Error: not JSON"},
            {"role": "assistant", "content": ""},
        ]),
    );
    failed.is_error = false;
    let mixed = Message::user("and so?").with_part(Part::ToolCallResponse(failed));
    assert_eq!(
        messages(vec![mixed], &OPENAI),
        json!([
            {"role": "tool", "tool_call_id": "b", "content": "no such city"},
            {"role": "user", "content": "and so?"},
        ]),
        "results stand first, right behind the calls",
    );
    assert_eq!(
        messages(vec![Message::user("x").with_name("ann")], &GROQ),
        json!([{"role": "user", "content": "x"}]),
    );
}

#[test]
fn orphans_and_empty_messages_do_no_harm() {
    let conversation = vec![
        Message::tool([ToolCallResponse::new("nobody", "", Value::Null)]),
        Message::new(Role::Tool, [Part::text("who said this?")]),
        Message::new(Role::User, []),
        Message::new(Role::Assistant, []),
        Message::new(Role::Assistant, [Part::text("a"), Part::text("b")]),
        Message::new(Role::Other("critic".into()), [Part::text("hm")]),
    ];
    assert_eq!(
        messages(conversation, &OPENAI),
        json!([
            {"role": "tool", "tool_call_id": "nobody", "content": "null"},
            {"role": "user", "content": "who said this?"},
            {"role": "user", "content": ""},
            {"role": "assistant", "content": ""},
            {"role": "assistant", "content": "ab"},
            {"role": "critic", "content": "hm"},
        ]),
    );
}

#[test]
fn developers_are_systems_where_they_are_unknown() {
    let developer = || {
        vec![Message::new(
            Role::Other("developer".into()),
            [Part::text("x")],
        )]
    };
    assert_eq!(messages(developer(), &OPENAI)[0]["role"], "developer");
    assert_eq!(messages(developer(), &COMPATIBLE)[0]["role"], "system");
}

#[test]
fn media_have_their_parts() {
    let mut plain_wave = Blob::new(Modality::Audio, "", [1]);
    plain_wave.mime_type = None;
    let video: Part =
        serde_json::from_value(json!({"type": "uri", "modality": "video", "uri": "https://v"}))
            .unwrap();
    let message = Message::user("look")
        .with_part(Part::image("image/png", [0, 1, 2]))
        .with_part(Part::image_uri("https://i"))
        .with_part(Part::Blob(Blob::new(Modality::Audio, "audio/mpeg", [1])))
        .with_part(Part::Blob(plain_wave))
        .with_part(Part::Blob(Blob::new(
            Modality::Document,
            "application/pdf",
            [1],
        )))
        .with_part(Part::File(File::new(Modality::Document, "file-1")))
        .with_part(video);
    assert_eq!(
        messages(vec![message], &OPENROUTER)[0]["content"],
        json!([
            {"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAEC"}},
            {"type": "image_url", "image_url": {"url": "https://i"}},
            {"type": "input_audio", "input_audio": {"data": "AQ==", "format": "mp3"}},
            {"type": "input_audio", "input_audio": {"data": "AQ==", "format": "wav"}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AQ=="}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "video_url", "video_url": {"url": "https://v"}},
        ]),
    );
}

#[test]
fn refusals_go_back_as_refusals_where_there_are_such() {
    let refusal = || {
        vec![Message::new(
            Role::Assistant,
            [Part::Refusal(Refusal::new("no"))],
        )]
    };
    assert_eq!(
        messages(refusal(), &OPENAI)[0],
        json!({"role": "assistant", "content": null, "refusal": "no"}),
    );
    assert_eq!(
        messages(refusal(), &GROQ)[0],
        json!({"role": "assistant", "content": "no"}),
    );
}

/// A message with reasoning, of which one part is signed by another provider.
fn thoughtful() -> Message {
    let mut foreign = Reasoning::new("foreign");
    foreign.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    Message::new(
        Role::Assistant,
        [
            Part::Reasoning(foreign),
            Part::Reasoning(Reasoning::new("hm")),
            Part::text("42"),
        ],
    )
}

#[test]
fn reasoning_goes_back_in_the_form_of_the_host() {
    let echo = |dialect| messages(vec![thoughtful()], dialect)[0].take();
    let with = |field: &str| json!({"role": "assistant", "content": "42", field: "hm"});
    assert_eq!(echo(&OPENAI), json!({"role": "assistant", "content": "42"}));
    assert_eq!(echo(&GROQ), json!({"role": "assistant", "content": "42"}));
    assert_eq!(echo(&DEEPSEEK), with("reasoning_content"));
    assert_eq!(echo(&OPENROUTER), with("reasoning"));
    assert_eq!(
        echo(&MISTRAL),
        json!({"role": "assistant", "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "42"},
        ]}),
    );
}

#[test]
fn opaque_parts_go_back_to_their_provider_and_to_no_other() {
    let opaque = |data: Value| Opaque::new("openrouter", data);
    let mut reasoning = Reasoning::new("hm");
    reasoning.opaque = Some(opaque(json!({"reasoning_details": [{"n": 1}, {"n": 2}]})));
    let mut call = ToolCall::new("a", "f", "{}");
    call.opaque = Some(opaque(
        json!({"extra_content": {"google": {"thought_signature": "s"}}}),
    ));
    let message = Message::new(
        Role::Assistant,
        [
            Part::Reasoning(reasoning),
            Part::ToolCall(call),
            Part::Opaque(opaque(json!({"reasoning_details": [{"n": 3}]}))),
            Part::Opaque(opaque(json!({"audio": {"id": "audio_1"}}))),
            Part::Opaque(Opaque::new(
                "anthropic",
                json!({"reasoning_details": [{"n": 4}]}),
            )),
        ],
    );
    let function = json!({"name": "f", "arguments": "{}"});
    assert_eq!(
        messages(vec![message.clone()], &OPENROUTER)[0],
        json!({
            "role": "assistant",
            "content": null,
            "reasoning_details": [{"n": 1}, {"n": 2}, {"n": 3}],
            "audio": {"id": "audio_1"},
            "tool_calls": [{
                "id": "a", "type": "function", "function": function,
                "extra_content": {"google": {"thought_signature": "s"}},
            }],
        }),
    );
    assert_eq!(
        messages(vec![message], &OPENAI)[0],
        json!({
            "role": "assistant",
            "content": null,
            "tool_calls": [{"id": "a", "type": "function", "function": function}],
        }),
    );
}

#[test]
fn texts_of_any_characters_survive() {
    let text = "\u{0}\u{7f}\u{2028}\"\\\u{1f600} </script>";
    assert_eq!(
        messages(vec![Message::user(text)], &OPENAI)[0]["content"],
        text
    );
}
