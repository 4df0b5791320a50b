use super::*;

fn usage(json: &str) -> Usage {
    read(&serde_json::from_str(json).unwrap())
}

#[test]
fn quirk_29_thoughts_are_outside_the_candidates_and_tool_use_outside_the_prompt() {
    let usage = usage(
        r#"{"promptTokenCount": 15, "candidatesTokenCount": 37, "thoughtsTokenCount": 742,
            "toolUsePromptTokenCount": 770, "cachedContentTokenCount": 10, "totalTokenCount": 1564}"#,
    );
    assert_eq!(usage.input_tokens, Some(785));
    assert_eq!(usage.output_tokens, Some(779));
    assert_eq!(usage.reasoning_output_tokens, Some(742));
    assert_eq!(usage.cache_read_input_tokens, Some(10));
    assert_eq!(usage.total_tokens(), Some(1564));
}

#[test]
fn quirk_29_output_that_is_not_counted_is_what_is_left_of_the_total() {
    assert_eq!(
        usage(r#"{"promptTokenCount": 14, "totalTokenCount": 14}"#),
        Usage::new(14, 0)
    );
    let nothing_said = usage(r#"{"promptTokenCount": 14}"#);
    assert_eq!(nothing_said.output_tokens, None);
    // A total that is less than its parts says nothing.
    let odd = usage(r#"{"promptTokenCount": 14, "totalTokenCount": 3}"#);
    assert_eq!(odd.output_tokens, None);
}

#[test]
fn modalities_are_counted_by_word_and_by_number() {
    let by_word = usage(
        r#"{"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}, {"modality": "AUDIO", "tokenCount": 150}],
            "toolUsePromptTokensDetails": [{"modality": "TEXT", "tokenCount": 1}],
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}, {"modality": "VIDEO", "tokenCount": 2}],
            "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": 4}]}"#,
    );
    assert_eq!(by_word.text.input_tokens, Some(10));
    assert_eq!(by_word.audio.input_tokens, Some(150));
    assert_eq!(by_word.image.output_tokens, Some(1290));
    assert_eq!(by_word.text.cache_read_input_tokens, Some(4));
    let by_number = usage(r#"{"promptTokensDetails": [{"modality": 1, "tokenCount": 9.0}]}"#);
    assert_eq!(by_number.text.input_tokens, Some(9));
}

#[test]
fn what_is_odd_counts_as_absent() {
    for odd in [
        "{}",
        r#"{"promptTokenCount": null, "trafficType": "ON_DEMAND"}"#,
        r#"{"promptTokenCount": "7", "promptTokensDetails": {"modality": "TEXT"}}"#,
        r#"{"promptTokenCount": -7, "promptTokensDetails": [1, null]}"#,
    ] {
        assert!(usage(odd).is_empty(), "{odd}");
    }
}
