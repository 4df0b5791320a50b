use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use glassbox_core::{Cost, Result, Usage};

use crate::{Rates, ServiceTier, embedded, json, name};

/// A list of prices: what models charge, by provider and name. Cheap to clone.
///
/// A model that is not in it has no price. Its cost is not known, which is not zero: nothing is ever made up from a
/// similar name, or from the same model at another provider.
///
/// ```
/// use glassbox_price::{Prices, Rates};
///
/// let prices = Prices::embedded().with_model("vllm", "qwen3-32b", Rates::new(2e-8, 6e-8));
/// assert!(prices.rates("vllm", "qwen3-32b").is_some());
/// assert!(prices.rates("openai", "gpt-4o-mini").is_some());
/// assert_eq!(prices.rates("vllm", "gpt-4o-mini"), None);
/// ```
#[derive(Clone, Default)]
pub struct Prices {
    embedded: bool,
    /// By section and name. They win over the embedded ones.
    own: Arc<BTreeMap<Box<str>, Models>>,
}

type Models = BTreeMap<Box<str>, Rates>;

/// Which call a cost is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The provider: its `gen_ai.provider.name`, or the name that Glassbox gives it.
    pub provider: &'a str,
    /// The model that was asked.
    pub requested: &'a str,
    /// The model that answered, as the provider says.
    pub answered: Option<&'a str>,
    /// The processing tier, in the provider's word. Where the response has one, it, not that of the request.
    pub service_tier: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// A call to a model of a provider, of which no more is known.
    #[must_use]
    pub const fn new(provider: &'a str, requested: &'a str) -> Self {
        Self {
            provider,
            requested,
            answered: None,
            service_tier: None,
        }
    }

    /// Sets the model that answered.
    #[must_use]
    pub const fn with_answered(mut self, model: Option<&'a str>) -> Self {
        self.answered = model;
        self
    }

    /// Sets the processing tier.
    #[must_use]
    pub const fn with_service_tier(mut self, tier: Option<&'a str>) -> Self {
        self.service_tier = tier;
        self
    }
}

