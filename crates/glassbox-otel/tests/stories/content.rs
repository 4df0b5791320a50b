//! What was said: only where it is wanted, as the conventions' schemas have it, redacted and cut.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use glassbox_agent::Agent;
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, Error, ErrorKind, Message, Opaque, Part,
    PromptTemplate, Reasoning, Request, Role, ToolCall, ToolCallResponse, Uri,
};
use glassbox_otel::{Content, History, Telemetry, TelemetryBuilder};
use glassbox_test::{Capture, ScriptedModel, Turn};
use serde_json::{Value, json};

use crate::agent::scripted;
use crate::common::{prices, remote, tools};

pub(crate) fn recorder(
    change: impl FnOnce(TelemetryBuilder) -> TelemetryBuilder,
) -> (Telemetry, Capture) {
    let capture = Capture::new();
    let builder = Telemetry::builder()
        .prices(prices())
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider());
    (change(builder).build(), capture)
}

/// The JSON in an attribute.
fn said(capture: &Capture, span: &str, key: &str) -> Value {
    let span = capture.span(span);
    let value = span.attribute(key);
    let text = value
        .unwrap_or_else(|| panic!("{key} is not there"))
        .as_str();
    serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()))
}

/// A request with something of everything.
fn everything() -> Request {
    let mut reasoning = Reasoning::new("hm");
    reasoning.opaque = Some(Opaque::new("openai", json!("encrypted-canary")));
    let image = Part::image("image/png", b"not really an image");
    let embedded = Uri::new(
        glassbox_core::Modality::Image,
        "data:image/png;base64,bm90IHJlYWxseSBhbiBpbWFnZQ==",
    );
    Request::new([
        Message::system("Be brief."),
        Message::user("Look:")
            .with_part(image)
            .with_part(Part::Uri(embedded)),
        Message::new(
            Role::Assistant,
            [
                Part::Reasoning(reasoning),
                Part::ToolCall(ToolCall::new("c1", "add", r#"{"a":1,"b":2}"#)),
            ],
        ),
        Message::tool([ToolCallResponse::new("c1", "add", json!({"sum": 3}))]),
    ])
    .with_tools(tools().specs())
    .with_prompt(PromptTemplate::new("p").with_variable("city", "Oslo"))
}

#[tokio::test]
async fn content_is_off_unless_it_is_wanted() {
    let (telemetry, capture) = recorder(|builder| builder);
    let model = telemetry.model(ScriptedModel::new([Turn::text("a canary")]).with_info(remote()));
    model.complete(everything()).await.unwrap();
    let everything = capture.render_all();
    for word in ["canary", "Be brief", "Oslo", "messages", "Look"] {
        assert!(!everything.contains(word), "{word} in {everything}");
    }
}

#[tokio::test]
async fn a_span_holds_what_was_said_as_the_schemas_have_it() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Span));
    let turn = Turn::text("three").with_reasoning("easy");
    let model = telemetry.model(ScriptedModel::new([turn]).with_info(remote()));
    model.complete(everything()).await.unwrap();
    let input = said(&capture, "chat gpt-4o-mini", "gen_ai.input.messages");
    let digest = "sha256:a11d5bf9ea3c0cf5a1d4a6b4c5a6f9e0b8e0b7a3b8d0ef1a3a4c4c9c5d9a2d5c";
    assert_eq!(
        input[0]["role"], "system",
        "Chat Completions takes it there"
    );
    for blob in [&input[1]["parts"][1], &input[1]["parts"][2]] {
        assert_eq!(blob["type"], "blob");
        assert_eq!(
            (&blob["content"], &blob["length"]),
            (&json!(""), &json!(19))
        );
        assert_eq!(blob["digest"].as_str().unwrap().len(), digest.len());
        assert_eq!(blob, &input[1]["parts"][1], "both are the same image");
    }
    assert_eq!(
        input[2]["parts"],
        json!([
            {"type": "reasoning", "content": "hm"},
            {"type": "tool_call", "id": "c1", "name": "add", "arguments": {"a": 1, "b": 2}},
        ])
    );
    let output = said(&capture, "chat gpt-4o-mini", "gen_ai.output.messages");
    assert_eq!(
        output,
        json!([{
            "role": "assistant",
            "parts": [{"type": "reasoning", "content": "easy"}, {"type": "text", "content": "three"}],
            "finish_reason": "stop",
        }])
    );
    let variable = said(&capture, "chat gpt-4o-mini", "gen_ai.prompt.variable.city");
    assert_eq!(variable, "Oslo");
    let tools = said(&capture, "chat gpt-4o-mini", "gen_ai.tool.definitions");
    assert_eq!(tools[0], json!({"type": "function", "name": "add"}));
    assert!(!capture.render_all().contains("encrypted-canary"));
    assert!(capture.logs().is_empty(), "nothing goes to events");
}

