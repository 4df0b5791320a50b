//! What a call costs, by its usage and its model's rates.

use glassbox_core::{Cost, CostSource, Usage};

use crate::notation::is_price;
use crate::{Rates, ServiceTier, TokenRates};

impl Rates {
    /// What a call of this usage costs, in US dollars.
    ///
    /// The counts mean what [`Usage`] says: the input includes cached tokens, the output includes reasoning. A part
    /// that a provider reports as larger than its whole is as large as the whole. Of a part without a rate of its own:
    ///
    /// - what came from the cache costs as much as other input, so the cost is rather too high than too low;
    /// - any other part costs as much as its whole, unless the standard tier has a rate of its own for it and this tier
    ///   or size has none.
    ///
    /// Where the provider says that less is paid for ([`Usage::billed`]), that is what counts, without parts: a provider
    /// that says so charges all of it at one rate.
    ///
    /// `None` where the input's or, except for embeddings, the output's tokens are not known, or the rate of a part
    /// that there was. What is charged by the call (searches, tools of the provider's) is not in it.
    #[must_use]
    pub fn cost(&self, usage: &Usage, service: ServiceTier) -> Option<Cost> {
        let paid = paid_for(usage);
        let usage = paid.as_ref().unwrap_or(usage);
        let tokens = usage.input_tokens?;
        let quote = Quote {
            standard: &self.tokens,
            rates: self.at(service, tokens)?,
        };
        let input = quote.input(tokens, usage)?;
        let output = quote.output(usage)?;
        let total = input.whole + output.map_or(0.0, |output| output.whole);
        let mut cost = Cost::new(total, CostSource::PriceList);
        cost.input = Some(input.whole);
        cost.cache_read_input = usage.cache_read_input_tokens.and(Some(input.read));
        cost.cache_write_input = usage.cache_write_input_tokens.and(Some(input.written));
        cost.output = output.map(|output| output.whole);
        cost.reasoning_output = (usage.reasoning_output_tokens)
            .and(output)
            .map(|output| output.reasoning);
        total.is_finite().then_some(cost)
    }
}

/// What is paid for, where it is not all.
fn paid_for(usage: &Usage) -> Option<Usage> {
    let billed = usage.billed;
    (!billed.is_empty()).then(|| {
        let mut paid = Usage::default();
        paid.input_tokens = billed.input_tokens.or(usage.input_tokens);
        paid.output_tokens = billed.output_tokens.or(usage.output_tokens);
        paid
    })
}

/// The rates of one call, and those that they are measured against.
struct Quote<'a> {
    standard: &'a TokenRates,
    rates: &'a TokenRates,
}

struct Input {
    whole: f64,
    read: f64,
    written: f64,
}

#[derive(Clone, Copy)]
struct Output {
    whole: f64,
    reasoning: f64,
}

impl Quote<'_> {
    fn input(&self, tokens: u64, usage: &Usage) -> Option<Input> {
        let read = usage.cache_read_input_tokens.unwrap_or(0).min(tokens);
        let written = usage
            .cache_write_input_tokens
            .unwrap_or(0)
            .min(tokens - read);
        let fresh = tokens - read - written;
        let audio = usage.audio.input_tokens.unwrap_or(0);
        let read_audio = usage.audio.cache_read_input_tokens.unwrap_or(0);
        let read_audio = read_audio.min(audio).min(read);
        let audio = (audio - read_audio).min(fresh);

        let rate = self.rates.input;
        let cached = self.rates.cache_read_input.or(rate);
        let cached_audio = self.part(|rates| rates.cache_read_audio_input, |_| cached);
        let heard = self.part(|rates| rates.audio_input, |rates| rates.input);
        let write = self.part(|rates| rates.cache_write_input, |rates| rates.input);

        let read = price(read - read_audio, cached)? + price(read_audio, cached_audio)?;
        let written = price(written, write)?;
        let whole = price(fresh - audio, rate)? + price(audio, heard)? + read + written;
        Some(Input {
            whole,
            read,
            written,
        })
    }

    /// What the output costs. Nothing where there is none to pay for.
    fn output(&self, usage: &Usage) -> Option<Option<Output>> {
        let rate = self.rates.output;
        let Some(tokens) = usage.output_tokens else {
            // An embedding has no output. Of an answer that was not counted, the price is not known.
            return rate.is_none_or(|rate| rate == 0.0).then_some(None);
        };
        let reasoning = usage.reasoning_output_tokens.unwrap_or(0).min(tokens);
        let audio = usage.audio.output_tokens.unwrap_or(0);
        let audio = audio.min(tokens - reasoning);

        let thought = self.part(|rates| rates.reasoning_output, |rates| rates.output);
        let spoken = self.part(|rates| rates.audio_output, |rates| rates.output);

        let text = price(tokens - reasoning - audio, rate)?;
        let reasoning = price(reasoning, thought)?;
        let whole = text + reasoning + price(audio, spoken)?;
        Some(Some(Output { whole, reasoning }))
    }

    /// The rate of a part: its own, or that of its whole where it is charged as that at the standard tier.
    fn part(
        &self,
        own: impl Fn(&TokenRates) -> Option<f64>,
        whole: impl Fn(&TokenRates) -> Option<f64>,
    ) -> Option<f64> {
        own(self.rates).or_else(|| {
            let standard = own(self.standard);
            let apart = standard.is_some() && standard != whole(self.standard);
            if apart { None } else { whole(self.rates) }
        })
    }
}

/// What so many tokens cost. Nothing costs nothing, whatever its rate.
fn price(tokens: u64, rate: Option<f64>) -> Option<f64> {
    if tokens == 0 {
        return Some(0.0);
    }
    let rate = rate.filter(|rate| is_price(*rate))?;
    Some(tokens as f64 * rate)
}
