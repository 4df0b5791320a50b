use std::path::Path;
use std::time::Duration;

use clap::{Parser, ValueEnum as _};

use super::{Line, Options, Step, feature_lines, report};

#[derive(Debug, Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

fn steps(arguments: &[&str]) -> Vec<Step> {
    let all = ["ci"].iter().chain(arguments);
    Command::try_parse_from(all)
        .expect("the arguments are right")
        .options
        .steps()
}

#[test]
fn without_options_every_step_runs() {
    assert_eq!(steps(&[]), Step::value_variants());
}

#[test]
fn only_and_skip_choose_and_keep_the_order() {
    assert_eq!(
        steps(&["--only", "doc", "--only", "fmt"]),
        [Step::Fmt, Step::Doc]
    );
    assert_eq!(
        steps(&["--only", "doc", "--only", "fmt", "--skip", "doc"]),
        [Step::Fmt]
    );
    assert!(!steps(&["--skip", "test"]).contains(&Step::Test));
    assert!(Command::try_parse_from(["ci", "--only", "lint"]).is_err());
}

#[test]
fn each_library_is_checked_bare_and_with_each_feature() {
    let features = ["default", "json", "reqwest"].map(str::to_owned).to_vec();
    let lines = feature_lines(&[("a".to_owned(), features), ("b".to_owned(), Vec::new())]);
    let lines: Vec<String> = lines.iter().map(Line::to_string).collect();
    assert_eq!(
        lines,
        [
            "cargo check --quiet --package a --no-default-features",
            "cargo check --quiet --package a --no-default-features --features json",
            "cargo check --quiet --package a --no-default-features --features reqwest",
            "cargo check --quiet --package b --no-default-features",
        ]
    );
}

#[test]
fn a_line_reads_as_one_would_type_it() {
    let lines = Step::Doc
        .lines(Path::new("."))
        .expect("it needs no metadata");
    assert_eq!(
        lines[0].to_string(),
        "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --all-features"
    );
}

#[test]
fn a_command_that_fails_is_named() {
    let line = Line::cargo("no-such-subcommand --flag");
    let error = line
        .run(Path::new("."))
        .expect_err("cargo has no such subcommand");
    assert_eq!(error.to_string(), "failed: cargo no-such-subcommand --flag");
}

#[test]
fn the_report_has_a_row_for_each_step_and_the_sum() {
    let times = [
        (Step::Fmt, Duration::from_millis(1500)),
        (Step::Doc, Duration::from_secs(60)),
    ];
    assert_eq!(
        report(&times),
        "fmt           1.5 s\ndoc          60.0 s\ntotal        61.5 s\n"
    );
}
