//! Messages as turns and blocks.

use glassbox_core::{Blob, File, Modality, ServerToolCall, ServerToolCallResponse, Uri};

use super::*;

fn messages(messages: impl Into<Messages>) -> Value {
    written(&Request::new(messages))["messages"].take()
}

fn opaque(data: Value) -> Opaque {
    Opaque::new("anthropic", data)
}

fn user(part: Part) -> Value {
    messages(Message::new(Role::User, [part]))[0]["content"].take()
}

fn assistant(parts: impl IntoIterator<Item = Part>) -> Value {
    messages([Message::user("Hi"), Message::new(Role::Assistant, parts)])[1]["content"].take()
}

#[test]
fn instructions_stand_apart() {
    let request = Request::new([
        Message::system("One."),
        Message::user("Hi"),
        Message::new(Role::Other("developer".to_owned()), [Part::text("Two.")]),
    ]);
    let body = written(&request);
    assert_eq!(
        body["system"],
        json!([{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]),
    );
    assert_eq!(body["messages"], json!([{"role": "user", "content": "Hi"}]));
}

#[test]
fn quirk_23_roles_alternate_and_results_come_first() {
    let sent = messages([
        Message::user("Hi"),
        Message::user("there"),
        Message::new(
            Role::Assistant,
            [Part::ToolCall(ToolCall::new("a", "f", r#"{"x": 1}"#))],
        ),
        Message::new(
            Role::Assistant,
            [Part::ToolCall(ToolCall::new("b", "f", ""))],
        ),
        Message::user("Quick!"),
        Message::tool([ToolCallResponse::new("a", "f", "one")]),
        Message::tool([ToolCallResponse::new("b", "f", json!({"n": 2})).with_error()]),
    ]);
    assert_eq!(
        sent,
        json!([
            {"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]},
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}},
                {"type": "tool_use", "id": "b", "name": "f", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "one"},
                {"type": "tool_result", "tool_use_id": "b", "content": "{\"n\":2}", "is_error": true},
                {"type": "text", "text": "Quick!"},
            ]},
        ]),
    );
}

#[test]
fn quirk_23_ids_have_only_the_allowed_characters() {
    let sent = messages([
        Message::new(
            Role::Assistant,
            [
                Part::ToolCall(ToolCall::new("call:1/é", "f", "{}")),
                Part::ToolCall(ToolCall::new("", "g h", "{}")),
            ],
        ),
        Message::tool([
            ToolCallResponse::new("call:1/é", "f", "1"),
            ToolCallResponse::new("", "g h", "2"),
        ]),
    ]);
    for (at, id) in ["call_3a1_2f_c3_a9", "call_g_20h"].into_iter().enumerate() {
        assert_eq!(sent[0]["content"][at]["id"], id);
        assert_eq!(sent[1]["content"][at]["tool_use_id"], id);
    }
}

#[test]
fn quirk_23_texts_of_nothing_are_left_out() {
    let sent = messages([
        Message::user("Hi"),
        Message::assistant(" \n"),
        Message::new(Role::Assistant, []),
        Message::user("Still there?"),
        Message::tool([ToolCallResponse::new("a", "f", "")]),
    ]);
    assert_eq!(
        sent,
        json!([{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a"},
            {"type": "text", "text": "Hi"},
            {"type": "text", "text": "Still there?"},
        ]}]),
    );
}

#[test]
fn quirk_22_thoughts_go_back_signed_and_in_order() {
    let mut signed = Reasoning::new("Hm.");
    signed.opaque = Some(opaque(json!({"signature": "sig"})));
    let redacted = json!({"type": "redacted_thinking", "data": "secret"});
    let content = assistant([
        Part::Reasoning(signed),
        Part::Opaque(opaque(redacted.clone())),
        Part::text("Yes."),
        Part::ToolCall(ToolCall::new("a", "f", "{}")),
    ]);
    assert_eq!(
        content,
        json!([
            {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
            redacted,
            {"type": "text", "text": "Yes."},
            {"type": "tool_use", "id": "a", "name": "f", "input": {}},
        ]),
    );
}

#[test]
fn what_others_issued_is_left_out() {
    let mut theirs = Reasoning::new("Hm.");
    theirs.opaque = Some(Opaque::new("openai", json!({"signature": "sig"})));
    let search = json!({"type": "web_search_call", "id": "ws_1"});
    let search = search.as_object().unwrap().clone();
    let content = assistant([
        Part::Reasoning(theirs),
        Part::Reasoning(Reasoning::new("Unsigned.")),
        Part::Opaque(Opaque::new("openai", json!({"type": "text", "text": "no"}))),
        Part::ServerToolCall(ServerToolCall::new("web_search", search.clone())),
        Part::ServerToolCallResponse(ServerToolCallResponse::new(search)),
        Part::text("Yes."),
    ]);
    assert_eq!(content, "Yes.");
}

#[test]
fn server_tools_go_back_as_they_came() {
    let call = json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}});
    let result = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"encrypted_content": "e"}]});
    let content = assistant([
        Part::ServerToolCall(ServerToolCall::new(
            "web_search",
            call.as_object().unwrap().clone(),
        )),
        Part::ServerToolCallResponse(ServerToolCallResponse::new(
            result.as_object().unwrap().clone(),
        )),
    ]);
    assert_eq!(content, json!([call, result]));
}

