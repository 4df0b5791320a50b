//! The laws that every model obeys, held by the scripted models; and that a law which cannot run needs a reason, and
//! one that can run has none.

#![cfg(feature = "http")]

mod host;

use std::sync::Arc;

use glassbox_core::{Capabilities, CompletionModel, ModelInfo};
use glassbox_test::ScriptedModel;
use glassbox_test::laws::{Host, Laws, Line, Skip};

mod scripted {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Scripted));
}

/// A model with tools and without a wire, and what its author skips.
#[derive(Debug)]
struct Skipping(&'static [Skip]);

impl Host for Skipping {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let mut can = Capabilities::default();
        can.tools = true;
        let info = ModelInfo::new("scripted", "script").with_capabilities(can);
        Arc::new(ScriptedModel::new(line.turns().to_vec()).with_info(info))
    }

    fn skips(&self) -> &[Skip] {
        self.0
    }
}

#[tokio::test]
#[should_panic(expected = "but nothing is missing for it")]
async fn a_law_that_can_run_is_not_skipped() {
    let host = Skipping(&[("tool_call_round_trips", "tools are hard")]);
    Laws::new(host).tool_call_round_trips().await;
}

#[tokio::test]
#[should_panic(expected = "the model lacks the capability `reasoning`")]
async fn a_law_that_cannot_run_needs_a_reason() {
    Laws::new(Skipping(&[])).reasoning_is_kept().await;
}

#[tokio::test]
#[should_panic(expected = "there is no wire")]
async fn the_lack_of_a_wire_needs_a_reason_too() {
    Laws::new(Skipping(&[])).secrets_stay_secret().await;
}

#[tokio::test]
async fn a_reason_that_agrees_with_the_capabilities_is_enough() {
    let host = Skipping(&[("reasoning_is_kept", "it does not think")]);
    Laws::new(host).reasoning_is_kept().await;
}
