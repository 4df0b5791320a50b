use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use glassbox_core::{Api, Capabilities, CompletionModel, EmbeddingModel, Error, ErrorKind, Result};

mod builtin;
mod options;

pub use options::Options;

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
/// missing; the message says which feature or which variable.
pub fn model(name: &str) -> Result<Arc<dyn CompletionModel>> {
    model_with(name, &Options::new())
}

/// As [`model`], with options in place of the environment.
///
/// # Errors
///
/// As [`model`].
pub fn model_with(name: &str, options: &Options) -> Result<Arc<dyn CompletionModel>> {
    let (provider, model) = split(name)?;
    let known = builtin::all().find(|known| known.provider.name == provider);
    let known = known.ok_or_else(|| unknown(provider))?;
    if options.api == Some(Api::Responses) && !known.has_responses {
        let message =
            format!("the provider `{provider}` does not speak the Responses API; leave it out");
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    (known.open)(&known.provider, model, options)
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
    let (provider, model) = split(name)?;
    let known = builtin::all().find(|known| known.provider.name == provider);
    let known = known.ok_or_else(|| unknown(provider))?;
    let Some(embed) = known.embed else {
        let message = format!(
            "the provider `{provider}` has no embeddings here; name a model such as openai/text-embedding-3-small"
        );
        return Err(Error::new(ErrorKind::Unsupported, message));
    };
    embed(&known.provider, model, options)
}

/// The providers of this build, in alphabetical order.
#[must_use]
pub fn providers() -> Vec<Provider> {
    let mut providers: Vec<Provider> = builtin::all().map(|known| known.provider).collect();
    providers.sort_by_key(|provider| provider.name);
    providers
}

/// Finds models by name among the providers of this build and a program's own.
///
/// ```
/// # fn main() -> glassbox::Result<()> {
/// use glassbox::Registry;
///
/// let registry = Registry::new().with_provider("mine", |_name, _options| glassbox::model("demo/offline"));
/// assert_eq!(registry.model("mine/anything")?.info().provider, "demo");
/// assert_eq!(registry.model("demo/offline")?.info().provider, "demo");
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct Registry {
    own: BTreeMap<String, Arc<Open>>,
}

type Open = dyn Fn(&str, &Options) -> Result<Arc<dyn CompletionModel>> + Send + Sync;

impl Registry {
    /// The providers of this build.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a provider by its name, which wins over one of this build. The function is given the model's own name.
    #[must_use]
    pub fn with_provider(
        mut self,
        name: impl Into<String>,
        open: impl Fn(&str, &Options) -> Result<Arc<dyn CompletionModel>> + Send + Sync + 'static,
    ) -> Self {
        self.own.insert(name.into(), Arc::new(open));
        self
    }

    /// As [`model`].
    ///
    /// # Errors
    ///
    /// As [`model`], and what a provider's own function says.
    pub fn model(&self, name: &str) -> Result<Arc<dyn CompletionModel>> {
        self.model_with(name, &Options::new())
    }

    /// As [`model_with`].
    ///
    /// # Errors
    ///
    /// As [`Registry::model`].
    pub fn model_with(&self, name: &str, options: &Options) -> Result<Arc<dyn CompletionModel>> {
        let (provider, model) = split(name)?;
        match self.own.get(provider) {
            Some(open) => open(model, options),
            None => model_with(name, options),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("own", &self.own.keys())
            .finish_non_exhaustive()
    }
}

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
    let feature = builtin::FEATURES.iter().find(|(name, _)| *name == provider);
    let message = match feature {
        Some((_, feature)) => format!(
            "the provider `{provider}` is not in this build: turn on the feature `{feature}` of the crate glassbox"
        ),
        None => {
            let providers = providers();
            let names: Vec<&str> = providers.iter().map(|provider| provider.name).collect();
            format!(
                "there is no provider `{provider}` in this build; there are {}",
                names.join(", ")
            )
        }
    };
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests;
