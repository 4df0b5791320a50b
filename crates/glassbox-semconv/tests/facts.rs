//! Spot checks against the conventions' pages.

use glassbox_semconv::registry::{
    self, CURRENT, Instrument, Requirement, SpanKind, V1_41, ValueKind,
};
use glassbox_semconv::{SCHEMA_URL, attribute, event, metric, span, v1_41, value};

#[test]
fn a_tool_span_needs_its_tool() {
    let span = registry::span(span::GEN_AI_EXECUTE_TOOL_INTERNAL).expect("a span");
    assert_eq!(
        (span.kind, span.name),
        (SpanKind::Internal, "execute_tool {gen_ai.tool.name}")
    );
    assert_eq!(
        span.operations,
        [value::gen_ai_operation_name::EXECUTE_TOOL]
    );

    let tool = span
        .attribute(attribute::GEN_AI_TOOL_NAME)
        .expect("it carries its tool");
    assert_eq!(
        (tool.requirement, tool.at_start),
        (Requirement::Required, true)
    );
    let result = span
        .attribute(attribute::GEN_AI_TOOL_CALL_RESULT)
        .expect("it may carry it");
    assert_eq!(
        (result.requirement, result.at_start),
        (Requirement::OptIn, false)
    );
    assert_eq!(span.attribute(attribute::GEN_AI_REQUEST_MODEL), None);
}

#[test]
fn an_inference_span_has_what_its_page_lists() {
    let span = registry::span(span::GEN_AI_CLIENT_INFERENCE).expect("a span");
    assert_eq!(span.name, "{gen_ai.operation.name} {gen_ai.request.model}");
    assert_eq!(
        span.operations,
        ["chat", "generate_content", "text_completion"]
    );
    let with = |requirement| {
        span.attributes
            .iter()
            .filter(|used| used.requirement == requirement)
            .count()
    };
    assert_eq!(with(Requirement::Required), 2);
    assert_eq!(with(Requirement::ConditionallyRequired), 11);
    assert_eq!(with(Requirement::Recommended), 28);
    assert_eq!(with(Requirement::OptIn), 5);
    let at_start: Vec<&str> = span
        .attributes
        .iter()
        .filter(|used| used.at_start)
        .map(|used| used.name)
        .collect();
    assert_eq!(
        at_start,
        [
            attribute::GEN_AI_OPERATION_NAME,
            attribute::GEN_AI_PROVIDER_NAME,
            attribute::GEN_AI_REQUEST_MODEL,
            attribute::SERVER_ADDRESS,
            attribute::SERVER_PORT,
        ]
    );
}

#[test]
fn an_agent_in_process_says_nothing_of_a_provider() {
    let inside = registry::span(span::GEN_AI_INVOKE_AGENT_INTERNAL).expect("a span");
    let remote = registry::span(span::GEN_AI_INVOKE_AGENT_CLIENT).expect("a span");
    for name in [
        attribute::GEN_AI_PROVIDER_NAME,
        attribute::SERVER_ADDRESS,
        attribute::GEN_AI_AGENT_ID,
        attribute::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    ] {
        assert_eq!(inside.attribute(name), None, "{name}");
        assert!(remote.attribute(name).is_some(), "{name}");
    }
    let released = V1_41
        .span(span::GEN_AI_INVOKE_AGENT_INTERNAL)
        .expect("a span");
    let provider = released
        .attribute(attribute::GEN_AI_PROVIDER_NAME)
        .expect("it was there");
    assert_eq!(provider.requirement, Requirement::Required);
}

