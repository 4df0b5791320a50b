//! What a call consumed, in the one meaning of [`glassbox_core::Usage`].

use glassbox_core::Usage;

use crate::wire::{self, Detail};
use glassbox_http::lenient::{Count, List};

#[cfg(test)]
mod tests;

/// Google counts thoughts beside the candidates, and what its own tools put into the prompt beside the prompt; its
/// total is the sum of all four. Cached tokens are inside the prompt.
pub(crate) fn read(said: &wire::Usage<'_>) -> Usage {
    let mut usage = Usage::default();
    usage.input_tokens = sum(said.prompt_token_count, said.tool_use_prompt_token_count);
    usage.output_tokens = sum(said.candidates_token_count, said.thoughts_token_count)
        // An answer that was blocked before it began has no count of its own.
        .or_else(|| {
            let total = said.total_token_count.0?;
            total.checked_sub(usage.input_tokens?)
        });
    usage.cache_read_input_tokens = said.cached_content_token_count.0;
    usage.reasoning_output_tokens = said.thoughts_token_count.0;
    let input = [
        &said.prompt_tokens_details,
        &said.tool_use_prompt_tokens_details,
    ];
    let output = [&said.candidates_tokens_details];
    let cached = [&said.cache_tokens_details];
    for (of, word, number) in [
        (&mut usage.text, "TEXT", "1"),
        (&mut usage.image, "IMAGE", "2"),
        (&mut usage.audio, "AUDIO", "4"),
    ] {
        of.input_tokens = share(&input, word, number);
        of.output_tokens = share(&output, word, number);
        of.cache_read_input_tokens = share(&cached, word, number);
    }
    usage
}

fn sum(a: Count, b: Count) -> Option<u64> {
    match (a.0, b.0) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    }
}

/// The tokens of one modality: by its word, or by its number, as Vertex AI gives it where enums are numbers.
fn share(lists: &[&List<Detail<'_>>], word: &str, number: &str) -> Option<u64> {
    let details = lists.iter().flat_map(|list| &list.0);
    let of_this = details.filter(|detail| {
        let modality = detail.modality.as_str();
        modality == number || modality.eq_ignore_ascii_case(word)
    });
    of_this
        .filter_map(|detail| detail.token_count.0)
        .reduce(u64::saturating_add)
}
