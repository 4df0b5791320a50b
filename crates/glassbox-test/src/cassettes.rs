//! Recorded exchanges of real hosts, read by an adapter and compared with what an independent reader found in them.
//!
//! The recordings are not part of Glassbox: they stand in a folder that `GLASSBOX_CASSETTES` names, or in
//! `shared/cassettes` beside the workspace. Without it a test says that it was skipped, and passes.
//!
//! | file | what |
//! | --- | --- |
//! | `INDEX.jsonl` | a row an exchange: `file`, `provider`, `api`, `streaming` |
//! | `ORACLE.jsonl` | a row an exchange: what a right adapter reads out of it |
//! | `PROVIDER-API/NAME.json` | an exchange: `request` (`path`, `body`), `response` (`status`, `headers`, `body`, and `body_encoding`, `text` or `base64`) |
//!
//! An adapter's test says which exchanges it claims, how a model is made that gets a recorded answer, and where it
//! reads another meaning out of one than the oracle does:
//!
//! ```no_run
//! use glassbox_core::CompletionModel;
//! use glassbox_http::MemoryTransport;
//! use glassbox_test::cassettes::{Exception, Recording, Recordings};
//!
//! const EXCEPTIONS: &[Exception] = &[("acme-chat/one.json", "usage", "ACME counts the cache beside the input")];
//!
//! # mod acme {
//! #     pub fn model(_: &str, _: glassbox_http::MemoryTransport) -> glassbox_test::ScriptedModel {
//! #         glassbox_test::ScriptedModel::new([])
//! #     }
//! # }
//! fn model(recording: &Recording, transport: MemoryTransport) -> impl CompletionModel + use<> {
//!     acme::model(recording.model(), transport)
//! }
//!
//! # async fn test() {
//! if let Some(recordings) = Recordings::from_env(&["chat"]) {
//!     let recordings = recordings.claimed(|recording| recording.provider == "acme");
//!     recordings.assert_read(model, EXCEPTIONS).await;
//!     recordings.assert_cut(model).await;
//! }
//! # }
//! ```

mod counts;
mod oracle;
mod recording;
mod suite;

pub use counts::Counts;
pub use oracle::same;
pub use recording::{Reading, Recording};
pub use suite::{Exception, Recordings};
