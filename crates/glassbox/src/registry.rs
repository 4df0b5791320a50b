use std::sync::Arc;

use glassbox_core::{
    Capabilities, CompletionModel, EmbeddingModel, Error, ErrorKind, Result, Secret,
};

/// The host, the key and the prices of a model, in place of those from the environment and of the defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The host's base URL, as the provider's own SDK takes it. Where it is set, a key is not required.
    pub base_url: Option<String>,
    /// The API key.
    pub api_key: Option<Secret>,
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

    /// Sets what models charge.
    #[cfg(feature = "prices")]
    #[must_use]
    pub fn with_prices(mut self, prices: glassbox_price::Prices) -> Self {
        self.prices = Some(prices);
        self
    }

    /// The model with prices.
    #[cfg(all(feature = "prices", any(feature = "demo", feature = "openai")))]
    fn priced<M>(&self, model: M) -> glassbox_price::Priced<M> {
        let prices = self.prices.clone();
        glassbox_price::Priced::new(model)
            .with_prices(prices.unwrap_or_else(glassbox_price::Prices::embedded))
    }

    /// The model: this build has no prices.
    #[cfg(all(not(feature = "prices"), any(feature = "demo", feature = "openai")))]
    fn priced<M>(&self, model: M) -> M {
        model
    }
}

/// A provider that this build knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// Its name: what stands before the slash in `provider/model`.
    pub name: &'static str,
    /// Its default base URL. `None` for a provider without a host, and where every user has a host of their own.
    pub base_url: Option<&'static str>,
    /// The environment variable that holds its API key. `None` where it takes no key.
    pub key_variable: Option<&'static str>,
    /// What its models can do, as far as the provider decides it.
    pub capabilities: Capabilities,
    /// Whether its responses say what they cost.
    pub reports_cost: bool,
}

/// The completion model of a name like `openai/gpt-4o-mini`: the provider, a slash, and the model's own name, which may
/// hold more slashes. Key and host come from the variables that the provider's own SDK reads.
///
/// With the feature `prices`, the usage of every response has its cost where the provider says it or the list of prices
/// has it. What is at another base URL is taken to cost what the provider charges; where it does not, the provider to
/// name is `openai-compatible`.
///
/// ```
/// # fn main() -> glassbox::Result<()> {
/// let model = glassbox::model("demo/offline")?;
/// assert_eq!(model.info().provider, "demo");
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// [`ErrorKind::Configuration`] where the name has no provider, the provider is not in this build, or the key is
/// missing; the message says which.
pub fn model(name: &str) -> Result<Arc<dyn CompletionModel>> {
    model_with(name, &Options::new())
}

/// As [`model`], with options in place of the environment.
///
/// # Errors
///
/// As [`model`].
pub fn model_with(name: &str, options: &Options) -> Result<Arc<dyn CompletionModel>> {
    // A build without providers has nothing to give them to.
    let _ = options;
    match split(name)? {
        #[cfg(feature = "demo")]
        (DEMO, model) => {
            let model = crate::demo::DemoModel::new(model)?;
            Ok(Arc::new(options.priced(model)))
        }
        #[cfg(feature = "openai")]
        (provider, model) if glassbox_openai::dialect(provider).is_some() => {
            let model = openai(provider, model, options)?.build()?;
            Ok(Arc::new(options.priced(model)))
        }
        (provider, _) => Err(unknown(provider)),
    }
}

/// The embedding model of a name like `openai/text-embedding-3-small`.
///
/// # Errors
///
/// As [`model`].
pub fn embedding_model(name: &str) -> Result<Arc<dyn EmbeddingModel>> {
    embedding_model_with(name, &Options::new())
}

/// As [`embedding_model`], with options in place of the environment.
///
/// # Errors
///
/// As [`model`], and [`ErrorKind::Unsupported`] where the provider has no embeddings.
pub fn embedding_model_with(name: &str, options: &Options) -> Result<Arc<dyn EmbeddingModel>> {
    // A build without providers has nothing to give them to.
    let _ = options;
    match split(name)? {
        #[cfg(feature = "demo")]
        (DEMO, _) => Err(Error::new(
            ErrorKind::Unsupported,
            "the demo provider has no embeddings; name a model such as openai/text-embedding-3-small",
        )),
        #[cfg(feature = "openai")]
        (provider, model) if glassbox_openai::dialect(provider).is_some() => {
            let model = openai(provider, model, options)?.build_embeddings()?;
            Ok(Arc::new(options.priced(model)))
        }
        (provider, _) => Err(unknown(provider)),
    }
}

/// The providers of this build, in alphabetical order.
#[must_use]
pub fn providers() -> Vec<Provider> {
    let mut providers: Vec<Provider> = Vec::new();
    #[cfg(feature = "demo")]
    if let Ok(demo) = crate::demo::DemoModel::new("offline") {
        let capabilities = demo.info().capabilities;
        providers.push(Provider {
            name: DEMO,
            base_url: None,
            key_variable: None,
            capabilities,
            reports_cost: false,
        });
    }
    #[cfg(feature = "openai")]
    providers.extend(glassbox_openai::DIALECTS.iter().map(|dialect| Provider {
        name: dialect.name,
        base_url: (!dialect.base_url.is_empty()).then_some(dialect.base_url),
        key_variable: (!dialect.variables.key.is_empty()).then_some(dialect.variables.key),
        capabilities: dialect.capabilities(),
        reports_cost: dialect.reports_cost,
    }));
    providers.sort_by_key(|provider| provider.name);
    providers
}

#[cfg(feature = "demo")]
const DEMO: &str = "demo";

fn split(name: &str) -> Result<(&str, &str)> {
    match name.trim().split_once('/') {
        Some((provider, model)) if !provider.is_empty() && !model.is_empty() => {
            Ok((provider, model))
        }
        _ => {
            let message = format!(
                "`{name}` does not name a model: write PROVIDER/NAME, as in openai/gpt-4o-mini"
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

fn unknown(provider: &str) -> Error {
    let names: Vec<&str> = providers().iter().map(|provider| provider.name).collect();
    let message = format!(
        "there is no provider `{provider}` in this build; there are {}",
        names.join(", ")
    );
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(feature = "openai")]
fn openai(
    provider: &str,
    model: &str,
    options: &Options,
) -> Result<glassbox_openai::OpenAiBuilder> {
    let Some(dialect) = glassbox_openai::dialect(provider) else {
        return Err(unknown(provider));
    };
    let mut builder = glassbox_openai::OpenAiBuilder::from_env(dialect, model);
    if let Some(url) = &options.base_url {
        // Whoever runs the host knows whether it wants a key; if it does, it will say so.
        let mut dialect = *dialect;
        dialect.needs_key = false;
        builder = builder.base_url(url.as_str()).dialect(dialect);
    }
    if let Some(key) = &options.api_key {
        builder = builder.api_key(key.clone());
    }
    Ok(builder)
}

#[cfg(test)]
mod tests;