#[test]
fn what_was_attached_to_a_text_or_a_call_goes_back() {
    let mut text = Part::text("Cited.");
    if let Part::Text(text) = &mut text {
        text.opaque = Some(opaque(
            json!({"type": "text", "citations": [{"type": "page_location"}]}),
        ));
    }
    let mut call = ToolCall::new("a", "f", "{}");
    call.opaque = Some(opaque(
        json!({"caller": {"type": "code_execution_20250825"}, "id": "not this"}),
    ));
    assert_eq!(
        assistant([text, Part::ToolCall(call)]),
        json!([
            {"type": "text", "text": "Cited.", "citations": [{"type": "page_location"}]},
            {"type": "tool_use", "id": "a", "name": "f", "input": {}, "caller": {"type": "code_execution_20250825"}},
        ]),
    );
}

#[test]
fn a_text_can_be_a_mark_for_the_cache() {
    let mut text = Part::text("Long instructions.");
    if let Part::Text(text) = &mut text {
        text.opaque = Some(opaque(json!({"cache_control": {"type": "ephemeral"}})));
    }
    let request = Request::new([Message::new(Role::System, [text]), Message::user("Hi")]);
    assert_eq!(
        written(&request)["system"],
        json!([{"type": "text", "text": "Long instructions.", "cache_control": {"type": "ephemeral"}}]),
    );
}

#[test]
fn arguments_that_are_no_object_go_into_one() {
    for (text, expected) in [
        ("", json!({})),
        (" {\"a\": 1} ", json!({"a": 1})),
        ("{\"a\"", json!({"invalid_json": "{\"a\""})),
        ("[1]", json!({"invalid_json": "[1]"})),
    ] {
        let content = assistant([Part::ToolCall(ToolCall::new("a", "f", text))]);
        assert_eq!(content[0]["input"], expected, "{text}");
    }
}

#[test]
fn images_and_documents_have_their_sources() {
    let block = |kind: &str, source: Value| json!([{"type": kind, "source": source}]);
    for (part, expected) in [
        (
            Part::image("image/png", [1, 2, 3]),
            block(
                "image",
                json!({"type": "base64", "media_type": "image/png", "data": "AQID"}),
            ),
        ),
        (
            Part::image_uri("https://h/i.png"),
            block("image", json!({"type": "url", "url": "https://h/i.png"})),
        ),
        (
            Part::image_uri("data:image/gif;base64,AQID"),
            block(
                "image",
                json!({"type": "base64", "media_type": "image/gif", "data": "AQID"}),
            ),
        ),
        (
            Part::Blob(Blob::new(Modality::Document, "application/pdf", [1, 2, 3])),
            block(
                "document",
                json!({"type": "base64", "media_type": "application/pdf", "data": "AQID"}),
            ),
        ),
        (
            Part::Blob(Blob::new(
                Modality::Document,
                "text/markdown; charset=utf-8",
                "# Ü",
            )),
            block(
                "document",
                json!({"type": "text", "media_type": "text/plain", "data": "# Ü"}),
            ),
        ),
        (
            Part::Uri(Uri::new(Modality::Document, "https://h/d.pdf")),
            block("document", json!({"type": "url", "url": "https://h/d.pdf"})),
        ),
        (
            Part::File(File::new(Modality::Document, "file_1")),
            block("document", json!({"type": "file", "file_id": "file_1"})),
        ),
    ] {
        assert_eq!(user(part), expected);
    }
}

#[test]
fn uploaded_files_need_a_beta() {
    let file = Part::File(File::new(Modality::Image, "file_1"));
    let request = Request::new(Message::new(Role::User, [file]));
    let encoded = encode(&request, &Settings::new("claude-sonnet-4-5")).unwrap();
    assert_eq!(encoded.betas, ["files-api-2025-04-14"]);
    let encoded = encode(&Request::new("Hi"), &Settings::new("claude-sonnet-4-5")).unwrap();
    assert_eq!(encoded.betas, [""; 0]);
}

#[test]
fn what_a_tool_shows_stands_beside_its_result() {
    let message = Message::new(
        Role::Tool,
        [
            Part::image("image/png", [1, 2, 3]),
            Part::ToolCallResponse(ToolCallResponse::new("a", "f", "see the image")),
        ],
    );
    assert_eq!(
        messages(message),
        json!([{"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "see the image"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AQID"}},
        ]}]),
    );
}
