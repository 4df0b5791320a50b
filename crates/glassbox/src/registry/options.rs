use glassbox_core::{Api, Secret};

/// The host, the key and the prices of a model, in place of those from the environment and of the defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The host's base URL, as the provider's own SDK takes it. Where it is set, a key is not required, and none is sent
    /// where there is none.
    pub base_url: Option<String>,
    /// The API key.
    pub api_key: Option<Secret>,
    /// Which of the provider's APIs to speak, where it has several. `None` is Chat Completions.
    pub api: Option<Api>,
    /// What models charge. `None` is the embedded list.
    #[cfg(feature = "prices")]
    pub prices: Option<glassbox_price::Prices>,
}

impl Options {
    /// No options: key and host come from the environment.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the host's base URL.
    #[must_use]
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the API key.
    #[must_use]
    pub fn with_api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets which of the provider's APIs to speak.
    #[must_use]
    pub fn with_api(mut self, api: Api) -> Self {
        self.api = Some(api);
        self
    }

    /// Sets what models charge.
    #[cfg(feature = "prices")]
    #[must_use]
    pub fn with_prices(mut self, prices: glassbox_price::Prices) -> Self {
        self.prices = Some(prices);
        self
    }

    /// The model with prices.
    #[cfg(feature = "prices")]
    pub(super) fn priced<M>(&self, model: M) -> glassbox_price::Priced<M> {
        let prices = self.prices.clone();
        glassbox_price::Priced::new(model)
            .with_prices(prices.unwrap_or_else(glassbox_price::Prices::embedded))
    }

    /// The model: this build has no prices.
    #[cfg(not(feature = "prices"))]
    #[expect(clippy::unused_self, reason = "with prices it is used")]
    pub(super) fn priced<M>(&self, model: M) -> M {
        model
    }
}
