//! The conversation.

use super::*;

fn content(request: &Request, message: usize) -> Value {
    sent(request)["messages"][message]["content"].clone()
}

#[test]
fn instructions_stand_apart_and_turns_alternate() {
    let request = Request::new([
        Message::user("one"),
        Message::system("first"),
        Message::user("two"),
        Message::assistant("three"),
        Message::assistant(""),
        Message::new(Role::Other("developer".to_owned()), [Part::text("second")]),
        Message::new(Role::Other("critic".to_owned()), [Part::text("four")]),
    ]);
    assert_eq!(
        sent(&request),
        json!({
            "system": [{"text": "first"}, {"text": "second"}],
            "messages": [
                {"role": "user", "content": [{"text": "one"}, {"text": "two"}]},
                {"role": "assistant", "content": [{"text": "three"}]},
                {"role": "user", "content": [{"text": "four"}]},
            ],
        })
    );
    let image = Message::system("look").with_part(Part::image("image/png", [1]));
    assert!(refused(CLAUDE, &Request::new(image)).contains("instructions that are not text"));
}

#[test]
fn results_come_first_and_say_whether_they_failed() {
    let request = Request::new("go")
        .with_message(Message::user("wait"))
        .with_message(Message::tool([
            ToolCallResponse::new("a", "t", json!({"deg": 3})),
            ToolCallResponse::new("b", "t", json!([1, 2])),
            ToolCallResponse::new("c", "t", "it broke").with_error(),
            ToolCallResponse::new("d", "t", " "),
        ]));
    let result =
        |id: &str, content: Value| json!({"toolResult": {"toolUseId": id, "content": [content]}});
    let mut failed = result("c", json!({"text": "it broke"}));
    failed["toolResult"]["status"] = json!("error");
    assert_eq!(
        content(&request, 0),
        json!([
            result("a", json!({"json": {"deg": 3}})),
            result("b", json!({"text": "[1,2]"})),
            failed,
            result("d", json!({"text": "(empty)"})),
            {"text": "go"},
            {"text": "wait"},
        ])
    );
}

#[test]
fn calls_go_back_with_their_arguments_as_objects() {
    let input = |arguments: &str| {
        let call = Part::ToolCall(ToolCall::new("id", "t", arguments));
        let request = Request::new(Message::new(Role::Assistant, [call]));
        content(&request, 0)[0]["toolUse"]["input"].clone()
    };
    assert_eq!(input("{\"a\": 1.0}"), json!({"a": 1.0}));
    assert_eq!(input(""), json!({}));
    assert_eq!(input(" null "), json!({}));
    for broken in ["{\"a\":", "[1]", "\"text\"", "{}{}"] {
        assert_eq!(input(broken), json!({"arguments": broken}));
    }
    // Numbers stay as the model wrote them.
    let call = Part::ToolCall(ToolCall::new("id", "t", "{\"n\":1.50}"));
    let request = Request::new(Message::new(Role::Assistant, [call]));
    let body = encode(&request, &Setup::new(CLAUDE, false))
        .expect("supported")
        .body;
    assert!(String::from_utf8_lossy(&body).contains("{\"n\":1.50}"));
}

#[test]
fn ids_of_other_providers_are_rewritten_alike_in_call_and_result() {
    let ids = |model: &str, id: &str| {
        let call = Part::ToolCall(ToolCall::new(id, "t", "{}"));
        let request = Request::new(Message::new(Role::Assistant, [call]))
            .with_message(Message::tool([ToolCallResponse::new(id, "t", "x")]));
        let body = sent_to(model, &request);
        let call = body["messages"][0]["content"][0]["toolUse"]["toolUseId"].clone();
        assert_eq!(
            call,
            body["messages"][1]["content"][0]["toolResult"]["toolUseId"]
        );
        call.as_str().expect("an id").to_owned()
    };
    assert_eq!(ids(CLAUDE, "tooluse_a-1"), "tooluse_a-1");
    assert_eq!(ids(KIMI, "functions.weather:0"), "functions.weather:0");
    let rewritten = ids(CLAUDE, "functions.weather:0");
    assert_ne!(rewritten, "functions.weather:0");
    let long = [
        ids(KIMI, &"x".repeat(65)),
        ids(KIMI, &"x".repeat(66)),
        ids(KIMI, "größe"),
    ];
    for id in long.iter().chain([&rewritten, &ids(KIMI, "")]) {
        assert!(
            id.len() <= 64
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        );
    }
    assert_ne!(long[0], long[1]);
}