#[test]
fn a_provider_refines_the_inference_span() {
    let id = span::GEN_AI_CLIENT_INFERENCE;
    let openai = CURRENT.span_of_provider(id, "openai").expect("a span");
    assert_eq!(openai.id, span::OPENAI_GEN_AI_CLIENT_INFERENCE);
    let model = openai
        .attribute(attribute::GEN_AI_REQUEST_MODEL)
        .expect("a model");
    assert_eq!(model.requirement, Requirement::Required);
    assert!(
        openai
            .attribute(attribute::OPENAI_RESPONSE_SERVICE_TIER)
            .is_some()
    );

    let bedrock = CURRENT.span_of_provider(id, "aws.bedrock").expect("a span");
    assert!(
        bedrock
            .attribute(attribute::AWS_BEDROCK_GUARDRAIL_ID)
            .is_some()
    );
    assert_eq!(
        CURRENT.span_of_provider(id, "acme").map(|def| def.id),
        Some(id)
    );
    assert_eq!(CURRENT.span_of_provider("gen_ai.nothing", "openai"), None);

    let released = V1_41
        .span_of_provider("gen_ai.inference.client", "openai")
        .expect("a span");
    assert_eq!(released.id, "openai.inference.client");
    assert!(
        released
            .attribute(attribute::GEN_AI_PROVIDER_NAME)
            .is_some()
    );
}

#[test]
fn durations_have_the_fourteen_advised_boundaries() {
    let doubling: Vec<f64> = (0..14).map(|power| 0.01 * f64::from(1 << power)).collect();
    for name in [
        metric::GEN_AI_CLIENT_INFERENCE_DURATION,
        metric::GEN_AI_CLIENT_OPERATION_DURATION,
        metric::GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK,
        metric::GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK,
        metric::GEN_AI_EXECUTE_TOOL_DURATION,
    ] {
        let def = registry::metric(name).expect("a metric");
        assert_eq!(
            (def.instrument, def.unit),
            (Instrument::Histogram, "s"),
            "{name}"
        );
        assert_eq!(def.boundaries, doubling, "{name}");
    }
}

#[test]
fn token_metrics_count_whole_tokens() {
    let fourfold: Vec<f64> = (0..14).map(|power| f64::from(4).powi(power)).collect();
    let name = metric::GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS;
    let histogram = registry::metric(name).expect("a metric");
    assert_eq!(
        (histogram.unit, histogram.value),
        ("{token}", ValueKind::Int)
    );
    assert_eq!(histogram.boundaries, fourfold);

    let name = metric::GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS;
    let counter = registry::metric(name).expect("a metric");
    assert_eq!(counter.instrument, Instrument::Counter);
    let modality = counter
        .attribute(attribute::GEN_AI_TOKEN_MODALITY)
        .expect("it has one");
    assert_eq!(modality.requirement, Requirement::Required);

    let usage = V1_41
        .metric(v1_41::metric::GEN_AI_CLIENT_TOKEN_USAGE)
        .expect("a metric");
    assert_eq!(usage.boundaries, fourfold);
    assert!(
        usage
            .attribute(v1_41::attribute::GEN_AI_TOKEN_TYPE)
            .is_some()
    );
}

#[test]
fn an_agents_metrics_have_boundaries_of_their_own() {
    let of = |name| registry::metric(name).expect("a metric").boundaries;
    assert_eq!(of(metric::GEN_AI_INVOKE_AGENT_DURATION).first(), Some(&0.1));
    assert_eq!(
        of(metric::GEN_AI_INVOKE_AGENT_DURATION).last(),
        Some(&409.6)
    );
    assert_eq!(of(metric::GEN_AI_INVOKE_AGENT_TOOL_CALLS).len(), 8);
    assert_eq!(
        of(metric::GEN_AI_INVOKE_WORKFLOW_DURATION).last(),
        Some(&7200.0)
    );
    assert_eq!(
        of(metric::MCP_CLIENT_OPERATION_DURATION).last(),
        Some(&300.0)
    );
}

#[test]
fn events_have_their_severity_and_attributes() {
    let details = registry::event(event::GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS).expect("one");
    let span = registry::span(span::GEN_AI_CLIENT_INFERENCE).expect("a span");
    assert_eq!(
        (details.severity, details.attributes),
        (Some(5), span.attributes)
    );
    let failed = registry::event(event::GEN_AI_CLIENT_OPERATION_EXCEPTION).expect("one");
    assert_eq!(failed.severity, Some(13));
    let judged = registry::event(event::GEN_AI_EVALUATION_RESULT).expect("one");
    let name = judged
        .attribute(attribute::GEN_AI_EVALUATION_NAME)
        .expect("it has a name");
    assert_eq!(
        (judged.severity, name.requirement),
        (None, Requirement::Required)
    );
}

