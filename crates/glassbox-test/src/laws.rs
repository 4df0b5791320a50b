//! The laws that every model obeys, whoever made it. A provider exists when it passes them.
//!
//! A model's author says what the other side of its wire looks like (a [`Host`], with a [`Wire`] where there is one)
//! and mounts the laws with [`laws!`](crate::laws!). Each is then a test. The answers are made up by the laws; the
//! host only spells them. They are sent from memory, cut in [four ways](Cut), and over a real socket.
//!
//! | law | what holds |
//! | --- | --- |
//! | `text_round_trips` | a text arrives as it was said, with its id, model and finish reason |
//! | `whole_equals_incremental` | the response is the same whichever delivery was asked for |
//! | `chunking_is_invisible` | the events are the same however the body is cut |
//! | `event_grammar_holds` | every stream obeys the grammar of [`Event`](glassbox_core::Event), also one that fails |
//! | `tool_call_round_trips` | a call arrives, and goes back with its result |
//! | `parallel_tool_calls_keep_identity` | calls of one tool with the same arguments stay apart, in order |
//! | `usage_is_reported_once` | input includes what was cached, output includes reasoning, and nothing counts twice |
//! | `history_is_faithful` | what was said goes out once, in order, unchanged |
//! | `errors_have_kinds` | a refusal, an interruption and a lost connection are what they are |
//! | `broken_streams_are_errors` | no part of an answer passes for the whole |
//! | `unknown_is_tolerated` | fields and events of tomorrow change nothing |
//! | `secrets_stay_secret` | the key is in the request's head, and nowhere else |
//! | `reasoning_is_kept` | reasoning arrives, goes back to its provider unchanged, and to no other |
//! | `structured_output_conforms` | the schema goes out, the JSON comes back |
//! | `images_are_sent` | an image goes out unchanged |
//! | `choices_stay_apart` | several answers to one question stay apart, in order |
//! | `embeddings_round_trip` | every text gets its own vector |
//!
//! A law needs things: a wire, a capability, an embedding model. Where one is missing the host
//! [says why](Host::skips), and that must agree with [`Capabilities`](glassbox_core::Capabilities): a law that could
//! run and is skipped fails, and so does one that cannot run and is not. So what a host's laws prove is known without
//! running them: [`Laws::proof`].
//!
//! ```
//! # mod acme {
//! use std::sync::Arc;
//!
//! use glassbox_core::CompletionModel;
//! use glassbox_test::ScriptedModel;
//! use glassbox_test::laws::{Host, Laws, Line};
//!
//! #[derive(Debug)]
//! struct Scripted;
//!
//! impl Host for Scripted {
//!     fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
//!         Arc::new(ScriptedModel::new(line.turns().to_vec()))
//!     }
//!     // An adapter also gives its wire.
//! }
//!
//! glassbox_test::laws!(Laws::new(Scripted));
//! # }
//! ```

mod answers;
mod body;
mod chat_completions;
mod choices;
mod embeddings;
mod failures;
mod history;
mod host;
mod needs;
mod requests;
mod stage;

pub use body::{Body, Cut};
pub use chat_completions::ChatCompletions;
pub use host::{Case, Host, Line, Skip, Wire, Wrapper};
pub use needs::Proof;
pub use stage::Laws;

/// Mounts every law as a test of its own. It takes an expression that makes a [`Laws`].
///
/// The crate needs tokio with its features `macros` and `rt`. Mounted twice, in a module each, it can run bare and
/// inside a wrapper ([`Laws::within`]).
#[macro_export]
macro_rules! laws {
    ($laws:expr) => {
        $crate::laws!(@mount $laws;
            text_round_trips,
            whole_equals_incremental,
            chunking_is_invisible,
            event_grammar_holds,
            tool_call_round_trips,
            parallel_tool_calls_keep_identity,
            usage_is_reported_once,
            history_is_faithful,
            errors_have_kinds,
            broken_streams_are_errors,
            unknown_is_tolerated,
            secrets_stay_secret,
            reasoning_is_kept,
            structured_output_conforms,
            images_are_sent,
            choices_stay_apart,
            embeddings_round_trip,
        );
    };
    (@mount $laws:expr; $($law:ident,)*) => {
        $(
            #[::tokio::test]
            async fn $law() {
                $laws.$law().await;
            }
        )*
    };
}
