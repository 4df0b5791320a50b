//! Lists of prices in the format of LiteLLM's price map.

use glassbox_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use crate::name;
use crate::notation::is_price;
use crate::{Rates, ServiceTier, TokenRates};

/// One model of a list.
pub(crate) struct Entry {
    pub(crate) section: String,
    pub(crate) model: String,
    pub(crate) rates: Rates,
}

/// The entry of LiteLLM's file that explains the others.
const SAMPLE: &str = "sample_spec";

/// Dearer than any: the price of a token that is above this is the price of more than one.
const MOST: f64 = 1.0;

/// The fields that hold prices, each with what may follow it left out.
type Place = fn(&mut TokenRates) -> &mut Option<f64>;
const FIELDS: &[(&str, Place)] = &[
    ("input_cost_per_token", |rates| &mut rates.input),
    ("output_cost_per_token", |rates| &mut rates.output),
    ("cache_read_input_token_cost", |rates| {
        &mut rates.cache_read_input
    }),
    // The longer one first: it begins with the other.
    ("cache_creation_input_token_cost_above_1hr", |rates| {
        &mut rates.cache_write_1h_input
    }),
    ("cache_creation_input_token_cost", |rates| {
        &mut rates.cache_write_input
    }),
    ("output_cost_per_reasoning_token", |rates| {
        &mut rates.reasoning_output
    }),
    ("input_cost_per_audio_token", |rates| &mut rates.audio_input),
    ("cache_read_input_audio_token_cost", |rates| {
        &mut rates.cache_read_audio_input
    }),
    ("output_cost_per_audio_token", |rates| {
        &mut rates.audio_output
    }),
];

/// The models of a list that are charged by the token.
pub(crate) fn read(text: &str) -> Result<Vec<Entry>> {
    let list: Value = serde_json::from_str(text).map_err(|error| {
        let message = format!("the list of prices is not JSON: {error}");
        Error::new(ErrorKind::Configuration, message)
    })?;
    let Value::Object(list) = list else {
        let message = "the list of prices must be a JSON object of models";
        return Err(Error::new(ErrorKind::Configuration, message));
    };
    let mut entries: Vec<(bool, Entry)> = Vec::new();
    for (key, value) in list.iter().filter(|(key, _)| *key != SAMPLE) {
        let Some(fields) = value.as_object() else {
            return Err(wrong(
                key,
                "it must be a JSON object with the model's prices",
            ));
        };
        if let Some(rates) = rates(key, fields)? {
            let (section, model) = place(key, fields)?;
            let bare = model == key;
            let entry = Entry {
                section: section.to_owned(),
                model: model.to_owned(),
                rates,
            };
            entries.push((bare, entry));
        }
    }
    // A list may have a model with its provider and without. What is read last counts, and that is the former.
    entries.sort_by_key(|(bare, _)| !bare);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// The section and the name of a model. The key has the provider before the name, or the field has it.
fn place<'a>(key: &'a str, fields: &'a Map<String, Value>) -> Result<(&'a str, &'a str)> {
    let provider = match fields.get("litellm_provider") {
        Some(Value::String(provider)) => Some(name::section(provider)),
        Some(Value::Null) | None => None,
        Some(_) => return Err(wrong(key, "`litellm_provider` must be a string")),
    };
    let split = key
        .split_once('/')
        .map(|(first, rest)| (name::section(first), rest));
    match (provider, split) {
        (None, Some(place)) => Ok(place),
        (Some(provider), Some((first, rest))) if provider == first => Ok((provider, rest)),
        (Some(provider), _) => Ok((provider, key)),
        (None, None) => Err(wrong(
            key,
            "it does not say whose model that is: write PROVIDER/NAME, or add `litellm_provider`",
        )),
    }
}

/// What a model charges by the token. `None` where that is not all it charges, or not known.
fn rates(key: &str, fields: &Map<String, Value>) -> Result<Option<Rates>> {
    let mode = fields.get("mode").and_then(Value::as_str);
    if mode.is_some_and(|mode| !["chat", "completion", "responses", "embedding"].contains(&mode)) {
        return Ok(None);
    }
    let mut rates = Rates::default();
    for (field, value) in fields {
        if let Some((place, service, above)) = price_field(field)
            && let Some(rate) = number(key, field, value)?
        {
            *place(rates.entry(service, above)) = Some(rate);
        }
    }
    // What DeepSeek's entries say instead, or as well.
    const CACHE_HIT: &str = "input_cost_per_token_cache_hit";
    if let Some(value) = fields.get(CACHE_HIT)
        && let Some(rate) = number(key, CACHE_HIT, value)?
    {
        rates.tokens.cache_read_input.get_or_insert(rate);
    }
    if let Some(tiers) = fields
        .get("tiered_pricing")
        .filter(|tiers| !tiers.is_null())
    {
        read_tiers(key, tiers, &mut rates)?;
    }
    let TokenRates { input, output, .. } = rates.tokens;
    let whole = input.is_some() && (output.is_some() || matches!(mode, Some("embedding") | None));
    Ok(whole.then_some(rates))
}

/// Where the price in a field of this name belongs. `None` for a field that holds none that we use.
fn price_field(field: &str) -> Option<(Place, ServiceTier, u64)> {
    let (name, place) = FIELDS.iter().find(|(name, _)| field.starts_with(name))?;
    let mut rest = &field[name.len()..];
    let mut above = 0;
    if let Some(size) = rest.strip_prefix("_above_") {
        let (thousands, after) = size.split_once("k_tokens")?;
        above = thousands.parse::<u64>().ok()?.checked_mul(1000)?;
        rest = after;
    }
    let service = match rest {
        "" => ServiceTier::Standard,
        "_balanced" => ServiceTier::Balanced,
        "_batches" => ServiceTier::Batch,
        "_flex" => ServiceTier::Flex,
        "_priority" => ServiceTier::Priority,
        "_ultrafast" => ServiceTier::Ultrafast,
        _ => return None,
    };
    Some((*place, service, above))
}

/// `tiered_pricing`: prices by ranges of the input's size.
fn read_tiers(key: &str, tiers: &Value, rates: &mut Rates) -> Result<()> {
    const FORM: &str = "`tiered_pricing` must be an array of objects with prices and a `range` of \
                        two numbers of tokens";
    for tier in tiers.as_array().ok_or_else(|| wrong(key, FORM))? {
        let fields = tier.as_object().ok_or_else(|| wrong(key, FORM))?;
        let above = fields
            .get("range")
            .and_then(|range| range.get(0))
            .and_then(Value::as_f64)
            .filter(|above| *above >= 0.0)
            .ok_or_else(|| wrong(key, FORM))?;
        for (field, value) in fields {
            if let Some((place, service, 0)) = price_field(field)
                && let Some(rate) = number(key, field, value)?
            {
                *place(rates.entry(service, above as u64)) = Some(rate);
            }
        }
    }
    Ok(())
}

/// The price in a field. `None` where it is null.
fn number(key: &str, field: &str, value: &Value) -> Result<Option<f64>> {
    let rate = match value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_f64().filter(|rate| is_price(*rate)),
        _ => None,
    };
    match rate {
        Some(rate) if rate <= MOST => Ok(Some(rate)),
        Some(_) => Err(wrong(
            key,
            &format!("`{field}` is more than a US dollar a token: write the price of one token"),
        )),
        None => Err(wrong(
            key,
            &format!("`{field}` must be a number of US dollars a token, zero or more, or null"),
        )),
    }
}

fn wrong(key: &str, problem: &str) -> Error {
    let message = format!("the prices of `{key}`: {problem}");
    Error::new(ErrorKind::Configuration, message)
}
