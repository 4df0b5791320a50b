//! However much is said, attributes are few, each stands once, and what is content stays off.
use std::collections::BTreeSet;

use glassbox_agent::Agent;
use glassbox_core::{CompletionModelExt as _, Message, Part, ToolCall, ToolCallResponse, Usage};
use glassbox_otel::{Content, History, Telemetry, Vocabulary};
use glassbox_test::{Capture, CapturedSpan, ScriptedModel, Turn};

use super::everything;
use crate::common::{remote, tools};

/// A conversation of `count` messages: questions, calls of several tools, their results in one message.
fn conversation(count: usize) -> Vec<Message> {
    let message = |at: usize| match at % 4 {
        0 => Message::user(format!("question {at}")),
        1 => {
            let mut calls = Message::assistant("I shall ask");
            for call in 0..5 {
                let call = ToolCall::new(format!("{at}-{call}"), "add", "{}");
                calls = calls.with_part(Part::ToolCall(call));
            }
            calls
        }
        2 => Message::tool(
            (0..5).map(|call| ToolCallResponse::new(format!("{}-{call}", at - 1), "add", "3")),
        ),
        _ => Message::assistant(format!("answer {at}")),
    };
    (0..count).map(message).collect()
}

fn usage() -> Usage {
    let mut usage = Usage::new(200, 80);
    usage.cache_read_input_tokens = Some(128);
    usage.cache_write_input_tokens = Some(16);
    usage.reasoning_output_tokens = Some(64);
    usage
}

/// The span of one call with everything set, after so many messages.
async fn call(vocabularies: &[Vocabulary], messages: usize) -> CapturedSpan {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .vocabularies(vocabularies.iter().copied())
        .content(Content::Span)
        .tool_schemas(true)
        .build();
    let calls = (0..9).map(|call| ToolCall::new(format!("{call}"), "add", "{}"));
    let turn = Turn::tool_calls(calls).with_id("r1").with_usage(usage());
    let model = telemetry.model(ScriptedModel::new([turn]).with_info(remote()));
    let mut request = everything().with_conversation("conversation-1");
    for message in conversation(messages) {
        request.messages.push(message);
    }
    model
        .complete(request.with_tools(tools().specs()))
        .await
        .unwrap();
    capture.spans().remove(0)
}

fn keys(span: &CapturedSpan) -> BTreeSet<&str> {
    let attributes = &span.data().attributes;
    let keys: BTreeSet<&str> = attributes.iter().map(|pair| pair.key.as_str()).collect();
    assert_eq!(
        keys.len(),
        attributes.len(),
        "each key once: {attributes:?}"
    );
    keys
}

#[tokio::test]
async fn attributes_do_not_grow_with_the_conversation() {
    let (short, long) = (
        call(&[Vocabulary::OpenLlmetry], 32).await,
        call(&[Vocabulary::OpenLlmetry], 300).await,
    );
    assert_eq!(keys(&short).len(), keys(&long).len());
    assert!(keys(&long).len() < 128);
    let flat = |key: &&&str| {
        let prefixes = [
            "gen_ai.prompt.",
            "gen_ai.completion.",
            "llm.request.functions.",
        ];
        prefixes.iter().any(|prefix| key.starts_with(prefix))
    };
    let keys = keys(&long);
    let flattened = keys.iter().filter(flat).count();
    assert!((30..=50).contains(&flattened), "{flattened}");
}

#[tokio::test]
async fn the_first_and_the_newest_messages_are_flattened_without_a_gap() {
    let span = call(&[Vocabulary::OpenLlmetry], 300).await;
    let text = |key: &str| span.text(key).unwrap();
    assert_eq!(text("gen_ai.prompt.0.role"), "\"system\"");
    assert_eq!(text("gen_ai.prompt.1.role"), "\"omitted\"");
    let last = (0..)
        .take_while(|at| {
            span.attribute(&format!("gen_ai.prompt.{at}.role"))
                .is_some()
        })
        .last()
        .unwrap();
    assert_eq!(
        text(&format!("gen_ai.prompt.{last}.content")),
        "\"answer 299\""
    );
    let role = |key: &&str| key.starts_with("gen_ai.prompt.") && key.ends_with(".role");
    assert_eq!(keys(&span).into_iter().filter(role).count(), last + 1);
    let result = format!("gen_ai.prompt.{}", last - 1);
    assert_eq!(text(&format!("{result}.role")), "\"tool\"");
    assert_eq!(text(&format!("{result}.tool_call_id")), "\"297-4\"");
    assert_eq!(text(&format!("{result}.content")), "\"3\"");
    let whole = text("traceloop.entity.input");
    assert!(whole.contains("omitted"), "cut inside the JSON");
    let cut = text("glassbox.content.truncated");
    assert!(cut.contains("traceloop.entity.input"), "{cut}");
}

#[tokio::test]
async fn what_earlier_spans_hold_is_not_flattened_again() {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .vocabularies([Vocabulary::OpenLlmetry])
        .content(Content::Span)
        .history(History::New)
        .build();
    let calls = Turn::tool_call("1", "add", r#"{"a":1,"b":2}"#);
    let model = ScriptedModel::new([calls, Turn::text("3")]).with_info(remote());
    let agent = telemetry.agent(Agent::new(model, tools()));
    agent.run("add 1 and 2").await.unwrap();
    let spans = capture.spans();
    let second = spans
        .iter()
        .rfind(|span| span.name() == "openai.chat")
        .unwrap();
    assert_eq!(second.text("gen_ai.prompt.0.role").unwrap(), "\"tool\"");
    assert_eq!(second.text("glassbox.input.messages.earlier").unwrap(), "2");
}

#[tokio::test]
async fn two_vocabularies_share_a_span_and_name_nothing_twice() {
    let both = [Vocabulary::OpenLlmetry, Vocabulary::GenAi];
    let span = call(&both, 300).await;
    assert_eq!(span.name(), "openai.chat");
    let keys = keys(&span);
    assert!(keys.contains("gen_ai.usage.prompt_tokens"));
    assert!(keys.contains("gen_ai.input.messages"));
    assert!(keys.len() <= 128, "{} attributes", keys.len());
    assert_eq!(span.data().dropped_attributes_count, 0);
}

#[tokio::test]
async fn no_vocabulary_tells_content_that_is_off() {
    let canary = "canary-5d1f";
    for vocabularies in [Vocabulary::ALL, &[Vocabulary::OpenLlmetry]] {
        let capture = Capture::new();
        let telemetry = Telemetry::builder()
            .tracer_provider(capture.provider())
            .meter_provider(capture.meter_provider())
            .logger_provider(capture.logger_provider())
            .vocabularies(vocabularies.iter().rev().copied())
            .build();
        let arguments = format!(r#"{{"a":1,"b":2,"{canary}":3}}"#);
        let calls = Turn::tool_call("1", "add", &arguments);
        let model = ScriptedModel::new([calls, Turn::text(canary)]).with_info(remote());
        let agent = telemetry.agent(Agent::new(model, tools()).with_system(canary));
        agent.run(canary).await.unwrap();
        let model = telemetry.model(ScriptedModel::new([Turn::text(canary)]).with_info(remote()));
        let mut request = everything();
        request.messages.push(Message::user(canary));
        let prompt = request.prompt.as_deref().cloned().unwrap_or_default();
        let request = request.with_prompt(prompt.with_variable("name", canary));
        model.complete(request).await.unwrap();
        let step = telemetry.retrieval("handbook").with_query(canary).start();
        step.finish();
        assert!(!capture.render_all().contains("canary"));
        for span in capture.spans() {
            keys(&span);
        }
    }
}
