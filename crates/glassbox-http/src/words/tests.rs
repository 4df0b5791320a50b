use super::*;

#[test]
fn codes_are_found_in_any_case() {
    assert_eq!(kind_of_code("context_length_exceeded"), Some(ContextLength));
    assert_eq!(kind_of_code("RESOURCE_EXHAUSTED"), Some(RateLimited));
    assert_eq!(
        kind_of_code("ResponsibleAIPolicyViolation"),
        Some(ContentFilter)
    );
    assert_eq!(kind_of_code("DeploymentNotFound"), Some(NotFound));
    assert_eq!(kind_of_code("something_new"), None);
}

#[test]
fn the_tables_can_match() {
    for (_, codes) in CODES {
        for code in *codes {
            assert_eq!(*code, code.to_ascii_lowercase());
        }
        assert!(codes.is_sorted(), "{codes:?}");
    }
    let mut all: Vec<_> = CODES.iter().flat_map(|(_, codes)| *codes).collect();
    all.sort();
    all.dedup();
    assert_eq!(
        all.len(),
        CODES.iter().map(|(_, codes)| codes.len()).sum::<usize>()
    );
    for phrase in [TOO_LONG, FILTERED, NO_CREDIT, WRONG_KEY].concat() {
        assert_eq!(phrase, phrase.to_lowercase());
    }
}

/// What is said of a request that is too long, provider by provider, with other numbers than theirs.
#[test]
fn quirk_14_a_request_that_is_too_long_is_known_by_its_sentence() {
    for message in [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "Input is too long for requested model.",
        "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
        "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).",
        "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it",
        "prompt too long; exceeded max context length by 12 tokens (ref: 1)",
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        "too many tokens: total number of tokens in the prompt cannot exceed 4081",
        "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000",
        "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000",
        "Invalid request: Your request exceeded model token limit: 8192",
        "Range of input length should be [1, 30720]",
        "Prompt exceeds max length",
        "invalid params, context window exceeds limit (2013)",
        "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192.",
        "Request body too large for gpt-4o model. Max size: 8000 tokens.",
        "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 9000",
        "Try to load the model with a larger context length, or provide a shorter input",
        "The number of tokens to keep from the initial prompt is greater than the context length",
    ] {
        assert_eq!(kind_of_message(message), Some(ContextLength), "{message}");
    }
}

#[test]
fn what_sounds_alike_is_not_mistaken() {
    for message in [
        // Bedrock says this of its rate.
        "Too many tokens, please wait before trying again.",
        "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.",
        "Quota exceeded for metric: generate_content_paid_tier_input_token_count, limit: 1000000",
        "max_tokens is too large: 100000. This model supports at most 4096 completion tokens.",
        "You exceeded your current quota, please check your plan and billing details.",
        "Invalid value for 'content': expected a string, got null.",
        "",
    ] {
        assert_eq!(kind_of_message(message), None, "{message}");
    }
}

#[test]
fn other_sentences_are_known_too() {
    assert_eq!(
        kind_of_message(
            "The response was filtered due to the prompt triggering Azure Content management policy."
        ),
        Some(ContentFilter)
    );
    assert_eq!(
        kind_of_message("Your credit balance is too low to access the API."),
        Some(QuotaExhausted)
    );
    assert_eq!(
        kind_of_message("API key not valid. Please pass a valid API key."),
        Some(Unauthenticated)
    );
    assert_eq!(
        kind_of_message("Insufficient Balance"),
        Some(QuotaExhausted)
    );
}

#[test]
fn only_the_start_of_a_long_message_is_looked_at() {
    let quoted = format!("{} maximum context length", "x".repeat(5_000));
    assert_eq!(kind_of_message(&quoted), None);
}
