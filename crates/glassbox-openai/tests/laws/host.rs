//! The hosts that the laws are held with: OpenAI, which hides its reasoning, one that shows it, and every other
//! dialect.

use std::sync::Arc;

use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_openai::{COMPATIBLE, Dialect, OPENAI, OpenAi, OpenAiBuilder};
use glassbox_test::laws::{ChatCompletions, Host, Line, Skip, Wire};

/// A host that speaks Chat Completions.
#[derive(Debug)]
pub(crate) struct Chat {
    dialect: Dialect,
    wire: ChatCompletions,
    skips: Vec<Skip>,
}

impl Chat {
    pub(crate) fn openai() -> Self {
        Self::new(&OPENAI)
    }

    pub(crate) fn compatible() -> Self {
        Self::new(&COMPATIBLE)
    }

    /// A host that answers as OpenAI spells it, and is asked as the dialect has it. What a law may not ask follows
    /// from the dialect's data.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let can = dialect.capabilities();
        let skips = [
            ("tool_call_round_trips", can.tools, "it takes no tools"),
            (
                "parallel_tool_calls_keep_identity",
                can.parallel_tool_calls,
                "it takes no tools",
            ),
            (
                "reasoning_is_kept",
                can.reasoning,
                "it shows reasoning in Responses alone",
            ),
            (
                "structured_output_conforms",
                can.structured_output,
                "it takes no schema",
            ),
            ("images_are_sent", can.images, "it takes no images"),
            ("choices_stay_apart", can.choices, "it gives one answer"),
        ];
        let skips = skips.into_iter().filter(|(_, can, _)| !can);
        Self {
            dialect: *dialect,
            wire: ChatCompletions::new(),
            skips: skips.map(|(law, _, reason)| (law, reason)).collect(),
        }
    }

    fn builder(&self, line: &Line) -> OpenAiBuilder {
        OpenAi::builder("model-1")
            .dialect(self.dialect)
            // Azure alone has one.
            .api_version("2025-04-01-preview")
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
        &self.skips
    }
}