#[tokio::test]
async fn instructions_stand_apart_where_the_provider_takes_them_apart() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Span));
    let mut info = remote();
    info.provider = "anthropic".into();
    info.api = None;
    let model = telemetry.model(ScriptedModel::new([Turn::text("hi")]).with_info(info));
    let request = Request::new("hello").with_system("Be brief.");
    model.complete(request).await.unwrap();
    let span = "chat gpt-4o-mini";
    let instructions = said(&capture, span, "gen_ai.system_instructions");
    assert_eq!(
        instructions,
        json!([{"type": "text", "content": "Be brief."}])
    );
    let input = said(&capture, span, "gen_ai.input.messages");
    assert_eq!(input.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_and_its_tools_say_what_was_said() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Span));
    let agent = Agent::new(scripted(), tools()).with_system("Add.");
    telemetry.agent(agent).run("1+2, 3+4?").await.unwrap();
    let root = "invoke_agent";
    assert_eq!(
        said(&capture, root, "gen_ai.system_instructions"),
        json!([{"type": "text", "content": "Add."}])
    );
    assert_eq!(
        said(&capture, root, "gen_ai.input.messages"),
        json!([{"role": "user", "parts": [{"type": "text", "content": "1+2, 3+4?"}]}])
    );
    assert_eq!(
        said(&capture, root, "gen_ai.output.messages")[0]["parts"][0]["content"],
        "3 and 7"
    );
    let calls: Vec<_> = capture
        .spans()
        .into_iter()
        .filter(|span| span.name() == "execute_tool add")
        .map(|span| {
            let text = |key: &str| span.attribute(key).unwrap().as_str().into_owned();
            (
                text("gen_ai.tool.call.arguments"),
                text("gen_ai.tool.call.result"),
            )
        })
        .collect();
    assert!(
        calls.contains(&(r#"{"a":1,"b":2}"#.to_owned(), "3".to_owned())),
        "{calls:?}"
    );
}

#[tokio::test]
async fn an_event_holds_it_as_a_structure() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Event));
    let model = telemetry.model(ScriptedModel::new([Turn::text("three")]).with_info(remote()));
    model.complete(everything()).await.unwrap();
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(span.attribute("gen_ai.input.messages"), None);
    let [event] = &capture.logs()[..] else {
        panic!("one event: {}", capture.render_logs());
    };
    assert_eq!(
        event.event_name(),
        Some("gen_ai.client.inference.operation.details")
    );
    assert_eq!(event.span_id(), Some(span.context().span_id()));
    let text = event.text("gen_ai.output.messages").unwrap();
    assert!(!text.starts_with('"') && text.contains("three"), "{text}");
}

#[tokio::test]
async fn redaction_comes_first_and_fails_closed() {
    let redact = |part: Part| match part {
        Part::Text(mut text) => {
            text.content = text.content.replace("Elm Street 7", "[address]");
            Some(Part::Text(text))
        }
        Part::Blob(_) | Part::Uri(_) => None,
        Part::ToolCall(_) => panic!("a defect in the redaction"),
        other => Some(other),
    };
    let stored = Arc::new(Mutex::new(String::new()));
    let keep = Arc::clone(&stored);
    let (telemetry, capture) = recorder(|builder| {
        builder
            .content(Content::SpanAndEvent)
            .redact(redact)
            .upload(move |upload| {
                let mut stored = keep.lock().unwrap();
                stored.push_str(&upload.content.to_string());
                Some(format!("s3://bucket/{}", upload.attribute))
            })
    });
    let detail = "cannot send to Elm Street 7";
    let refused = Error::new(ErrorKind::InvalidRequest, "refused").with_detail(detail);
    let turns = [Turn::text("sent to Elm Street 7"), Turn::refused(refused)];
    let model = telemetry.model(ScriptedModel::new(turns).with_info(remote()));
    let request = everything().with_message(Message::user("I live in Elm Street 7"));
    model.complete(request).await.unwrap();
    model.complete("Elm Street 7?").await.unwrap_err();
    let all = capture.render_all() + &stored.lock().unwrap();
    assert!(!all.contains("Elm") && all.contains("[address]"), "{all}");
    assert!(
        !all.contains("blob"),
        "parts that are not to be shown are not there"
    );
    assert!(
        !all.contains(r#""a":1"#),
        "nor those on which the redaction failed"
    );
    assert!(all.contains("refused: cannot send to [address]"));
    assert!(all.contains(
        r#"glassbox.content.reference.gen_ai.input.messages = "s3://bucket/gen_ai.input.messages""#
    ));
}

#[tokio::test]
async fn what_is_long_is_cut_and_still_json() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Span));
    let model =
        telemetry.model(ScriptedModel::new([Turn::text("x".repeat(9000))]).with_info(remote()));
    model.complete("\"ä\n".repeat(9000)).await.unwrap();
    let span = capture.span("chat gpt-4o-mini");
    for key in ["gen_ai.input.messages", "gen_ai.output.messages"] {
        assert!(span.attribute(key).unwrap().as_str().len() <= 2048);
        assert!(said(&capture, "chat gpt-4o-mini", key).is_array());
    }
    assert_eq!(
        span.text("glassbox.content.truncated").unwrap(),
        r#"["gen_ai.input.messages", "gen_ai.output.messages"]"#
    );
}

