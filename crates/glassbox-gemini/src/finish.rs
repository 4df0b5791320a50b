//! Why a model stopped, in Google's words.

use glassbox_core::FinishKind;

/// What a word means. `called` says whether the answer holds tool calls, for which Google has no word.
pub(crate) fn kind(raw: &str, called: bool) -> FinishKind {
    match raw {
        // The numbers are those of Vertex AI's enum; beyond these the two APIs number differently.
        "STOP" | "1" if called => FinishKind::ToolCall,
        "STOP" | "1" => FinishKind::Stop,
        "MAX_TOKENS" | "2" => FinishKind::Length,
        "SAFETY"
        | "3"
        | "RECITATION"
        | "4"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishKind::ContentFilter,
        "MALFORMED_FUNCTION_CALL"
        | "MALFORMED_RESPONSE"
        | "MISSING_THOUGHT_SIGNATURE"
        | "TOO_MANY_TOOL_CALLS"
        | "UNEXPECTED_TOOL_CALL" => FinishKind::Error,
        _ => FinishKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quirk_27_stop_with_calls_waits_for_their_results() {
        assert_eq!(kind("STOP", true), FinishKind::ToolCall);
        assert_eq!(kind("STOP", false), FinishKind::Stop);
        // What is cut or blocked stays that.
        assert_eq!(kind("MAX_TOKENS", true), FinishKind::Length);
    }

    #[test]
    fn words_and_numbers_are_understood() {
        for (kind, words) in [
            (FinishKind::Stop, &["STOP", "1"][..]),
            (FinishKind::Length, &["MAX_TOKENS", "2"]),
            (
                FinishKind::ContentFilter,
                &["SAFETY", "3", "RECITATION", "4", "SPII", "IMAGE_SAFETY"],
            ),
            (
                FinishKind::Error,
                &["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"],
            ),
            (
                FinishKind::Other,
                &["OTHER", "LANGUAGE", "NO_IMAGE", "A_NEW_ONE", "17"],
            ),
        ] {
            for word in words {
                assert_eq!(super::kind(word, false), kind, "{word}");
            }
        }
    }
}
