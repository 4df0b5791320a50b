use super::*;
use crate::sampling::testing::{Chance, sdk_takes};

#[test]
fn the_ratio_is_the_sdks() {
    let mut chance = Chance::new(1);
    let parts = [
        -1.0,
        0.0,
        f64::MIN_POSITIVE,
        1e-9,
        0.001,
        0.1,
        0.25,
        1.0 / 3.0,
        0.5,
        0.9,
        1.0 - f64::EPSILON,
        1.0,
        2.0,
        f64::INFINITY,
        f64::NAN,
    ];
    let mut taken = 0;
    for _ in 0..20_000 {
        let trace = chance.trace_id();
        for part in parts {
            assert_eq!(
                is_in_ratio(part, trace),
                sdk_takes(part, trace),
                "{part} {trace}"
            );
        }
        taken += u32::from(is_in_ratio(0.1, trace));
    }
    assert!((1_800..2_200).contains(&taken), "{taken}");
}

#[test]
fn the_ratio_is_the_sdks_at_its_bounds() {
    for part in [0.1, 0.5, 0.75] {
        let bound = (part * (1_u64 << 63) as f64) as u64;
        let high = 0xdead_beef_u128 << 64;
        for low in [bound * 2 - 1, bound * 2, bound * 2 + 1] {
            let trace = TraceId::from(high | u128::from(low));
            assert_eq!(is_in_ratio(part, trace), sdk_takes(part, trace));
        }
        assert!(is_in_ratio(
            part,
            TraceId::from(high | u128::from(bound * 2 - 1))
        ));
        assert!(!is_in_ratio(
            part,
            TraceId::from(high | u128::from(bound * 2))
        ));
    }
}

#[test]
fn alternatives_stand_in_one_list() {
    let policy = Policy::error().or(Policy::tokens(5)).or(Policy::ratio(0.5));
    assert!(matches!(&policy.rule, Rule::Any(any) if any.len() == 3));
    let policy = Policy::error()
        .and(Policy::tokens(5))
        .and(Policy::ratio(0.5));
    assert!(matches!(&policy.rule, Rule::All(all) if all.len() == 3));
}

#[test]
fn what_has_a_name_stays_together() {
    let odd = Policy::error().or(Policy::tokens(5)).named("odd");
    let policy = odd.or(Policy::ratio(0.5));
    let Rule::Any(any) = &policy.rule else {
        panic!("{policy}")
    };
    assert_eq!(any[0].name.as_deref(), Some("odd"));
}
