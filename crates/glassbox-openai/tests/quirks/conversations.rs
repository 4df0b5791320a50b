//! What goes back, and in which form.

use glassbox_core::{
    Message, Opaque, OutputFormat, Parameters, Part, Reasoning, Role, ToolCall, ToolCallResponse,
};
use glassbox_openai::{
    COMPATIBLE, CallIds, DEEPSEEK, GROQ, LLAMACPP, MISTRAL, MOONSHOT, OPENAI, OPENROUTER,
    PERPLEXITY, ReasoningEcho, XAI,
};

use super::*;

fn called(id: &str) -> Message {
    Message::new(
        Role::Assistant,
        [Part::ToolCall(ToolCall::new(id, "weather", "{}"))],
    )
}

fn answered(id: &str) -> Message {
    Message::tool([ToolCallResponse::new(id, "weather", "sunny")])
}

fn roles(body: &Value) -> Vec<&str> {
    let messages = body["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["role"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn quirk_11_developers_are_systems_where_they_are_unknown() {
    let request = || {
        let developer = Message::new(
            Role::Other("developer".to_owned()),
            [Part::text("be brief")],
        );
        Request::new(vec![developer, Message::user("hi")])
    };
    assert_eq!(
        roles(&sent(&OPENAI, request()).await),
        ["developer", "user"]
    );
    for dialect in [&COMPATIBLE, &GROQ, &MISTRAL] {
        assert_eq!(roles(&sent(dialect, request()).await), ["system", "user"]);
    }
}

#[tokio::test]
async fn quirk_11_late_instructions_join_the_first_where_they_must_be_first() {
    let request = || {
        Request::new(vec![
            Message::system("be brief"),
            Message::user("hi"),
            called("abcDEF123"),
            answered("abcDEF123"),
            Message::system("be kind"),
            Message::user("and?"),
        ])
    };
    let body = sent(&MISTRAL, request()).await;
    assert_eq!(
        roles(&body),
        ["system", "user", "assistant", "tool", "user"]
    );
    assert_eq!(body["messages"][0]["content"], "be brief\n\nbe kind");
    let body = sent(&OPENAI, request()).await;
    assert_eq!(
        roles(&body),
        ["system", "user", "assistant", "tool", "system", "user"]
    );
    // There was nothing to join.
    let late = || {
        Request::new(vec![
            Message::user("hi"),
            Message::system("be kind"),
            Message::user("and?"),
        ])
    };
    let body = sent(&PERPLEXITY, late()).await;
    assert_eq!(roles(&body), ["system", "user", "user"]);
    assert_eq!(body["messages"][0]["content"], "be kind");
}

#[tokio::test]
async fn quirk_16_reasoning_goes_back_where_it_is_wanted_and_nowhere_else() {
    let request = || {
        let mut message = called("abcDEF123");
        message
            .parts
            .insert(0, Part::Reasoning(Reasoning::new("hm")));
        Request::new(vec![Message::user("hi"), message, answered("abcDEF123")])
    };
    // MiMo wants what DeepSeek wants: a dialect of one's own.
    let mut mimo = COMPATIBLE;
    mimo.reasoning = ReasoningEcho::Field("reasoning_content");
    for dialect in [&DEEPSEEK, &MOONSHOT, &LLAMACPP, &mimo] {
        let body = sent(dialect, request()).await;
        assert_eq!(
            body["messages"][1]["reasoning_content"], "hm",
            "{}",
            dialect.name
        );
        assert!(body["messages"][1]["tool_calls"].is_array());
    }
    for dialect in [&OPENAI, &GROQ, &COMPATIBLE] {
        let body = sent(dialect, request()).await;
        assert!(!body.to_string().contains("hm"), "{}", dialect.name);
    }
}

#[tokio::test]
async fn quirk_16_details_go_back_word_for_word_and_in_order() {
    let details = json!([
        {"type": "reasoning.text", "index": 0, "text": "hm", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "id": "e1", "data": "sealed"},
    ]);
    let answer = streamed(
        &OPENROUTER,
        &[
            delta(&json!({"reasoning": "h", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "h"}]})),
            delta(&json!({"reasoning": "m", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "m", "signature": "s"}]})),
            delta(&json!({"reasoning_details": [details[1]]})),
            delta(&json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "weather", "arguments": "{}"}}]})),
            finish("tool_calls"),
        ],
    )
    .await;
    let message = answer.message().unwrap().clone();
    let request = || {
        Request::new("hi")
            .with_message(message.clone())
            .with_message(answered("a"))
    };
    assert_eq!(
        sent(&OPENROUTER, request()).await["messages"][1]["reasoning_details"],
        details
    );
    assert!(
        !sent(&OPENAI, request())
            .await
            .to_string()
            .contains("sealed"),
        "it is OpenRouter's"
    );
}

