//! What travels. What is sent is exact; of what comes back every field may be absent, and a value of the wrong kind
//! counts as absent.

use std::borrow::Cow;

use glassbox_http::lenient::{Count, List, Maybe, Word};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Debug, Serialize)]
pub(crate) struct Question<'a> {
    pub(crate) model: &'a str,
    pub(crate) turns: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tools: Vec<Offer<'a>>,
    /// The most tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u64>,
    /// The temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heat: Option<f64>,
    pub(crate) stream: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Turn<'a> {
    /// `system`, `user`, `assistant` or `tool`.
    pub(crate) by: &'static str,
    pub(crate) text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<Called<'a>>,
    /// Of a tool: the call that this is the result of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Called<'a> {
    pub(crate) id: &'a str,
    pub(crate) tool: &'a str,
    pub(crate) input: Value,
}

#[derive(Debug, Serialize)]
pub(crate) struct Offer<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<&'a str>,
    pub(crate) input: &'a Value,
}

/// The whole answer, or a line of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) model: Word<'a>,
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) calls: List<Call<'a>>,
    pub(crate) tokens: Maybe<Tokens>,
    /// Why the answer stops: `end`, `limit`, `calls`, or a word of tomorrow. It stands in the last line.
    #[serde(borrow)]
    pub(crate) stopped: Word<'a>,
    #[serde(borrow)]
    pub(crate) error: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Call<'a> {
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) tool: Word<'a>,
    #[serde(borrow)]
    pub(crate) input: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tokens {
    /// All of the input, those from the cache included.
    pub(crate) read: Count,
    pub(crate) cached: Count,
    pub(crate) written: Count,
}
