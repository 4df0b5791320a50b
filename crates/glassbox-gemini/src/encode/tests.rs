use glassbox_core::{
    Blob, Delivery, File, Message, Modality, Opaque, OutputFormat, Parameters, Part, Reasoning,
    Role, ServerToolCall, ToolCall, ToolCallResponse, ToolChoice, ToolSpec, Unsupported, Uri,
};
use serde_json::{Value, json};

use super::*;

mod options;

fn target(model: &str) -> Target<'_> {
    Target {
        platform: Platform::Gemini,
        model,
        schema_form: SchemaForm::Auto,
        include_thoughts: None,
    }
}

fn body(request: &Request, model: &str) -> Value {
    let encoded = encode(request, target(model)).unwrap();
    serde_json::from_slice(&encoded.body).unwrap()
}

fn contents(messages: impl IntoIterator<Item = Message>) -> Value {
    let messages: Vec<Message> = messages.into_iter().collect();
    body(&Request::new(messages), "gemini-2.5-flash")["contents"].take()
}

fn signed(id: &str, name: &str, data: Value) -> Part {
    let mut call = ToolCall::new(id, name, "{\"a\":1.50}");
    call.opaque = Some(Opaque::new("gcp.gemini", data));
    Part::ToolCall(call)
}

#[test]
fn instructions_stand_apart_wherever_they_were() {
    let request = Request::new([
        Message::system("Be brief."),
        Message::user("Hi"),
        Message::new(
            Role::Other("developer".to_owned()),
            [Part::text("In French.")],
        ),
    ]);
    assert_eq!(
        body(&request, "gemini-2.5-flash"),
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "In French."}]},
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
        })
    );
    let alone = Request::new([Message::system("Tell jokes.")]);
    let empty = json!([{"role": "user", "parts": [{"text": ""}]}]);
    assert_eq!(body(&alone, "gemini-2.5-flash")["contents"], empty);
}

#[test]
fn quirk_27_results_stand_together_in_the_order_of_the_calls() {
    let call = |id: &str, name: &str| Part::ToolCall(ToolCall::new(id, name, ""));
    let contents = contents([
        Message::user("go"),
        Message::new(
            Role::Assistant,
            [call("1", "f"), signed("2", "g", json!({"id": "2"}))],
        ),
        Message::tool([ToolCallResponse::new("2", "", json!({"x": 1}))]),
        Message::tool([ToolCallResponse::new("1", "f", "no").with_error()]),
        Message::user("and?"),
    ]);
    assert_eq!(
        contents[1]["parts"][0],
        json!({"functionCall": {"name": "f", "args": {}}})
    );
    assert_eq!(contents[1]["parts"][1]["functionCall"]["id"], "2");
    assert_eq!(
        contents[2],
        json!({"role": "user", "parts": [
            {"functionResponse": {"name": "f", "response": {"error": "no"}}},
            {"functionResponse": {"id": "2", "name": "g", "response": {"x": 1}}},
        ]})
    );
    assert_eq!(contents[3]["parts"], json!([{"text": "and?"}]));
}

#[test]
fn quirk_28_a_reference_in_a_result_is_text() {
    let result = |value: Value| {
        let message = Message::tool([ToolCallResponse::new("1", "f", value)]);
        contents([message])[0]["parts"][0]["functionResponse"]["response"].take()
    };
    let schema = json!({"items": [{"$ref": "#/x"}]});
    assert_eq!(
        result(schema.clone()),
        json!({"output": schema.to_string()})
    );
    assert_eq!(result(json!([1])), json!({"output": [1]}));
    assert_eq!(result(json!("text")), json!({"output": "text"}));
}

#[test]
fn quirk_26_signatures_go_back_on_the_very_part_they_came_with() {
    let mut text = glassbox_core::Text::default();
    text.content = "aé".to_owned();
    text.opaque = Some(Opaque::new(
        "gcp.gemini",
        json!({"thoughtSignature": "s1", "from": 1}),
    ));
    let mut thought = Reasoning::new("hm");
    thought.opaque = Some(Opaque::new("gcp.gemini", json!({"thoughtSignature": "s0"})));
    let lone = json!({"part": {"text": "", "thoughtSignature": "s2"}});
    let message = Message::new(
        Role::Assistant,
        [
            Part::Reasoning(thought),
            Part::Reasoning(Reasoning::new("not signed")),
            Part::Text(text),
            Part::Opaque(Opaque::new("gcp.gemini", lone)),
            signed("1", "f", json!({"thoughtSignature": "s3"})),
            Part::ToolCall(ToolCall::new("2", "g", "{\"cut")),
            Part::image("image/png", [0]),
            Part::Opaque(Opaque::new("gcp.gemini", json!({"thoughtSignature": "s4"}))),
        ],
    );
    assert_eq!(
        contents([message])[0],
        json!({"role": "model", "parts": [
            {"text": "hm", "thought": true, "thoughtSignature": "s0"},
            {"text": "a"},
            {"text": "é", "thoughtSignature": "s1"},
            {"text": "", "thoughtSignature": "s2"},
            {"functionCall": {"name": "f", "args": {"a": 1.5}}, "thoughtSignature": "s3"},
            {"functionCall": {"name": "g", "args": {"arguments": "{\"cut"}}},
            {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thoughtSignature": "s4"},
        ]})
    );
}

#[test]
fn what_other_providers_issued_is_left_out() {
    let mut call = ToolCall::new("call_1", "f", "{}");
    call.opaque = Some(Opaque::new(
        "gcp.vertex_ai",
        json!({"id": "x", "thoughtSignature": "s"}),
    ));
    let mut thought = Reasoning::new("hm");
    thought.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    let foreign = json!({"type": "web_search", "query": "q"});
    let message = Message::new(
        Role::Assistant,
        [
            Part::Reasoning(thought),
            Part::Opaque(Opaque::new("anthropic", json!({"part": {"text": "no"}}))),
            Part::ServerToolCall(ServerToolCall::new(
                "web_search",
                foreign.as_object().unwrap().clone(),
            )),
            Part::ToolCall(call),
        ],
    );
    let history = Request::new([Message::user("go"), message]);
    let call = json!({"functionCall": {"name": "f", "args": {}}});
    assert_eq!(
        body(&history, "gemini-2.5-flash")["contents"][1]["parts"],
        json!([call])
    );
    // From the third generation on, the first call must be signed.
    let parts = &body(&history, "gemini-3-flash-preview")["contents"][1]["parts"];
    assert_eq!(
        parts[0]["thoughtSignature"],
        "skip_thought_signature_validator"
    );
}

#[test]
fn media_have_types() {
    let mut untyped = Blob::new(Modality::Audio, "", [1]);
    untyped.mime_type = None;
    let message = Message::user("see")
        .with_part(Part::image("image/webp", [1, 2]))
        .with_part(Part::Blob(untyped))
        .with_part(Part::Uri(Uri::new(Modality::Image, "https://h/a.JPG?x=1")))
        .with_part(Part::Uri(Uri::new(Modality::Video, "https://youtu.be/x")))
        .with_part(Part::File(File::new(Modality::Document, "files/abc")));
    assert_eq!(
        contents([message])[0]["parts"],
        json!([
            {"text": "see"},
            {"inlineData": {"mimeType": "image/webp", "data": "AQI="}},
            {"inlineData": {"mimeType": "audio/wav", "data": "AQ=="}},
            {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://h/a.JPG?x=1"}},
            {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}},
            {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}},
        ])
    );
}
