/// What a model charges. All prices are in US dollars a token; `None` is a price that is not known, which is not zero.
///
/// ```
/// use glassbox_core::Usage;
/// use glassbox_price::{Rates, ServiceTier};
///
/// let rates = Rates::new(1.25e-6, 1e-5).with_cache_read_input(1.25e-7);
/// let cost = rates.cost(&Usage::new(1_000, 100), ServiceTier::Standard);
/// assert_eq!(cost.map(|cost| format!("{:.5}", cost.total)).as_deref(), Some("0.00225"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Rates {
    /// At the standard service tier, for an input of any size that no band is for.
    pub tokens: TokenRates,
    /// For larger inputs and for other service tiers.
    pub bands: Vec<Band>,
}

/// What a token costs, by its kind. A kind without a rate of its own is charged as the whole it is part of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TokenRates {
    /// A token of the input.
    pub input: Option<f64>,
    /// A token of the output.
    pub output: Option<f64>,
    /// A token of the input that came from the provider's prompt cache.
    pub cache_read_input: Option<f64>,
    /// A token of the input that was written to the provider's prompt cache, for as short as it keeps any.
    pub cache_write_input: Option<f64>,
    /// A token of the input that was written to the provider's prompt cache for an hour. A [`Usage`] does not tell it
    /// from the other writes, so [`Rates::cost`] makes no use of it.
    ///
    /// [`Usage`]: glassbox_core::Usage
    pub cache_write_1h_input: Option<f64>,
    /// A token of the output that was reasoning.
    pub reasoning_output: Option<f64>,
    /// A token of the input that was audio.
    pub audio_input: Option<f64>,
    /// A token of the input that was audio and came from the provider's prompt cache.
    pub cache_read_audio_input: Option<f64>,
    /// A token of the output that was audio.
    pub audio_output: Option<f64>,
}

/// The prices of one service tier for inputs above a size. They are for every token of such a call, those below the
/// size too, as Google ("Vertex AI pricing": over 200K input tokens, all tokens are charged at long context rates) and
/// OpenAI ("Pricing": more than 272K input tokens, the full request) have it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// The service tier.
    pub service: ServiceTier,
    /// Input tokens, cached ones included. Calls with more than this are in the band.
    pub above: u64,
    /// The prices.
    pub tokens: TokenRates,
}

/// The processing tiers that have prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ServiceTier {
    /// What one gets who asks for nothing.
    #[default]
    Standard,
    /// Between standard and flex, as some hosts sell it.
    Balanced,
    /// In the provider's own time, with the answers fetched later.
    Batch,
    /// Slower, or refused when there is much to do.
    Flex,
    /// Served first.
    Priority,
    /// Served faster than anything else.
    Ultrafast,
}

impl ServiceTier {
    pub(crate) const ALL: [Self; 6] = [
        Self::Standard,
        Self::Balanced,
        Self::Batch,
        Self::Flex,
        Self::Priority,
        Self::Ultrafast,
    ];

    /// The tier in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Balanced => "balanced",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
            Self::Ultrafast => "ultrafast",
        }
    }

    /// The tier that a provider means by `word`, whatever its case. `auto`, `default`, `on_demand` and `standard_only`
    /// are words for the standard one. `None` for a word that no price is known for, such as `provisioned`.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if ["auto", "default", "on_demand", "standard_only", ""]
            .into_iter()
            .any(is)
        {
            return Some(Self::Standard);
        }
        Self::ALL.into_iter().find(|tier| is(tier.as_str()))
    }
}

impl Rates {
    /// What a token of the input and one of the output cost, in US dollars.
    #[must_use]
    pub fn new(input: f64, output: f64) -> Self {
        Self {
            tokens: TokenRates::new(input, output),
            bands: Vec::new(),
        }
    }

    /// What a token of the input of an embedding model costs, in US dollars. It has no output.
    #[must_use]
    pub fn input_only(input: f64) -> Self {
        let tokens = TokenRates {
            input: Some(input),
            ..TokenRates::default()
        };
        Self {
            tokens,
            bands: Vec::new(),
        }
    }

    /// Sets what a token from the prompt cache costs at the standard tier.
    #[must_use]
    pub fn with_cache_read_input(mut self, rate: f64) -> Self {
        self.tokens.cache_read_input = Some(rate);
        self
    }

    /// Sets what a token written to the prompt cache costs at the standard tier.
    #[must_use]
    pub fn with_cache_write_input(mut self, rate: f64) -> Self {
        self.tokens.cache_write_input = Some(rate);
        self
    }

    /// Sets what a token of reasoning costs at the standard tier.
    #[must_use]
    pub fn with_reasoning_output(mut self, rate: f64) -> Self {
        self.tokens.reasoning_output = Some(rate);
        self
    }

    /// Adds the prices of larger inputs, or of another service tier.
    #[must_use]
    pub fn with_band(mut self, band: Band) -> Self {
        *self.entry(band.service, band.above) = band.tokens;
        self
    }

    /// The prices at a service tier for so many input tokens. `None` where the list does not have them: a flex call
    /// with a long input, say, of a model whose long inputs have a price at the standard tier alone.
    #[must_use]
    pub fn at(&self, service: ServiceTier, input_tokens: u64) -> Option<&TokenRates> {
        let above = self
            .bands
            .iter()
            .filter(|band| band.service == service || band.service == ServiceTier::Standard)
            .map(|band| band.above)
            .filter(|above| input_tokens > *above)
            .max()
            .unwrap_or(0);
        if service == ServiceTier::Standard && above == 0 {
            return Some(&self.tokens);
        }
        let band = self
            .bands
            .iter()
            .find(|band| band.service == service && band.above == above)?;
        Some(&band.tokens)
    }

    /// The prices of this tier and size, to be filled in.
    pub(crate) fn entry(&mut self, service: ServiceTier, above: u64) -> &mut TokenRates {
        if service == ServiceTier::Standard && above == 0 {
            return &mut self.tokens;
        }
        // In order, as long as nobody else puts bands in.
        let key = (service, above);
        let keys = || self.bands.iter().map(|band| (band.service, band.above));
        let at = match keys().position(|known| known == key) {
            Some(at) => at,
            None => {
                let at = keys().take_while(|known| *known < key).count();
                let band = Band::new(service, above, TokenRates::default());
                self.bands.insert(at, band);
                at
            }
        };
        &mut self.bands[at].tokens
    }
}

impl TokenRates {
    /// What a token of the input and one of the output cost, in US dollars.
    #[must_use]
    pub fn new(input: f64, output: f64) -> Self {
        Self {
            input: Some(input),
            output: Some(output),
            ..Self::default()
        }
    }
}

impl Band {
    /// The prices of this tier for inputs of more than `above` tokens. 0 is for every input.
    #[must_use]
    pub fn new(service: ServiceTier, above: u64, tokens: TokenRates) -> Self {
        Self {
            service,
            above,
            tokens,
        }
    }
}
