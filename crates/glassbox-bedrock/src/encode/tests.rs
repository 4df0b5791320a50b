use glassbox_core::{
    Blob, Message, Modality, Opaque, OutputFormat, Parameters, Part, Reasoning, Role, ToolCall,
    ToolCallResponse, ToolChoice, ToolSpec, Uri,
};
use serde_json::json;

use super::*;

mod messages;

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "us.amazon.nova-2-lite-v1:0";
const KIMI: &str = "moonshot.kimi-k2-thinking";

fn sent_to(model: &str, request: &Request) -> Value {
    let encoded = encode(request, &Setup::new(model, false)).expect("everything is supported");
    serde_json::from_slice(&encoded.body).expect("JSON")
}

fn sent(request: &Request) -> Value {
    sent_to(CLAUDE, request)
}

fn refused(model: &str, request: &Request) -> String {
    let error = encode(request, &Setup::new(model, false)).expect_err("something is unsupported");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    error.message().to_owned()
}

fn weather() -> ToolSpec {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    ToolSpec::new("weather", schema).with_description("Says the weather.")
}

/// A conversation in which a tool was called.
fn with_call() -> Request {
    let call = ToolCall::new("call_1", "weather", "{\"city\":\"Zürich\"}");
    Request::new("How is it?")
        .with_message(Message::new(Role::Assistant, [Part::ToolCall(call)]))
        .with_message(Message::tool([ToolCallResponse::new(
            "call_1", "weather", "cold",
        )]))
}

#[test]
fn options_have_their_places() {
    let parameters = Parameters::new()
        .with_max_tokens(100)
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_stop_sequence("END")
        .with_top_k(5)
        .with_service_tier("flex");
    let request = Request::new("hi")
        .with_system("Be brief.")
        .with_parameters(parameters)
        .with_extra("guardrailConfig", json!({"guardrailIdentifier": "g"}));
    assert_eq!(
        sent(&request),
        json!({
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "system": [{"text": "Be brief."}],
            "inferenceConfig": {
                "maxTokens": 100, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"],
            },
            "serviceTier": {"type": "flex"},
            "additionalModelRequestFields": {"top_k": 5},
            "guardrailConfig": {"guardrailIdentifier": "g"},
        })
    );
    let nova = sent_to(NOVA, &request);
    assert_eq!(
        nova["additionalModelRequestFields"],
        json!({"inferenceConfig": {"topK": 5}})
    );
}

#[test]
fn what_the_request_adds_wins_and_is_joined_for_the_model() {
    let request = Request::new("hi")
        .with_parameters(Parameters::new().with_top_k(5).with_max_tokens(9))
        .with_extra("inferenceConfig", json!({"maxTokens": 1}))
        .with_extra(
            "additionalModelRequestFields",
            json!({"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        );
    let body = sent(&request);
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 1}));
    assert_eq!(
        body["additionalModelRequestFields"],
        json!({"top_k": 5, "thinking": {"type": "enabled", "budget_tokens": 1024}})
    );
}

#[test]
fn reasoning_effort_is_for_those_that_have_a_word_for_it() {
    let request =
        Request::new("hi").with_parameters(Parameters::new().with_reasoning_effort("low"));
    assert_eq!(
        sent_to(NOVA, &request)["additionalModelRequestFields"],
        json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}})
    );
    assert_eq!(
        sent_to("openai.gpt-oss-120b-1:0", &request)["additionalModelRequestFields"],
        json!({"reasoning_effort": "low"})
    );
    assert!(refused(CLAUDE, &request).contains("reasoning_effort"));
}

#[test]
fn tools_and_their_choice_are_sent() {
    let request = Request::new("hi").with_tools(vec![weather().with_strict(true)]);
    let spec = json!({"toolSpec": {
        "name": "weather", "description": "Says the weather.", "strict": true,
        "inputSchema": {"json": {
            "type": "object", "properties": {"city": {"type": "string"}},
            "additionalProperties": false,
        }},
    }});
    assert_eq!(sent(&request)["toolConfig"], json!({"tools": [spec]}));
    let required = request.clone().with_tool_choice(ToolChoice::Required);
    assert_eq!(
        sent(&required)["toolConfig"]["toolChoice"],
        json!({"any": {}})
    );
    let named = request
        .clone()
        .with_tool_choice(ToolChoice::Named("weather".to_owned()));
    assert_eq!(
        sent(&named)["toolConfig"]["toolChoice"],
        json!({"tool": {"name": "weather"}})
    );
    let none = request.with_tool_choice(ToolChoice::None);
    assert_eq!(sent(&none).get("toolConfig"), None);
    for odd in [json!({}), json!(null), json!({"properties": {}})] {
        let request = Request::new("hi").with_tools(vec![ToolSpec::new("t", odd)]);
        let schema = &sent(&request)["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"];
        assert_eq!(schema["type"], "object");
    }
}

