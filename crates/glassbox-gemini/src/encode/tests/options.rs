use super::*;

fn tool() -> ToolSpec {
    let parameters =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    ToolSpec::new("weather", parameters).with_description("Tells the weather.")
}

fn unsupported(request: &Request, target: Target<'_>) -> String {
    let error = encode(request, target).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    error.to_string()
}

#[test]
fn parameters_have_their_names() {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(4)
        .with_choice_count(2)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_presence_penalty(-1.5)
        .with_frequency_penalty(1.0)
        .with_seed(7)
        .with_service_tier("flex");
    let request = Request::new("hi")
        .with_parameters(parameters)
        .with_delivery(Delivery::Incremental)
        .with_user("u-1");
    let body = body(&request, "gemini-2.5-flash");
    assert_eq!(
        body["generationConfig"],
        json!({"temperature": 0.5, "topP": 0.9, "topK": 4, "candidateCount": 2, "maxOutputTokens": 100,
            "stopSequences": ["END"], "presencePenalty": -1.5, "frequencyPenalty": 1.0, "seed": 7})
    );
    assert_eq!(body["serviceTier"], "flex");
    let mut vertex = target("gemini-2.5-flash");
    vertex.platform = Platform::Vertex;
    let encoded = encode(&request, vertex).unwrap();
    assert_eq!(encoded.headers[0].1, "flex");
    assert!(!String::from_utf8(encoded.body).unwrap().contains("flex"));
}

#[test]
fn thinking_has_levels_or_budgets() {
    let thinking = |effort: &str, model: &str| {
        let parameters = Parameters::new().with_reasoning_effort(effort);
        let request = Request::new("hi").with_parameters(parameters);
        let encoded = encode(&request, target(model)).ok()?;
        let body: Value = serde_json::from_slice(&encoded.body).unwrap();
        Some(body["generationConfig"]["thinkingConfig"].clone())
    };
    let level = |level: &str| Some(json!({"includeThoughts": true, "thinkingLevel": level}));
    let budget = |tokens: i64| Some(json!({"includeThoughts": true, "thinkingBudget": tokens}));
    assert_eq!(thinking("low", "gemini-3-pro-preview"), level("low"));
    assert_eq!(thinking("512", "gemini-3-pro-preview"), budget(512));
    assert_eq!(thinking("none", "gemini-3-pro-preview"), None);
    assert_eq!(thinking("low", "gemini-2.5-flash"), budget(1_024));
    assert_eq!(thinking("high", "gemini-2.5-pro"), budget(24_576));
    assert_eq!(
        thinking("none", "gemini-2.5-flash"),
        Some(json!({"thinkingBudget": 0}))
    );
    assert_eq!(thinking("none", "gemini-2.5-pro"), None);
    assert_eq!(
        thinking("auto", "gemini-2.5-pro"),
        Some(json!({"includeThoughts": true}))
    );
    assert_eq!(thinking("enormous", "gemini-2.5-pro"), None);
    assert_eq!(thinking("low", "gemini-1.5-pro"), None);
    assert_eq!(thinking("medium", "gemini-flash-latest"), level("medium"));
}

#[test]
fn thoughts_are_shown_as_the_builder_says() {
    let mut target = target("gemini-2.5-flash");
    target.include_thoughts = Some(true);
    let body: Value =
        serde_json::from_slice(&encode(&Request::new("hi"), target).unwrap().body).unwrap();
    assert_eq!(
        body["generationConfig"],
        json!({"thinkingConfig": {"includeThoughts": true}})
    );
}

#[test]
fn tools_and_choices() {
    let nothing = ToolSpec::new("now", json!({"type": "object", "properties": {}}));
    let request = Request::new("hi").with_tools([tool(), nothing]);
    let declared = &body(&request, "gemini-2.5-flash")["tools"][0]["functionDeclarations"];
    assert_eq!(declared[0]["description"], "Tells the weather.");
    assert_eq!(declared[0]["parameters"]["required"], json!(["city"]));
    assert_eq!(declared[1], json!({"name": "now"}));
    let calling = |choice: ToolChoice| {
        let request = Request::new("hi")
            .with_tools([tool()])
            .with_tool_choice(choice);
        body(&request, "gemini-2.5-flash")["toolConfig"]["functionCallingConfig"].take()
    };
    assert_eq!(calling(ToolChoice::Auto), Value::Null);
    assert_eq!(calling(ToolChoice::None), json!({"mode": "NONE"}));
    assert_eq!(calling(ToolChoice::Required), json!({"mode": "ANY"}));
    let named = json!({"mode": "ANY", "allowedFunctionNames": ["weather"]});
    assert_eq!(calling(ToolChoice::Named("weather".to_owned())), named);
    let strict = Request::new("hi").with_tools([tool().with_strict(true)]);
    assert_eq!(
        body(&strict, "gemini-3-pro")["toolConfig"],
        json!({"functionCallingConfig": {"mode": "VALIDATED"}})
    );
}

