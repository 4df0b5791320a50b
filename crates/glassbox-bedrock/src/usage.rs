//! What a call consumed, in the one meaning of [`glassbox_core::Usage`].

use serde::Deserialize;

use glassbox_http::lenient::Count;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Usage {
    input_tokens: Count,
    output_tokens: Count,
    total_tokens: Count,
    cache_read_input_tokens: Count,
    cache_write_input_tokens: Count,
}

impl Usage {
    /// The same with the cached tokens inside the input.
    pub(crate) fn read(&self) -> glassbox_core::Usage {
        let cached = [self.cache_read_input_tokens, self.cache_write_input_tokens]
            .iter()
            .filter_map(|count| count.0)
            .fold(0, u64::saturating_add);
        let mut usage = glassbox_core::Usage::default();
        usage.output_tokens = self.output_tokens.0;
        usage.cache_read_input_tokens = self.cache_read_input_tokens.0;
        usage.cache_write_input_tokens = self.cache_write_input_tokens.0;
        usage.input_tokens = self.input_tokens.0.map(|input| {
            // Bedrock counts cached tokens beside the input. Its own total says where a model does not.
            let parts = input.saturating_add(self.output_tokens.0.unwrap_or(0));
            let inside = self.total_tokens.0 == Some(parts) && cached <= input;
            if inside {
                input
            } else {
                input.saturating_add(cached)
            }
        });
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> glassbox_core::Usage {
        serde_json::from_str::<Usage>(json).expect("valid").read()
    }

    #[test]
    fn cached_tokens_are_inside_the_input() {
        let beside = read(
            r#"{"inputTokens":2,"outputTokens":5,"totalTokens":1329,
                "cacheReadInputTokens":1300,"cacheWriteInputTokens":22}"#,
        );
        assert_eq!(beside.input_tokens, Some(1_324));
        assert_eq!(beside.total_tokens(), Some(1_329));
        assert_eq!(beside.cache_read_input_tokens, Some(1_300));
        assert_eq!(beside.cache_write_input_tokens, Some(22));
        let inside = read(
            r#"{"inputTokens":100,"outputTokens":5,"totalTokens":105,"cacheReadInputTokens":80}"#,
        );
        assert_eq!(inside.input_tokens, Some(100));
        let without_total = read(r#"{"inputTokens":100,"cacheReadInputTokens":80}"#);
        assert_eq!(without_total.input_tokens, Some(180));
    }

    #[test]
    fn what_is_not_said_is_not_known_and_nothing_overflows() {
        assert!(read("{}").is_empty());
        assert!(read(r#"{"inputTokens":null,"outputTokens":"many"}"#).is_empty());
        let huge = read(
            r#"{"inputTokens":18446744073709551615,"cacheReadInputTokens":18446744073709551615}"#,
        );
        assert_eq!(huge.input_tokens, Some(u64::MAX));
    }
}
