//! PromQL: metrics that are emitted, and labels that they have.

use std::collections::BTreeSet;

use super::names::Names;
use super::tokens::{Token, tokens};

const GROUPING: &[&str] = &[
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];
const OPERATORS: &[&str] = &["and", "or", "unless", "bool", "offset", "atan2"];

/// What is wrong with `query`.
pub(super) fn check(query: &str, names: &Names) -> Vec<String> {
    let tokens = tokens(query);
    let mut findings = Vec::new();
    let mut metrics = Vec::new();
    let mut grouped = BTreeSet::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let Token::Word(word) = *token else { continue };
        let next = tokens.get(at).copied();
        if word == "label_values" {
            grouped.extend(last_word(&tokens[at..]));
        } else if GROUPING.contains(&word) {
            let (labels, after) = words(&tokens, at);
            grouped.extend(labels);
            at = after;
        } else if next == Some(Token::Sign('{')) {
            metrics.push(word);
            let (labels, after) = matched(&tokens, at);
            findings.extend(labels.iter().filter_map(|label| lacks(names, word, label)));
            at = after;
        } else if !is_function(next) && !OPERATORS.contains(&word) && !grouped.contains(word) {
            metrics.push(word);
        }
    }
    for metric in &metrics {
        if names.series.contains_key(*metric) {
            findings.extend(
                grouped
                    .iter()
                    .filter_map(|label| lacks(names, metric, label)),
            );
        } else {
            findings.push(format!("no metric becomes `{metric}` in Prometheus"));
        }
    }
    if metrics.is_empty() {
        findings.push("asks for no metric".to_owned());
    }
    findings
}

/// The labels a query groups by, which its legend may name.
pub(super) fn grouping(query: &str) -> BTreeSet<&str> {
    let tokens = tokens(query);
    let mut grouped = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate() {
        if matches!(token, Token::Word(word) if GROUPING.contains(word)) {
            grouped.extend(words(&tokens, at + 1).0);
        }
    }
    grouped
}

/// Whether what comes before `next` is a function or an aggregation, whose groups may come before what it is of.
fn is_function(next: Option<Token<'_>>) -> bool {
    matches!(next, Some(Token::Sign('(')))
        || matches!(next, Some(Token::Word(word)) if GROUPING.contains(&word))
}

fn lacks(names: &Names, metric: &str, label: &str) -> Option<String> {
    let labels = names.series.get(metric)?;
    (!labels.contains(label)).then(|| format!("`{metric}` has no label `{label}`"))
}

/// The words in the parentheses at `at`, and what comes after.
fn words<'a>(tokens: &[Token<'a>], at: usize) -> (Vec<&'a str>, usize) {
    if tokens.get(at) != Some(&Token::Sign('(')) {
        return (Vec::new(), at);
    }
    let inside = &tokens[at + 1..];
    let end = inside.iter().position(|token| *token == Token::Sign(')'));
    let end = end.unwrap_or(inside.len());
    let found = inside[..end].iter().filter_map(word).collect();
    (found, at + end + 2)
}

/// The labels in the braces at `at`, and what comes after.
fn matched<'a>(tokens: &[Token<'a>], at: usize) -> (Vec<&'a str>, usize) {
    let inside = &tokens[at + 1..];
    let end = inside.iter().position(|token| *token == Token::Sign('}'));
    let end = end.unwrap_or(inside.len());
    let found = inside[..end].iter().filter_map(word).collect();
    (found, at + end + 2)
}

fn last_word<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    tokens.iter().rev().find_map(word)
}

fn word<'a>(token: &Token<'a>) -> Option<&'a str> {
    match token {
        Token::Word(word) => Some(word),
        _ => None,
    }
}
