//! Options that go by the model, and those that the API does not have.

use glassbox_core::Unsupported;

use super::*;

fn by(model: &str, request: &Request) -> Value {
    written_by(request, &Settings::new(model))
}

fn refused(model: &str, request: &Request) -> String {
    let error = encode(request, &Settings::new(model)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.provider(), Some("anthropic"));
    error.message().to_owned()
}

fn effort(effort: &str) -> Parameters {
    Parameters::new().with_reasoning_effort(effort)
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let parameters = Parameters::new()
        .with_seed(1)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(0.1)
        .with_choice_count(2);
    let message = Message::new(
        Role::User,
        [Part::Blob(glassbox_core::Blob::new(
            glassbox_core::Modality::Audio,
            "audio/wav",
            [1],
        ))],
    );
    let request = with(parameters)
        .with_message(message)
        .with_message(Message::new(
            Role::Other("critic".to_owned()),
            [Part::text("No.")],
        ))
        .with_previous_response("r")
        .with_tool_choice(ToolChoice::Required)
        .with_output(OutputFormat::Json);
    assert_eq!(
        refused("claude-sonnet-4-5", &request),
        "this model has no tool_choice without tools, output, seed, frequency_penalty, presence_penalty, \
         choice_count, previous_response, audio, role `critic`; leave it out, or let the request drop what is \
         unsupported",
    );
    let encoded = encode(
        &request.clone().with_unsupported(Unsupported::Warn),
        &Settings::new("claude-sonnet-4-5"),
    );
    assert_eq!(encoded.unwrap().dropped.len(), 9);
    let request = request.with_unsupported(Unsupported::Drop);
    let encoded = encode(&request, &Settings::new("claude-sonnet-4-5")).unwrap();
    assert_eq!(encoded.dropped, [""; 0]);
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    assert_eq!(
        body,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 64_000,
            "messages": [{"role": "user", "content": [
                {"type": "text", "text": "Hi"},
                {"type": "text", "text": "No."},
            ]}],
        }),
    );
}

#[test]
fn quirk_22_a_budget_is_a_share_of_the_limit() {
    for (word, limit, budget) in [
        ("minimal", 10_000, 1_024),
        ("low", 10_000, 2_000),
        ("medium", 10_000, 5_000),
        ("high", 10_000, 8_000),
        ("max", 10_000, 9_500),
        ("low", 1_100, 1_024),
        ("high", u64::MAX, 32_000),
    ] {
        let request = with(effort(word).with_max_tokens(limit));
        let body = by("claude-haiku-4-5", &request);
        assert_eq!(
            body["thinking"],
            json!({"type": "enabled", "budget_tokens": budget}),
            "{word}"
        );
        assert_eq!(body["output_config"], Value::Null);
    }
    let message = refused(
        "claude-haiku-4-5",
        &with(effort("low").with_max_tokens(1_024)),
    );
    assert!(
        message.contains("reasoning_effort with max_tokens of 1024 or less"),
        "{message}"
    );
    let message = refused("claude-haiku-4-5", &with(effort("utmost")));
    assert!(message.contains("no reasoning_effort;"), "{message}");
}

#[test]
fn quirk_22_newer_models_adapt() {
    let body = by("claude-sonnet-4-6", &with(effort("high")));
    assert_eq!(body["thinking"], json!({"type": "adaptive"}));
    assert_eq!(body["output_config"], json!({"effort": "high"}));
    let body = by("claude-opus-4-8", &with(effort("minimal")));
    assert_eq!(
        body["thinking"],
        json!({"type": "adaptive", "display": "summarized"})
    );
    assert_eq!(body["output_config"], json!({"effort": "low"}));
}

#[test]
fn quirk_22_thinking_can_be_switched_off_where_the_model_lets_it() {
    assert_eq!(
        by("claude-sonnet-5", &with(effort("none")))["thinking"],
        json!({"type": "disabled"})
    );
    assert_eq!(
        by("claude-3-5-haiku-latest", &with(effort("none")))["thinking"],
        Value::Null
    );
    assert!(refused("claude-fable-5", &with(effort("none"))).contains("reasoning_effort"));
    assert!(refused("claude-3-5-haiku-latest", &with(effort("low"))).contains("reasoning_effort"));
}

#[test]
fn quirk_22_thinking_forbids_temperatures_and_forced_tools() {
    let parameters = effort("low")
        .with_temperature(0.2)
        .with_top_k(5)
        .with_top_p(0.5);
    let request = with(parameters)
        .with_tools([weather()])
        .with_tool_choice(ToolChoice::Required);
    let message = refused("claude-sonnet-4-6", &request);
    for name in [
        "temperature with reasoning_effort",
        "top_p below 0.95 with reasoning_effort",
        "top_k with reasoning_effort",
        "tool_choice with reasoning_effort",
    ] {
        assert!(message.contains(name), "{message}");
    }
    let body = by(
        "claude-sonnet-4-6",
        &request.with_unsupported(Unsupported::Drop),
    );
    for field in ["temperature", "top_p", "top_k", "tool_choice"] {
        assert_eq!(body[field], Value::Null, "{field}");
    }
    let allowed = with(effort("low").with_temperature(1.0).with_top_p(0.95));
    assert_eq!(by("claude-sonnet-4-6", &allowed)["top_p"], 0.95);
}

#[test]
fn the_newest_models_take_no_sampling() {
    let parameters = Parameters::new()
        .with_temperature(0.2)
        .with_top_p(0.5)
        .with_top_k(5);
    let message = refused("claude-opus-4-8", &with(parameters));
    assert!(
        message.contains("no temperature, top_p, top_k;"),
        "{message}"
    );
    // What is the default anyway is left out in silence.
    let parameters = Parameters::new().with_temperature(1.0).with_top_p(1.0);
    let body = by("claude-opus-4-8", &with(parameters));
    assert_eq!(body["temperature"], Value::Null);
    assert_eq!(body["top_p"], Value::Null);
}

#[test]
fn temperature_and_top_p_exclude_each_other() {
    let both = with(Parameters::new().with_temperature(0.2).with_top_p(0.5));
    assert!(refused("claude-sonnet-4-5", &both).contains("top_p with temperature"));
    assert_eq!(by("claude-3-5-haiku-latest", &both)["top_p"], 0.5);
}

#[test]
fn models_before_structured_output_refuse_a_schema() {
    let output = OutputFormat::schema("x", json!({"type": "object", "properties": {}}));
    let request = Request::new("Hi").with_output(output);
    assert!(refused("claude-sonnet-4-0", &request).contains("output"));
    assert!(by("claude-opus-4-1", &request)["output_config"].is_object());
}

#[test]
fn quirk_23_max_tokens_is_always_sent() {
    let mut settings = Settings::new("claude-3-haiku-20240307");
    assert_eq!(
        written_by(&Request::new("Hi"), &settings)["max_tokens"],
        4_096
    );
    settings.max_tokens = Some(500);
    assert_eq!(
        written_by(&Request::new("Hi"), &settings)["max_tokens"],
        500
    );
    let request = with(Parameters::new().with_max_tokens(7));
    assert_eq!(written_by(&request, &settings)["max_tokens"], 7);
}
