//! Behaviour of providers that breaks naive adapters is numbered, and every number has a test that is named after it:
//! `quirk_07_...`.

use std::collections::BTreeSet;

use super::hygiene::File;

/// The numbers. A new one is the next.
const QUIRKS: std::ops::RangeInclusive<u32> = 1..=35;

/// The document that says which test holds what was seen in recordings.
const SEEN: &str = "crates/glassbox-test/src/cassettes.rs";

/// Which numbers have no test, and which tests have no number.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let tests: BTreeSet<&str> = files.iter().filter_map(text).flat_map(functions).collect();
    let mut findings = Vec::new();
    let numbers: BTreeSet<u32> = tests.iter().filter_map(|test| number(test)).collect();
    for quirk in QUIRKS {
        if !numbers.contains(&quirk) {
            findings.push(format!(
                "no test is named after quirk {quirk}: `quirk_{quirk:02}_...`"
            ));
        }
    }
    for test in &tests {
        let is_known = number(test).is_none_or(|number| {
            QUIRKS.contains(&number) && test.starts_with(&format!("quirk_{number:02}_"))
        });
        if !is_known {
            findings.push(format!(
                "{test}: quirks have two digits, from 01 to {}",
                QUIRKS.end()
            ));
        }
    }
    findings.extend(check_seen(files, &tests));
    findings
}

/// Every test that the document names is one, and every test of what was seen is named there.
fn check_seen(files: &[File], tests: &BTreeSet<&str>) -> Vec<String> {
    let Some(document) = files.iter().find(|file| file.path == SEEN).and_then(text) else {
        return Vec::new();
    };
    let rows = document.lines().filter(|line| line.starts_with("//! |"));
    let named: BTreeSet<&str> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|word| word.starts_with("odd_") || word.starts_with("quirk_"))
        .collect();
    let gone = named.iter().filter(|name| !tests.contains(*name));
    let gone = gone.map(|name| format!("{SEEN}: there is no test `{name}`"));
    let odd = tests
        .iter()
        .filter(|test| test.starts_with("odd_") && !named.contains(*test));
    gone.chain(odd.map(|test| format!("{SEEN}: does not name the test `{test}`")))
        .collect()
}

fn text(file: &File) -> Option<&str> {
    let is_rust = file.path.ends_with(".rs");
    std::str::from_utf8(&file.bytes).ok().filter(|_| is_rust)
}

/// The names of the functions that begin a line, whatever stands before `fn`.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("async ").unwrap_or(line);
        let (name, _) = line.strip_prefix("fn ")?.split_once('(')?;
        Some(name)
    })
}

fn number(test: &str) -> Option<u32> {
    let (number, _) = test.strip_prefix("quirk_")?.split_once('_')?;
    number.parse().ok()
}
