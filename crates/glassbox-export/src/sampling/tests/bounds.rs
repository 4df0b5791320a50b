//! Memory and time: what is decided before it is known.

use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use crate::sampling::testing::{Chance, kept_by};
use crate::sampling::{Overflow, Policy, Released, Sampler, TailSampling};

const START: Duration = Duration::ZERO;

fn policy(text: &str) -> Policy {
    text.parse().unwrap()
}

fn spans(chance: &mut Chance, trace: TraceId, count: u64) -> Vec<SpanData> {
    (0..count).map(|id| chance.deed().span(trace, id)).collect()
}

fn names(released: &Released) -> Vec<Option<String>> {
    released.kept.iter().map(kept_by).collect()
}

#[test]
fn a_flood_of_traces_that_never_end_stays_within_its_bound() {
    const BOUND: usize = 1 << 20;
    let mut chance = Chance::new(1);
    let settings = TailSampling::new(policy("tokens>=1000000000"))
        .with_max_bytes(BOUND)
        .with_max_verdicts(1_000);
    let mut sampler = Sampler::new(settings);
    let mut most = 0;
    let mut came = 0;
    let mut went = 0;
    let taken = allocation_counter::measure(|| {
        for _ in 0..20_000 {
            let trace = chance.trace_id();
            let count = chance.below(4) + 1;
            for span in spans(&mut chance, trace, count) {
                let mut released = Released::default();
                sampler.take(span, START, &mut released);
                came += 1;
                went += released.kept.len();
                assert_eq!(released.sampled_out, 0);
                most = most.max(sampler.report().bytes);
            }
        }
    });
    let report = sampler.report();
    assert!(most <= BOUND as u64, "{most}");
    assert!(most > BOUND as u64 / 2, "{most}");
    assert_eq!(report.kept, report.failed_open);
    assert_eq!(report.kept + report.undecided, 20_000);
    // The estimate is near what is really taken; verdicts come on top of it.
    assert!(taken.bytes_max < 2 * BOUND as u64, "{taken:?}");
    let mut released = Released::default();
    sampler.finish(&mut released);
    assert_eq!(went + released.kept.len(), came);
}

#[test]
fn one_trace_larger_than_the_bound_is_kept() {
    let mut chance = Chance::new(2);
    let trace = chance.trace_id();
    let mut sampler =
        Sampler::new(TailSampling::new(policy("!always,error&!error")).with_max_bytes(9_000));
    let mut released = Released::default();
    for span in spans(&mut chance, trace, 100) {
        sampler.take(span, START, &mut released);
    }
    assert_eq!(
        released.kept.len(),
        0,
        "it is known not to hold as soon as something failed"
    );
    assert_eq!(released.sampled_out, 100);

    let mut sampler = Sampler::new(TailSampling::new(policy("tool=nothing")).with_max_bytes(9_000));
    let mut released = Released::default();
    for span in spans(&mut chance, trace, 100) {
        sampler.take(span, START, &mut released);
    }
    sampler.close(trace, &mut released);
    assert_eq!(names(&released), vec![Some("_pressure".to_owned()); 100]);
    assert_eq!(sampler.report().failed_open, 1);
}

#[test]
fn the_trace_that_came_first_makes_room() {
    let mut chance = Chance::new(3);
    let settings = TailSampling::new(policy("tokens>=1000000000"))
        .with_max_bytes(40_000)
        .with_hook(|_| {});
    let mut sampler = Sampler::new(settings);
    let traces: Vec<_> = (0..200).map(|_| chance.trace_id()).collect();
    let mut released = Released::default();
    for trace in &traces {
        for span in spans(&mut chance, *trace, 2) {
            sampler.take(span, START, &mut released);
        }
    }
    let verdicts = released.verdicts.iter();
    let told: Vec<_> = verdicts.map(|verdict| verdict.trace_id).collect();
    assert!(told.len() > 100, "{}", told.len());
    assert_eq!(told, traces[..told.len()]);
}

