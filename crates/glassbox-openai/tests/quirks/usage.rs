//! Where the usage stands, and what is asked for to get it.

use glassbox_core::{Parameters, Usage};
use glassbox_openai::{
    COMPATIBLE, DEEPSEEK, DIALECTS, GROQ, MISTRAL, MOONSHOT, OPENAI, OPENROUTER, PERPLEXITY,
};

use super::*;

#[tokio::test]
async fn quirk_01_the_limit_is_named_after_the_model_and_the_host() {
    let request = || Request::new("hi").with_parameters(Parameters::new().with_max_tokens(5));
    let field = async |dialect, model| {
        let body = sent_to(dialect, model, request()).await;
        let fields = ["max_tokens", "max_completion_tokens"];
        let set: Vec<_> = fields
            .into_iter()
            .filter(|field| body[*field] == 5)
            .collect();
        set.concat()
    };
    for model in [
        "o1",
        "o3-mini",
        "o4-mini",
        "gpt-5",
        "gpt-5.2-pro",
        "gpt-6-mini",
    ] {
        assert_eq!(
            field(&OPENAI, model).await,
            "max_completion_tokens",
            "{model}"
        );
        assert_eq!(
            field(&COMPATIBLE, model).await,
            "max_completion_tokens",
            "{model}"
        );
        assert_eq!(field(&MISTRAL, model).await, "max_tokens", "{model}");
    }
    for model in [
        "gpt-4o",
        "gpt-4.1-mini",
        "gpt-3.5-turbo",
        "gpt-oss-20b",
        "llama-3",
    ] {
        assert_eq!(field(&OPENAI, model).await, "max_tokens", "{model}");
        assert_eq!(field(&DEEPSEEK, model).await, "max_tokens", "{model}");
        assert_eq!(
            field(&GROQ, model).await,
            "max_completion_tokens",
            "{model}"
        );
    }
}

#[tokio::test]
async fn quirk_02_usage_is_asked_for_where_it_must_be_and_nowhere_else() {
    for dialect in DIALECTS {
        let request = |delivery| Request::new("hi").with_delivery(delivery);
        let body = sent(dialect, request(Delivery::Incremental)).await;
        let unasked = [MISTRAL.name, PERPLEXITY.name].contains(&dialect.name);
        let expected = if unasked {
            Value::Null
        } else {
            json!({"include_usage": true})
        };
        assert_eq!(body["stream_options"], expected, "{}", dialect.name);
        // It is refused where nothing is streamed.
        let body = sent(dialect, request(Delivery::Whole)).await;
        assert_eq!(body.get("stream_options"), None, "{}", dialect.name);
    }
}

fn counts(usage: &Usage) -> (Option<u64>, Option<u64>) {
    (usage.input_tokens, usage.output_tokens)
}

#[tokio::test]
async fn quirk_03_usage_is_found_wherever_it_stands_and_the_last_that_says_something_counts() {
    let text = delta(&json!({"content": "x"}));
    let usage = json!({"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9});
    let with = |mut chunk: Value, path: &str, usage: &Value| {
        *chunk.pointer_mut(path).unwrap() = usage.clone();
        chunk
    };
    let tail = json!({"id": "c1", "choices": [], "usage": usage});
    let mut end = finish("stop");
    end["usage"] = Value::Null;
    let zeros = json!({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0});
    let growing = json!({"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8});
    let mut begun = text.clone();
    begun["usage"] = zeros.clone();
    let mut goes_on = text.clone();
    goes_on["usage"] = growing;
    let mut groq = finish("stop");
    groq["x_groq"] = json!({"id": "req_1", "usage": usage});
    let mut moonshot = finish("stop");
    moonshot["choices"][0]["usage"] = usage.clone();
    for (dialect, chunks) in [
        // Behind the end, without a choice.
        (&OPENAI, vec![text.clone(), finish("stop"), tail.clone()]),
        // With the end.
        (
            &OPENROUTER,
            vec![text.clone(), with(end.clone(), "/usage", &usage)],
        ),
        // With every chunk, zeros first, and zeros or nothing last.
        (
            &COMPATIBLE,
            vec![
                begun.clone(),
                goes_on.clone(),
                with(end.clone(), "/usage", &usage),
            ],
        ),
        (
            &COMPATIBLE,
            vec![
                begun,
                goes_on,
                with(end.clone(), "/usage", &usage),
                json!({"choices": [], "usage": zeros}),
            ],
        ),
        (
            &COMPATIBLE,
            vec![
                text.clone(),
                with(end, "/usage", &usage),
                json!({"choices": [], "usage": {}}),
            ],
        ),
        // In corners of their own.
        (&GROQ, vec![text.clone(), groq]),
        (&MOONSHOT, vec![text, moonshot]),
    ] {
        let response = streamed(dialect, &chunks).await;
        assert_eq!(
            counts(&response.usage),
            (Some(7), Some(2)),
            "{}: {chunks:?}",
            dialect.name
        );
    }
}

#[tokio::test]
async fn quirk_04_nothing_in_the_place_of_something_is_nothing() {
    for nothing in [
        json!({}),
        Value::Null,
        json!([]),
        json!({"prompt_tokens": null, "completion_tokens": "?"}),
    ] {
        let response = streamed(
            &COMPATIBLE,
            &[
                json!({"id": null, "model": null, "service_tier": "tier-of-tomorrow", "usage": nothing,
                    "choices": [{"index": 0, "delta": {"role": null, "content": "x", "tool_calls": null}, "finish_reason": ""}]}),
                json!({"choices": [{"delta": {"content": null}, "finish_reason": "stop", "logprobs": null}], "usage": nothing}),
            ],
        )
        .await;
        assert_eq!(response.text(), "x");
        assert_eq!(
            counts(&response.usage),
            (None, None),
            "not known is not zero: {nothing}"
        );
        assert_eq!(
            response.meta.service_tier.as_deref(),
            Some("tier-of-tomorrow")
        );
        let reason = response.finish_reason().unwrap();
        assert_eq!(
            reason.raw.as_deref(),
            Some("stop"),
            "an empty reason is none"
        );
    }
    // Whole, with the least that there can be.
    let (response, error) = received(
        &COMPATIBLE,
        whole(&json!({"choices": [{"message": {"content": "x"}}]})),
    )
    .await;
    assert!(error.is_none());
    assert_eq!(
        (response.text(), response.id(), response.model()),
        ("x".into(), None, None)
    );
}
