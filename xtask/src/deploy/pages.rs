//! The pages: their queries, and the variables that they tell people to set.

use super::{Query, Texts};

/// Pages with recipes.
const RECIPES: &[&str] = &["deploy/README.md", "docs/backends.md"];

/// The TraceQL in fenced blocks of every page.
pub(super) fn traceql(texts: &Texts) -> Vec<Query> {
    let pages = texts.iter().filter(|(path, _)| path.ends_with(".md"));
    pages
        .flat_map(|(path, text)| {
            blocks(text, "traceql")
                .into_iter()
                .map(move |(line, text)| Query {
                    place: format!("{path}:{line}"),
                    text: text.trim().to_owned(),
                })
        })
        .collect()
}

/// Variables in recipes that nothing reads.
pub(super) fn check(texts: &Texts) -> Vec<String> {
    let mut findings = Vec::new();
    for page in RECIPES {
        let Some(text) = texts.get(*page) else {
            findings.push(format!("{page}: missing"));
            continue;
        };
        for (line, block) in blocks(text, "sh") {
            for name in block.split_whitespace().filter_map(variable) {
                if !is_read(name, texts) {
                    findings.push(format!("{page}:{line}: nothing reads {name}"));
                }
            }
        }
    }
    findings
}

/// The fenced blocks of a language, each with the number of its first line.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, bool)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(named)) => open = Some((at + 2, String::new(), named == language)),
            (Some((_, block, _)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (Some(_), Some(_)) => found.extend(
                open.take()
                    .filter(|open| open.2)
                    .map(|open| (open.0, open.1)),
            ),
            (None, None) => {}
        }
    }
    found
}

/// The name in `NAME=value`.
fn variable(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    let ours = name.starts_with("OTEL_") || name.starts_with("GLASSBOX_");
    ours.then_some(name)
}

/// Whether some crate's source names it, or the variable for all signals that it is the one signal's of.
fn is_read(name: &str, texts: &Texts) -> bool {
    let general = ["TRACES_", "METRICS_", "LOGS_"].iter().find_map(|signal| {
        let rest = name
            .strip_prefix("OTEL_EXPORTER_OTLP_")?
            .strip_prefix(signal)?;
        Some(format!("\"OTEL_EXPORTER_OTLP_{rest}\""))
    });
    let exact = format!("\"{name}\"");
    texts
        .iter()
        .filter(|(path, _)| path.starts_with("crates/") && path.ends_with(".rs"))
        .any(|(_, text)| {
            text.contains(&exact) || general.as_ref().is_some_and(|name| text.contains(name))
        })
}
