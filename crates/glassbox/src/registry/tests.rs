use glassbox_core::ErrorKind;

use super::{Options, model, model_with, providers};

fn refused(name: &str) -> String {
    let error = model(name).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
    error.to_string()
}

#[test]
fn a_name_without_a_provider_says_how_to_write_one() {
    for name in ["gpt-4o-mini", "", "/gpt", "openai/", " "] {
        assert!(refused(name).contains("PROVIDER/NAME"), "{name}");
    }
}

#[test]
fn an_unknown_provider_lists_the_known_ones() {
    let message = refused("opnai/gpt-4o-mini");
    assert!(
        message.contains("`opnai`") && message.contains("openai") && message.contains("demo"),
        "{message}"
    );
}

#[test]
fn the_models_own_name_may_hold_slashes() {
    let options = Options::new().with_base_url("http://127.0.0.1:1/v1");
    let model = model_with("openai-compatible/meta/llama-3", &options).unwrap();
    assert_eq!(model.info().model, "meta/llama-3");
    assert_eq!(model.info().server_port, Some(1));
}

#[test]
fn a_host_of_ones_own_needs_no_key() {
    let options = Options::new().with_base_url("http://127.0.0.1:1/v1");
    assert_eq!(
        model_with("openai/gpt-4o-mini", &options)
            .unwrap()
            .info()
            .provider,
        "openai"
    );
}

#[test]
fn the_list_is_sorted_and_without_doubles() {
    let names: Vec<_> = providers().iter().map(|provider| provider.name).collect();
    assert!(names.is_sorted() && names.contains(&"openai") && names.contains(&"demo"));
    let mut once = names.clone();
    once.dedup();
    assert_eq!(once, names);
}

#[test]
fn a_demo_model_that_does_not_exist_is_a_wrong_setting() {
    assert!(refused("demo/nonsuch").contains("demo/offline"));
}

#[test]
fn the_providers_that_say_what_a_call_cost_are_known() {
    let says: Vec<_> = providers()
        .iter()
        .filter(|provider| provider.reports_cost)
        .map(|provider| provider.name)
        .collect();
    assert_eq!(says, ["openrouter", "perplexity", "xai"]);
}

#[cfg(feature = "prices")]
#[tokio::test]
async fn models_say_what_their_calls_cost() {
    use glassbox_core::CompletionModelExt as _;
    use glassbox_price::{Prices, Rates};

    let cost = async |options: &Options| {
        let model = model_with("demo/offline", options).unwrap();
        let response = model.complete("2 + 2?").await.unwrap();
        response.usage.cost.map(|cost| cost.total)
    };
    assert_eq!(cost(&Options::new()).await, Some(0.0));
    let dear = Prices::empty().with_model("demo", "offline", Rates::new(1.0, 0.0));
    let total = cost(&Options::new().with_prices(dear)).await;
    assert!(total > Some(1.0), "{total:?}");
}
