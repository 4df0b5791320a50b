use std::sync::{Arc, OnceLock};

use glassbox_core::{Cost, Usage};
use glassbox_price::{Call, Prices, Rates, ServiceTier};

/// What a model charges, looked up once: the list is long, and mostly the same model answers.
#[derive(Debug, Default)]
pub(crate) struct Tariff(OnceLock<(Arc<str>, Option<Rates>)>);

impl Tariff {
    /// What a call costs, as [`Prices::cost`] says. All calls are to one model, with one list of prices.
    pub(crate) fn cost(&self, prices: &Prices, call: &Call<'_>, usage: &Usage) -> Option<Cost> {
        let Some(answered) = call.answered else {
            return prices.cost(call, usage);
        };
        let known = || (Arc::from(answered), prices.rates_of(call));
        let (model, rates) = self.0.get_or_init(known);
        if **model != *answered {
            return prices.cost(call, usage);
        }
        let service = ServiceTier::named(call.service_tier.unwrap_or_default())?;
        rates.as_ref()?.cost(usage, service)
    }
}

#[cfg(test)]
mod tests;