#[test]
fn quirk_33_tools_are_told_of_where_the_history_has_calls() {
    let body = sent(&with_call());
    assert_eq!(
        body["toolConfig"],
        json!({"tools": [{"toolSpec": {
            "name": "weather", "inputSchema": {"json": {"type": "object"}},
        }}]})
    );
    let offered = with_call().with_tools(vec![weather()]);
    let tools = &sent(&offered)["toolConfig"]["tools"];
    assert_eq!(tools[0]["toolSpec"]["description"], "Says the weather.");
    assert_eq!(tools.as_array().map(Vec::len), Some(1));
    // A result whose call is gone.
    let result = Message::tool([ToolCallResponse::new("x", "weather", "cold")]);
    let tools = &sent(&Request::new(result))["toolConfig"]["tools"];
    assert_eq!(tools.as_array().map(Vec::len), Some(1));
    // They cannot be forbidden then.
    let none = offered.with_tool_choice(ToolChoice::None);
    assert!(refused(CLAUDE, &none).contains("tool_choice"));
    let dropped = sent(&none.with_unsupported(Unsupported::Drop));
    assert_eq!(
        dropped["toolConfig"]["tools"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_schema_is_sent_as_a_text_and_closed() {
    let schema = json!({"type": "object", "properties": {
        "city": {"type": "object", "properties": {}},
    }});
    let request = Request::new("hi").with_output(OutputFormat::schema("place", schema));
    let format = &sent(&request)["outputConfig"]["textFormat"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["structure"]["jsonSchema"]["name"], "place");
    let text = format["structure"]["jsonSchema"]["schema"]
        .as_str()
        .expect("a text");
    let sent: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(sent["additionalProperties"], false);
    assert_eq!(sent["properties"]["city"]["additionalProperties"], false);
    assert!(
        refused(CLAUDE, &Request::new("hi").with_output(OutputFormat::Json)).contains("output")
    );
}

#[test]
fn everything_unsupported_is_named_at_once_or_reported() {
    let mut parameters = Parameters::new()
        .with_top_k(3)
        .with_seed(1)
        .with_frequency_penalty(1.0)
        .with_presence_penalty(1.0)
        .with_choice_count(2)
        .with_parallel_tool_calls(false);
    parameters.reasoning_effort = Some("low".to_owned());
    let bitmap = Blob::new(Modality::Image, "image/bmp", [1]);
    let message = Message::user("look")
        .with_part(Part::Blob(bitmap))
        .with_part(Part::image_uri("https://example.com/cat.png"));
    let request = Request::new(message)
        .with_parameters(parameters)
        .with_output(OutputFormat::Json)
        .with_previous_response("r");
    let wanted = [
        "images of the type image/bmp",
        "images by URL",
        "top_k",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "choice_count",
        "parallel_tool_calls",
        "previous_response",
        "reasoning_effort",
        "output",
    ];
    let message = refused(KIMI, &request);
    assert!(message.contains(&wanted.join(", ")), "{message}");
    let setup = Setup::new(KIMI, false);
    let warned = request.clone().with_unsupported(Unsupported::Warn);
    let encoded = encode(&warned, &setup).expect("dropped");
    assert_eq!(encoded.dropped, wanted);
    let dropped = request.with_unsupported(Unsupported::Drop);
    let encoded = encode(&dropped, &setup).expect("dropped");
    assert!(encoded.dropped.is_empty());
    let body: Value = serde_json::from_slice(&encoded.body).expect("JSON");
    assert_eq!(
        body,
        json!({"messages": [{"role": "user", "content": [{"text": "look"}]}]})
    );
}

#[test]
fn what_is_the_default_is_not_unsupported() {
    let parameters = Parameters::new()
        .with_choice_count(1)
        .with_parallel_tool_calls(true);
    let request = Request::new("hi")
        .with_parameters(parameters)
        .with_output(OutputFormat::Text);
    assert_eq!(
        sent(&request),
        json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]})
    );
}

#[test]
fn a_prompt_is_cached_where_that_is_wished() {
    let point = json!({"cachePoint": {"type": "default"}});
    let request = with_call()
        .with_system("Be brief.")
        .with_tools(vec![weather()]);
    let cached = |model| {
        let encoded = encode(&request, &Setup::new(model, true)).expect("supported");
        serde_json::from_slice::<Value>(&encoded.body).expect("JSON")
    };
    let claude = cached(CLAUDE);
    assert_eq!(claude["toolConfig"]["tools"][1], point);
    assert_eq!(claude["system"][1], point);
    assert_eq!(claude["messages"][2]["content"][1], point);
    assert_eq!(claude.to_string().matches("cachePoint").count(), 3);
    let nova = cached(NOVA);
    assert_eq!(
        nova["toolConfig"]["tools"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(nova["system"][1], point);
}

#[test]
fn families_are_known_through_prefixes_and_arns() {
    for (model, family) in [
        ("anthropic.claude-3-haiku-20240307-v1:0", Family::Anthropic),
        (
            "global.anthropic.claude-opus-4-5-20251101-v1:0",
            Family::Anthropic,
        ),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x",
            Family::Anthropic,
        ),
        ("us.deepseek.r1-v1:0", Family::DeepSeek),
        ("amazon.nova-micro-v1:0", Family::Nova),
        ("us.amazon.nova-2-lite-v1:0", Family::Nova2),
        ("openai.gpt-oss-20b-1:0", Family::OpenAi),
        ("amazon.titan-text-lite-v1", Family::Other),
        (
            "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc",
            Family::Other,
        ),
    ] {
        assert_eq!(Family::of(model), family, "{model}");
    }
}
