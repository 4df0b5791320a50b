//! Addresses, keys, and what a host can be told about tools.

use glassbox_core::{Parameters, ToolChoice, Unsupported};
use glassbox_openai::{
    AZURE, Auth, COMPATIBLE, DIALECTS, GROQ, LLAMACPP, MISTRAL, MOONSHOT, OPENAI, PERPLEXITY,
    TOGETHER, VLLM, XAI, ZAI,
};

use super::*;

#[tokio::test]
async fn quirk_07_azure_has_the_deployment_in_the_address_and_the_key_in_a_header() {
    let mut with_token = AZURE;
    with_token.auth = Auth::Bearer;
    for (dialect, header, value) in [
        (AZURE, "api-key", KEY.to_owned()),
        (with_token, "authorization", format!("Bearer {KEY}")),
    ] {
        let transport = MemoryTransport::new().with_response(200, &[], ANSWER);
        let model = builder(&dialect, "my deployment", &transport)
            .build()
            .unwrap();
        model.complete("hi").await.unwrap();
        let sent = &transport.requests()[0];
        assert_eq!(
            sent.uri().to_string(),
            "https://host.example/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21"
        );
        assert_eq!(sent.headers()[header], value.as_str());
        let keys = ["api-key", "authorization"].into_iter();
        assert_eq!(
            keys.filter(|key| sent.headers().contains_key(*key)).count(),
            1
        );
    }
}

#[tokio::test]
async fn quirk_07_azure_speaks_of_its_filter_before_the_answer_and_behind_it() {
    let response = streamed(
        &AZURE,
        &[
            json!({"id": "", "object": "", "created": 0, "model": "", "choices": [],
                "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": false}}}]}),
            delta(&json!({"role": "assistant", "content": ""})),
            delta(&json!({"content": "x"})),
            finish("stop"),
            json!({"id": "", "object": "", "created": 0, "model": "", "choices": [{"index": 0, "finish_reason": null,
                "content_filter_results": {"hate": {"filtered": false}}, "content_filter_offsets": {"check_offset": 1}}]}),
            json!({"id": "c1", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}),
        ],
    )
    .await;
    assert_eq!(
        (response.text(), response.id(), response.model()),
        ("x".into(), Some("c1"), Some("m"))
    );
    assert_eq!(response.choices.len(), 1);
    assert_eq!(response.usage.input_tokens, Some(3));
    let extra = &response.meta.extra;
    assert_eq!(extra["prompt_filter_results"][0]["prompt_index"], 0);
    assert_eq!(
        extra["choices"][0]["content_filter_results"]["hate"]["filtered"],
        false
    );
}

#[tokio::test]
async fn quirk_07_an_old_version_of_azure_cannot_be_made_to_call_a_tool_and_says_so() {
    let mut old = AZURE;
    old.tool_choice.required = None;
    let request = Request::new("hi")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Required);
    assert!(refused(&old, request.clone()).await.contains("tool_choice"));
    assert_eq!(
        sent(&AZURE, request.clone()).await["tool_choice"],
        "required"
    );
    let body = sent(&old, request.with_unsupported(Unsupported::Drop)).await;
    assert_eq!(
        (
            body.get("tool_choice"),
            body["tools"].as_array().unwrap().len()
        ),
        (None, 1)
    );
}

#[tokio::test]
async fn quirk_08_a_tool_choice_is_said_in_the_words_of_the_host_or_refused() {
    let request = |choice| {
        Request::new("hi")
            .with_tools([tool()])
            .with_tool_choice(choice)
    };
    let named = || ToolChoice::Named("weather".to_owned());
    let by_name = json!({"type": "function", "function": {"name": "weather"}});
    for dialect in [&OPENAI, &TOGETHER, &GROQ, &VLLM, &XAI] {
        for (choice, word) in [
            (ToolChoice::Required, json!("required")),
            (ToolChoice::None, json!("none")),
            (named(), by_name.clone()),
        ] {
            assert_eq!(
                sent(dialect, request(choice)).await["tool_choice"],
                word,
                "{}",
                dialect.name
            );
        }
    }
    assert_eq!(
        sent(&MISTRAL, request(ToolChoice::Required)).await["tool_choice"],
        "any"
    );
    assert_eq!(
        sent(&MISTRAL, request(named())).await["tool_choice"],
        by_name
    );
    for (dialect, choice) in [
        (&LLAMACPP, named()),
        (&MOONSHOT, ToolChoice::Required),
        (&ZAI, ToolChoice::Required),
        (&ZAI, named()),
    ] {
        let said = refused(dialect, request(choice)).await;
        assert!(said.contains("tool_choice"), "{}: {said}", dialect.name);
    }
    // Where `none` is no word, there are no tools.
    let body = sent(&ZAI, request(ToolChoice::None)).await;
    assert_eq!((body.get("tools"), body.get("tool_choice")), (None, None));
    // What is left to the model is not mentioned, anywhere.
    for dialect in DIALECTS.iter().filter(|dialect| dialect.tools) {
        assert_eq!(
            sent(dialect, request(ToolChoice::Auto))
                .await
                .get("tool_choice"),
            None
        );
    }
}

