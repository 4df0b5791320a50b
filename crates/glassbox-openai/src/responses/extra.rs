//! What a response says beside the answer, for [`Meta::extra`].

use glassbox_core::Meta;
use serde_json::{Map, Value, json};

use super::wire::Raw;

/// What was said so far.
#[derive(Debug, Default)]
pub(super) struct Extra {
    annotations: Vec<Value>,
    logprobs: Vec<Value>,
    content_filters: Option<Value>,
}

impl Extra {
    pub(super) fn of_part(&mut self, annotations: Raw<'_>, logprobs: Raw<'_>) {
        let list = |raw: Raw<'_>| -> Vec<Value> {
            raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
                .unwrap_or_default()
        };
        self.annotations.extend(list(annotations));
        self.logprobs.extend(list(logprobs));
    }

    pub(super) fn of_response(&mut self, content_filters: Raw<'_>) {
        if let Some(filters) = content_filters {
            self.content_filters = serde_json::from_str(filters.get()).ok();
        }
    }

    /// Everything, where there is something; under the names that Chat Completions has for it.
    pub(super) fn take(&mut self) -> Option<Meta> {
        let mut choice = Map::new();
        for (name, list) in [
            ("annotations", &mut self.annotations),
            ("logprobs", &mut self.logprobs),
        ] {
            if !list.is_empty() {
                choice.insert(name.to_owned(), Value::Array(std::mem::take(list)));
            }
        }
        let mut meta = Meta::default();
        if !choice.is_empty() {
            meta.extra.insert("choices".to_owned(), json!([choice]));
        }
        if let Some(filters) = self.content_filters.take().filter(|value| !value.is_null()) {
            meta.extra.insert("content_filters".to_owned(), filters);
        }
        (!meta.extra.is_empty()).then_some(meta)
    }
}
