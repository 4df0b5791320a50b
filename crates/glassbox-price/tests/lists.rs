//! Lists of prices: the embedded one, and those that a user brings.

use glassbox_core::{ErrorKind, Usage};
use glassbox_price::{Band, Call, Prices, Rates, ServiceTier, TokenRates};

fn message(text: &str) -> String {
    let error = Prices::from_json(text).expect_err("it is no list");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    error.to_string()
}

#[test]
fn the_embedded_list_says_its_day_and_others_have_none() {
    assert_eq!(Prices::embedded().date(), Some("2026-11-22"));
    assert_eq!(Prices::empty().date(), None);
    assert_eq!(Prices::from_json("{}").expect("it reads").date(), None);
    let both = Prices::embedded().with_model("acme", "one", Rates::new(1e-6, 1e-6));
    assert_eq!(both.date(), Some("2026-11-22"));
    assert_eq!(
        format!("{both:?}"),
        r#"Prices { embedded: Some("2026-11-22"), own: 1 }"#
    );
}

#[test]
fn every_price_that_is_read_is_where_it_belongs() {
    let prices = Prices::from_json(
        r#"{
            "sample_spec": {"input_cost_per_token": "a price", "mode": "one of ..."},
            "acme/long": {
                "mode": "chat", "max_tokens": 5, "supports_vision": true, "search_context_cost_per_query": {"low": 1},
                "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6,
                "cache_read_input_token_cost": 1e-7,
                "cache_creation_input_token_cost": 3e-6,
                "cache_creation_input_token_cost_above_1hr": 4e-6,
                "output_cost_per_reasoning_token": 5e-6,
                "input_cost_per_audio_token": 6e-6,
                "cache_read_input_audio_token_cost": 7e-6,
                "output_cost_per_audio_token": 8e-6,
                "input_cost_per_token_above_200k_tokens": 1e-5,
                "cache_creation_input_token_cost_above_1hr_above_200k_tokens": 4e-5,
                "input_cost_per_token_above_200k_tokens_priority": 2e-5,
                "output_cost_per_token_batches": 1e-9,
                "output_cost_per_token_decisions": 99e-9,
                "input_cost_per_image": 0.5,
                "output_cost_per_token_flex": null
            }
        }"#,
    );
    let rates = prices
        .expect("it reads")
        .rates("acme", "long")
        .expect("it is there");
    assert_eq!(
        rates.to_string(),
        "i1e-6 o2e-6 r1e-7 w3e-6 W4e-6 t5e-6 a6e-6 R7e-6 A8e-6 standard>200000 i1e-5 W4e-5 \
         batch>0 o1e-9 priority>200000 i2e-5"
    );
}

#[test]
fn tiers_are_bands_and_a_cache_hit_is_a_cached_price() {
    let prices = Prices::from_json(
        r#"{
            "dashscope/q": {"mode": "chat", "tiered_pricing": [
                {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "range": [0, 32000.0]},
                {"input_cost_per_token": 3e-6, "output_cost_per_token": 4e-6, "range": [32000.0, 128000]}
            ]},
            "deepseek-x": {"litellm_provider": "deepseek", "mode": "chat", "input_cost_per_token": 1e-6,
                "output_cost_per_token": 2e-6, "input_cost_per_token_cache_hit": 1e-7}
        }"#,
    )
    .expect("it reads");
    let words = |provider, model| {
        prices
            .rates(provider, model)
            .expect("it is there")
            .to_string()
    };
    assert_eq!(
        words("dashscope", "q"),
        "i1e-6 o2e-6 standard>32000 i3e-6 o4e-6"
    );
    assert_eq!(words("deepseek", "deepseek-x"), "i1e-6 o2e-6 r1e-7");
}

#[test]
fn what_is_not_charged_by_the_token_or_not_wholly_known_is_left_out() {
    let prices = Prices::from_json(
        r#"{
            "a/image": {"mode": "image_generation", "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
            "a/half": {"mode": "chat", "input_cost_per_token": 1e-6},
            "a/other": {"mode": "chat", "output_cost_per_token": 1e-6},
            "a/none": {"mode": "chat"},
            "a/vectors": {"mode": "embedding", "input_cost_per_token": 1e-6},
            "a/bare": {"input_cost_per_token": 1e-6}
        }"#,
    )
    .expect("it reads");
    let names: Vec<&str> = prices
        .models("a")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["bare", "vectors"]);
}

#[test]
fn the_entry_with_its_provider_before_the_name_wins_in_any_order() {
    let with = r#""vertex_ai/g": {"litellm_provider": "vertex_ai-language-models", "input_cost_per_token": 1e-6}"#;
    let without =
        r#""g": {"litellm_provider": "vertex_ai-language-models", "input_cost_per_token": 2e-6}"#;
    for list in [
        format!("{{{with},{without}}}"),
        format!("{{{without},{with}}}"),
    ] {
        let prices = Prices::from_json(&list).expect("it reads");
        let rates = prices.rates("gcp.vertex_ai", "g").expect("it is there");
        assert_eq!(rates.tokens.input, Some(1e-6));
    }
}

