use super::*;

#[test]
fn whoever_answers_and_in_whatever_order_the_cost_is_that_of_the_list() {
    let prices = Prices::empty()
        .with_model("acme", "small", Rates::new(1e-6, 2e-6))
        .with_model("acme", "large", Rates::new(5e-6, 9e-6));
    let usage = Usage::new(100, 10);
    let tariff = Tariff::default();
    let answers = [
        None,
        Some("large"),
        Some("small"),
        Some("other"),
        Some("large"),
        None,
    ];
    for answered in answers {
        for tier in [None, Some("priority"), Some("made up")] {
            let call = Call::new("acme", "small")
                .with_answered(answered)
                .with_service_tier(tier);
            let expected = prices.cost(&call, &usage);
            assert_eq!(tariff.cost(&prices, &call, &usage), expected, "{call:?}");
        }
    }
}
