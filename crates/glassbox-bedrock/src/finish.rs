//! Why a model stopped, in the words of Bedrock.

use glassbox_core::FinishKind;

/// What a word means.
pub(crate) fn kind(raw: &str) -> FinishKind {
    match raw {
        "end_turn" | "stop_sequence" => FinishKind::Stop,
        "tool_use" => FinishKind::ToolCall,
        "max_tokens" | "model_context_window_exceeded" => FinishKind::Length,
        // `refusal` and `pause_turn` are Anthropic's, which Bedrock passes on.
        "guardrail_intervened" | "content_filtered" | "refusal" => FinishKind::ContentFilter,
        "pause_turn" => FinishKind::Pause,
        // What the model wrote could not be read, so the answer is not what it meant.
        "malformed_model_output" | "malformed_tool_use" => FinishKind::Error,
        _ => FinishKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_api_is_understood() {
        for (word, kind) in [
            ("end_turn", FinishKind::Stop),
            ("stop_sequence", FinishKind::Stop),
            ("tool_use", FinishKind::ToolCall),
            ("max_tokens", FinishKind::Length),
            ("model_context_window_exceeded", FinishKind::Length),
            ("guardrail_intervened", FinishKind::ContentFilter),
            ("content_filtered", FinishKind::ContentFilter),
            ("malformed_model_output", FinishKind::Error),
            ("malformed_tool_use", FinishKind::Error),
            ("because", FinishKind::Other),
            ("", FinishKind::Other),
        ] {
            assert_eq!(super::kind(word), kind, "{word}");
        }
    }
}