#[test]
fn reasoning_goes_back_unchanged_to_those_that_take_it() {
    let reasoning = |provider: &str, data: Value| {
        let mut reasoning = Reasoning::new("I think");
        reasoning.opaque = Some(Opaque::new(provider, data));
        Part::Reasoning(reasoning)
    };
    let redacted = json!({"reasoningContent": {"redactedContent": "AAEC"}});
    let message = Message::new(
        Role::Assistant,
        [
            reasoning("aws.bedrock", json!({"signature": "sig"})),
            reasoning("aws.bedrock", json!({})),
            reasoning("anthropic", json!({"signature": "other"})),
            Part::Reasoning(Reasoning::new("nobody's")),
            Part::Opaque(Opaque::new("aws.bedrock", redacted.clone())),
            Part::Opaque(Opaque::new("anthropic", redacted.clone())),
            Part::text("So."),
        ],
    );
    let request = Request::new(message);
    let signed =
        json!({"reasoningContent": {"reasoningText": {"text": "I think", "signature": "sig"}}});
    let unsigned = json!({"reasoningContent": {"reasoningText": {"text": "I think"}}});
    let said = |model| sent_to(model, &request)["messages"][0]["content"].clone();
    let text = json!({"text": "So."});
    assert_eq!(said(CLAUDE), json!([signed, redacted, text]));
    assert_eq!(said(KIMI), json!([signed, unsigned, redacted, text]));
    assert_eq!(said("us.deepseek.r1-v1:0"), json!([text]));
}

#[test]
fn quirk_33_documents_have_names_that_are_allowed_and_unlike() {
    let pdf = || Part::Blob(Blob::new(Modality::Document, "application/pdf", [1, 2]));
    let text = || {
        Part::Blob(Blob::new(
            Modality::Document,
            "text/plain; charset=utf-8",
            "hi",
        ))
    };
    let request = Request::new(Message::user("compare").with_part(pdf()).with_part(text()))
        .with_message(Message::assistant("Done."))
        .with_message(Message::user("and this").with_part(pdf()));
    let body = sent(&request);
    let first = &body["messages"][0]["content"];
    assert_eq!(
        first[1],
        json!({"document": {"name": "Document 1", "format": "pdf", "source": {"bytes": "AQI="}}})
    );
    assert_eq!(first[2]["document"]["format"], "txt");
    assert_eq!(first[2]["document"]["name"], "Document 2");
    assert_eq!(
        body["messages"][2]["content"][1]["document"]["name"],
        "Document 3"
    );
}

#[test]
fn media_are_sent_with_their_format() {
    let blob = |modality, mime_type| Part::Blob(Blob::new(modality, mime_type, [1]));
    let stored = |modality, uri| Part::Uri(Uri::new(modality, uri));
    let message = Message::user("look")
        .with_part(blob(Modality::Image, "image/JPG"))
        .with_part(blob(Modality::Video, "video/quicktime"))
        .with_part(blob(Modality::Audio, "audio/mpeg"))
        .with_part(stored(Modality::Image, "s3://bucket/cat.JPG"))
        .with_part(stored(Modality::Video, "s3://bucket/film.3gp"));
    let bytes = json!({"bytes": "AQ=="});
    assert_eq!(
        content(&Request::new(message), 0),
        json!([
            {"text": "look"},
            {"image": {"format": "jpeg", "source": bytes}},
            {"video": {"format": "mov", "source": bytes}},
            {"audio": {"format": "mp3", "source": bytes}},
            {"image": {"format": "jpeg", "source": {"s3Location": {"uri": "s3://bucket/cat.JPG"}}}},
            {"video": {"format": "three_gp", "source": {"s3Location": {"uri": "s3://bucket/film.3gp"}}}},
        ])
    );
    let unknown = Request::new(Message::user("x").with_part(stored(Modality::Image, "s3://b/x")));
    assert!(refused(CLAUDE, &unknown).contains("images of an unknown type"));
    let other: Part = serde_json::from_value(json!({"type": "hologram"})).expect("a part");
    let unknown = Request::new(Message::user("x").with_part(other));
    assert!(refused(CLAUDE, &unknown).contains("parts of other types"));
    // What a model said once is a different matter.
    let said = Message::assistant("here").with_part(blob(Modality::Image, "image/bmp"));
    assert_eq!(content(&Request::new(said), 0), json!([{"text": "here"}]));
}

#[test]
fn blocks_of_bedrock_stand_where_they_are_put() {
    let guarded = json!({"text": {"text": "Tokyo", "qualifiers": ["query"]}});
    let message = Message::user("a")
        .with_part(cache_point())
        .with_part(block("guardContent", guarded.clone()));
    let mut request = Request::new(message);
    request
        .messages
        .push(Message::system("s").with_part(cache_point()));
    let point = json!({"cachePoint": {"type": "default"}});
    let body = sent(&request);
    assert_eq!(
        body["messages"][0]["content"],
        json!([{"text": "a"}, point, {"guardContent": guarded}])
    );
    assert_eq!(body["system"], json!([{"text": "s"}, point]));
}

#[test]
fn an_empty_conversation_is_written_as_one() {
    assert_eq!(sent(&Request::default()), json!({"messages": []}));
}
