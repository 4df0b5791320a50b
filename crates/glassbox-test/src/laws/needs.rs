//! What each law cannot do without, and so what it proves.

use glassbox_core::{Capabilities, ModelInfo};

use super::stage::{Laws, idle};

/// What a law cannot do without.
#[derive(Clone, Copy)]
enum Need {
    Capability(&'static str, fn(&Capabilities) -> bool),
    Embeddings,
    Wire,
}

const CHOICES: Need = Need::Capability("choices", |can| can.choices);
const IMAGES: Need = Need::Capability("images", |can| can.images);
const INCREMENTAL: Need = Need::Capability("incremental", |can| can.incremental);
const PARALLEL: Need = Need::Capability("parallel_tool_calls", |can| can.parallel_tool_calls);
const REASONING: Need = Need::Capability("reasoning", |can| can.reasoning);
const STRUCTURED: Need = Need::Capability("structured_output", |can| can.structured_output);
const TOOLS: Need = Need::Capability("tools", |can| can.tools);

/// The needs of each law. One that is not here can be held everywhere.
const NEEDS: &[(&str, &[Need])] = &[
    ("whole_equals_incremental", &[INCREMENTAL]),
    ("chunking_is_invisible", &[Need::Wire]),
    ("tool_call_round_trips", &[TOOLS]),
    ("parallel_tool_calls_keep_identity", &[TOOLS, PARALLEL]),
    ("history_is_faithful", &[Need::Wire]),
    ("errors_have_kinds", &[Need::Wire]),
    ("broken_streams_are_errors", &[Need::Wire]),
    ("unknown_is_tolerated", &[Need::Wire]),
    ("secrets_stay_secret", &[Need::Wire]),
    ("reasoning_is_kept", &[REASONING]),
    ("structured_output_conforms", &[STRUCTURED]),
    ("images_are_sent", &[IMAGES, Need::Wire]),
    ("choices_stay_apart", &[CHOICES, Need::Wire]),
    ("embeddings_round_trip", &[Need::Embeddings]),
];

/// What the laws of a host prove, where they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proof {
    /// What the model says of itself.
    pub info: ModelInfo,
    /// The capabilities for which a law runs here. One that the model claims and that no law can test is not among
    /// them.
    pub capabilities: Capabilities,
    /// Whether the law of embeddings runs here.
    pub embeddings: bool,
}

impl Laws {
    /// What these laws prove, once they are mounted and hold.
    ///
    /// # Panics
    ///
    /// As the laws themselves, where a law is skipped that could run, or the other way round.
    #[must_use]
    pub fn proof(&self) -> Proof {
        let mut capabilities = Capabilities::default();
        capabilities.incremental = self.runs("whole_equals_incremental");
        capabilities.tools = self.runs("tool_call_round_trips");
        capabilities.parallel_tool_calls = self.runs("parallel_tool_calls_keep_identity");
        capabilities.images = self.runs("images_are_sent");
        capabilities.structured_output = self.runs("structured_output_conforms");
        capabilities.reasoning = self.runs("reasoning_is_kept");
        capabilities.choices = self.runs("choices_stay_apart");
        Proof {
            info: self.host.model(&idle()).info().clone(),
            capabilities,
            embeddings: self.runs("embeddings_round_trip"),
        }
    }

    /// Whether a law runs. Says so where it does not.
    pub(super) fn runs(&self, law: &str) -> bool {
        let line = idle();
        let can = self.host.model(&line).info().capabilities;
        let needs = NEEDS.iter().find(|(name, _)| *name == law);
        let needs = needs.map_or(&[][..], |(_, needs)| *needs);
        let missing = needs.iter().find_map(|need| match need {
            Need::Capability(name, has) => {
                (!has(&can)).then(|| format!("the model lacks the capability `{name}`"))
            }
            Need::Embeddings => {
                let none = self.host.embeddings(&line).is_none();
                none.then(|| "there is no embedding model".to_owned())
            }
            Need::Wire => {
                let none = self.host.wire().is_none();
                none.then(|| "there is no wire".to_owned())
            }
        });
        let skip = self.host.skips().iter().find(|(name, _)| *name == law);
        match (missing, skip) {
            (None, None) => true,
            (Some(missing), Some((_, reason))) => {
                #[expect(clippy::print_stdout, reason = "a skipped test says so")]
                {
                    println!("skipped: {law}: {reason} ({missing})");
                }
                false
            }
            (Some(missing), None) => {
                panic!("{law}: {missing}: say in `Host::skips` why that is right")
            }
            (None, Some((_, reason))) => {
                panic!("{law}: skipped ({reason}), but nothing is missing for it")
            }
        }
    }
}