#[test]
fn without_room_a_trace_may_be_decided_by_what_it_is() {
    let mut chance = Chance::new(4);
    let settings = TailSampling::new(policy("!tool=nothing&tokens>=2000"))
        .with_overflow(Overflow::Decide)
        .with_max_bytes(0);
    let mut sampler = Sampler::new(settings);
    let mut released = Released::default();
    for _ in 0..100 {
        let trace = chance.trace_id();
        for span in spans(&mut chance, trace, 2) {
            sampler.take(span, START, &mut released);
        }
    }
    let report = sampler.report();
    assert_eq!((report.hurried, report.failed_open), (100, 0));
    assert_eq!((report.kept, report.sampled_out), (0, 100));
    assert_eq!(released.sampled_out, 200);
}

#[test]
fn what_has_waited_for_its_time_is_decided() {
    let mut chance = Chance::new(5);
    let age = Duration::from_secs(60);
    let settings = TailSampling::new(policy("tokens>=1000000000,latency>=60s")).with_max_age(age);
    let mut sampler = Sampler::new(settings);
    let [first, second] = [chance.trace_id(), chance.trace_id()];
    let mut released = Released::default();
    sampler.take(chance.deed().span(first, 0), START, &mut released);
    let later = Duration::from_secs(1);
    sampler.take(chance.deed().span(second, 0), later, &mut released);
    assert_eq!(sampler.next_expiry(), Some(age));
    sampler.expire(age - Duration::from_nanos(1), &mut released);
    assert!(released.kept.is_empty());
    sampler.expire(age, &mut released);
    // A trace that has waited for a minute has taken a minute.
    assert_eq!(names(&released), [Some("latency>=60s".to_owned())]);
    assert_eq!(sampler.next_expiry(), Some(age + later));
    assert_eq!(sampler.report().expired, 1);
    // What comes later follows.
    sampler.take(chance.deed().span(first, 1), age, &mut released);
    assert_eq!(released.kept.len(), 2);
    assert_eq!(sampler.report().undecided, 1);
}

#[test]
fn by_its_age_a_trace_can_be_sampled_out() {
    let mut chance = Chance::new(6);
    let settings = TailSampling::new(policy("tokens>=1000000000"));
    let mut sampler = Sampler::new(settings);
    let trace = chance.trace_id();
    let mut released = Released::default();
    sampler.take(chance.deed().span(trace, 0), START, &mut released);
    sampler.expire(Duration::from_secs(300), &mut released);
    sampler.take(chance.deed().span(trace, 1), START, &mut released);
    assert_eq!((released.kept.len(), released.sampled_out), (0, 2));
}

#[test]
fn an_age_without_end_is_no_overflow() {
    let mut chance = Chance::new(7);
    let settings = TailSampling::new(policy("error")).with_max_age(Duration::MAX);
    let mut sampler = Sampler::new(settings);
    let mut released = Released::default();
    let now = Duration::from_secs(1);
    let span = || crate::testing::span(0);
    sampler.take(span(), now, &mut released);
    assert_eq!(sampler.next_expiry(), None);
    sampler.take(chance.deed().span(chance.trace_id(), 1), now, &mut released);
    sampler.expire(Duration::MAX, &mut released);
    assert!(released.kept.is_empty());
}

#[test]
fn what_goes_on_at_the_end_is_kept() {
    let mut chance = Chance::new(8);
    let mut sampler = Sampler::new(policy("tokens>=1000000000").into());
    let mut released = Released::default();
    for _ in 0..5 {
        let trace = chance.trace_id();
        sampler.take(chance.deed().span(trace, 0), START, &mut released);
    }
    sampler.finish(&mut released);
    assert_eq!(names(&released), vec![Some("_shutdown".to_owned()); 5]);
    assert_eq!(
        (sampler.report().failed_open, sampler.report().bytes),
        (5, 0)
    );
}

#[test]
fn a_forgotten_trace_gets_the_same_answer_from_a_ratio() {
    let mut chance = Chance::new(9);
    let settings = TailSampling::new(policy("ratio=0.5")).with_max_verdicts(0);
    let mut sampler = Sampler::new(settings);
    for _ in 0..200 {
        let trace = chance.trace_id();
        let mut released = Released::default();
        for span in spans(&mut chance, trace, 5) {
            sampler.take(span, START, &mut released);
            sampler.close(trace, &mut released);
        }
        let whole = (released.kept.len(), released.sampled_out);
        assert!(whole == (5, 0) || whole == (0, 5), "{whole:?}");
    }
}
