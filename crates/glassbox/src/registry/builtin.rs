//! The providers of this build: one entry each.

use std::sync::Arc;

use glassbox_core::{CompletionModel, EmbeddingModel, Result};

use super::{Options, Provider};

/// A provider, and how its models are opened.
pub(super) struct Builtin {
    pub(super) provider: Provider,
    /// Whether it may speak the Responses API.
    pub(super) has_responses: bool,
    pub(super) open: Open<dyn CompletionModel>,
    pub(super) embed: Option<Open<dyn EmbeddingModel>>,
}

/// Opens the model of this name.
type Open<M> = fn(&Provider, &str, &Options) -> Result<Arc<M>>;

/// Every provider that has a feature of its own, and the feature.
pub(super) const FEATURES: &[(&str, &str)] = &[
    ("anthropic", "anthropic"),
    ("bedrock", "bedrock"),
    ("cohere", "cohere"),
    ("demo", "demo"),
    ("gemini", "gemini"),
    ("ollama", "ollama"),
    ("openai", "openai"),
    ("vertex", "gemini"),
];

/// All of them, in no particular order.
pub(super) fn all() -> impl Iterator<Item = Builtin> {
    let mut all: Vec<Builtin> = Vec::new();
    #[cfg(feature = "anthropic")]
    all.push(anthropic::entry());
    #[cfg(feature = "bedrock")]
    all.push(bedrock::entry());
    #[cfg(feature = "cohere")]
    all.push(cohere::entry());
    #[cfg(feature = "demo")]
    all.extend(demo::entry());
    #[cfg(feature = "gemini")]
    all.extend(gemini::entries());
    #[cfg(feature = "ollama")]
    all.push(ollama::entry());
    #[cfg(feature = "openai")]
    all.extend(openai::entries());
    all.into_iter()
}

/// The builder with the host and the key of the options. Whoever names a host knows whether it wants a key: if it does,
/// it will say so.
#[cfg(any(
    feature = "anthropic",
    feature = "bedrock",
    feature = "cohere",
    feature = "gemini"
))]
macro_rules! configured {
    ($builder:expr, $options:expr) => {{
        let mut builder = $builder;
        if let Some(url) = &$options.base_url {
            builder = builder.base_url(url.as_str()).needs_key(false);
        }
        if let Some(key) = &$options.api_key {
            builder = builder.api_key(key.clone());
        }
        builder
    }};
}

#[cfg(feature = "anthropic")]
mod anthropic {
    use glassbox_anthropic::AnthropicBuilder;
    use glassbox_core::Capabilities;

    use super::*;

    pub(super) fn entry() -> Builtin {
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        Builtin {
            provider: Provider {
                name: "anthropic",
                base_url: Some("https://api.anthropic.com"),
                key_variable: Some("ANTHROPIC_API_KEY"),
                capabilities,
                reports_cost: false,
            },
            has_responses: false,
            open: |_, model, options| {
                let model = configured!(AnthropicBuilder::from_env(model), options).build()?;
                Ok(Arc::new(options.priced(model)))
            },
            embed: None,
        }
    }
}

#[cfg(feature = "bedrock")]
mod bedrock {
    use glassbox_bedrock::BedrockBuilder;
    use glassbox_core::Capabilities;

    use super::*;

    pub(super) fn entry() -> Builtin {
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        Builtin {
            provider: Provider {
                name: "bedrock",
                base_url: None,
                key_variable: Some("AWS_BEARER_TOKEN_BEDROCK"),
                capabilities,
                reports_cost: false,
            },
            has_responses: false,
            open: |_, model, options| {
                let model = configured!(BedrockBuilder::from_env(model), options).build()?;
                Ok(Arc::new(options.priced(model)))
            },
            embed: None,
        }
    }
}

#[cfg(feature = "cohere")]
mod cohere {
    use glassbox_cohere::CohereBuilder;
    use glassbox_core::Capabilities;

    use super::*;

    pub(super) fn entry() -> Builtin {
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        Builtin {
            provider: Provider {
                name: "cohere",
                base_url: Some("https://api.cohere.com"),
                key_variable: Some("CO_API_KEY"),
                capabilities,
                reports_cost: false,
            },
            has_responses: false,
            open: |_, model, options| {
                let model = configured!(CohereBuilder::from_env(model), options).build()?;
                Ok(Arc::new(options.priced(model)))
            },
            embed: Some(|_, model, options| {
                let model =
                    configured!(CohereBuilder::from_env(model), options).build_embeddings()?;
                Ok(Arc::new(options.priced(model)))
            }),
        }
    }
}

