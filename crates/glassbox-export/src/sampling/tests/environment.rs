//! What `GLASSBOX_TAIL_SAMPLING` says.

use crate::environment::{Environment, Settings};
use crate::sampling::{Policy, TailSampling};

fn read(value: &str) -> (Option<Policy>, Vec<String>) {
    let environment = Environment::from_iter([("GLASSBOX_TAIL_SAMPLING", value)]);
    let mut settings = Settings::new(&environment);
    let sampling = TailSampling::read(&mut settings);
    (sampling.map(|sampling| sampling.policy), settings.warnings)
}

#[test]
fn it_is_a_policy() {
    let expected = Policy::tokens(1_001).or(Policy::ratio(0.1));
    assert_eq!(read("tokens>1000,ratio=0.1"), (Some(expected), vec![]));
    assert_eq!(read(""), (None, vec![]));
}

#[test]
fn nonsense_samples_nothing_out_and_is_reported() {
    let warning = "GLASSBOX_TAIL_SAMPLING=\"tokens>1000,ratio=10\": at character 19: \"10\" where a number \
                   from 0 to 1 has to stand; every trace is kept";
    assert_eq!(
        read("tokens>1000,ratio=10"),
        (None, vec![warning.to_owned()])
    );
}
