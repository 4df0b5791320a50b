use glassbox::{Capabilities, Provider, providers};
use serde_json::{Value, json};

use crate::args::Form;
use crate::failure::Failure;
use crate::output;

/// Prints the providers of this build.
pub(crate) fn list(form: Form) -> Result<(), Failure> {
    let providers = providers();
    match form {
        Form::Json => {
            output::print_json(&json!(providers.iter().map(object).collect::<Vec<_>>()))?;
        }
        Form::Text => {
            for provider in &providers {
                let key = provider.key_variable.unwrap_or("no key");
                let host = provider.base_url.unwrap_or(if provider.name == "demo" {
                    "embedded"
                } else {
                    "--base-url"
                });
                output::print_line(&format!("{:18} {key:28} {host}", provider.name))?;
            }
        }
    }
    Ok(())
}

fn object(provider: &Provider) -> Value {
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
    })
}
