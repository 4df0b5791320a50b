use serde::{Deserialize, Serialize};

use crate::{Cost, CostSource};

/// What a call consumed, as the provider reported it. `None` means that it did not say; zero means that it said
/// zero.
///
/// Every adapter brings its provider's arithmetic into one meaning, that of the GenAI conventions:
/// `input_tokens` *includes* cached tokens (read and written), `output_tokens` *includes* reasoning. The other
/// counts are parts of these two, never additions to them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of the answer, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Part of the input that came from the provider's prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read_input_tokens: Option<u64>,
    /// Part of the input that was written to the provider's prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_input_tokens: Option<u64>,
    /// Part of the output that was reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_output_tokens: Option<u64>,
    /// The text part of the counts.
    #[serde(skip_serializing_if = "ModalityUsage::is_empty")]
    pub text: ModalityUsage,
    /// The image part of the counts.
    #[serde(skip_serializing_if = "ModalityUsage::is_empty")]
    pub image: ModalityUsage,
    /// The audio part of the counts.
    #[serde(skip_serializing_if = "ModalityUsage::is_empty")]
    pub audio: ModalityUsage,
    /// What is paid for, where a provider says that it is less than what was read and written: Cohere does not bill its
    /// own instructions.
    #[serde(skip_serializing_if = "BilledUsage::is_empty")]
    pub billed: BilledUsage,
    /// What the call cost: as the provider says, which few do (OpenRouter, Perplexity, xAI), or as a list of prices
    /// gives it. `None` where nobody knows, which is not zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    /// What the answer had consumed when it was made, where it came from a cache of one's own: the call itself consumed
    /// nothing, and everything else here is zero. `None` where a model answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<Box<Self>>,
}

/// The tokens of a [`Usage`] that are paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct BilledUsage {
    /// Of [`Usage::input_tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Of [`Usage::output_tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
}

impl BilledUsage {
    /// Whether nothing is known: then all is paid for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The part of a [`Usage`] that is of one modality.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ModalityUsage {
    /// Part of [`Usage::input_tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Part of [`Usage::output_tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Part of [`Usage::cache_read_input_tokens`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read_input_tokens: Option<u64>,
}

impl ModalityUsage {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn combine(&mut self, other: &Self, with: Combine) {
        with.count(&mut self.input_tokens, other.input_tokens);
        with.count(&mut self.output_tokens, other.output_tokens);
        with.count(
            &mut self.cache_read_input_tokens,
            other.cache_read_input_tokens,
        );
    }
}

impl Usage {
    /// Input and output known, the rest not.
    #[must_use]
    pub fn new(input_tokens: u64, output_tokens: u64) -> Self {
        Self {
            input_tokens: Some(input_tokens),
            output_tokens: Some(output_tokens),
            ..Self::default()
        }
    }

    /// The usage of a call that was answered from a cache: nothing, and that is known.
    #[must_use]
    pub fn cached(saved: Self) -> Self {
        let mut cost = Cost::new(0.0, CostSource::Cache);
        // What has no such part, as embeddings have no output, has no cost of it either.
        cost.input = saved.input_tokens.map(|_| 0.0);
        cost.output = saved.output_tokens.map(|_| 0.0);
        Self {
            cost: Some(cost),
            saved: Some(Box::new(saved)),
            ..Self::new(0, 0)
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Input and output together. `None` where neither is known.
    #[must_use]
    pub fn total_tokens(&self) -> Option<u64> {
        sum(self.input_tokens, self.output_tokens)
    }

    /// Takes over what `later` knows: usage in a stream is a running total, not an increment.
    pub fn update(&mut self, later: &Self) {
        self.combine(later, Combine::Replace);
        let (billed, later_billed) = (&mut self.billed, &later.billed);
        Combine::Replace.count(&mut billed.input_tokens, later_billed.input_tokens);
        Combine::Replace.count(&mut billed.output_tokens, later_billed.output_tokens);
        self.cost = later.cost.or(self.cost);
        if later.saved.is_some() {
            self.saved.clone_from(&later.saved);
        }
    }

    /// Adds the usage of another call. Unknown plus known is known, so a sum is a lower bound as soon as one call
    /// said nothing; a cost says so of itself ([`Cost::partial`]).
    pub fn add(&mut self, other: &Self) {
        let neutral = self.is_empty() || other.is_empty();
        let cost = match (self.cost, other.cost) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (Some(mut known), None) | (None, Some(mut known)) => {
                known.partial |= !neutral;
                Some(known)
            }
            (None, None) => None,
        };
        let billed = self.billed_with(other);
        self.combine(other, Combine::Add);
        self.billed = billed;
        self.cost = cost;
        if let Some(saved) = &other.saved {
            self.saved.get_or_insert_default().add(saved);
        }
    }

    /// What is paid for of both: of a call that says nothing, all.
    fn billed_with(&self, other: &Self) -> BilledUsage {
        let says_nothing = self.billed.is_empty() && other.billed.is_empty();
        if says_nothing {
            return BilledUsage::default();
        }
        let input = |usage: &Self| usage.billed.input_tokens.or(usage.input_tokens);
        let output = |usage: &Self| usage.billed.output_tokens.or(usage.output_tokens);
        BilledUsage {
            input_tokens: sum(input(self), input(other)),
            output_tokens: sum(output(self), output(other)),
        }
    }

    fn combine(&mut self, other: &Self, with: Combine) {
        with.count(&mut self.input_tokens, other.input_tokens);
        with.count(&mut self.output_tokens, other.output_tokens);
        with.count(
            &mut self.cache_read_input_tokens,
            other.cache_read_input_tokens,
        );
        with.count(
            &mut self.cache_write_input_tokens,
            other.cache_write_input_tokens,
        );
        with.count(
            &mut self.reasoning_output_tokens,
            other.reasoning_output_tokens,
        );
        self.text.combine(&other.text, with);
        self.image.combine(&other.image, with);
        self.audio.combine(&other.audio, with);
    }
}

#[derive(Clone, Copy)]
enum Combine {
    Add,
    Replace,
}

impl Combine {
    fn count(self, into: &mut Option<u64>, from: Option<u64>) {
        match self {
            Self::Add => *into = sum(*into, from),
            Self::Replace => *into = from.or(*into),
        }
    }
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}
