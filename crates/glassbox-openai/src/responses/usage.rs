//! What a call consumed, in the words of Responses.

use serde::Deserialize;

use crate::chat::usage::{Cost, Details, Usage as ChatUsage};
use glassbox_http::lenient::{Count, Maybe};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Usage {
    input_tokens: Count,
    output_tokens: Count,
    total_tokens: Count,
    input_tokens_details: Maybe<Details>,
    output_tokens_details: Maybe<Details>,
    /// OpenRouter: US dollars.
    cost: Cost,
    /// xAI: 10,000,000,000 ticks are a US dollar.
    cost_in_usd_ticks: Count,
}

impl Usage {
    /// The same in the meaning of the conventions: cached tokens inside the input, reasoning inside the output.
    pub(super) fn read(self) -> glassbox_core::Usage {
        let mut usage = ChatUsage::default();
        usage.prompt_tokens = self.input_tokens;
        usage.completion_tokens = self.output_tokens;
        usage.total_tokens = self.total_tokens;
        usage.prompt_tokens_details = self.input_tokens_details;
        usage.completion_tokens_details = self.output_tokens_details;
        usage.cost = self.cost;
        usage.cost_in_usd_ticks = self.cost_in_usd_ticks;
        usage.read()
    }
}