#[tokio::test]
async fn a_run_can_tell_each_message_once() {
    let (telemetry, capture) =
        recorder(|builder| builder.content(Content::Span).history(History::New));
    let agent = Agent::new(scripted(), tools()).with_system("Add.");
    telemetry.agent(agent).run("1+2, 3+4?").await.unwrap();
    let mut calls: Vec<_> = capture
        .spans()
        .into_iter()
        .filter(|span| span.name().starts_with("chat"))
        .collect();
    calls.sort_by_key(|span| span.data().start_time);
    let roles = |at: usize| {
        let text = calls[at]
            .attribute("gen_ai.input.messages")
            .unwrap()
            .as_str();
        let messages: Vec<Value> = serde_json::from_str(&text).unwrap();
        messages
            .iter()
            .map(|message| message["role"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(roles(0), ["system", "user"]);
    assert_eq!(
        roles(1),
        ["tool"],
        "the model's own message stands in its output"
    );
    let earlier = |at: usize| calls[at].text("glassbox.input.messages.earlier");
    assert_eq!((earlier(0), earlier(1)), (None, Some("3".to_owned())));
}

/// The conventions' JSON schemas are not part of this repository: without the folder that `GLASSBOX_SCHEMAS` names, or
/// the one beside the workspace, this says that it was skipped.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test reads where its data is")]
async fn what_is_recorded_obeys_the_schemas() {
    let named = std::env::var("GLASSBOX_SCHEMAS").ok().map(Into::into);
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = named.unwrap_or_else(|| beside.join("../../../shared/semconv/schemas"));
    if !folder.is_dir() {
        let mut err = std::io::stderr();
        writeln!(err, "skipped: there are no schemas in {}", folder.display()).unwrap();
        return;
    }
    let check = |schema: &str, value: &Value| {
        let text = std::fs::read_to_string(folder.join(format!("gen-ai-{schema}.json"))).unwrap();
        let text = text.replace(
            r#""$ref": "http://json-schema.org/draft-07/schema#""#,
            r#""type": "object""#,
        );
        let schema = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = jsonschema::validator_for(&schema)
            .unwrap()
            .iter_errors(value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?} in {value:#}");
    };
    for limit in [2048, 900, 400, 200] {
        let (telemetry, capture) = recorder(|builder| {
            builder
                .content(Content::Span)
                .content_limit(limit)
                .tool_schemas(true)
        });
        let turn = Turn::text("three ".repeat(60)).with_reasoning("easy");
        let mut info = remote();
        info.provider = "anthropic".into();
        let model: Arc<dyn CompletionModel> =
            telemetry.model(ScriptedModel::new([turn]).with_info(info));
        let long = (0..40).fold(everything(), |request, n| {
            request.with_message(Message::user(format!("and {n}?")))
        });
        model.complete(long).await.unwrap();
        for (schema, key) in [
            ("input-messages", "gen_ai.input.messages"),
            ("output-messages", "gen_ai.output.messages"),
            ("system-instructions", "gen_ai.system_instructions"),
            ("tool-definitions", "gen_ai.tool.definitions"),
        ] {
            check(schema, &said(&capture, "chat gpt-4o-mini", key));
        }
    }
}
