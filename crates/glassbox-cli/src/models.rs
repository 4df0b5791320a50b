use glassbox::price::{Band, TokenRates};
use glassbox::{Capabilities, Prices, Provider, Rates, providers};
use serde_json::{Map, Value, json};

use crate::args::{Form, ModelsArguments};
use crate::failure::Failure;
use crate::{output, prices};

/// Prints the providers of this build, or the prices of one.
pub(crate) fn list(arguments: &ModelsArguments) -> Result<(), Failure> {
    let prices = prices::list(&arguments.prices)?.unwrap_or_else(Prices::embedded);
    let providers = providers();
    match (&arguments.provider, arguments.output) {
        (Some(name), form) => list_models(name, &providers, &prices, form),
        (None, Form::Json) => {
            let objects = providers.iter().map(|provider| object(provider, &prices));
            output::print_json(&objects.collect())
        }
        (None, Form::Text) => {
            for provider in &providers {
                let key = provider.key_variable.unwrap_or("no key");
                let host = provider.base_url.unwrap_or(if provider.name == "demo" {
                    "embedded"
                } else {
                    "--base-url"
                });
                output::print_line(&format!("{:18} {key:28} {host}", provider.name))?;
            }
            Ok(())
        }
    }
}

/// Prints what the models of a provider cost. The list may have providers that this build does not have.
fn list_models(
    name: &str,
    providers: &[Provider],
    prices: &Prices,
    form: Form,
) -> Result<(), Failure> {
    let models = prices.models(name);
    if models.is_empty() && !providers.iter().any(|provider| provider.name == name) {
        let names: Vec<&str> = providers.iter().map(|provider| provider.name).collect();
        return Err(Failure::usage(format!(
            "there is no provider `{name}`; there are {}",
            names.join(", ")
        )));
    }
    match form {
        Form::Json => {
            let models = models.iter().map(|(model, rates)| priced(model, rates));
            output::print_json(&json!({
                "provider": name,
                "prices_date": prices.date(),
                "unit": "USD per million tokens",
                "models": models.collect::<Vec<_>>(),
            }))
        }
        Form::Text => print_models(name, &models, prices.date()),
    }
}

fn print_models(name: &str, models: &[(&str, Rates)], date: Option<&str>) -> Result<(), Failure> {
    if models.is_empty() {
        return output::print_line(&format!("no model of {name} has a known price"));
    }
    let width = models.iter().map(|(model, _)| model.len()).max();
    let width = width.unwrap_or_default().max("MODEL".len());
    let line = |model: &str, [input, output, cached]: [&str; 3]| {
        let line = format!("{model:width$} {input:>9} {output:>9} {cached:>9}");
        output::print_line(line.trim_end())
    };
    line("MODEL", ["INPUT", "OUTPUT", "CACHED"])?;
    for (model, rates) in models {
        let TokenRates {
            input,
            output,
            cache_read_input,
            ..
        } = rates.tokens;
        let shown = [input, output, cache_read_input]
            .map(|rate| rate.map_or_else(String::new, |rate| million(rate).to_string()));
        line(model, shown.each_ref().map(String::as_str))?;
    }
    let source = date.map_or_else(String::new, |date| format!(", list prices of {date}"));
    output::print_line(&format!("US dollars per million tokens{source}"))
}

/// The price of a million tokens, without the last digits that the arithmetic adds.
fn million(rate: f64) -> f64 {
    (rate * 1e12).round() / 1e6
}

fn priced(model: &str, rates: &Rates) -> Value {
    let bands = rates.bands.iter().map(|band: &Band| {
        json!({
            "service_tier": band.service.as_str(),
            "above_input_tokens": band.above,
            "prices": tokens(&band.tokens),
        })
    });
    json!({"name": model, "prices": tokens(&rates.tokens), "bands": bands.collect::<Vec<_>>()})
}

/// What is known of the prices.
fn tokens(rates: &TokenRates) -> Map<String, Value> {
    let known = [
        ("input", rates.input),
        ("output", rates.output),
        ("cache_read_input", rates.cache_read_input),
        ("cache_write_input", rates.cache_write_input),
        ("cache_write_1h_input", rates.cache_write_1h_input),
        ("reasoning_output", rates.reasoning_output),
        ("audio_input", rates.audio_input),
        ("cache_read_audio_input", rates.cache_read_audio_input),
        ("audio_output", rates.audio_output),
    ];
    known
        .into_iter()
        .filter_map(|(name, rate)| Some((name.to_owned(), json!(million(rate?)))))
        .collect()
}

fn object(provider: &Provider, prices: &Prices) -> Value {
    let Capabilities {
        incremental,
        tools,
        parallel_tool_calls,
        images,
        structured_output,
        reasoning,
        choices,
        ..
    } = provider.capabilities;
    json!({
        "name": provider.name,
        "base_url": provider.base_url,
        "key_variable": provider.key_variable,
        "capabilities": {
            "incremental": incremental,
            "tools": tools,
            "parallel_tool_calls": parallel_tool_calls,
            "images": images,
            "structured_output": structured_output,
            "reasoning": reasoning,
            "choices": choices,
        },
        "priced_models": prices.models(provider.name).len(),
        "reports_cost": provider.reports_cost,
    })
}
