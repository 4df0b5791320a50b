use super::{TABLE, find, find_in, iter};
use crate::Rates;

#[test]
fn every_line_is_a_section_a_model_and_rates() {
    let mut lines = 0;
    for line in TABLE.lines() {
        let (name, rates) = line.split_once(' ').expect("a name and rates");
        let (section, model) = name.split_once('/').expect("a section and a model");
        let read: Rates = rates.parse().expect("they read");
        assert_eq!(read.to_string(), rates, "{name}");
        assert!(
            read.tokens.input.is_some(),
            "{name} has no price for its input"
        );
        assert_eq!(find(section, model), Some(read), "{name} is not found");
        lines += 1;
    }
    assert_eq!(iter(|_, _| true).count(), lines);
    assert!(lines > 3000, "{lines}");
}

#[test]
fn the_lines_are_sorted_by_name_and_each_name_is_there_once() {
    let names: Vec<&str> = TABLE
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert!(names.is_sorted_by(|a, b| a < b));
}

#[test]
fn tables_of_any_size_find_what_they_have_and_nothing_else() {
    let lines = [
        "a/1 i1e-6",
        "a/1-long i2e-6",
        "a/2 i3e-6",
        "b/1 i4e-6",
        "b/1/2 i5e-6",
    ];
    for size in 0..=lines.len() {
        let table: String = lines[..size]
            .iter()
            .map(|line| format!("{line}\n"))
            .collect();
        for (at, line) in lines.iter().enumerate() {
            let (name, rates) = line.split_once(' ').expect("a name and rates");
            let (section, model) = name.split_once('/').expect("a section and a model");
            let found = find_in(&table, section, model).map(|rates| rates.to_string());
            assert_eq!(
                found.as_deref(),
                (at < size).then_some(rates),
                "{name} of {size}"
            );
        }
        for (section, model) in [
            ("", ""),
            ("a", ""),
            ("a", "1 i1e-6"),
            ("a", "1\n"),
            ("z", "1"),
        ] {
            assert_eq!(
                find_in(&table, section, model),
                None,
                "{section}/{model} of {size}"
            );
        }
    }
}

#[test]
fn what_runs_on_ones_own_machine_has_no_price() {
    let own = [
        "llamacpp",
        "lmstudio",
        "ollama",
        "openai-compatible",
        "sglang",
        "vllm",
    ];
    assert_eq!(iter(|section, _| own.contains(&section)).next(), None);
}
