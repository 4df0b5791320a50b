use std::io::{ErrorKind, Write as _};

use glassbox::Usage;
use serde_json::{Value, json};

use crate::failure::Failure;

/// Prints to standard output. Whoever closed it (`| head`) has seen enough, so there is nothing more to do; any other
/// failure loses the answer.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::Closed),
        Err(error) => Err(Failure::Lost(error)),
        Ok(()) => Ok(()),
    }
}

/// Prints a line to standard output.
pub(crate) fn print_line(text: &str) -> Result<(), Failure> {
    print(&format!("{text}\n"))
}

/// Prints an object to standard output.
pub(crate) fn print_json(value: &Value) -> Result<(), Failure> {
    print_line(&value.to_string())
}

/// Says a sentence on standard error.
pub(crate) fn complain(sentence: &str) {
    let _ = writeln!(
        std::io::stderr().lock(),
        "glassbox: {}",
        clean(sentence, 2000)
    );
}

/// Words from elsewhere, fit for a terminal: no control characters, and no more than `most` characters.
pub(crate) fn clean(text: &str, most: usize) -> String {
    let mut clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(most)
        .collect();
    if text.chars().nth(most).is_some() {
        clean.push('…');
    }
    clean
}

/// What a call consumed. What the provider did not say is null.
pub(crate) fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_write_input_tokens": usage.cache_write_input_tokens,
        "reasoning_output_tokens": usage.reasoning_output_tokens,
    })
}

/// What the calls cost, in US dollars. Null where that is not known of every one of them.
pub(crate) fn cost(usage: &Usage) -> Option<f64> {
    let cost = usage.cost.filter(|cost| !cost.partial)?;
    Some(cost.total)
}