impl Prices {
    /// The list that comes with this crate. It is part of the program: nothing is read or fetched, now or later.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            embedded: true,
            own: Arc::default(),
        }
    }

    /// No prices.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The prices of a file in the format of LiteLLM's price map, which its README calls
    /// `model_prices_and_context_window.json`, and none else. Fields that say nothing about prices by the token are
    /// passed over, and so are entries without such prices. A price of zero is taken at its word.
    ///
    /// ```
    /// let prices = glassbox_price::Prices::from_json(
    ///     r#"{"acme/rocket-1": {"input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}}"#,
    /// )?;
    /// assert!(prices.rates("acme", "rocket-1").is_some());
    /// # Ok::<(), glassbox_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`](glassbox_core::ErrorKind::Configuration) where it is not such a file; the message
    /// names the model, the field and the fix.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::empty().with_json(text)
    }

    /// Adds the prices of a file as [`from_json`](Self::from_json) takes it. They win over those that are there.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn with_json(mut self, text: &str) -> Result<Self> {
        for entry in json::read(text)? {
            self.insert(&entry.section, &entry.model, entry.rates);
        }
        Ok(self)
    }

    /// Sets the prices of one model. They win over those that are there.
    #[must_use]
    pub fn with_model(mut self, provider: &str, model: &str, rates: Rates) -> Self {
        self.insert(name::section(provider), model, rates);
        self
    }

    /// The day on which the embedded prices were taken, as `2026-11-22`. `None` where they are not among these.
    #[must_use]
    pub const fn date(&self) -> Option<&'static str> {
        if self.embedded {
            Some(embedded::DATE)
        } else {
            None
        }
    }

    /// What a model charges. The provider is a `gen_ai.provider.name`, or the name that Glassbox gives it.
    ///
    /// The name has to be in the list as it is. Only what says nothing about the price may differ: a path before the
    /// name (`models/gemini-2.5-pro`), the front of an ARN, and what follows the base of a fine-tuned model.
    #[must_use]
    pub fn rates(&self, provider: &str, model: &str) -> Option<Rates> {
        let section = name::section(provider);
        self.added(section, model)
            .cloned()
            .or_else(|| self.listed(section, model))
    }

    /// What a call costs: by the prices of the model that answered, or else of the one that was asked. Prices that were
    /// added for either win over embedded ones. `None` where neither has a price, and as [`Rates::cost`] says.
    ///
    /// ```
    /// use glassbox_core::Usage;
    /// use glassbox_price::{Call, Prices};
    ///
    /// let call = Call::new("openai", "gpt-4o-mini").with_answered(Some("gpt-4o-mini-2024-07-18"));
    /// let cost = Prices::embedded().cost(&call, &Usage::new(82, 43));
    /// assert_eq!(cost.map(|cost| format!("{:.7}", cost.total)).as_deref(), Some("0.0000381"));
    /// ```
    #[must_use]
    pub fn cost(&self, call: &Call<'_>, usage: &Usage) -> Option<Cost> {
        let service = ServiceTier::named(call.service_tier.unwrap_or_default())?;
        self.rates_of(call)?.cost(usage, service)
    }

    /// Every price: provider as the list names it, model, rates. Those that were added come first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Rates)> {
        self.select(None)
    }

    /// The models of a provider that have a price, in alphabetical order.
    #[must_use]
    pub fn models(&self, provider: &str) -> Vec<(&str, Rates)> {
        let section = name::section(provider);
        let listed = self.select(Some(section));
        let mut models: Vec<_> = listed.map(|(_, model, rates)| (model, rates)).collect();
        for model in DEMO {
            let known = models.iter().any(|(listed, _)| *listed == model);
            let rates = demo(section, model).filter(|_| !known);
            models.extend(rates.map(|rates| (model, rates)));
        }
        models.sort_by_key(|(model, _)| *model);
        models
    }

    /// The prices of one section, or of all.
    fn select<'a>(
        &'a self,
        wanted: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a str, Rates)> {
        let is_wanted = move |section: &str| wanted.is_none_or(|wanted| wanted == section);
        let own = self.own.iter().filter(move |own| is_wanted(own.0));
        let own = own.flat_map(|(section, models)| {
            let rates = models.iter();
            rates.map(|(model, rates)| (&**section, &**model, rates.clone()))
        });
        let replaced = |section: &str, model: &str| {
            let models = self.own.get(section);
            models.is_some_and(|models| models.contains_key(model))
        };
        let embedded = self.embedded.then(|| {
            embedded::iter(move |section, model| is_wanted(section) && !replaced(section, model))
        });
        own.chain(embedded.into_iter().flatten())
    }

    fn insert(&mut self, section: &str, model: &str, rates: Rates) {
        let own = Arc::make_mut(&mut self.own);
        let models = own.entry(section.into()).or_default();
        models.insert(model.into(), rates);
    }

    /// What was added for a model.
    fn added(&self, section: &str, model: &str) -> Option<&Rates> {
        let models = self.own.get(section)?;
        name::candidates(section, model).find_map(|model| models.get(model))
    }

    /// What the embedded list has for a model.
    fn listed(&self, section: &str, model: &str) -> Option<Rates> {
        let embedded = self.embedded.then(|| name::candidates(section, model));
        let found =
            embedded.and_then(|mut models| models.find_map(|model| embedded::find(section, model)));
        found.or_else(|| demo(section, model))
    }

    /// What a call is charged by, for a program that has more calls of the kind to reckon. What was added comes before
    /// what is listed, and in each of them the model that answered before the one that was asked.
    #[must_use]
    pub fn rates_of(&self, call: &Call<'_>) -> Option<Rates> {
        let section = name::section(call.provider);
        let requested = call.requested;
        // What answers to `:free` need not say that it was for nothing.
        let answered = call.answered.filter(|_| !requested.ends_with(":free"));
        // What is asked at Azure is a deployment, which may have the name of a listed model and be another.
        let alias = answered.is_none() || section != "azure";
        answered
            .and_then(|answered| self.added(section, answered))
            .or_else(|| self.added(section, requested))
            .cloned()
            .or_else(|| self.listed(section, answered?))
            .or_else(|| alias.then(|| self.listed(section, requested))?)
    }
}

impl fmt::Debug for Prices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own: usize = self.own.values().map(BTreeMap::len).sum();
        f.debug_struct("Prices")
            .field("embedded", &self.date())
            .field("own", &own)
            .finish()
    }
}

/// The models that are part of Glassbox.
const DEMO: [&str; 2] = ["offline", "slow"];

/// They run in this process, for nothing.
fn demo(section: &str, model: &str) -> Option<Rates> {
    let ours = section == "demo" && DEMO.contains(&model);
    ours.then(|| Rates::new(0.0, 0.0))
}
