//! The scripted models as hosts: they answer what they are told, and no bytes travel.

use std::sync::Arc;

use glassbox_core::{CompletionModel, EmbeddingModel};
use glassbox_test::laws::{Host, Line, Skip};
use glassbox_test::{ScriptedEmbeddings, ScriptedModel};

/// [`ScriptedModel`] and [`ScriptedEmbeddings`].
#[derive(Debug)]
pub(crate) struct Scripted;

const NO_WIRE: &str = "it is told its answers, and sends and reads no bytes";

impl Host for Scripted {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(ScriptedModel::new(line.turns().to_vec()))
    }

    fn embeddings(&self, _: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(ScriptedEmbeddings::new()))
    }

    fn skips(&self) -> &[Skip] {
        &[
            ("chunking_is_invisible", NO_WIRE),
            ("history_is_faithful", NO_WIRE),
            ("errors_have_kinds", NO_WIRE),
            ("broken_streams_are_errors", NO_WIRE),
            ("unknown_is_tolerated", NO_WIRE),
            ("secrets_stay_secret", NO_WIRE),
            ("images_are_sent", NO_WIRE),
            ("choices_stay_apart", NO_WIRE),
        ]
    }
}