#[test]
fn a_template_answers_for_its_members_only() {
    let name = attribute::GEN_AI_PROMPT_VARIABLE;
    let city = registry::attribute("gen_ai.prompt.variable.city").expect("a member");
    assert_eq!(
        (city.name, city.kind, city.template),
        (name, ValueKind::String, true)
    );
    assert_eq!(
        registry::attribute("gen_ai.prompt.variable.a.b"),
        Some(city)
    );
    for wrong in [
        name,
        "gen_ai.prompt.variable.",
        "gen_ai.prompt.variables.city",
        "",
        ".",
        "é.é",
    ] {
        assert_eq!(registry::attribute(wrong), None, "{wrong:?}");
    }
    assert_eq!(
        registry::attribute("gen_ai.request.model.x"),
        None,
        "not a template"
    );

    let span = registry::span(span::GEN_AI_CLIENT_INFERENCE).expect("a span");
    let used = span
        .attribute("gen_ai.prompt.variable.city")
        .expect("it may carry it");
    assert_eq!(used.requirement, Requirement::OptIn);
    assert_eq!(span.attribute(name), None);
}

#[test]
fn types_and_values_are_those_of_the_registry() {
    let kind = |name| registry::attribute(name).map(|def| def.kind);
    assert_eq!(
        kind(attribute::GEN_AI_REQUEST_MAX_TOKENS),
        Some(ValueKind::Int)
    );
    assert_eq!(
        kind(attribute::GEN_AI_REQUEST_TEMPERATURE),
        Some(ValueKind::Double)
    );
    assert_eq!(
        kind(attribute::GEN_AI_REQUEST_STREAM),
        Some(ValueKind::Boolean)
    );
    assert_eq!(
        kind(attribute::GEN_AI_RESPONSE_FINISH_REASONS),
        Some(ValueKind::StringArray)
    );
    assert_eq!(kind(attribute::GEN_AI_INPUT_MESSAGES), Some(ValueKind::Any));
    assert_eq!(kind("gen_ai.usage.total_tokens"), None);

    let provider = registry::attribute(attribute::GEN_AI_PROVIDER_NAME).expect("defined");
    assert_eq!(provider.values, Some(value::gen_ai_provider_name::ALL));
    assert_eq!(provider.values.map(<[_]>::len), Some(16));
    assert!(provider.open && provider.allows("ollama"));
    assert_eq!(value::mcp_method_name::ALL.len(), 25);
    assert_eq!(value::gen_ai_provider_name::AWS_BEDROCK, "aws.bedrock");
    assert_eq!(value::error_type::OTHER, "_OTHER");
}

#[test]
fn sensitive_is_what_holds_content() {
    let sensitive: Vec<&str> = CURRENT
        .attributes
        .iter()
        .filter(|def| def.sensitive)
        .map(|def| def.name)
        .collect();
    assert_eq!(
        sensitive,
        [
            attribute::EXCEPTION_MESSAGE,
            attribute::GEN_AI_INPUT_MESSAGES,
            attribute::GEN_AI_MEMORY_QUERY_TEXT,
            attribute::GEN_AI_MEMORY_RECORDS,
            attribute::GEN_AI_OUTPUT_MESSAGES,
            attribute::GEN_AI_PROMPT_VARIABLE,
            attribute::GEN_AI_RETRIEVAL_QUERY_TEXT,
            attribute::GEN_AI_SKILL_DESCRIPTION,
            attribute::GEN_AI_SKILL_SOURCE_URI,
            attribute::GEN_AI_SYSTEM_INSTRUCTIONS,
            attribute::GEN_AI_TOOL_CALL_ARGUMENTS,
            attribute::GEN_AI_TOOL_CALL_RESULT,
            attribute::GEN_AI_TOOL_DEFINITIONS,
            attribute::GEN_AI_TOOL_DESCRIPTION,
        ]
    );
}

#[test]
fn each_version_has_its_schema() {
    assert_eq!(CURRENT.schema_url, SCHEMA_URL);
    assert_eq!(V1_41.schema_url, "https://opentelemetry.io/schemas/1.41.1");
}
