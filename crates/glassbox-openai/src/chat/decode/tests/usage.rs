use super::*;
use glassbox_core::CostSource;

#[test]
fn usage_stands_in_many_places_and_the_last_counts() {
    let groq = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":1}}}"#,
    ]);
    assert_eq!(groq.usage.input_tokens, Some(5));
    let moonshot = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop","usage":{"prompt_tokens":6,"completion_tokens":1,"cached_tokens":2}}]}"#,
    ]);
    assert_eq!(moonshot.usage.input_tokens, Some(6));
    assert_eq!(moonshot.usage.cache_read_input_tokens, Some(2));
    let growing = streamed(&[
        r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"#,
        r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":7,"completion_tokens":1}}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
    ]);
    assert_eq!(growing.usage.total_tokens(), Some(9));
}

#[test]
fn usage_is_brought_into_the_meaning_of_the_conventions() {
    let usage = |usage: Value| {
        whole(&json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": usage})).usage
    };
    let xai = usage(json!({
        "prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 241,
        "completion_tokens_details": {"reasoning_tokens": 228}, "cost_in_usd_ticks": 1_000_000_000,
    }));
    assert_eq!(
        (xai.output_tokens, xai.reasoning_output_tokens),
        (Some(229), Some(228))
    );
    assert!((xai.cost.unwrap().total - 0.1).abs() < 1e-12);
    let voxtral = usage(json!({
        "prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 112,
        "prompt_tokens_details": {"audio_tokens": 100},
    }));
    assert_eq!(
        (voxtral.input_tokens, voxtral.audio.input_tokens),
        (Some(109), Some(100))
    );
    let openai = usage(json!({
        "prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42,
        "completion_tokens_details": {"reasoning_tokens": 28, "audio_tokens": 1},
    }));
    assert_eq!(
        (openai.output_tokens, openai.audio.output_tokens),
        (Some(30), Some(1))
    );
    let deepseek = usage(json!({"prompt_tokens": 12, "prompt_cache_hit_tokens": 8}));
    assert_eq!(deepseek.cache_read_input_tokens, Some(8));
    let openrouter =
        usage(json!({"cost": 0.25, "prompt_tokens_details": {"cache_write_tokens": 6}}));
    assert_eq!(
        (
            openrouter.cost.map(|cost| cost.total),
            openrouter.cache_write_input_tokens
        ),
        (Some(0.25), Some(6))
    );
    let perplexity = usage(json!({"cost": {"request_cost": 1, "total_cost": 2}}));
    let cost = perplexity.cost.unwrap();
    assert_eq!((cost.total, cost.source), (2.0, CostSource::Provider));
    let hostile = usage(json!({
        "prompt_tokens": u64::MAX, "completion_tokens": u64::MAX, "total_tokens": u64::MAX,
        "completion_tokens_details": {"reasoning_tokens": u64::MAX},
    }));
    assert_eq!(hostile.output_tokens, Some(u64::MAX));
}