#[tokio::test]
async fn quirk_08_what_a_host_does_not_know_is_not_sent() {
    let parallel = Parameters::new().with_parallel_tool_calls(false);
    let request = || {
        Request::new("hi")
            .with_tools([tool()])
            .with_parameters(parallel.clone())
    };
    assert_eq!(sent(&OPENAI, request()).await["parallel_tool_calls"], false);
    assert!(
        refused(&ZAI, request())
            .await
            .contains("parallel_tool_calls")
    );
    // `logit_bias` is no option of ours: who sends it as a field of the body knows the host.
    for dialect in DIALECTS {
        let body = sent(
            dialect,
            Request::new("hi")
                .with_user("u")
                .with_unsupported(Unsupported::Drop),
        )
        .await;
        assert_eq!(body.get("logit_bias"), None);
        assert_eq!(
            body.get("user").is_some(),
            dialect.options.user.is_some(),
            "{}",
            dialect.name
        );
    }
}

#[tokio::test]
async fn quirk_18_hosts_without_ciphertext_are_not_asked_for_any() {
    let asks = async |dialect: &Dialect, model| {
        let answer = json!({"object": "response", "status": "completed", "output": []});
        let transport = MemoryTransport::new().with_response(200, &[], answer.to_string());
        let model = builder(dialect, model, &transport)
            .build_responses()
            .unwrap();
        model.complete("hi").await.unwrap();
        let body: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        assert_eq!(body["store"], false, "nothing is kept");
        body.get("include").is_some()
    };
    for model in ["gpt-5", "o3"] {
        assert!(asks(&OPENAI, model).await);
        assert!(!asks(&GROQ, model).await);
        assert!(!asks(&MOONSHOT, model).await);
    }
    assert!(!asks(&GROQ, "openai/gpt-oss-120b").await);
    assert!(!asks(&COMPATIBLE, "MiniMax-M2").await);
    assert!(asks(&XAI, "grok-4").await);
}

#[tokio::test]
async fn quirk_34_a_local_host_without_a_key_gets_no_authorization() {
    let transport = MemoryTransport::new().with_response(200, &[], ANSWER);
    let http = HttpClient::new(transport.clone());
    let model = OpenAiBuilder::new("m")
        .dialect(LLAMACPP)
        .http(http)
        .build()
        .unwrap();
    model.complete("hi").await.unwrap();
    assert!(
        !transport.requests()[0]
            .headers()
            .contains_key("authorization")
    );
}

#[tokio::test]
async fn quirk_34_a_host_without_tools_says_so_before_anything_is_sent() {
    let request = Request::new("hi").with_tools([tool()]);
    assert!(
        refused(&PERPLEXITY, request.clone())
            .await
            .contains("tools")
    );
    assert!(!PERPLEXITY.capabilities().tools);
    let body = sent(&PERPLEXITY, request.with_unsupported(Unsupported::Drop)).await;
    assert_eq!(body.get("tools"), None);
}

#[tokio::test]
async fn quirk_34_a_call_that_groq_could_not_read_is_an_error_with_the_reason() {
    let error = json!({"error": {"message": "Failed to call a function.", "type": "invalid_request_error",
        "code": "tool_use_failed", "failed_generation": "<function=weather{\"city\":"}});
    let refusal = MemoryResponse::new(400)
        .with_header("content-type", "application/json")
        .with_chunk(error.to_string());
    let in_stream = stream(&[delta(&json!({"content": "let me"})), error]);
    for response in [refusal, in_stream] {
        let error = failed(&GROQ, response).await;
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.code(), Some("tool_use_failed"));
        assert_eq!(error.provider(), Some("groq"));
        assert_eq!(error.detail(), Some("Failed to call a function."));
        assert!(
            !format!("{error} {error:?}").contains("weather"),
            "what the model wrote is content"
        );
    }
}

#[tokio::test]
async fn groq_has_no_capacity_with_a_status_of_its_own() {
    let busy = || {
        MemoryResponse::new(498)
            .with_chunk(r#"{"error":{"message":"flex tier capacity exceeded"}}"#)
    };
    let error = failed(&GROQ, busy()).await;
    assert_eq!(
        (error.kind(), error.is_retryable()),
        (ErrorKind::Overloaded, true)
    );
    assert_eq!(
        failed(&OPENAI, busy()).await.kind(),
        ErrorKind::InvalidRequest
    );
}
