//! Why a model stopped, in the words of the hosts.

use std::borrow::Cow;

use glassbox_core::FinishKind;

/// What a word means.
pub(crate) fn kind(raw: &str) -> FinishKind {
    // Some hosts shout.
    let word = if raw.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(raw.to_ascii_lowercase())
    } else {
        Cow::Borrowed(raw)
    };
    match &*word {
        // Together and Hugging Face pass on their engines' words; Cohere's and Anthropic's come through gateways.
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" | "complete" | "completed" => {
            FinishKind::Stop
        }
        // `model_length` is Mistral's, `insufficient_system_resource` DeepSeek's: the answer is cut either way.
        "length"
        | "max_tokens"
        | "model_length"
        | "max_output_tokens"
        | "model_context_window_exceeded"
        | "insufficient_system_resource" => FinishKind::Length,
        "tool_calls" | "tool_call" | "tool_use" | "function_call" => FinishKind::ToolCall,
        // `sensitive` is Z.AI's, `safety` Gemini's.
        "content_filter" | "content_filtered" | "refusal" | "sensitive" | "safety" => {
            FinishKind::ContentFilter
        }
        "error" | "network_error" => FinishKind::Error,
        "pause_turn" => FinishKind::Pause,
        _ => FinishKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_many_hosts_are_understood() {
        for (kind, words) in [
            (
                FinishKind::Stop,
                &["stop", "STOP", "eos_token", "COMPLETE", "end_turn"][..],
            ),
            (
                FinishKind::Length,
                &["length", "max_tokens", "model_length", "MAX_TOKENS"],
            ),
            (
                FinishKind::ToolCall,
                &["tool_calls", "function_call", "tool_use"],
            ),
            (
                FinishKind::ContentFilter,
                &["content_filter", "sensitive", "refusal"],
            ),
            (FinishKind::Error, &["error", "network_error"]),
            (FinishKind::Pause, &["pause_turn"]),
            (FinishKind::Other, &["", "because", "stop "]),
        ] {
            for word in words {
                assert_eq!(super::kind(word), kind, "{word}");
            }
        }
    }
}
