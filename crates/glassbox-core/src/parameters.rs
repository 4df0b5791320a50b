use serde::{Deserialize, Serialize};

/// How the model is to answer. Everything is optional: what is `None` is not sent, and the provider's default holds.
///
/// An adapter refuses, before anything is sent, what its provider cannot honour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Parameters {
    /// How random the choice of tokens is; 0 is the least.
    pub temperature: Option<f64>,
    /// Choose among the most likely tokens that together have this probability, from 0 to 1.
    pub top_p: Option<f64>,
    /// Choose among this many of the most likely tokens.
    pub top_k: Option<u32>,
    /// At most this many tokens of output, reasoning included.
    pub max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub stop_sequences: Vec<String>,
    /// Asks for the same answer to the same request, as far as the provider can.
    pub seed: Option<i64>,
    /// Makes frequent tokens less likely; usually from -2 to 2.
    pub frequency_penalty: Option<f64>,
    /// Makes tokens less likely that occurred at all; usually from -2 to 2.
    pub presence_penalty: Option<f64>,
    /// How many answers to give.
    pub choice_count: Option<u32>,
    /// How hard to think, in the provider's words: `none`, `minimal`, `low`, `medium`, `high`, ...
    pub reasoning_effort: Option<String>,
    /// Whether several tools may be called in one turn.
    pub parallel_tool_calls: Option<bool>,
    /// The provider's processing tier: `auto`, `default`, `flex`, `priority`, ...
    pub service_tier: Option<String>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident($field:ident: $type:ty);)*) => {
        impl Parameters {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $setter(mut self, $field: $type) -> Self {
                    self.$field = Some($field);
                    self
                }
            )*
        }
    };
}

setters! {
    /// Sets [`temperature`](Self::temperature).
    with_temperature(temperature: f64);
    /// Sets [`top_p`](Self::top_p).
    with_top_p(top_p: f64);
    /// Sets [`top_k`](Self::top_k).
    with_top_k(top_k: u32);
    /// Sets [`max_tokens`](Self::max_tokens).
    with_max_tokens(max_tokens: u64);
    /// Sets [`seed`](Self::seed).
    with_seed(seed: i64);
    /// Sets [`frequency_penalty`](Self::frequency_penalty).
    with_frequency_penalty(frequency_penalty: f64);
    /// Sets [`presence_penalty`](Self::presence_penalty).
    with_presence_penalty(presence_penalty: f64);
    /// Sets [`choice_count`](Self::choice_count).
    with_choice_count(choice_count: u32);
    /// Sets [`parallel_tool_calls`](Self::parallel_tool_calls).
    with_parallel_tool_calls(parallel_tool_calls: bool);
}

impl Parameters {
    /// Nothing set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`reasoning_effort`](Self::reasoning_effort).
    #[must_use]
    pub fn with_reasoning_effort(mut self, effort: impl Into<String>) -> Self {
        self.reasoning_effort = Some(effort.into());
        self
    }

    /// Sets [`service_tier`](Self::service_tier).
    #[must_use]
    pub fn with_service_tier(mut self, tier: impl Into<String>) -> Self {
        self.service_tier = Some(tier.into());
        self
    }

    /// Adds a text that ends the answer.
    #[must_use]
    pub fn with_stop_sequence(mut self, text: impl Into<String>) -> Self {
        self.stop_sequences.push(text.into());
        self
    }
}