#[cfg(feature = "demo")]
mod demo {
    use super::*;
    use crate::demo::DemoModel;

    pub(super) fn entry() -> Option<Builtin> {
        let demo = DemoModel::new("offline").ok()?;
        Some(Builtin {
            provider: Provider {
                name: "demo",
                base_url: None,
                key_variable: None,
                capabilities: demo.info().capabilities,
                reports_cost: false,
            },
            has_responses: false,
            open: |_, model, options| Ok(Arc::new(options.priced(DemoModel::new(model)?))),
            embed: None,
        })
    }
}

#[cfg(feature = "gemini")]
mod gemini {
    use glassbox_core::Capabilities;
    use glassbox_gemini::GeminiBuilder;

    use super::*;

    fn builder(provider: &Provider, model: &str) -> GeminiBuilder {
        match provider.name {
            "vertex" => GeminiBuilder::vertex_from_env(model),
            _ => GeminiBuilder::from_env(model),
        }
    }

    pub(super) fn entries() -> [Builtin; 2] {
        let gemini = Provider {
            name: "gemini",
            base_url: Some("https://generativelanguage.googleapis.com"),
            key_variable: Some("GEMINI_API_KEY"),
            capabilities: Capabilities::all(),
            reports_cost: false,
        };
        let vertex = Provider {
            name: "vertex",
            base_url: None,
            key_variable: Some("GOOGLE_OAUTH_ACCESS_TOKEN"),
            ..gemini
        };
        [gemini, vertex].map(|provider| Builtin {
            provider,
            has_responses: false,
            open: |provider, model, options| {
                let model = configured!(builder(provider, model), options).build()?;
                Ok(Arc::new(options.priced(model)))
            },
            embed: Some(|provider, model, options| {
                let model = configured!(builder(provider, model), options).build_embeddings()?;
                Ok(Arc::new(options.priced(model)))
            }),
        })
    }
}

#[cfg(feature = "ollama")]
mod ollama {
    use glassbox_core::Capabilities;
    use glassbox_ollama::OllamaBuilder;

    use super::*;

    fn builder(model: &str, options: &Options) -> OllamaBuilder {
        let mut builder = OllamaBuilder::from_env(model);
        if let Some(url) = &options.base_url {
            builder = builder.base_url(url.as_str());
        }
        if let Some(key) = &options.api_key {
            builder = builder.api_key(key.clone());
        }
        builder
    }

    pub(super) fn entry() -> Builtin {
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        Builtin {
            provider: Provider {
                name: "ollama",
                base_url: Some("http://127.0.0.1:11434"),
                key_variable: Some("OLLAMA_API_KEY"),
                capabilities,
                reports_cost: false,
            },
            has_responses: false,
            open: |_, model, options| {
                Ok(Arc::new(options.priced(builder(model, options).build()?)))
            },
            embed: Some(|_, model, options| {
                let model = builder(model, options).build_embeddings()?;
                Ok(Arc::new(options.priced(model)))
            }),
        }
    }
}

#[cfg(feature = "openai")]
mod openai {
    use glassbox_core::{Api, Error, ErrorKind};
    use glassbox_openai::{DIALECTS, OpenAiBuilder, dialect};

    use super::*;

    pub(super) fn entries() -> impl Iterator<Item = Builtin> {
        DIALECTS.iter().map(|dialect| Builtin {
            provider: Provider {
                name: dialect.name,
                base_url: (!dialect.base_url.is_empty()).then_some(dialect.base_url),
                key_variable: (!dialect.variables.key.is_empty()).then_some(dialect.variables.key),
                capabilities: dialect.capabilities(),
                reports_cost: dialect.reports_cost,
            },
            has_responses: true,
            open: |provider, model, options| {
                let builder = builder(provider, model, options)?;
                if options.api == Some(Api::Responses) {
                    return Ok(Arc::new(options.priced(builder.build_responses()?)));
                }
                Ok(Arc::new(options.priced(builder.build()?)))
            },
            embed: Some(|provider, model, options| {
                let builder = builder(provider, model, options)?;
                Ok(Arc::new(options.priced(builder.build_embeddings()?)))
            }),
        })
    }

    fn builder(provider: &Provider, model: &str, options: &Options) -> Result<OpenAiBuilder> {
        let Some(dialect) = dialect(provider.name) else {
            let message = format!("there is no dialect `{}`", provider.name);
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        let mut builder = OpenAiBuilder::from_env(dialect, model);
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
}
