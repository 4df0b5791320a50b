//! Messages serialise as the GenAI conventions' message schemas say.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

use glassbox_core::{
    Arguments, Blob, Compaction, File, Message, Messages, Modality, Opaque, Part, Reasoning,
    Refusal, Role, ServerToolCall, ServerToolCallResponse, Text, ToolCall, ToolCallResponse,
    ToolSpec,
};
use serde_json::{Map, Value, json};

/// The rules of the conventions' `gen-ai-input-messages` and `gen-ai-output-messages` schemas, in the fewest words:
/// which fields a part of each type must have, and of which JSON type they are.
fn rules() -> Value {
    let part = |name: &str, fields: Value| {
        let required: Vec<&str> = fields
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        json!({
            "if": {"properties": {"type": {"const": name}}},
            "then": {"properties": fields, "required": required}
        })
    };
    let text = json!({"type": "string"});
    let typed_object =
        json!({"type": "object", "properties": {"type": text}, "required": ["type"]});
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "role": text,
                "name": text,
                "parts": {"type": "array", "items": {
                    "type": "object",
                    "properties": {"type": text, "id": text, "mime_type": text},
                    "required": ["type"],
                    "allOf": [
                        part("text", json!({"content": text})),
                        part("reasoning", json!({"content": text})),
                        part("tool_call", json!({"name": text})),
                        part("tool_call_response", json!({"response": {}})),
                        part("server_tool_call", json!({"name": text, "server_tool_call": typed_object})),
                        part("server_tool_call_response", json!({"server_tool_call_response": typed_object})),
                        part("blob", json!({"modality": text, "content": text})),
                        part("file", json!({"modality": text, "file_id": text})),
                        part("uri", json!({"modality": text, "uri": text})),
                    ]
                }}
            },
            "required": ["role", "parts"]
        }
    })
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// A conversation that holds every part there is.
fn conversation() -> Messages {
    let mut server_call: ServerToolCall = serde_json::from_value(
        json!({"name": "search", "server_tool_call": {"type": "web_search"}}),
    )
    .unwrap();
    server_call.id = Some("s1".into());
    let server_response: ServerToolCallResponse = serde_json::from_value(
        json!({"server_tool_call_response": {"type": "web_search", "hits": 3}}),
    )
    .unwrap();
    let mut call = ToolCall::new("c1", "calculate", r#"{"expression":"6*7"}"#);
    call.opaque = Some(Opaque::new("gcp.gemini", json!("signature")));
    let mut reasoning = Reasoning::new("so...");
    reasoning.opaque = Some(Opaque::new("anthropic", json!({"signature": "abc"})));
    let compaction: Compaction = serde_json::from_value(json!({"content": "earlier"})).unwrap();
    Messages::from(vec![
        Message::system("be brief"),
        Message::user("look")
            .with_name("ann")
            .with_part(Part::image("image/png", [1u8, 2, 3])),
        Message::new(
            Role::User,
            [
                Part::image_uri("https://example.com/a.png"),
                Part::File(File::new(Modality::Document, "file-1")),
                Part::Other(object(&json!({"type": "weather", "degrees": 3}))),
                Part::Compaction(compaction),
            ],
        ),
        Message::new(
            Role::Assistant,
            [
                Part::Reasoning(reasoning),
                Part::Opaque(Opaque::new("openai", json!({"encrypted_content": "x"}))),
                Part::ServerToolCall(server_call),
                Part::ServerToolCallResponse(server_response),
                Part::text("calling"),
                Part::ToolCall(call),
                Part::Refusal(Refusal::new("no")),
            ],
        ),
        Message::tool([
            ToolCallResponse::new("c1", "calculate", "42"),
            ToolCallResponse::new("c2", "calculate", json!({"error": "division by zero"}))
                .with_error(),
        ]),
        Message::new(Role::Other("critic".into()), [Part::text("hm")]),
    ])
}

#[test]
fn every_part_obeys_the_rules() {
    let validator = jsonschema::validator_for(&rules()).unwrap();
    let value = serde_json::to_value(conversation()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The rules can fail: a text part without its content does.
    assert!(!validator.is_valid(&json!([{"role": "user", "parts": [{"type": "text"}]}])));
}

#[test]
fn messages_round_trip() {
    let messages = conversation();
    let text = serde_json::to_string(&messages).unwrap();
    assert_eq!(serde_json::from_str::<Messages>(&text).unwrap(), messages);
}

#[test]
fn the_plain_forms_are_as_the_conventions_show_them() {
    let messages = Messages::from(vec![
        Message::user("Weather in Paris?"),
        Message::new(
            Role::Assistant,
            [Part::ToolCall(ToolCall::new(
                "c1",
                "weather",
                r#"{"city":"Paris"}"#,
            ))],
        ),
        Message::tool([ToolCallResponse::new("c1", "weather", "rainy, 57°F")]),
    ]);
    assert_eq!(
        serde_json::to_value(messages).unwrap(),
        json!([
            {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
            {"role": "assistant", "parts": [
                {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}}
            ]},
            {"role": "tool", "parts": [
                {"type": "tool_call_response", "id": "c1", "name": "weather", "response": "rainy, 57°F"}
            ]},
        ])
    );
}

#[test]
fn a_part_of_an_unknown_type_is_kept() {
    let value = json!({"role": "user", "parts": [{"type": "hologram", "depth": 3}]});
    let message: Message = serde_json::from_value(value.clone()).unwrap();
    assert!(matches!(&message.parts[0], Part::Other(fields) if fields["depth"] == 3));
    assert_eq!(serde_json::to_value(&message).unwrap(), value);
}

#[test]
fn a_known_part_that_lacks_something_is_an_error() {
    for (part, word) in [
        (json!({"type": "text"}), "content"),
        (json!({"type": "tool_call", "id": "1"}), "name"),
        (json!({"foo": 1}), "type"),
        (json!({"type": 3}), "type"),
    ] {
        let error = serde_json::from_value::<Part>(part.clone()).unwrap_err();
        assert!(error.to_string().contains(word), "{part}: {error}");
    }
}

#[test]
fn saving_arguments_loses_nothing_but_white_space() {
    for text in [
        r#"{"n":12345678901234567890123}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"x":1.10}"#,
        r#"{ "spaced" : [ 1, "a b" ] }"#,
        r#"{"quote":"\"  "}"#,
    ] {
        let saved = serde_json::to_string(&Arguments::from(text)).unwrap();
        let again: Arguments = serde_json::from_str(&saved).unwrap();
        let bare = |text: &str| text.replace(' ', "");
        assert_eq!(bare(again.as_str()), bare(text));
    }
    let spaced = Arguments::from(r#"{ "spaced" : 1 }"#);
    assert_eq!(
        serde_json::to_string(&spaced).unwrap(),
        r#"{"spaced":1}"#,
        "an object stays an object"
    );
}

#[test]
fn arguments_keep_what_the_model_wrote() {
    for text in [
        "",
        r#"{"a": 1}"#,
        r#"{"a": "#,
        "{}{}",
        "null",
        "[1]",
        r#""text""#,
        "no json at all",
    ] {
        let arguments = Arguments::from(text);
        assert_eq!(arguments.as_str(), text);
        let saved = serde_json::to_string(&arguments).unwrap();
        let again: Arguments = serde_json::from_str(&saved).unwrap();
        assert_eq!(again.parse().is_ok(), arguments.parse().is_ok(), "{text:?}");
        if !text.starts_with("{\"a\": 1") {
            assert_eq!(
                again.as_str(),
                text,
                "text that is no object survives to the letter"
            );
        }
    }
}

#[test]
fn broken_arguments_say_what_is_wrong() {
    assert!(Arguments::from("").parse().unwrap().is_empty());
    assert_eq!(Arguments::from("{\"a\": 1}").parse().unwrap()["a"], 1);
    assert!(
        Arguments::from("{\"a\": ")
            .parse()
            .unwrap_err()
            .contains("line 1 column 6")
    );
    assert!(
        Arguments::from("{}{}")
            .parse()
            .unwrap_err()
            .contains("trailing characters")
    );
    assert!(
        Arguments::from("[1]")
            .parse()
            .unwrap_err()
            .contains("not an array")
    );
}

#[test]
fn hostile_arguments_do_not_overflow_the_stack() {
    let deep = "[".repeat(200_000);
    assert!(Arguments::from(deep).parse().is_err());
    let deep = "{\"a\":".repeat(200_000);
    assert!(Arguments::from(deep.clone()).parse().is_err());
    assert_eq!(
        Arguments::from(deep.clone()).to_value(),
        Value::String(deep)
    );
}

#[test]
fn opaque_data_is_for_its_provider_alone() {
    let opaque = Opaque::new("anthropic", json!("signature"));
    assert_eq!(opaque.of("anthropic"), Some(&json!("signature")));
    assert_eq!(opaque.of("openai"), None);
}

#[test]
fn a_blob_knows_its_size_and_its_uri() {
    for (bytes, size) in [
        (&b""[..], 0),
        (b"a", 1),
        (b"ab", 2),
        (b"abc", 3),
        (b"abcd", 4),
    ] {
        assert_eq!(
            Blob::new(Modality::Image, "image/png", bytes).decoded_len(),
            size
        );
    }
    assert_eq!(
        Blob::new(Modality::Image, "image/png", b"abc").to_data_uri(),
        "data:image/png;base64,YWJj"
    );
}

#[test]
fn a_conversation_is_shared_not_copied() {
    let mut one = Messages::from("a");
    let two = one.clone();
    one.push("b");
    assert_eq!((one.len(), two.len()), (2, 1));
    let (first, second) = (one.iter().next().unwrap(), two.iter().next().unwrap());
    assert!(std::ptr::eq(first, second), "the message itself is shared");
}

#[test]
fn tools_serialise_as_definitions() {
    let spec = ToolSpec::new("calculate", json!({"type": "object"})).with_description("Does sums.");
    let value = json!({
        "type": "function", "name": "calculate", "description": "Does sums.", "parameters": {"type": "object"}
    });
    assert_eq!(serde_json::to_value(&spec).unwrap(), value);
    assert_eq!(serde_json::from_value::<ToolSpec>(value).unwrap(), spec);
}

#[test]
fn text_parts_default_to_nothing_attached() {
    let text: Text = serde_json::from_value(json!({"content": "a"})).unwrap();
    assert_eq!(text.opaque, None);
}
