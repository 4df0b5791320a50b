//! What a call consumed, in the spellings of the hosts, and in the one meaning of [`glassbox_core::Usage`].

use serde::Deserialize;
use serde::de::MapAccess;
use serde::de::value::MapAccessDeserializer;

use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, Maybe};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: Count,
    pub(crate) completion_tokens: Count,
    pub(crate) total_tokens: Count,
    pub(crate) prompt_tokens_details: Maybe<Details>,
    pub(crate) completion_tokens_details: Maybe<Details>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Count,
    /// Moonshot, Together.
    cached_tokens: Count,
    /// Mistral.
    num_cached_tokens: Count,
    /// Hosts that stand before Anthropic models.
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    /// Copilot, Perplexity.
    reasoning_tokens: Count,
    /// OpenRouter: US dollars. Perplexity: an object.
    pub(crate) cost: Cost,
    /// xAI: 10,000,000,000 ticks are a US dollar.
    pub(crate) cost_in_usd_ticks: Count,
}

/// The parts of either count. The fields of both are one set, because no name means two things.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    cached_tokens: Count,
    /// OpenRouter.
    cache_write_tokens: Count,
    /// DashScope, LiteLLM.
    cache_creation_input_tokens: Count,
    reasoning_tokens: Count,
    text_tokens: Count,
    image_tokens: Count,
    audio_tokens: Count,
}

/// US dollars: a number, or an object that holds one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost(pub(crate) Option<f64>);

impl<'de> Lenient<'de> for Cost {
    fn unsigned(number: u64) -> Self {
        Self(Some(number as f64))
    }

    fn float(number: f64) -> Self {
        Self(Some(number))
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Fields {
            total_cost: Cost,
            usd: Cost,
        }
        let fields = Fields::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Self(fields.total_cost.0.or(fields.usd.0)))
    }
}

lenient!(Cost);

/// xAI, "Cost tracking": what a tick is worth, in US dollars.
const TICK: f64 = 1e-10;

/// What the provider says a call cost.
pub(super) fn said(total: f64) -> glassbox_core::Cost {
    glassbox_core::Cost::new(total, glassbox_core::CostSource::Provider)
}

impl Usage {
    /// The same in the meaning of the conventions: cached tokens inside the input, reasoning inside the output.
    pub(crate) fn read(&self) -> glassbox_core::Usage {
        let nothing = Details::default();
        let prompt = self.prompt_tokens_details.0.as_ref().unwrap_or(&nothing);
        let completion = self
            .completion_tokens_details
            .0
            .as_ref()
            .unwrap_or(&nothing);
        let mut usage = glassbox_core::Usage::default();
        usage.input_tokens = self.prompt_tokens.0;
        usage.output_tokens = self.completion_tokens.0;
        usage.cache_read_input_tokens = (prompt.cached_tokens.0)
            .or(self.prompt_cache_hit_tokens.0)
            .or(self.cached_tokens.0)
            .or(self.num_cached_tokens.0)
            .or(self.cache_read_input_tokens.0);
        usage.cache_write_input_tokens = (prompt.cache_write_tokens.0)
            .or(prompt.cache_creation_input_tokens.0)
            .or(self.cache_creation_input_tokens.0);
        usage.reasoning_output_tokens = (completion.reasoning_tokens.0).or(self.reasoning_tokens.0);
        usage.text.input_tokens = prompt.text_tokens.0;
        usage.text.output_tokens = completion.text_tokens.0;
        usage.image.input_tokens = prompt.image_tokens.0;
        usage.image.output_tokens = completion.image_tokens.0;
        usage.audio.input_tokens = prompt.audio_tokens.0;
        usage.audio.output_tokens = completion.audio_tokens.0;
        let ticks = self.cost_in_usd_ticks.0.filter(|ticks| *ticks > 0);
        usage.cost = self
            .cost
            .0
            .or_else(|| ticks.map(|ticks| ticks as f64 * TICK))
            .map(said);
        self.include_what_stands_beside(&mut usage);
        usage
    }

    /// Some hosts count a part beside the whole: xAI its reasoning, Mistral the audio it was given. Their own total
    /// gives them away, and only it: where it is absent, the counts stay as they are.
    fn include_what_stands_beside(&self, usage: &mut glassbox_core::Usage) {
        let (Some(total), Some(input), Some(output)) = (
            self.total_tokens.0,
            usage.input_tokens.as_mut(),
            usage.output_tokens.as_mut(),
        ) else {
            return;
        };
        let beside = total.saturating_sub(input.saturating_add(*output));
        if beside == 0 {
            return;
        }
        if usage.reasoning_output_tokens == Some(beside) {
            *output += beside;
        } else if usage.audio.input_tokens == Some(beside) {
            *input += beside;
        }
    }
}
