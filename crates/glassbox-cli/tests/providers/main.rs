//! Every provider of the registry, live: the binary itself asks a server on loopback that spells its answers as that
//! provider does.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

#[path = "../../../glassbox-anthropic/tests/laws/host.rs"]
mod anthropic;
#[path = "../../../glassbox-bedrock/tests/laws/host.rs"]
mod bedrock;
#[path = "../command/binary.rs"]
#[expect(dead_code, reason = "other tests use the rest of it")]
mod binary;
#[path = "../../../glassbox-openai/tests/laws/host.rs"]
#[expect(dead_code, reason = "here every dialect is like the others")]
mod chat;
#[path = "../../../glassbox-cohere/tests/laws/host.rs"]
mod cohere;
#[path = "../../../glassbox-gemini/tests/laws/host.rs"]
mod google;
#[path = "../../../glassbox-ollama/tests/laws/host.rs"]
mod ollama;

mod agents;
mod hosted;
mod once;
mod responses;
