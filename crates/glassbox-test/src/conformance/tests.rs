use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::Conformance;
use crate::{Capture, CapturedSpan};

mod signals;

/// A span that ended, with what `then` did to it.
fn span(
    kind: SpanKind,
    attributes: Vec<KeyValue>,
    then: impl FnOnce(&mut opentelemetry_sdk::trace::Span),
) -> CapturedSpan {
    let capture = Capture::new();
    let tracer = capture.provider().tracer("test");
    let builder = tracer.span_builder("s").with_kind(kind);
    let mut span = builder.with_attributes(attributes).start(&tracer);
    then(&mut span);
    span.end();
    capture.span("s")
}

fn chat(more: impl IntoIterator<Item = KeyValue>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "m"),
    ];
    attributes.extend(more);
    attributes
}

fn strings(words: &[&'static str]) -> Value {
    Value::Array(Array::String(
        words.iter().map(|word| StringValue::from(*word)).collect(),
    ))
}

/// The findings about a chat span with `more` on it, without the span's name.
fn of_chat(more: impl IntoIterator<Item = KeyValue>) -> Vec<String> {
    let span = span(SpanKind::Client, chat(more), |_| {});
    bare(Conformance::new().span(&span))
}

fn bare(findings: Vec<String>) -> Vec<String> {
    let bare = findings
        .into_iter()
        .map(|found| found.split_once(": ").unwrap().1.to_owned());
    bare.collect()
}

#[test]
fn what_conforms_has_no_findings() {
    let more = [
        KeyValue::new("gen_ai.request.stream", true),
        KeyValue::new("gen_ai.request.temperature", 0.5),
        KeyValue::new("gen_ai.request.top_k", 40),
        KeyValue::new("gen_ai.response.finish_reasons", strings(&["stop"])),
        KeyValue::new("gen_ai.input.messages", r#"[{"role":"user","parts":[]}]"#),
        KeyValue::new("gen_ai.prompt.variable.city", "Paris"),
        KeyValue::new("openai.api.type", "responses"),
        KeyValue::new("server.address", "h"),
        KeyValue::new("server.port", 443),
        KeyValue::new("user.id", "u"),
        KeyValue::new("glassbox.cost.total", 0.1),
        KeyValue::new("glassbox.cost.source", "price_list"),
        KeyValue::new(
            "glassbox.content.truncated",
            strings(&["gen_ai.input.messages"]),
        ),
        KeyValue::new(
            "glassbox.content.reference.gen_ai.input.messages",
            "s3://b/1",
        ),
        KeyValue::new("glassbox.outcome", "cancelled"),
    ];
    assert_eq!(of_chat(more), Vec::<String>::new());
    // A model in this process is called like one outside.
    let inside = span(SpanKind::Internal, chat([]), |_| {});
    assert_eq!(Conformance::new().span(&inside), Vec::<String>::new());
}

#[test]
fn names_types_and_places_are_checked() {
    let cases = [
        (
            KeyValue::new("gen_ai.usage.total_tokens", 3),
            "gen_ai.usage.total_tokens is in no registry",
        ),
        (
            KeyValue::new("glassbox.cost", 3.0),
            "glassbox.cost is in no registry",
        ),
        (
            KeyValue::new("gen_ai.prompt.variable", "x"),
            "gen_ai.prompt.variable is in no registry",
        ),
        (
            KeyValue::new("gen_ai.request.max_tokens", 3.0),
            "gen_ai.request.max_tokens is a double, not an integer",
        ),
        (
            KeyValue::new("gen_ai.request.top_p", 1),
            "gen_ai.request.top_p is an integer, not a double",
        ),
        (
            KeyValue::new("gen_ai.response.id", true),
            "gen_ai.response.id is a boolean, not a string",
        ),
        (
            KeyValue::new("gen_ai.response.finish_reasons", "stop"),
            "gen_ai.response.finish_reasons is a string, not a list of strings",
        ),
        (
            KeyValue::new(
                "gen_ai.request.stop_sequences",
                Value::Array(vec![1_i64].into()),
            ),
            "gen_ai.request.stop_sequences is a list, not a list of strings",
        ),
        (
            KeyValue::new("gen_ai.prompt.variable.n", 3),
            "gen_ai.prompt.variable.n is an integer, not a string",
        ),
        (
            KeyValue::new("gen_ai.output.messages", "[{"),
            "gen_ai.output.messages is text that is not JSON",
        ),
        (
            KeyValue::new("gen_ai.output.messages", 3),
            "gen_ai.output.messages is neither text nor JSON",
        ),
        (
            KeyValue::new("gen_ai.tool.name", "t"),
            "gen_ai.tool.name does not belong to gen_ai.client.inference",
        ),
        (
            KeyValue::new("glassbox.agent.steps", 2),
            "glassbox.agent.steps does not belong to gen_ai.client.inference",
        ),
    ];
    for (attribute, wanted) in cases {
        assert_eq!(of_chat([attribute]), [wanted]);
    }
    // Only OpenAI's calls have OpenAI's attributes; Azure's are OpenAI's.
    for (provider, findings) in [("azure.ai.openai", 0), ("groq", 1), ("aws.bedrock", 1)] {
        let found = of_chat([
            KeyValue::new("openai.api.type", "responses"),
            KeyValue::new("gen_ai.provider.name", provider),
        ]);
        assert_eq!(found.len(), findings, "{provider}: {found:?}");
    }
}

#[test]
fn a_closed_list_of_values_is_closed() {
    let total = KeyValue::new("glassbox.cost.total", 0.1);
    let found = of_chat([total, KeyValue::new("glassbox.cost.source", "guess")]);
    assert_eq!(
        found,
        ["glassbox.cost.source is \"guess\", not one of cache, provider, price_list"]
    );
}

#[test]
fn what_one_attribute_says_of_another_is_checked() {
    let cases = [
        (
            vec![KeyValue::new("server.address", "h")],
            "server.port is missing; it is required where server.address is",
        ),
        (
            vec![KeyValue::new("gen_ai.prompt.version", "1")],
            "gen_ai.prompt.name is missing; it is required where gen_ai.prompt.version is",
        ),
        (
            vec![KeyValue::new("gen_ai.response.time_to_first_chunk", 0.1)],
            "gen_ai.request.stream is missing; it is required where gen_ai.response.time_to_first_chunk is",
        ),
        (
            vec![KeyValue::new("glassbox.cost.total", 0.1)],
            "glassbox.cost.source is missing; it is required where glassbox.cost.total is",
        ),
        (
            vec![KeyValue::new("gen_ai.request.stream", false)],
            "gen_ai.request.stream is false; it is left out where it is not true",
        ),
        (
            vec![KeyValue::new("gen_ai.request.choice.count", 1)],
            "gen_ai.request.choice.count is 1; it is left out where one choice was asked for",
        ),
        (
            vec![KeyValue::new("glassbox.outcome", "answer")],
            "glassbox.outcome is \"answer\"; only a run of an agent has another than \"cancelled\"",
        ),
    ];
    for (attributes, wanted) in cases {
        assert_eq!(of_chat(attributes), [wanted]);
    }
}

#[test]
fn what_is_required_and_what_the_status_says_is_checked() {
    let conformance = Conformance::new();
    let failed = span(SpanKind::Client, chat([]), |span| {
        span.set_status(Status::error("no"))
    });
    assert_eq!(
        bare(conformance.span(&failed)),
        ["its status is an error, but it has no error.type"]
    );
    assert_eq!(
        of_chat([KeyValue::new("error.type", "timeout")]),
        ["it has an error.type, but its status is no error"]
    );
    let nameless = vec![KeyValue::new("gen_ai.operation.name", "chat")];
    assert_eq!(
        bare(conformance.span(&span(SpanKind::Server, nameless, |_| {}))),
        [
            "gen_ai.provider.name is missing; it is required on gen_ai.client.inference",
            "its kind is Server, not Client",
        ]
    );
}

#[test]
fn a_span_without_a_type_is_told_and_its_values_are_checked_all_the_same() {
    let conformance = Conformance::new();
    let attributes = vec![KeyValue::new("gen_ai.request.seed", "7")];
    assert_eq!(
        bare(conformance.span(&span(SpanKind::Client, attributes, |_| {}))),
        [
            "gen_ai.request.seed is a string, not an integer",
            "gen_ai.operation.name is missing or no string; without it no span has a type",
        ]
    );
    let unknown = vec![KeyValue::new("gen_ai.operation.name", "dream")];
    assert_eq!(
        bare(conformance.span(&span(SpanKind::Client, unknown, |_| {}))),
        ["no span type serves the operation \"dream\""]
    );
}

#[test]
fn kind_and_method_tell_span_types_apart() {
    let conformance = Conformance::new();
    let run = || vec![KeyValue::new("gen_ai.operation.name", "invoke_agent")];
    let remote = conformance.span(&span(SpanKind::Client, run(), |_| {}));
    assert_eq!(
        bare(remote),
        ["gen_ai.provider.name is missing; it is required on gen_ai.invoke_agent.client"]
    );
    let inside = bare(conformance.span(&span(SpanKind::Internal, run(), |_| {})));
    assert_eq!(inside.len(), 2, "{inside:?}");
    assert!(
        inside[0].starts_with("glassbox.agent.steps is missing"),
        "{inside:?}"
    );

    let list = vec![KeyValue::new("mcp.method.name", "tools/list")];
    assert_eq!(
        conformance.span(&span(SpanKind::Client, list, |_| {})),
        Vec::<String>::new()
    );
    let command = vec![
        KeyValue::new("gen_ai.operation.name", "execute_tool"),
        KeyValue::new("gen_ai.tool.name", "sh"),
        KeyValue::new("process.exit.code", 0),
    ];
    assert_eq!(
        conformance.span(&span(SpanKind::Internal, command, |_| {})),
        Vec::<String>::new()
    );
}

#[test]
fn span_events_are_checked_too() {
    let conformance = Conformance::new().with_names(["app.event"]);
    let span = span(SpanKind::Client, chat([]), |span| {
        let retry = |attempt| {
            vec![
                KeyValue::new("glassbox.retry.attempt", attempt),
                KeyValue::new("glassbox.retry.wait", 0.5),
                KeyValue::new("error.type", "rate_limit"),
                KeyValue::new("http.response.status_code", 429),
            ]
        };
        span.add_event("glassbox.retry", retry(Value::I64(1)));
        span.add_event("glassbox.retry", retry(Value::String("1".into())));
        span.add_event("glassbox.options_dropped", Vec::new());
        span.add_event(
            "glassbox.limit_reached",
            vec![KeyValue::new("glassbox.outcome", "step_limit")],
        );
        span.add_event(
            "exception",
            vec![
                KeyValue::new("exception.type", "E"),
                KeyValue::new("server.port", 1),
            ],
        );
        span.add_event(
            "gen_ai.evaluation.result",
            vec![KeyValue::new("gen_ai.evaluation.name", "n")],
        );
        span.add_event("app.event", vec![KeyValue::new("whatever", 1)]);
        span.add_event("stranger", Vec::new());
    });
    assert_eq!(
        conformance.span(&span),
        [
            "s, event glassbox.retry: glassbox.retry.attempt is a string, not an integer",
            "s, event glassbox.options_dropped: glassbox.options_dropped.names is missing; it is required on \
             glassbox.options_dropped",
            "s, event glassbox.limit_reached: does not belong to gen_ai.client.inference",
            "s, event exception: server.port does not belong to exception",
            "s, event stranger: no registry has this event",
        ]
    );
}

#[test]
fn declared_names_are_known_wherever_they_are() {
    let more = [
        KeyValue::new("app.tenant", 1),
        KeyValue::new("app", "x"),
        KeyValue::new("plan", "x"),
    ];
    let conformance = Conformance::new().with_names(["app.*", "plan", "gen_ai*"]);
    let found = conformance.span(&span(SpanKind::Client, chat(more), |_| {}));
    assert_eq!(found, ["s: app is in no registry"]);
    assert_eq!(conformance.metric("app.calls", &[]), Vec::<String>::new());
    assert_eq!(conformance.event("app.event", &[]), Vec::<String>::new());
    assert_eq!(conformance.metric("gen_ai.calls", &[]).len(), 1);
}

#[test]
fn the_released_vocabulary_is_another() {
    let released = Conformance::v1_41();
    let more = [
        KeyValue::new("gen_ai.request.top_k", 40.0),
        KeyValue::new("gen_ai.usage.cache_creation.input_tokens", 3),
        KeyValue::new("glassbox.outcome", "cancelled"),
    ];
    let span = span(SpanKind::Client, chat(more), |span| {
        span.add_event(
            "glassbox.options_dropped",
            vec![KeyValue::new(
                "glassbox.options_dropped.names",
                strings(&["seed"]),
            )],
        );
    });
    assert_eq!(released.span(&span), Vec::<String>::new());
    assert_eq!(
        bare(Conformance::new().span(&span)),
        [
            "gen_ai.request.top_k is a double, not an integer",
            "gen_ai.usage.cache_creation.input_tokens is in no registry",
        ]
    );
    let attributes = chat([KeyValue::new("gen_ai.token.type", "input")]);
    assert_eq!(
        released.metric("gen_ai.client.token.usage", &attributes),
        Vec::<String>::new()
    );
    assert_eq!(
        Conformance::new()
            .metric("gen_ai.client.token.usage", &attributes)
            .len(),
        1
    );
}
