//! What holds for any conversation.
use std::collections::HashSet;

use super::*;
use glassbox_test::CapturedSpan;

fn keys(span: &CapturedSpan) -> Vec<&str> {
    let attributes = span.data().attributes.iter();
    attributes.map(|attribute| attribute.key.as_str()).collect()
}

fn with_prefix<'a>(span: &'a CapturedSpan, prefix: &str) -> Vec<&'a str> {
    let mut keys = keys(span);
    keys.retain(|key| key.starts_with(prefix));
    keys
}

/// Turns of a person and a model, with calls of tools: the last `count` messages of 300.
fn conversation(count: usize) -> Messages {
    let turn = |number: usize| match number % 4 {
        0 => Message::user(format!("question {number}")),
        1 => {
            let call = |id: &str| Part::ToolCall(ToolCall::new(id, "add", r#"{"a":1}"#));
            Message::new(Role::Assistant, [call("1"), call("2")])
        }
        2 => Message::tool(["1", "2"].map(|id| ToolCallResponse::new(id, "add", 3))),
        _ => Message::assistant(format!("answer {number}")),
    };
    (300 - count..300).map(turn).collect()
}

async fn asked(messages: Messages, vocabularies: &[Vocabulary]) -> CapturedSpan {
    let capture = Capture::new();
    let telemetry = builder(&capture, Content::Span)
        .vocabularies(vocabularies.iter().copied())
        .tool_schemas(true)
        .build();
    let many = (0..20).map(|at| format!("call-{at}"));
    let calls = many.map(|id| ToolCall::new(id, "add", r#"{"a":1}"#));
    let mut usage = Usage::new(10, 5);
    usage.cache_read_input_tokens = Some(1);
    usage.reasoning_output_tokens = Some(1);
    let turn = Turn::tool_calls(calls).with_usage(usage).with_id("r-1");
    let model = ScriptedModel::new([turn]).with_info(remote());
    let spec = |at: usize| ToolSpec::new(format!("tool-{at}"), serde_json::json!({}));
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(100)
        .with_seed(7);
    let request = Request::new(messages)
        .with_system("You add.")
        .with_parameters(parameters)
        .with_tools((0..40).map(spec).collect::<Vec<_>>())
        .with_conversation("conversation-1")
        .with_user("user-1");
    telemetry.model(model).complete(request).await.unwrap();
    capture.span("chat gpt-4o-mini")
}

const BOTH: &[Vocabulary] = &[Vocabulary::OpenInference, Vocabulary::GenAi];

#[tokio::test]
async fn attributes_do_not_grow_with_the_conversation() {
    let only = &[Vocabulary::OpenInference];
    let counts = async |count| {
        let span = asked(conversation(count), only).await;
        keys(&span).len()
    };
    let (some, many) = (counts(30).await, counts(300).await);
    assert!(many <= some, "{many} after 300 messages, {some} after 30");
    let span = asked(conversation(300), only).await;
    let flat = with_prefix(&span, "llm.input_messages.").len()
        + with_prefix(&span, "llm.output_messages.").len();
    assert!((50..=64).contains(&flat), "{flat} attributes of messages");
    assert_eq!(with_prefix(&span, "llm.tools.").len(), 16);
}

#[tokio::test]
async fn what_is_left_out_is_said() {
    let span = asked(conversation(300), &[Vocabulary::OpenInference]).await;
    let text = |key: &str| span.text(key).unwrap();
    assert_eq!(text("llm.input_messages.0.message.role"), r#""system""#);
    assert_eq!(
        text("llm.input_messages.0.message.content"),
        r#""You add.""#
    );
    assert_eq!(text("llm.input_messages.1.message.role"), r#""omitted""#);
    assert_eq!(
        text("llm.input_messages.1.message.content"),
        r#""…[+366 more]""#
    );
    assert_eq!(text("llm.tools.15.tool.name"), r#""…[+25 more]""#);
    let roles = with_prefix(&span, "llm.input_messages.")
        .into_iter()
        .filter(|key| key.ends_with(".message.role"));
    let expected: Vec<String> = (0..roles.clone().count())
        .map(|index| format!("llm.input_messages.{index}.message.role"))
        .collect();
    assert_eq!(
        roles.collect::<Vec<_>>(),
        expected,
        "indices are contiguous"
    );
    let last = expected.len() - 1;
    let newest = format!("llm.input_messages.{last}.message.content");
    assert_eq!(text(&newest), r#""answer 299""#);
    let calls = with_prefix(&span, "llm.output_messages.0.message.tool_calls.");
    assert_eq!(calls.len(), 6 * 3);
    let marker = "llm.output_messages.0.message.content";
    assert_eq!(text(marker), r#""…[+14 more]""#);
    let truncated = text("glassbox.content.truncated");
    for key in [
        "input.value",
        "llm.input_messages.",
        "llm.output_messages.",
        "llm.tools.",
    ] {
        assert!(
            truncated.contains(&format!("\"{key}\"")),
            "{key}: {truncated}"
        );
    }
    let whole = span.attribute("input.value").unwrap().as_str().into_owned();
    let whole: Vec<serde_json::Value> = serde_json::from_str(&whole).unwrap();
    assert_eq!(whole[0]["role"], "system");
}

#[tokio::test]
async fn two_vocabularies_say_each_name_once_and_lose_nothing() {
    for messages in [conversation(1), conversation(300)] {
        let span = asked(messages, BOTH).await;
        let keys = keys(&span);
        let each: HashSet<&str> = keys.iter().copied().collect();
        assert_eq!(keys.len(), each.len(), "{keys:?}");
        assert_eq!(
            span.data().dropped_attributes_count,
            0,
            "{} are there",
            keys.len()
        );
        for key in [
            "openinference.span.kind",
            "gen_ai.operation.name",
            "user.id",
        ] {
            assert!(each.contains(key), "{key}");
        }
    }
    let capture = Capture::new();
    let telemetry = builder(&capture, Content::Span).vocabularies(BOTH.iter().copied());
    telemetry.build().agent(adder()).run("1+2?").await.unwrap();
    for span in capture.spans() {
        let keys = keys(&span);
        let each: HashSet<&str> = keys.iter().copied().collect();
        assert_eq!(keys.len(), each.len(), "{}: {keys:?}", span.name());
    }
}

#[tokio::test]
async fn a_name_from_the_baggage_is_said_once() {
    use opentelemetry::Context;
    use opentelemetry::baggage::BaggageExt as _;
    use opentelemetry::trace::FutureExt as _;

    let capture = Capture::new();
    let telemetry = builder(&capture, Content::Off)
        .baggage_keys(["session.id"])
        .build();
    let model = telemetry.model(ScriptedModel::new([Turn::text("hi")]).with_info(remote()));
    let baggage = [opentelemetry::KeyValue::new("session.id", "theirs")];
    let context = Context::current_with_baggage(baggage);
    let request = Request::new("hello").with_conversation("ours");
    model.complete(request).with_context(context).await.unwrap();
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(with_prefix(&span, "session.id").len(), 1);
    assert_eq!(span.text("session.id").unwrap(), r#""ours""#);
}

#[tokio::test]
async fn without_content_none_of_it_is_there() {
    let canary = "canary-7f3a";
    let capture = Capture::new();
    let telemetry = builder(&capture, Content::Off).build();
    let call = ToolCall::new("1", "add", format!(r#"{{"a":1,"b":2,"note":"{canary}"}}"#));
    let turns = [
        Turn::tool_calls([call]),
        Turn::text(canary).with_reasoning(canary),
    ];
    let agent = Agent::new(ScriptedModel::new(turns).with_info(remote()), tools());
    let mut agent = telemetry.agent(agent.with_system(canary));
    agent.request = agent.request.with_extra("custom", canary);
    agent.run(canary).await.unwrap();
    let embeddings = telemetry.embeddings(ScriptedEmbeddings::new());
    let request = EmbeddingRequest::new([canary]);
    embeddings.embed(request).await.unwrap();
    let mut search = telemetry.retrieval("handbook").with_query(canary).start();
    search.document(canary, Some(1.0));
    search.finish();
    assert_eq!(capture.spans().len(), 6);
    assert!(!capture.render_all().contains(canary));
}