#[test]
fn a_mistake_names_the_model_the_field_and_the_fix() {
    assert!(message("{").starts_with("the list of prices is not JSON"));
    assert!(message("[]").contains("must be a JSON object"));
    assert!(message(r#"{"a/b": 5}"#).starts_with("the prices of `a/b`: it must be a JSON object"));
    for bad in ["-1e-6", r#""1e-6""#, "[]", "true"] {
        assert_eq!(
            message(&format!(
                r#"{{"a/b": {{"output_cost_per_token_flex": {bad}}}}}"#
            )),
            "the prices of `a/b`: `output_cost_per_token_flex` must be a number of US dollars a token, zero or more, \
             or null"
        );
    }
    assert!(message(r#"{"a/b": {"input_cost_per_token": NaN}}"#).contains("not JSON"));
    assert!(message(r#"{"a/b": {"input_cost_per_token": 1e999}}"#).contains("not JSON"));
    assert!(
        message(r#"{"a/b": {"input_cost_per_token": 2.5}}"#)
            .contains("write the price of one token")
    );
    assert!(message(r#"{"b": {"input_cost_per_token": 1e-6}}"#).contains("write PROVIDER/NAME"));
    assert!(
        message(r#"{"a/b": {"litellm_provider": 5, "input_cost_per_token": 1e-6}}"#)
            .contains("`litellm_provider` must be a string")
    );
    for bad in [
        "5",
        "[5]",
        r#"[{"range": "0-5"}]"#,
        r#"[{"range": [-1, 5]}]"#,
    ] {
        let list = format!(r#"{{"a/b": {{"tiered_pricing": {bad}}}}}"#);
        assert!(
            message(&list).contains("`tiered_pricing` must be an array"),
            "{bad}"
        );
    }
}

#[test]
fn what_is_added_wins_and_what_is_cloned_stays() {
    let embedded = Prices::embedded();
    let before = embedded
        .rates("openai", "gpt-4o-mini")
        .expect("it is there");
    let mine = embedded
        .clone()
        .with_model("openai", "gpt-4o-mini", Rates::new(1e-3, 1e-3));
    let rates = mine.rates("openai", "gpt-4o-mini").expect("it is there");
    assert_eq!(rates.tokens.input, Some(1e-3));
    assert_eq!(embedded.rates("openai", "gpt-4o-mini"), Some(before));
    assert_eq!(mine.iter().count(), embedded.iter().count());
    let models = mine.models("openai");
    let found = models.iter().find(|(name, _)| *name == "gpt-4o-mini");
    assert_eq!(found, Some(&("gpt-4o-mini", rates)));
    assert_eq!(Prices::empty().rates("openai", "gpt-4o-mini"), None);
}

#[test]
fn rates_are_read_as_they_are_written() {
    let band = Band::new(
        ServiceTier::Flex,
        128_000,
        TokenRates::new(1.5e-7, 1.0 / 3.0),
    );
    let rates = Rates::new(0.1, 2.5e-6)
        .with_cache_read_input(0.0)
        .with_band(band);
    assert_eq!(rates.to_string().parse::<Rates>().expect("it reads"), rates);
    assert_eq!("".parse::<Rates>().expect("it reads"), Rates::default());
    for bad in [
        "x1", "i", "i-1", "iNaN", "iinf", "flex>", "flex>-1", "slow>0", ">", "é",
    ] {
        let error = bad.parse::<Rates>().expect_err(bad);
        assert!(error.to_string().contains(bad), "{error}");
    }
}

#[test]
fn known_models_cost_what_their_providers_publish() {
    let cost = |provider, model, tier, usage: &Usage| {
        let call = Call::new(provider, model).with_service_tier(tier);
        let cost = Prices::embedded()
            .cost(&call, usage)
            .expect("it has a price");
        format!("{:.6}", cost.total)
    };
    let million = Usage::new(1_000_000, 1_000_000);
    let small = Usage::new(100_000, 100_000);
    assert_eq!(cost("openai", "gpt-4o-mini", None, &million), "0.750000");
    assert_eq!(
        cost("openai", "gpt-4o-mini", Some("priority"), &million),
        "1.250000"
    );
    assert_eq!(
        cost("openai", "gpt-4o-mini", Some("batch"), &million),
        "0.375000"
    );
    assert_eq!(cost("openai", "gpt-5.1", Some("flex"), &small), "0.562500");
    assert_eq!(
        cost("anthropic", "claude-sonnet-4-5", None, &small),
        "1.800000"
    );
    assert_eq!(
        cost("gcp.gemini", "gemini-2.5-pro", None, &small),
        "1.125000"
    );
    assert_eq!(
        cost("gcp.gemini", "gemini-2.5-pro", None, &million),
        "17.500000"
    );
}
