//! Long runs with content on: what is recorded of each step does not grow with the steps before it.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox::otel::{Events, History};
use glassbox::tool::tool;
use glassbox::{
    Agent, CompletionModelExt as _, Content, Limits, Message, Messages, Outcome, Part, Request,
    Telemetry, ToolCall, Toolbox, Vocabulary,
};
use glassbox_test::{Capture, CapturedSpan, ScriptedModel, Turn};
use opentelemetry::{KeyValue, Value};
use schemars::JsonSchema;
use serde::Deserialize;

const STEPS: usize = 200;

#[derive(Deserialize, JsonSchema)]
struct Look {
    at: String,
}

/// A run whose every message has a text of its own, and filler after it. A call, its text and its result bear the
/// number of the step.
async fn run(telemetry: &Telemetry, filler: &str) {
    let result = filler.to_owned();
    let look = tool("look", "Looks.", move |look: Look| {
        let found = format!("result of {} {result}", look.at);
        async move { found }
    });
    let (text, mut step) = (filler.to_owned(), 0);
    let model = ScriptedModel::from_fn(move |_| {
        step += 1;
        if step > STEPS {
            return Turn::text("the end");
        }
        let arguments = format!(r#"{{"at":"place {step} "}}"#);
        let mut turn = Turn::tool_calls([ToolCall::new(format!("c{step}"), "look", arguments)]);
        turn.text = format!("thought {step} {text}");
        turn
    });
    let agent = Agent::new(model, Toolbox::new().with_tool(look).unwrap())
        .with_system("the instructions")
        .with_limits(Limits::new().with_steps(300));
    let result = telemetry.agent(agent).run("the question").await.unwrap();
    assert_eq!(result.outcome, Outcome::Answer);
}

/// The spans of the model's calls, whatever a vocabulary names them: below the run, and not the tool's.
fn calls(capture: &Capture) -> Vec<CapturedSpan> {
    let mut spans = capture.spans();
    spans.retain(|span| span.parent().is_some() && !span.name().contains("look"));
    assert_eq!(spans.len(), STEPS + 1);
    spans
}

fn texts(attributes: &[KeyValue]) -> impl Iterator<Item = (&str, &str)> {
    attributes
        .iter()
        .filter_map(|attribute| match &attribute.value {
            Value::String(text) => Some((attribute.key.as_str(), text.as_str())),
            _ => None,
        })
}

#[tokio::test]
async fn with_new_history_each_message_is_recorded_once_and_in_full() {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .content(Content::Span)
        .history(History::New)
        .build();
    run(&telemetry, "").await;
    let mut recorded: HashMap<&str, String> = HashMap::new();
    let calls = calls(&capture);
    for span in &calls {
        assert_eq!(span.attribute("glassbox.content.truncated"), None);
        for (key, text) in texts(&span.data().attributes) {
            recorded.entry(key).or_default().push_str(text);
        }
    }
    let (input, output) = (
        &recorded["gen_ai.input.messages"],
        &recorded["gen_ai.output.messages"],
    );
    let times = |text: &str, of: &str| text.matches(of).count();
    assert_eq!(times(input, "the question"), 1);
    assert_eq!(times(input, "the instructions"), 1);
    assert_eq!(times(output, "the end"), 1);
    for step in 1..=STEPS {
        assert_eq!(times(input, &format!("result of place {step} ")), 1);
        for said in [format!("thought {step} "), format!("\"place {step} ")] {
            assert_eq!(
                (times(input, &said), times(output, &said)),
                (0, 1),
                "{said}"
            );
        }
    }
}

#[tokio::test]
async fn no_attribute_and_no_number_of_attributes_grows() {
    let alone = Vocabulary::ALL
        .iter()
        .map(|one| (vec![*one], History::Full));
    for (vocabularies, history) in alone.chain([(Vocabulary::ALL.to_vec(), History::New)]) {
        let capture = Capture::new();
        let telemetry = Telemetry::builder()
            .tracer_provider(capture.provider())
            .vocabularies(vocabularies.iter().copied())
            .content(Content::Span)
            .history(history)
            .build();
        run(&telemetry, &"and so on ".repeat(30)).await;
        let sizes: Vec<usize> = calls(&capture)
            .iter()
            .map(|span| span.data().attributes.len())
            .collect();
        let steady = &sizes[10..STEPS];
        assert!(
            steady.iter().all(|size| *size == steady[0]),
            "{vocabularies:?} {history:?}: {sizes:?}"
        );
        for span in capture.spans() {
            bounded(&span);
        }
    }
}

/// Nothing was dropped by the SDK, no text is longer than Tempo takes, and what begins as JSON is JSON.
fn bounded(span: &CapturedSpan) {
    assert_eq!(span.data().dropped_attributes_count, 0, "{}", span.name());
    for (key, text) in texts(&span.data().attributes) {
        assert!(text.len() <= 2_048, "{key}: {} bytes", text.len());
        if text.starts_with(['[', '{']) {
            let parsed: Result<serde_json::Value, _> = serde_json::from_str(text);
            assert!(parsed.is_ok(), "{key}: {parsed:?}: {text}");
        }
    }
}

#[tokio::test]
async fn no_binary_part_is_recorded_in_base64() {
    let bytes: Vec<u8> = (0..900u32).map(|at| (at * 7919 % 251) as u8).collect();
    let base64 = STANDARD.encode(&bytes);
    let uri = format!("data:image/png;base64,{base64}");
    let message = Message::user("what is this?")
        .with_part(Part::image("image/png", &bytes))
        .with_part(Part::image_uri(uri));
    let request = Request::new(Messages::from_iter([message]));
    for vocabularies in [&[Vocabulary::OpenInference], Vocabulary::ALL] {
        let capture = Capture::new();
        let telemetry = Telemetry::builder()
            .tracer_provider(capture.provider())
            .logger_provider(capture.logger_provider())
            .vocabularies(vocabularies.iter().copied())
            .content(Content::SpanAndEvent)
            .content_limit(100_000)
            .events(Events::Both)
            .build();
        let model = telemetry.model(ScriptedModel::new([Turn::text("a cat")]));
        model.complete(request.clone()).await.unwrap();
        let told = format!("{:?} {:?}", capture.spans(), capture.logs());
        assert!(told.contains("what is this?") && told.contains("a cat"));
        for at in (0..base64.len() - 32).step_by(32) {
            assert!(!told.contains(&base64[at..at + 32]), "{told}");
        }
    }
}
