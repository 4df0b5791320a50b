use super::*;

fn opaque(data: Value) -> Opaque {
    Opaque::new("openai", data)
}

fn thought(item: &Value) -> Part {
    let mut reasoning = Reasoning::new("hm");
    reasoning.opaque = Some(opaque(json!({"item": item})));
    Part::Reasoning(reasoning)
}

fn encrypted() -> Value {
    json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "s", "summary": []})
}

fn assistant(parts: impl IntoIterator<Item = Part>) -> Message {
    Message::new(Role::Assistant, parts)
}

fn input(messages: impl Into<glassbox_core::Messages>) -> Value {
    body(&Request::new(messages))["input"].take()
}

#[test]
fn the_first_instructions_have_a_field_and_later_ones_a_place() {
    let request = Request::new([
        Message::system("one"),
        Message::system("two"),
        Message::user("hi"),
        Message::system("three"),
        Message::new(Role::Other("developer".to_owned()), [Part::text("four")]),
    ]);
    let body = body(&request);
    assert_eq!(body["instructions"], "one\n\ntwo");
    assert_eq!(
        body["input"],
        json!([
            {"type": "message", "role": "user", "content": "hi"},
            {"type": "message", "role": "system", "content": "three"},
            {"type": "message", "role": "developer", "content": "four"},
        ])
    );
    let alone = super::body(&Request::new(Message::system("one")));
    assert_eq!(alone["input"][0]["content"], "one");
    assert!(alone.get("instructions").is_none());
}

#[test]
fn quirk_17_calls_and_results_are_items_that_share_a_call_id() {
    let call = |id: &str| Part::ToolCall(ToolCall::new(id, "f", ""));
    let result = |id: &str, text: &str| ToolCallResponse::new(id, "f", text);
    let messages = [
        Message::user("go"),
        assistant([Part::text("ok"), call("a"), call("b")]),
        Message::tool([result("a", "1"), result("b", "broken").with_error()]),
    ];
    assert_eq!(
        input(messages),
        json!([
            {"type": "message", "role": "user", "content": "go"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]},
            {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
            {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "a", "output": "1"},
            {"type": "function_call_output", "call_id": "b", "output": "Error: broken"},
        ])
    );
}

#[test]
fn ids_that_a_host_gives_again_are_made_unique() {
    let turn = |text: &str| {
        [
            assistant([Part::ToolCall(ToolCall::new("call_0", "f", "{}"))]),
            Message::tool([ToolCallResponse::new("call_0", "f", text)]),
        ]
    };
    let [a, b] = turn("1");
    let [c, d] = turn("2");
    let input = input([a, b, c, d]);
    let ids: Vec<&str> = (0..4)
        .map(|at| input[at]["call_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["call_0", "call_0", "call_0_2", "call_0_2"]);
    assert_eq!(input[3]["output"], "2");
}

#[test]
fn quirk_18_reasoning_goes_back_with_the_item_that_follows_it() {
    let call = Part::ToolCall(ToolCall::new("a", "f", "{}"));
    let sent = input([
        Message::user("go"),
        assistant([thought(&encrypted()), call.clone()]),
    ]);
    assert_eq!(sent[1], encrypted());
    assert_eq!(sent[2]["type"], "function_call");
    // Alone, it is refused.
    let alone = input([
        Message::user("go"),
        assistant([Part::text("x"), thought(&encrypted())]),
    ]);
    assert_eq!(alone.as_array().unwrap().len(), 2);
    // An id that stands for nothing the provider has kept.
    let bare = json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]});
    let messages = [Message::user("go"), assistant([thought(&bare), call])];
    assert_eq!(input(messages.clone())[1]["type"], "function_call");
    let kept = Request::new(messages).with_extra("store", true);
    assert_eq!(body(&kept)["input"][1], bare);
}

#[test]
fn what_another_provider_gave_is_left_out() {
    let mut foreign = Reasoning::new("hm");
    foreign.opaque = Some(Opaque::new("anthropic", json!({"item": encrypted()})));
    let search = || {
        let fields = json!({"type": "web_search_call", "id": "ws_1"});
        let Value::Object(fields) = fields else {
            unreachable!()
        };
        Part::ServerToolCall(ServerToolCall::new("web_search", fields))
    };
    let ours = Part::Opaque(opaque(json!({"preceding_item": true})));
    let theirs = Part::Opaque(Opaque::new("x_ai", json!({"preceding_item": true})));
    let parts = [
        Part::Reasoning(foreign),
        search(),
        theirs,
        search(),
        ours,
        Part::text("x"),
    ];
    let input = input([Message::user("go"), assistant(parts)]);
    assert_eq!(input[1], json!({"type": "web_search_call", "id": "ws_1"}));
    assert_eq!(input[2]["role"], "assistant");
    assert_eq!(input.as_array().unwrap().len(), 3);
}