#[test]
fn answers_have_forms() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let formed = |output: OutputFormat| {
        body(&Request::new("hi").with_output(output), "gemini-2.5-flash")["generationConfig"].take()
    };
    let json = json!({"responseMimeType": "application/json"});
    assert_eq!(formed(OutputFormat::Json), json);
    assert_eq!(formed(OutputFormat::Text), Value::Null);
    let answer = formed(OutputFormat::schema("answer", schema.clone()));
    assert_eq!(answer["responseSchema"], schema);
    let map = json!({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "string"}}}});
    let answer = formed(OutputFormat::schema("answer", map.clone()));
    assert_eq!(answer["responseJsonSchema"], map);
    assert_eq!(answer.get("responseSchema"), None);
}

#[test]
fn what_the_request_adds_wins_and_is_joined() {
    let request = Request::new("hi")
        .with_tools([tool()])
        .with_parameters(Parameters::new().with_temperature(0.5).with_top_k(3))
        .with_extra(
            "generationConfig",
            json!({"temperature": 0.1, "responseModalities": ["IMAGE"]}),
        )
        .with_extra(
            "toolConfig",
            json!({"includeServerSideToolInvocations": true}),
        )
        .with_extra("tools", json!([{"googleSearch": {}}]))
        .with_extra("cachedContent", "cachedContents/1");
    let body = body(&request, "gemini-3-flash");
    assert_eq!(
        body["generationConfig"],
        json!({"temperature": 0.1, "topK": 3, "responseModalities": ["IMAGE"]})
    );
    assert_eq!(
        body["toolConfig"],
        json!({"includeServerSideToolInvocations": true})
    );
    assert_eq!(
        body["tools"][0]["functionDeclarations"][0]["name"],
        "weather"
    );
    assert_eq!(body["tools"][1], json!({"googleSearch": {}}));
    assert_eq!(body["cachedContent"], "cachedContents/1");
}

#[test]
fn everything_that_is_unsupported_is_named_at_once_or_left_out() {
    let mut parameters = Parameters::new()
        .with_seed(1 << 40)
        .with_reasoning_effort("enormous")
        .with_parallel_tool_calls(false);
    parameters.top_k = Some(3);
    let other = json!({"type": "hologram"});
    let request = Request::new([
        Message::system("x").with_part(Part::image("image/png", [0])),
        Message::new(
            Role::User,
            [Part::Other(other.as_object().unwrap().clone())],
        ),
    ])
    .with_tools([tool()])
    .with_output(OutputFormat::Json)
    .with_previous_response("r")
    .with_parameters(parameters);
    let said = unsupported(&request, target("gemini-2.5-flash"));
    for name in [
        "seed",
        "reasoning_effort",
        "parallel_tool_calls",
        "output of a form beside tools",
        "previous_response",
        "instructions but texts",
        "parts of other types",
    ] {
        assert!(said.contains(name), "{said}");
    }
    let warned = request.clone().with_unsupported(Unsupported::Warn);
    let encoded = encode(&warned, target("gemini-2.5-flash")).unwrap();
    assert_eq!(encoded.dropped.len(), 7);
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    assert_eq!(body["generationConfig"], json!({"topK": 3}));
    let dropped = request.with_unsupported(Unsupported::Drop);
    assert!(
        encode(&dropped, target("gemini-2.5-flash"))
            .unwrap()
            .dropped
            .is_empty()
    );
    let mut vertex = target("gemini-3-flash");
    vertex.platform = Platform::Vertex;
    let tier = Request::new("hi").with_parameters(Parameters::new().with_service_tier("gold"));
    assert!(unsupported(&tier, vertex).contains("service_tier"));
    // A form beside tools is known from the third generation on.
    let formed = Request::new("hi")
        .with_tools([tool()])
        .with_output(OutputFormat::Json);
    encode(&formed, target("gemini-3-flash")).unwrap();
}
