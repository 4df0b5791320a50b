use super::*;

#[test]
fn every_target_has_its_corpus_its_seeds_and_its_words() {
    let line = line("sse", 60, true).to_string();
    assert!(line.starts_with(
        "cargo fuzz run --fuzz-dir fuzz --sanitizer none sse fuzz/corpus/sse fuzz/seeds/sse -- "
    ));
    assert!(line.contains(" -max_total_time=60 "));
    assert!(line.ends_with(" -dict=fuzz/dictionaries/sse.dict"));
}

#[test]
fn a_target_without_words_has_no_dictionary() {
    assert!(!line("encode", 60, false).to_string().contains("-dict"));
}

#[test]
fn the_targets_are_the_files() {
    let targets = targets(crate::root()).unwrap();
    assert!(targets.contains(&"sse".to_owned()));
    assert!(targets.is_sorted());
}

#[test]
fn a_target_that_is_not_there_is_named() {
    let options = Options {
        targets: vec!["sse".to_owned(), "ssf".to_owned()],
        seconds: 1,
    };
    let error = run(crate::root(), &options).unwrap_err().to_string();
    assert!(error.starts_with("there is no target `ssf`; there are anthropic, "));
}
