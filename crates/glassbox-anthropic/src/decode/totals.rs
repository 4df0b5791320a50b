//! What a call consumed.

use glassbox_core::Usage;

use crate::wire;

/// The counts so far. Every report is of the whole call up to then, not of what was added, and may leave counts out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    input: Option<u64>,
    output: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    thinking: Option<u64>,
}

impl Totals {
    /// Takes a report in, and gives the usage where that changed something.
    pub(super) fn update(&mut self, report: &wire::Usage<'_>) -> Option<Usage> {
        let before = *self;
        // A gateway that does not know says zero.
        let input = |known: &mut Option<u64>, said: Option<u64>| match (*known, said) {
            (Some(_), Some(0)) | (_, None) => {}
            (_, said) => *known = said,
        };
        input(&mut self.input, report.input_tokens.0);
        input(&mut self.cache_read, report.cache_read_input_tokens.0);
        input(&mut self.cache_write, report.cache_creation_input_tokens.0);
        self.output = report.output_tokens.0.or(self.output);
        let details = report.output_tokens_details.0.as_ref();
        self.thinking = details
            .and_then(|details| details.thinking_tokens.0)
            .or(self.thinking);
        (*self != before).then(|| self.usage())
    }

    /// The same in the meaning of the conventions: here `input_tokens` is what the cache had no part in.
    fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        let inputs = [self.input, self.cache_read, self.cache_write];
        usage.input_tokens = inputs.into_iter().flatten().reduce(u64::saturating_add);
        usage.output_tokens = self.output;
        usage.cache_read_input_tokens = self.cache_read;
        usage.cache_write_input_tokens = self.cache_write;
        usage.reasoning_output_tokens = self.thinking;
        usage
    }
}
