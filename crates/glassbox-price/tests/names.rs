//! Which price a call has.

use glassbox_core::Usage;
use glassbox_price::{Call, Prices, Rates, ServiceTier};

fn priced(provider: &str, model: &str) -> bool {
    Prices::embedded().rates(provider, model).is_some()
}

#[test]
fn a_provider_is_known_by_its_name_in_telemetry_and_by_ours() {
    for (names, model) in [
        (&["openai"][..], "gpt-4o-mini-2024-07-18"),
        (&["azure", "azure.ai.openai"], "gpt-4o-mini"),
        (&["anthropic"], "claude-sonnet-4-5"),
        (&["gemini", "gcp.gemini"], "gemini-2.5-flash"),
        (
            &["vertex", "vertex_ai", "gcp.vertex_ai"],
            "gemini-2.5-flash",
        ),
        (
            &["bedrock", "aws.bedrock"],
            "anthropic.claude-haiku-4-5-20251001-v1:0",
        ),
        (&["xai", "x_ai"], "grok-4.20"),
        (&["mistral", "mistral_ai"], "mistral-large-latest"),
        (&["moonshot", "moonshot_ai"], "kimi-k2.5"),
        (
            &["together", "together_ai"],
            "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        ),
        (
            &["fireworks", "fireworks_ai"],
            "accounts/fireworks/models/glm-4p5",
        ),
        (&["groq"], "openai/gpt-oss-120b"),
        (&["deepseek"], "deepseek-chat"),
        (&["cohere"], "command-r7b-12-2024"),
        (&["perplexity"], "sonar"),
        (&["zai"], "glm-4.6"),
        (&["dashscope"], "qwen-flash"),
        (&["cerebras"], "gpt-oss-120b"),
    ] {
        for name in names {
            assert!(priced(name, model), "{name} has no {model}");
        }
    }
}

#[test]
fn a_model_is_not_priced_as_that_of_another_provider() {
    let others = [
        "openai-compatible",
        "vllm",
        "ollama",
        "lmstudio",
        "litellm",
        "github",
        "acme",
        "",
        "groq",
    ];
    for other in others {
        assert!(!priced(other, "gpt-4o-mini"), "{other}");
        assert!(!priced(other, "openai/gpt-4o-mini"), "{other}");
    }
    assert!(!priced("openai", "claude-sonnet-4-5"));
    assert!(!priced("openai", "anthropic/claude-sonnet-4-5"));
}

#[test]
fn what_is_only_like_a_model_is_not_that_model() {
    for (provider, model) in [
        ("openai", "gpt-4o-mini-2099-01-01"),
        ("openai", "gpt-4o-min"),
        ("openai", "GPT-4o-mini"),
        ("openai", "gpt-4o-mini:free"),
        ("openai", " gpt-4o-mini"),
        ("openai", ""),
        ("openai", "gpt-4o-mini i1e-6"),
        ("gemini", "tunedModels/gemini-2.5-flash"),
        ("bedrock", "mars.anthropic.claude-haiku-4-5-20251001-v1:0"),
    ] {
        assert!(!priced(provider, model), "{provider} {model}");
    }
}

#[test]
fn a_path_before_a_name_says_nothing_about_its_price() {
    let same = |provider, long: &str, short| {
        let prices = Prices::embedded();
        let rates = prices.rates(provider, long);
        assert!(rates.is_some(), "{long}");
        assert_eq!(rates, prices.rates(provider, short));
    };
    same("gcp.gemini", "models/gemini-2.5-pro", "gemini-2.5-pro");
    same(
        "gcp.vertex_ai",
        "publishers/google/models/gemini-2.5-pro",
        "gemini-2.5-pro",
    );
    let profile = "eu.anthropic.claude-haiku-4-5-20251001-v1:0";
    let arn = format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{profile}");
    same("aws.bedrock", &arn, profile);
}

#[test]
fn a_region_has_its_own_price() {
    let input = |model| {
        Prices::embedded()
            .rates("bedrock", model)
            .and_then(|rates| rates.tokens.input)
    };
    let base = input("anthropic.claude-haiku-4-5-20251001-v1:0");
    let australia = input("au.anthropic.claude-haiku-4-5-20251001-v1:0");
    assert!(australia > base, "{australia:?} {base:?}");
}

#[test]
fn a_fine_tuned_model_has_the_price_of_fine_tuned_ones() {
    let input = |model| {
        Prices::embedded()
            .rates("openai", model)
            .and_then(|rates| rates.tokens.input)
    };
    let tuned = input("ft:gpt-4o-mini-2024-07-18:acme::abc123");
    assert_eq!(tuned, input("ft:gpt-4o-mini-2024-07-18"));
    assert!(tuned > input("gpt-4o-mini-2024-07-18"));
    assert_eq!(input("ft:gpt-5.1:acme::abc123"), None);
    assert_eq!(input("ft:"), None);
}

#[test]
fn the_embedded_models_are_free() {
    let cost = |model, prices: Prices| prices.cost(&Call::new("demo", model), &Usage::new(5, 5));
    assert_eq!(
        cost("offline", Prices::embedded()).map(|cost| cost.total),
        Some(0.0)
    );
    assert_eq!(
        cost("slow", Prices::empty()).map(|cost| cost.total),
        Some(0.0)
    );
    assert_eq!(cost("other", Prices::embedded()), None);
    let dear = Prices::empty().with_model("demo", "slow", Rates::new(1.0, 1.0));
    let models = dear.models("demo");
    assert_eq!(
        models,
        [
            ("offline", Rates::new(0.0, 0.0)),
            ("slow", Rates::new(1.0, 1.0))
        ]
    );
}

fn list() -> Prices {
    let rate = |rate| Rates::new(rate, 0.0);
    Prices::empty()
        .with_model("acme", "asked", rate(1e-6))
        .with_model("acme", "answers", rate(2e-6))
}

fn input(call: &Call<'_>) -> Option<f64> {
    let cost = list().cost(call, &Usage::new(1_000_000, 0))?;
    Some(cost.total)
}

#[test]
fn what_answered_comes_before_what_was_asked() {
    let call = Call::new("acme", "asked");
    assert_eq!(input(&call), Some(1.0));
    assert_eq!(input(&call.with_answered(Some("answers"))), Some(2.0));
    assert_eq!(input(&call.with_answered(Some("unheard-of"))), Some(1.0));
    assert_eq!(
        input(&Call::new("acme", "alias").with_answered(Some("answers"))),
        Some(2.0)
    );
    assert_eq!(
        input(&Call::new("acme", "answers:free").with_answered(Some("answers"))),
        None
    );
}

#[test]
fn a_price_that_was_added_wins_whichever_name_it_is_for() {
    let call = Call::new("openai", "gpt-4o-mini").with_answered(Some("gpt-4o-mini-2024-07-18"));
    for name in ["gpt-4o-mini", "gpt-4o-mini-2024-07-18"] {
        let prices = Prices::embedded().with_model("openai", name, Rates::new(1.0, 1.0));
        let cost = prices.cost(&call, &Usage::new(1, 1));
        assert_eq!(cost.map(|cost| cost.total), Some(2.0), "{name}");
    }
}

#[test]
fn a_deployment_is_not_the_model_that_it_is_named_after() {
    let input = |prices: &Prices, call: &Call<'_>| {
        let cost = prices.cost(call, &Usage::new(100_000, 0));
        cost.map(|cost| format!("{:.6}", cost.total))
    };
    let call = Call::new("azure.ai.openai", "gpt-4o-mini");
    let embedded = Prices::embedded();
    assert_eq!(input(&embedded, &call).as_deref(), Some("0.015000"));
    let answered = call.with_answered(Some("gpt-4o-2024-11-20"));
    assert_eq!(input(&embedded, &answered).as_deref(), Some("0.250000"));
    let unheard_of = call.with_answered(Some("unheard-of"));
    assert_eq!(input(&embedded, &unheard_of), None);

    // A price for the deployment itself is one.
    let mine = embedded.with_model("azure", "gpt-4o-mini", Rates::new(1e-5, 1e-5));
    assert_eq!(input(&mine, &unheard_of).as_deref(), Some("1.000000"));
}

#[test]
fn a_tier_is_known_by_the_words_of_the_providers() {
    for word in [
        "",
        "auto",
        "default",
        "standard",
        "on_demand",
        "ON_DEMAND",
        "standard_only",
    ] {
        assert_eq!(
            ServiceTier::named(word),
            Some(ServiceTier::Standard),
            "{word}"
        );
    }
    assert_eq!(ServiceTier::named("flex"), Some(ServiceTier::Flex));
    assert_eq!(ServiceTier::named("PRIORITY"), Some(ServiceTier::Priority));
    assert_eq!(ServiceTier::named("batch"), Some(ServiceTier::Batch));
    assert_eq!(ServiceTier::named("provisioned"), None);
    let call = Call::new("acme", "asked");
    assert_eq!(input(&call.with_service_tier(Some("default"))), Some(1.0));
    assert_eq!(input(&call.with_service_tier(Some("provisioned"))), None);
    assert_eq!(input(&call.with_service_tier(Some("flex"))), None);
}
