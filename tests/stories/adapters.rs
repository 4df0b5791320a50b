//! The laws that every model obeys, held inside [`Telemetry`]: it changes nothing, ends every span, and tells nothing
//! of what was said.

use std::sync::Arc;

use glassbox::{CompletionModel, EmbeddingModel, Telemetry};
use glassbox_test::Capture;
use glassbox_test::laws::{Host, Laws, Wrapper};

#[path = "../../crates/glassbox-anthropic/tests/laws/host.rs"]
mod anthropic;
#[path = "../../crates/glassbox-bedrock/tests/laws/host.rs"]
mod bedrock;
#[path = "../../crates/glassbox-openai/tests/laws/host.rs"]
mod chat;
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

/// The laws of a host, inside telemetry.
fn traced(host: impl Host) -> Laws {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider())
        .build();
    Laws::new(host).within(Traced { telemetry, capture })
}

mod converse {
    glassbox_test::laws!(super::traced(super::bedrock::Converse));
}

mod gemini {
    glassbox_test::laws!(super::traced(super::google::Google::gemini()));
}

mod vertex {
    glassbox_test::laws!(super::traced(super::google::Google::vertex()));
}

mod cohere_chat {
    glassbox_test::laws!(super::traced(super::cohere::Cohere));
}

mod ollama_chat {
    glassbox_test::laws!(super::traced(super::ollama::Ollama));
}

mod messages {
    glassbox_test::laws!(super::traced(super::anthropic::Messages));
}

mod openai {
    glassbox_test::laws!(super::traced(super::chat::Chat::openai()));
}

mod compatible {
    glassbox_test::laws!(super::traced(super::chat::Chat::compatible()));
}

mod azure {
    glassbox_test::laws!(super::traced(super::chat::Chat::azure()));
}

mod deepseek {
    glassbox_test::laws!(super::traced(super::chat::Chat::deepseek()));
}

mod mistral {
    glassbox_test::laws!(super::traced(super::chat::Chat::mistral()));
}

mod over_responses {
    glassbox_test::laws!(super::traced(super::responses::Responses));
}

mod offline {
    glassbox_test::laws!(super::traced(super::demo::Demo));
}

mod script {
    glassbox_test::laws!(super::traced(super::scripted::Scripted));
}
