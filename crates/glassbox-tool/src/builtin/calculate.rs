//! Evaluates arithmetic expressions.
//!
//! A parser of our own, because none of the expression crates at hand gives `-4` for `-2^2`, `512` for `2^3^2` and
//! exact decimals, names the column of a mistake, and has a limit to its recursion and its running time.

mod functions;
mod lexer;
mod number;
mod parser;
#[cfg(test)]
mod tests;

/// Longer than any expression that a model writes in earnest.
const MOST_CHARACTERS: usize = 2000;

/// The value of an expression, as text.
pub(super) fn evaluate(expression: &str) -> Result<String, String> {
    if expression.chars().nth(MOST_CHARACTERS).is_some() {
        return Err(format!(
            "the expression is longer than {MOST_CHARACTERS} characters; split it up"
        ));
    }
    let tokens = lexer::tokens(expression)?;
    let value = parser::value(&tokens)?;
    Ok(value.to_string())
}
