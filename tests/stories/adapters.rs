//! The laws that every model obeys, held inside [`Telemetry`]: it changes nothing, ends every span, and tells nothing
//! of what was said.

use std::sync::Arc;
use std::time::Duration;

use glassbox::middleware::{Balance, Cache, Cached, Fallback, RateLimit, RateLimited, Timeout};
use glassbox::{CompletionModel, EmbeddingModel, Telemetry};
use glassbox_openai::{AZURE, DEEPSEEK, MISTRAL};
use glassbox_test::Capture;
use glassbox_test::laws::{Host, Laws, Wrapper};

#[path = "../../crates/glassbox-anthropic/tests/laws/host.rs"]
mod anthropic;
#[path = "../../crates/glassbox-bedrock/tests/laws/host.rs"]
mod bedrock;
#[path = "../../crates/glassbox-openai/tests/laws/host.rs"]
pub(crate) mod chat;
#[path = "../../crates/glassbox-cohere/tests/laws/host.rs"]
mod cohere;
#[path = "../../crates/glassbox/tests/laws/host.rs"]
mod demo;
#[path = "../../crates/glassbox-gemini/tests/laws/host.rs"]
mod google;
#[path = "../../crates/glassbox-ollama/tests/laws/host.rs"]
mod ollama;
#[path = "../../crates/glassbox-openai/tests/laws/responses.rs"]
mod responses;
#[path = "../../crates/glassbox-test/tests/laws/host.rs"]
mod scripted;

/// Telemetry around every model, with all that it records.
#[derive(Debug)]
struct Traced {
    telemetry: Telemetry,
    capture: Capture,
}

/// What the laws have the host and the user say, and no span may.
const SAID: [&str; 4] = ["Grüße", "Zürich", "xyzzy", "sk-canary"];

impl Wrapper for Traced {
    fn model(&self, model: Arc<dyn CompletionModel>) -> Arc<dyn CompletionModel> {
        self.telemetry.model(model)
    }

    fn embeddings(&self, model: Arc<dyn EmbeddingModel>) -> Arc<dyn EmbeddingModel> {
        self.telemetry.embeddings(model)
    }

    fn check(&self) {
        assert_eq!(self.capture.open(), 0, "every span ends");
        let spans = self.capture.spans();
        assert!(!spans.is_empty(), "nothing was recorded");
        let told = format!("{spans:?} {:?}", self.capture.logs());
        for word in SAID {
            assert!(!told.contains(word), "content is off, and {word} is told");
        }
    }
}

/// Something around every model, inside telemetry.
#[derive(Debug)]
struct Around(Traced, fn(Model) -> Model);

type Model = Arc<dyn CompletionModel>;

impl Wrapper for Around {
    fn model(&self, model: Model) -> Model {
        self.0.model((self.1)(model))
    }

    fn embeddings(&self, model: Arc<dyn EmbeddingModel>) -> Arc<dyn EmbeddingModel> {
        self.0.embeddings(model)
    }

    fn check(&self) {
        self.0.check();
    }
}

/// The laws of a host, inside telemetry.
fn traced(host: impl Host) -> Laws {
    Laws::new(host).within(recorder())
}

/// The laws of OpenAI, inside something, inside telemetry.
fn around(wrap: fn(Model) -> Model) -> Laws {
    Laws::new(chat::Chat::openai()).within(Around(recorder(), wrap))
}

fn recorder() -> Traced {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider())
        .build();
    Traced { telemetry, capture }
}

/// A host whose laws are mounted here: a row of the table of providers.
pub(crate) struct Mounted {
    /// The provider as the registry names it, with `--api KIND` behind it where it is not the API that it speaks
    /// unasked.
    pub(crate) name: &'static str,
    /// What the provider calls its API.
    pub(crate) api: &'static str,
    pub(crate) laws: Laws,
}

impl Mounted {
    pub(crate) fn new(name: &'static str, api: &'static str, laws: Laws) -> Self {
        Self { name, api, laws }
    }
}

/// Mounts the laws of these hosts inside telemetry, each in a module, and lists them for the table of providers.
macro_rules! mounted {
    ($($module:ident: $name:literal, $api:literal => $host:expr;)*) => {
        $(
            mod $module {
                use super::*;

                glassbox_test::laws!(traced($host));
            }
        )*

        pub(crate) fn mounted() -> Vec<Mounted> {
            vec![$(Mounted::new($name, $api, Laws::new($host))),*]
        }
    };
}

mounted! {
    converse: "bedrock", "Converse" => bedrock::Converse;
    cohere_chat: "cohere", "Chat v2" => cohere::Cohere;
    azure: "azure", "Chat Completions" => chat::Chat::new(&AZURE);
    compatible: "openai-compatible", "Chat Completions" => chat::Chat::compatible();
    deepseek: "deepseek", "Chat Completions" => chat::Chat::new(&DEEPSEEK);
    gemini: "gemini", "generateContent" => google::Google::gemini();
    messages: "anthropic", "Messages" => anthropic::Messages;
    mistral: "mistral", "Chat Completions" => chat::Chat::new(&MISTRAL);
    offline: "demo", "in this process" => demo::Demo;
    ollama_chat: "ollama", "Ollama's own" => ollama::Ollama;
    openai: "openai", "Chat Completions" => chat::Chat::openai();
    over_responses: "openai --api responses", "Responses" => responses::Responses;
    vertex: "vertex", "generateContent" => google::Google::vertex();
}

mod script {
    glassbox_test::laws!(super::traced(super::scripted::Scripted));
}

mod fallback {
    glassbox_test::laws!(super::around(|model| {
        // It stands for one that is never asked, because the laws' failures are not its.
        let never = super::Arc::clone(&model);
        super::Arc::new(super::Fallback::new(model).or(never).on([]))
    }));
}

mod balance {
    glassbox_test::laws!(super::around(|model| super::Arc::new(super::Balance::new(
        model, 1
    ))));
}

mod cached {
    glassbox_test::laws!(super::around(|model| {
        super::Arc::new(super::Cached::new(model, super::Cache::new()))
    }));
}

mod rate_limited {
    glassbox_test::laws!(super::around(|model| {
        let limit = super::RateLimit::new().with_max_in_flight(1);
        super::Arc::new(super::RateLimited::new(model, limit))
    }));
}

mod timeout {
    glassbox_test::laws!(super::around(|model| {
        let limit = super::Duration::from_secs(60);
        super::Arc::new(
            super::Timeout::new(model)
                .with_total(limit)
                .with_idle(limit),
        )
    }));
}
