//! What a call costs, against figures worked out by hand.

use glassbox_core::{Cost, CostSource, Usage};
use glassbox_price::{Band, Rates, ServiceTier, TokenRates};

use ServiceTier::{Flex, Priority, Standard};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1e-9)
}

#[track_caller]
fn assert_cost(cost: Option<Cost>, total: f64) {
    let cost = cost.expect("it has a cost");
    assert!(close(cost.total, total), "{} is not {total}", cost.total);
}

fn usage(input: u64, output: u64, read: u64, written: u64, reasoning: u64) -> Usage {
    let mut usage = Usage::new(input, output);
    usage.cache_read_input_tokens = Some(read);
    usage.cache_write_input_tokens = Some(written);
    usage.reasoning_output_tokens = Some(reasoning);
    usage
}

fn rates() -> Rates {
    Rates::new(3e-6, 15e-6)
        .with_cache_read_input(0.3e-6)
        .with_cache_write_input(3.75e-6)
        .with_reasoning_output(20e-6)
}

#[test]
fn every_part_is_charged_at_its_rate_and_is_inside_its_whole() {
    let cost = rates().cost(&usage(10_000, 1_000, 6_000, 1_500, 400), Standard);
    let cost = cost.expect("it has a cost");
    // 2,500 · 3 + 6,000 · 0.3 + 1,500 · 3.75 and 600 · 15 + 400 · 20, a million each.
    assert!(close(cost.input.unwrap(), 0.014925), "{cost:?}");
    assert!(close(cost.cache_read_input.unwrap(), 0.0018), "{cost:?}");
    assert!(close(cost.cache_write_input.unwrap(), 0.005625), "{cost:?}");
    assert!(close(cost.output.unwrap(), 0.017), "{cost:?}");
    assert!(close(cost.reasoning_output.unwrap(), 0.008), "{cost:?}");
    assert!(close(cost.total, 0.031925), "{cost:?}");
    assert_eq!(cost.source, CostSource::PriceList);
    assert!(!cost.partial);
}

#[test]
fn what_was_not_counted_is_not_named_and_what_has_no_rate_of_its_own_costs_as_its_whole() {
    let plain = Rates::new(3e-6, 15e-6);
    let cost = plain.cost(&Usage::new(1_000, 100), Standard).unwrap();
    assert_eq!(
        (
            cost.cache_read_input,
            cost.cache_write_input,
            cost.reasoning_output
        ),
        (None, None, None)
    );
    assert_cost(Some(cost), 0.0045);
    assert_cost(
        plain.cost(&usage(1_000, 100, 400, 100, 50), Standard),
        0.0045,
    );
}

#[test]
fn a_part_that_is_larger_than_its_whole_is_as_large_as_it() {
    assert_cost(
        rates().cost(&usage(100, 10, 400, 0, 90), Standard),
        100.0 * 0.3e-6 + 10.0 * 20e-6,
    );
    assert_cost(
        rates().cost(&usage(100, 0, 60, 500, 0), Standard),
        60.0 * 0.3e-6 + 40.0 * 3.75e-6,
    );
}

fn banded() -> Rates {
    let band =
        |service, above, input, output| Band::new(service, above, TokenRates::new(input, output));
    Rates::new(1e-6, 10e-6)
        .with_cache_read_input(0.1e-6)
        .with_band(band(Standard, 128_000, 2e-6, 20e-6))
        .with_band(band(Standard, 272_000, 4e-6, 40e-6))
        .with_band(band(Flex, 0, 0.5e-6, 5e-6))
        .with_band(band(Flex, 128_000, 1.5e-6, 15e-6))
        .with_band(band(Priority, 0, 3e-6, 30e-6))
}

#[test]
fn a_call_is_in_one_band_with_all_its_tokens() {
    for (input, total) in [
        (128_000, 0.128 + 0.01),
        (128_001, 0.256002 + 0.02),
        (272_000, 0.544 + 0.02),
        (272_001, 1.088004 + 0.04),
    ] {
        assert_cost(banded().cost(&Usage::new(input, 1_000), Standard), total);
    }
    // Cached tokens are part of what is measured, and cost as others where the band has no rate for them.
    assert_cost(
        banded().cost(&usage(200_000, 0, 150_000, 0, 0), Standard),
        0.4,
    );
}

#[test]
fn a_tier_has_its_own_prices_or_none() {
    let cost = |input, tier| banded().cost(&Usage::new(input, 1_000), tier);
    assert_cost(cost(100_000, Flex), 0.05 + 0.005);
    assert_cost(cost(200_000, Flex), 0.3 + 0.015);
    assert_cost(cost(100_000, Priority), 0.3 + 0.03);
    assert_eq!(
        cost(300_000, Flex),
        None,
        "the price of a long flex call is not known"
    );
    assert_eq!(cost(200_000, Priority), None);
    assert_eq!(cost(1, ServiceTier::Batch), None);
}

#[test]
fn a_part_that_is_dear_at_the_standard_tier_is_not_guessed_at_another() {
    let band = Band::new(Flex, 0, TokenRates::new(1e-6, 5e-6));
    let rates = rates().with_band(band);
    assert_cost(rates.cost(&usage(100, 10, 0, 0, 0), Flex), 150e-6);
    assert_cost(rates.cost(&usage(100, 10, 50, 0, 0), Flex), 150e-6);
    assert_eq!(rates.cost(&usage(100, 10, 0, 50, 0), Flex), None);
    assert_eq!(rates.cost(&usage(100, 10, 0, 0, 5), Flex), None);
    // Reasoning that is charged as other output is so at every tier.
    let same = Rates::new(3e-6, 15e-6)
        .with_reasoning_output(15e-6)
        .with_band(band);
    assert_cost(same.cost(&usage(100, 10, 0, 0, 5), Flex), 150e-6);
}

