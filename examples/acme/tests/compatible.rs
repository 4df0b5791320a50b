//! A new host that speaks OpenAI's Chat Completions: one constant, held to the laws.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

use std::sync::Arc;

use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_openai::{COMPATIBLE, Dialect, OpenAi, OpenAiBuilder, Variables};
use glassbox_test::laws::{ChatCompletions, Host, Laws, Line, Skip, Wire};

/// Acme's compatible API, which takes no images and gives one answer.
const ACME: Dialect = {
    let mut dialect = COMPATIBLE;
    dialect.name = "acme";
    dialect.provider = "acme";
    dialect.base_url = "https://llm.acme.example/v1";
    dialect.variables = Variables::new("ACME_API_KEY", "ACME_BASE_URL");
    dialect.needs_key = true;
    dialect.media.images = false;
    dialect.options.choice_count = None;
    dialect
};

#[derive(Debug)]
struct Acme(ChatCompletions);

impl Acme {
    fn builder(&self, line: &Line) -> OpenAiBuilder {
        OpenAi::builder("anvil-2")
            .dialect(ACME)
            .base_url(line.url())
            .api_key(line.key())
            .http(line.client())
    }
}

impl Host for Acme {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(self.builder(line).build().unwrap())
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(self.builder(line).build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(&self.0)
    }

    fn skips(&self) -> &[Skip] {
        &[
            ("images_are_sent", "Acme takes no images"),
            ("choices_stay_apart", "Acme gives one answer"),
        ]
    }
}

glassbox_test::laws!(Laws::new(Acme(ChatCompletions::new())));
