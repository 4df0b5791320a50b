//! The form of an answer, and the forms of what is said.

use glassbox_core::{
    Message, OutputFormat, Part, ToolCall, ToolCallResponse, ToolChoice, Unsupported,
};
use glassbox_openai::{
    COMPATIBLE, DEEPSEEK, FIREWORKS, GROQ, MISTRAL, MOONSHOT, OPENAI, PERPLEXITY, XAI,
};

use super::*;

fn schema() -> OutputFormat {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]});
    OutputFormat::schema("answer", schema)
}

#[tokio::test]
async fn quirk_09_a_strict_schema_has_every_property_required_and_no_other() {
    let strict = json!({"type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": ["integer", "null"]}},
        "required": ["a", "b"], "additionalProperties": false});
    let body = sent(&OPENAI, Request::new("hi").with_output(schema())).await;
    let sent_schema = &body["response_format"]["json_schema"];
    assert_eq!(
        (&sent_schema["schema"], &sent_schema["strict"]),
        (&strict, &json!(true))
    );
    let OutputFormat::Schema { schema, .. } = schema() else {
        panic!("a schema");
    };
    let tools = |is_strict| {
        let tool = ToolSpec::new("f", schema.clone()).with_strict(is_strict);
        Request::new("hi").with_tools([tool])
    };
    let body = sent(&OPENAI, tools(true)).await;
    let function = &body["tools"][0]["function"];
    assert_eq!(
        (&function["parameters"], &function["strict"]),
        (&strict, &json!(true))
    );
    let body = sent(&OPENAI, tools(false)).await;
    assert_eq!(
        body["tools"][0]["function"]["parameters"], schema,
        "as it is"
    );

    // DeepSeek knows strict tools beneath `/beta`.
    let transport = MemoryTransport::new().with_response(200, &[], ANSWER);
    let beta =
        builder(&DEEPSEEK, "deepseek-chat", &transport).base_url("https://api.deepseek.com/beta");
    beta.build().unwrap().complete(tools(true)).await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(
        request.uri(),
        "https://api.deepseek.com/beta/chat/completions"
    );
    let body: Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["tools"][0]["function"]["parameters"], strict);
}

#[tokio::test]
async fn quirk_09_a_host_without_schemas_refuses_one_or_gets_the_nearest() {
    for dialect in [&DEEPSEEK, &MOONSHOT] {
        let request = || Request::new("hi").with_output(schema());
        assert!(refused(dialect, request()).await.contains("output"));
        let body = sent(dialect, request().with_unsupported(Unsupported::Drop)).await;
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
        let body = sent(dialect, Request::new("hi").with_output(OutputFormat::Json)).await;
        assert_eq!(body["response_format"], json!({"type": "json_object"}));
    }
}

#[tokio::test]
async fn quirk_09_a_form_and_a_tool_that_must_be_called_are_too_much_for_mistral() {
    for output in [schema(), OutputFormat::Json] {
        let request = |choice| {
            let request = Request::new("hi")
                .with_tools([tool()])
                .with_output(output.clone());
            request.with_tool_choice(choice)
        };
        for choice in [
            ToolChoice::Required,
            ToolChoice::Named("weather".to_owned()),
        ] {
            assert!(
                refused(&MISTRAL, request(choice.clone()))
                    .await
                    .contains("tool_choice")
            );
            let body = sent(
                &MISTRAL,
                request(choice.clone()).with_unsupported(Unsupported::Drop),
            )
            .await;
            assert_eq!(
                body.get("tool_choice"),
                None,
                "the tools stay, and the model decides"
            );
            assert!(body.get("tools").is_some() && body.get("response_format").is_some());
            for dialect in [&OPENAI, &XAI] {
                assert!(
                    sent(dialect, request(choice.clone()))
                        .await
                        .get("tool_choice")
                        .is_some()
                );
            }
        }
        assert!(
            sent(&MISTRAL, request(ToolChoice::Auto))
                .await
                .get("response_format")
                .is_some()
        );
    }
}

#[tokio::test]
async fn quirk_09_what_groq_cannot_stream_is_asked_for_whole_and_given_as_a_stream() {
    let request = Request::new("hi").with_delivery(Delivery::Incremental);
    let body = sent(&GROQ, request.clone().with_output(schema())).await;
    assert_eq!(
        (body.get("stream"), body.get("stream_options")),
        (None, None)
    );
    assert!(body.get("response_format").is_some());
    assert_eq!(
        sent(&GROQ, request.clone()).await["stream"],
        true,
        "a text streams"
    );
    assert_eq!(
        sent(&OPENAI, request.with_output(schema())).await["stream"],
        true
    );
}

#[tokio::test]
async fn quirk_09_text_is_no_form() {
    // Fireworks refuses it beside tools, and it is what there is without it.
    for dialect in [&FIREWORKS, &OPENAI] {
        let request = Request::new("hi")
            .with_tools([tool()])
            .with_output(OutputFormat::Text);
        assert_eq!(sent(dialect, request).await.get("response_format"), None);
    }
}

#[tokio::test]
async fn quirk_10_a_result_is_one_text_and_so_is_a_list_of_texts_where_it_must_be() {
    let image = json!([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]);
    let result = |value: Value| ToolCallResponse::new("a", "weather", value);
    let asked =
        Message::assistant("").with_part(Part::ToolCall(ToolCall::new("a", "weather", "{}")));
    for dialect in [&OPENAI, &COMPATIBLE, &MOONSHOT] {
        for value in [image.clone(), json!("sunny"), json!({"sky": "blue"})] {
            let request = Request::new("hi").with_message(asked.clone());
            let body = sent(
                dialect,
                request.with_message(Message::tool([result(value.clone())])),
            )
            .await;
            let content = &body["messages"][2]["content"];
            // The few hosts that look at images in a result take texts too.
            let text = content.as_str().unwrap();
            let same = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(text, same, "{}", dialect.name);
        }
    }
    let two = || Request::new(Message::user("one").with_part(Part::text("two")));
    let list = json!([{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]);
    assert_eq!(sent(&OPENAI, two()).await["messages"][0]["content"], list);
    assert_eq!(
        sent(&PERPLEXITY, two()).await["messages"][0]["content"],
        "one\n\ntwo"
    );
    let seen = Message::user("what?").with_part(Part::image("image/png", [0]));
    let body = sent(&PERPLEXITY, Request::new(seen)).await;
    assert!(
        body["messages"][0]["content"].is_array(),
        "an image is no text"
    );
}