#[test]
fn audio_has_its_rates() {
    let mut rates = Rates::new(1e-6, 4e-6).with_cache_read_input(0.1e-6);
    rates.tokens.audio_input = Some(10e-6);
    rates.tokens.cache_read_audio_input = Some(1e-6);
    rates.tokens.audio_output = Some(40e-6);
    let mut heard = usage(1_000, 100, 500, 0, 0);
    heard.audio.input_tokens = Some(300);
    heard.audio.cache_read_input_tokens = Some(200);
    heard.audio.output_tokens = Some(70);
    // 400 text, 100 audio, 300 cached text, 200 cached audio; 30 text, 70 audio.
    let total = 400e-6 + 1000e-6 + 30e-6 + 200e-6 + 120e-6 + 2800e-6;
    assert_cost(rates.cost(&heard, Standard), total);
    heard.audio.input_tokens = Some(u64::MAX);
    heard.audio.output_tokens = Some(u64::MAX);
    let all = 500.0 * 10e-6 + 300.0 * 0.1e-6 + 200e-6 + 4000e-6;
    assert_cost(rates.cost(&heard, Standard), all);
}

#[test]
fn without_the_numbers_there_is_no_cost() {
    assert_eq!(rates().cost(&Usage::default(), Standard), None);
    let mut half = Usage::default();
    half.output_tokens = Some(5);
    assert_eq!(rates().cost(&half, Standard), None);
    half = Usage::default();
    half.input_tokens = Some(5);
    assert_eq!(
        rates().cost(&half, Standard),
        None,
        "the answer was not counted"
    );

    let embedding = Rates::input_only(2e-8);
    assert_cost(embedding.cost(&half, Standard), 1e-7);
    assert_cost(embedding.cost(&Usage::new(5, 0), Standard), 1e-7);
    assert_eq!(embedding.cost(&Usage::new(5, 1), Standard), None);
}

#[test]
fn rates_that_are_no_prices_give_no_cost() {
    for bad in [-1e-6, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(
            Rates::new(bad, 1e-6).cost(&Usage::new(1, 1), Standard),
            None
        );
        assert_eq!(
            Rates::new(1e-6, bad).cost(&Usage::new(1, 1), Standard),
            None
        );
        let cached = rates().with_cache_read_input(bad);
        assert_eq!(cached.cost(&usage(10, 1, 5, 0, 0), Standard), None);
    }
    assert_eq!(
        Rates::new(f64::MAX, 0.0).cost(&Usage::new(9, 9), Standard),
        None
    );
}

/// Numbers of every size, the same at each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn count(&mut self) -> u64 {
        let bits = self.next() % 65;
        let number = self.next();
        if bits == 0 { 0 } else { number >> (64 - bits) }
    }
}

#[test]
fn a_cost_is_finite_and_never_negative_and_its_parts_add_up() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let lists = [
        rates(),
        banded(),
        Rates::input_only(1e-7),
        Rates::new(0.0, 0.0),
    ];
    for round in 0..20_000 {
        let [input, output, read, written, reasoning] = [(); 5].map(|()| numbers.count());
        let mut call = usage(input, output, read, written, reasoning);
        call.audio.input_tokens = Some(numbers.count());
        call.audio.cache_read_input_tokens = Some(numbers.count());
        let Some(cost) = lists[round % lists.len()].cost(&call, Standard) else {
            assert!(
                round % lists.len() == 2 && output > 0,
                "{call:?} has no cost"
            );
            continue;
        };
        let parts = [cost.input, cost.output].map(|part| part.expect("it was counted"));
        assert!(cost.total.is_finite() && cost.total >= 0.0, "{cost:?}");
        assert!(parts.iter().all(|part| *part >= 0.0), "{cost:?}");
        assert_eq!(parts[0] + parts[1], cost.total);
        let inside = |part: Option<f64>, whole: f64| part.unwrap() <= whole * (1.0 + 1e-12);
        assert!(inside(cost.cache_read_input, parts[0]), "{cost:?}");
        assert!(inside(cost.cache_write_input, parts[0]), "{cost:?}");
        assert!(inside(cost.reasoning_output, parts[1]), "{cost:?}");
    }
}

#[test]
fn more_tokens_never_cost_less() {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    for round in 0..20_000 {
        let [input, output, read, written, reasoning] = [(); 5].map(|()| numbers.count());
        let less = usage(input, output, read, written, reasoning);
        let mut more = less.clone();
        let added = numbers.count();
        let part = if round % 2 == 0 {
            &mut more.input_tokens
        } else {
            &mut more.output_tokens
        };
        *part = part.map(|tokens| tokens.saturating_add(added));
        for list in [rates(), banded()] {
            let [less, more] =
                [&less, &more].map(|usage| list.cost(usage, Standard).unwrap().total);
            assert!(less <= more * (1.0 + 1e-12), "{less} for less than {more}");
        }
    }
}

#[test]
fn what_is_not_billed_costs_nothing() {
    let mut usage = usage(50, 9, 48, 0, 2);
    usage.billed.input_tokens = Some(5);
    usage.billed.output_tokens = Some(7);
    // 5 · 3 + 7 · 15, a million each.
    let cost = rates().cost(&usage, Standard);
    assert_cost(cost, 120e-6);
    assert_eq!(cost.unwrap().cache_read_input, None, "it has no parts");
    // Of what the bill does not speak of, all.
    usage.billed.output_tokens = None;
    assert_cost(rates().cost(&usage, Standard), 150e-6);
}
