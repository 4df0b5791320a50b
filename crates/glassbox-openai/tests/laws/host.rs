//! The hosts that the laws are held with: OpenAI, which hides its reasoning, and one that shows it.

use std::sync::Arc;

use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_openai::{COMPATIBLE, Dialect, OPENAI, OpenAi, OpenAiBuilder};
use glassbox_test::laws::{ChatCompletions, Host, Line, Skip, Wire};

/// A host that speaks Chat Completions.
#[derive(Debug)]
pub(crate) struct Chat {
    dialect: Dialect,
    wire: ChatCompletions,
    skips: &'static [Skip],
}

impl Chat {
    pub(crate) fn openai() -> Self {
        Self::new(
            OPENAI,
            &[(
                "reasoning_is_kept",
                "OpenAI shows reasoning in Responses alone",
            )],
        )
    }

    pub(crate) fn compatible() -> Self {
        Self::new(COMPATIBLE, &[])
    }

    fn new(dialect: Dialect, skips: &'static [Skip]) -> Self {
        let wire = ChatCompletions::new();
        Self {
            dialect,
            wire,
            skips,
        }
    }

    fn builder(&self, line: &Line) -> OpenAiBuilder {
        OpenAi::builder("model-1")
            .dialect(self.dialect)
            .base_url(format!("{}/v1", line.url()))
            .api_key(line.key())
            .http(line.client())
    }
}

impl Host for Chat {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(self.builder(line).build().unwrap())
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(self.builder(line).build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(&self.wire)
    }

    fn skips(&self) -> &[Skip] {
        self.skips
    }
}