#[test]
fn what_belongs_to_a_call_goes_back_with_it() {
    let mut named = ToolCall::new("a", "f", "{}");
    named.opaque = Some(opaque(json!({"item": {"namespace": "n"}})));
    let mut custom = ToolCall::new("b", "sql", "SELECT 1");
    custom.opaque = Some(opaque(json!({"item": {"type": "custom_tool_call"}})));
    let result = ToolCallResponse::new("b", "sql", "1");
    let messages = [
        assistant([Part::ToolCall(named), Part::ToolCall(custom)]),
        Message::tool([result]),
    ];
    assert_eq!(
        input(messages),
        json!([
            {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}", "namespace": "n"},
            {"type": "custom_tool_call", "call_id": "b", "name": "sql", "input": "SELECT 1"},
            {"type": "custom_tool_call_output", "call_id": "b", "output": "1"},
        ])
    );
}

#[test]
fn images_and_documents_are_sent_in_their_forms() {
    let mut message = Message::user("look");
    message.parts.extend([
        Part::image("image/png", "x"),
        Part::image_uri("https://host/a.png"),
        Part::Blob(Blob::new(Modality::Document, "application/pdf", "x")),
        Part::Uri(Uri::new(Modality::Document, "https://host/a.pdf")),
        Part::File(glassbox_core::File::new(Modality::Document, "file_1")),
        Part::File(glassbox_core::File::new(Modality::Image, "file_2")),
    ]);
    assert_eq!(
        input(message)[0]["content"],
        json!([
            {"type": "input_text", "text": "look"},
            {"type": "input_image", "image_url": "data:image/png;base64,eA=="},
            {"type": "input_image", "image_url": "https://host/a.png"},
            {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,eA=="},
            {"type": "input_file", "file_url": "https://host/a.pdf"},
            {"type": "input_file", "file_id": "file_1"},
            {"type": "input_image", "file_id": "file_2"},
        ])
    );
}

#[test]
fn parts_of_other_types_are_items_or_content_as_they_are() {
    let fields = |value: Value| match value {
        Value::Object(fields) => Part::Other(fields),
        _ => unreachable!(),
    };
    let approval =
        json!({"type": "mcp_approval_response", "approval_request_id": "a", "approve": true});
    let image = json!({"type": "input_image", "image_url": "u", "detail": "low"});
    let message = Message::new(
        Role::User,
        [fields(approval.clone()), fields(image.clone())],
    );
    let input = input([Message::user("go"), message]);
    assert_eq!(input[1]["content"], json!([image]));
    assert_eq!(input[2], approval);
}

#[test]
fn a_result_may_be_a_list_of_images() {
    let parts = json!([{"type": "input_image", "image_url": "u"}]);
    let result = ToolCallResponse::new("a", "f", parts.clone());
    assert_eq!(input(Message::tool([result]))[0]["output"], parts);
    let result = ToolCallResponse::new("a", "f", json!([{"type": "other"}]));
    assert_eq!(
        input(Message::tool([result]))[0]["output"],
        "[{\"type\":\"other\"}]"
    );
}

#[test]
fn earlier_refusals_and_phases_go_back() {
    let mut remark = glassbox_core::Text::default();
    remark.content = "a moment".to_owned();
    remark.opaque = Some(opaque(json!({"phase": "commentary"})));
    let parts = [
        Part::Text(remark),
        Part::text("done"),
        Part::Refusal(Refusal::new("No.")),
    ];
    assert_eq!(
        input([Message::user("go"), assistant(parts)])
            .as_array()
            .unwrap()[1..],
        [
            json!({"type": "message", "role": "assistant", "phase": "commentary",
                "content": [{"type": "output_text", "text": "a moment"}]}),
            json!({"type": "message", "role": "assistant",
                "content": [{"type": "output_text", "text": "done"}, {"type": "refusal", "refusal": "No."}]}),
        ]
    );
}
