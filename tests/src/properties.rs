//! What holds whatever comes in: properties of any input at all.
//!
//! The fuzzers in `fuzz/` look for an input that breaks one, and the tests in `seeds/` hold them with the inputs in
//! `fuzz/seeds`. A property that does not hold is a panic.

mod answers;
mod embeddings;
mod encode;
mod framing;
mod hosts;
mod input;
mod messages;
mod refusals;
mod said;

/// A property: panics where it does not hold for an input.
pub type Property = fn(&[u8]);

/// Every property, by its name, which is that of its fuzz target and of its folder of seeds.
pub const PROPERTIES: &[(&str, Property)] = &[
    ("anthropic", answers::anthropic),
    ("bedrock", answers::bedrock),
    ("chat", answers::chat),
    ("cohere", answers::cohere),
    ("embeddings", embeddings::embeddings),
    ("encode", encode::encode),
    ("error_body", refusals::error),
    ("event_stream", framing::event_stream),
    ("gemini", answers::gemini),
    ("ndjson", framing::ndjson),
    ("ollama", answers::ollama),
    ("responses", answers::responses),
    ("sse", framing::sse),
];

/// Holds the property of this name.
///
/// # Panics
///
/// Where it does not hold, or there is none of this name.
pub fn hold(name: &str, input: &[u8]) {
    let property = PROPERTIES.iter().find(|(known, _)| *known == name);
    let (_, property) = property.unwrap_or_else(|| panic!("there is no property `{name}`"));
    property(input);
}
