use serde::{Deserialize, Serialize};

/// What a call cost, in US dollars.
///
/// The parts are parts of [`total`](Cost::total), never additions to it. What is not known apart is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cost {
    /// Altogether.
    pub total: f64,
    /// For the input, cached tokens included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// For the output, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// Part of [`input`](Cost::input): what came from the provider's prompt cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read_input: Option<f64>,
    /// Part of [`input`](Cost::input): what was written to the provider's prompt cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write_input: Option<f64>,
    /// Part of [`output`](Cost::output): reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_output: Option<f64>,
    /// Who says so.
    #[serde(default)]
    pub source: CostSource,
    /// Whether some call of a sum had no known cost, so that this is a lower bound.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

impl Cost {
    /// A cost of `total` US dollars, of which no more is known.
    #[must_use]
    pub fn new(total: f64, source: CostSource) -> Self {
        Self {
            total,
            source,
            ..Self::default()
        }
    }

    /// The sum with the cost of another call. A part stays known only where both know it.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        fn both(a: Option<f64>, b: Option<f64>) -> Option<f64> {
            Some(a? + b?)
        }
        Self {
            total: self.total + other.total,
            input: both(self.input, other.input),
            output: both(self.output, other.output),
            cache_read_input: both(self.cache_read_input, other.cache_read_input),
            cache_write_input: both(self.cache_write_input, other.cache_write_input),
            reasoning_output: both(self.reasoning_output, other.reasoning_output),
            // One figure that we worked out makes the sum one.
            source: match (self.source, other.source) {
                // What cost nothing says nothing of the rest.
                (CostSource::Cache, source) | (source, CostSource::Cache) => source,
                (a, b) if a == b => a,
                _ => CostSource::PriceList,
            },
            partial: self.partial || other.partial,
        }
    }
}

/// Who says what a call cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostSource {
    /// Nobody was asked: the answer came from a cache of one's own, and cost nothing.
    Cache,
    /// A list of prices and what the call consumed.
    #[default]
    PriceList,
    /// The provider, in its response.
    Provider,
}

impl CostSource {
    /// The source in `snake_case`, for telemetry and for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::PriceList => "price_list",
            Self::Provider => "provider",
        }
    }
}