#[tokio::test]
async fn quirk_31_ids_that_mistral_would_refuse_are_told_it_otherwise() {
    let long = "call_0123456789abcdef";
    let request = |ids: &[&str]| {
        let ids = ids.iter().flat_map(|id| [called(id), answered(id)]);
        Request::new(
            [Message::user("hi")]
                .into_iter()
                .chain(ids)
                .collect::<Vec<_>>(),
        )
    };
    let ids = async |dialect, model, given: &[&str]| {
        let body = sent_to(dialect, model, request(given)).await;
        let messages = body["messages"].as_array().unwrap()[1..].chunks(2);
        let pairs = messages.map(|pair| {
            let id = pair[0]["tool_calls"][0]["id"].as_str().unwrap().to_owned();
            assert_eq!(
                pair[1]["tool_call_id"],
                id.as_str(),
                "a call and its result still meet"
            );
            id
        });
        pairs.collect::<Vec<_>>()
    };
    let told = ids(
        &MISTRAL,
        "mistral-large-latest",
        &[long, "a", "b", "", "D681PevKs"],
    )
    .await;
    let is_taken =
        |id: &String| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(told.iter().all(is_taken), "{told:?}");
    assert_eq!(told[4], "D681PevKs", "its own stay");
    let mut different = told.clone();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), told.len());
    assert_eq!(
        ids(&MISTRAL, "m", &[long]).await,
        told[..1],
        "the same in every request"
    );
    // Where somebody stands between, the model decides.
    assert_eq!(
        ids(&OPENROUTER, "mistralai/mistral-small", &[long]).await,
        told[..1]
    );
    assert_eq!(ids(&OPENROUTER, "openai/gpt-4o", &[long]).await, [long]);
    assert_eq!(ids(&OPENAI, "gpt-4o", &[long]).await, [long]);
    assert_eq!(CallIds::ByModel.spelt("x", "devstral-2").len(), 9);
    assert_eq!(CallIds::Any.spelt("x", "devstral-2"), "x");
}

#[tokio::test]
async fn quirk_31_mistral_is_told_nothing_that_it_does_not_know() {
    let parameters = Parameters::new().with_seed(7).with_max_tokens(5);
    let request = Request::new(Message::user("hi").with_name("ann"))
        .with_user("u1")
        .with_delivery(Delivery::Incremental)
        .with_parameters(parameters);
    let body = sent(&MISTRAL, request).await;
    let expected = json!({"model": "model-1", "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 5, "random_seed": 7, "stream": true});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn quirk_34_no_content_is_a_list_of_nothing() {
    let request = Request::new(vec![
        Message::new(Role::User, []),
        called("a"),
        answered("a"),
        Message::new(Role::User, []),
    ]);
    let body = sent(&XAI, request).await;
    for message in body["messages"].as_array().unwrap() {
        assert_ne!(message["content"], json!([]), "{message}");
    }
    assert_eq!(body["messages"][0]["content"], "");
}

#[tokio::test]
async fn quirk_35_what_cannot_be_sent_is_repaired_before_it_is() {
    let request = Request::new(vec![
        answered("x"),
        Message::user("hi"),
        called("a"),
        Message::user("well?"),
    ]);
    let body = sent(&OPENAI, request).await;
    assert_eq!(roles(&body), ["user", "assistant", "tool", "user"]);
    let result = &body["messages"][2];
    assert_eq!(result["tool_call_id"], "a");
    assert!(
        result["content"]
            .as_str()
            .unwrap()
            .starts_with("Error: no result")
    );
}

#[tokio::test]
async fn quirk_35_the_same_request_is_the_same_bytes_with_what_stays_first() {
    let schema = json!({"type": "object", "properties": {"z": {}, "a": {}}, "required": ["z"]});
    let request = |last: &str| {
        Request::new(vec![
            Message::system("be brief"),
            Message::user("hi"),
            Message::user(last),
        ])
        .with_tools([
            ToolSpec::new("g", schema.clone()),
            ToolSpec::new("f", schema.clone()),
        ])
        .with_output(OutputFormat::Json)
    };
    let bytes = async |last: &str| {
        let transport = MemoryTransport::new().with_response(200, &[], ANSWER);
        let model = builder(&OPENAI, "m", &transport).build().unwrap();
        model.complete(request(last)).await.unwrap();
        String::from_utf8(transport.requests()[0].body().to_vec()).unwrap()
    };
    let [one, again, other] = [bytes("one").await, bytes("one").await, bytes("other").await];
    assert_eq!(one, again);
    let same = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    assert!(
        one[..same].ends_with(r#"{"role":"user","content":"o"#),
        "{}",
        &one[..same]
    );
    assert!(
        one.contains(r#""properties":{"z":{},"a":{}}"#),
        "keys stay in their order"
    );
    assert!(
        one.find(r#""name":"g""#) < one.find(r#""name":"f""#),
        "and so do tools"
    );
}

#[tokio::test]
async fn quirk_16_thoughts_of_another_provider_go_to_no_other() {
    let mut foreign = Reasoning::new("hm");
    foreign.opaque = Some(Opaque::new("anthropic", json!({"signature": "s"})));
    let message = Message::assistant("42").with_part(Part::Reasoning(foreign));
    let body = sent(&DEEPSEEK, Request::new(vec![Message::user("hi"), message])).await;
    assert_eq!(
        body["messages"][1],
        json!({"role": "assistant", "content": "42"})
    );
}
