//! The small types: errors, secrets, usage, parameters.

use std::error::Error as _;
use std::time::Duration;

use glassbox_core::{
    Cost, CostSource, Error, ErrorKind, FinishKind, FinishReason, Parameters, Request, Retry,
    Secret, ToolSpec, Usage,
};
use serde_json::json;

#[test]
fn an_error_is_one_word_wide() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn display_and_debug_tell_nothing_that_the_provider_said() {
    let error = Error::new(ErrorKind::Unauthenticated, "the key was refused")
        .with_provider("openai")
        .with_status(401)
        .with_detail("Incorrect API key: sk-secret. Prompt: tell me about my illness")
        .with_retries(vec![Retry::new(
            1,
            ErrorKind::Overloaded,
            Some(503),
            Duration::ZERO,
            Duration::from_secs(1),
        )]);
    assert_eq!(error.to_string(), "openai: the key was refused (HTTP 401)");
    let debug = format!("{error:?}");
    assert!(
        !debug.contains("sk-secret") && !debug.contains("illness"),
        "{debug}"
    );
    assert!(error.detail().unwrap().contains("illness"));
    assert_eq!(error.retries().len(), 1);
}

#[test]
fn the_source_is_kept() {
    let error = Error::new(ErrorKind::Network, "refused")
        .with_source(std::io::Error::other("os error 111"));
    assert_eq!(error.source().unwrap().to_string(), "os error 111");
    let copy = error.clone();
    drop(error);
    assert_eq!(copy.source().unwrap().to_string(), "os error 111");
}

#[test]
fn every_kind_has_one_word_and_it_is_the_serialised_form() {
    let mut words: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert!(words.is_sorted());
    words.dedup();
    assert_eq!(words.len(), ErrorKind::ALL.len());
    for &kind in ErrorKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        assert!(!kind.advice().is_empty() && !kind.advice().ends_with('.'));
    }
}

#[test]
fn a_secret_does_not_print() {
    let secret = Secret::new("sk-live-123");
    assert_eq!(format!("{secret:?}"), "Secret(***)");
    assert_eq!(secret.scrub("key sk-live-123 is wrong"), "key *** is wrong");
    assert_eq!(Secret::new("a").scrub("banana"), "banana");
    assert_eq!(Secret::new(" key\n").trimmed(), Some(Secret::new("key")));
    assert_eq!(Secret::new(" \n").trimmed(), None);
    assert!(Secret::new(" ").is_blank());
}

#[test]
fn usage_adds_and_updates() {
    let mut sum = Usage::default();
    assert!(sum.is_empty());
    assert_eq!(sum.total_tokens(), None);
    sum.add(&Usage::new(1, 2));
    sum.add(&Usage::default());
    let mut priced = Usage::new(10, u64::MAX);
    priced.cost = Some(Cost::new(0.5, CostSource::Provider));
    priced.audio.input_tokens = Some(3);
    sum.add(&priced);
    sum.add(&priced);
    assert_eq!(sum.input_tokens, Some(21));
    assert_eq!(sum.output_tokens, Some(u64::MAX), "a sum saturates");
    let cost = sum.cost.unwrap();
    assert!(cost.total == 1.0 && cost.source == CostSource::Provider);
    assert!(cost.partial, "the first call had no price");
    assert_eq!(sum.audio.input_tokens, Some(6));
    sum.update(&Usage::new(5, 6));
    assert_eq!(
        (sum.input_tokens, sum.output_tokens, sum.cost),
        (Some(5), Some(6), Some(cost))
    );
}

#[test]
fn what_is_billed_is_all_where_nothing_else_is_said() {
    let mut billed = Usage::new(50, 9);
    billed.billed.input_tokens = Some(5);
    assert!(!billed.is_empty() && Usage::new(1, 1).billed.is_empty());
    let mut sum = Usage::new(10, 1);
    sum.add(&billed);
    assert_eq!((sum.input_tokens, sum.output_tokens), (Some(60), Some(10)));
    let paid = (sum.billed.input_tokens, sum.billed.output_tokens);
    assert_eq!(paid, (Some(15), Some(10)));
    sum.update(&billed);
    let paid = (sum.billed.input_tokens, sum.billed.output_tokens);
    assert_eq!(paid, (Some(5), Some(10)));
    let written = serde_json::to_value(Usage::new(1, 2)).unwrap();
    assert_eq!(written.get("billed"), None);
}

#[test]
fn a_sum_of_costs_says_what_it_knows() {
    let mut known = Cost::new(0.25, CostSource::PriceList);
    known.input = Some(0.125);
    known.output = Some(0.125);
    let mut usage = Usage::new(1, 1);
    usage.cost = Some(known);
    let mut sum = Usage::default();
    sum.add(&usage);
    assert_eq!(sum.cost, Some(known), "the first of a sum is the sum");
    sum.add(&usage);
    let twice = sum.cost.unwrap();
    assert_eq!((twice.total, twice.input), (0.5, Some(0.25)));
    assert!(!twice.partial);
    usage.cost = Some(Cost::new(1.0, CostSource::Provider));
    sum.add(&usage);
    let mixed = sum.cost.unwrap();
    assert_eq!(
        (mixed.total, mixed.input, mixed.source),
        (1.5, None, CostSource::PriceList)
    );
    sum.add(&Usage::new(1, 1));
    assert!(sum.cost.unwrap().partial);
    let text = serde_json::to_string(&sum).unwrap();
    assert_eq!(serde_json::from_str::<Usage>(&text).unwrap(), sum);
}

#[test]
fn usage_tells_unknown_from_zero() {
    assert_eq!(serde_json::to_value(Usage::default()).unwrap(), json!({}));
    let mut usage = Usage::default();
    usage.reasoning_output_tokens = Some(0);
    assert_eq!(
        serde_json::to_value(&usage).unwrap(),
        json!({"reasoning_output_tokens": 0})
    );
}

#[test]
fn a_finish_reason_that_we_do_not_know_keeps_its_word() {
    assert_eq!(
        FinishReason::new(FinishKind::Other, "eos_token").as_str(),
        "eos_token"
    );
    assert_eq!(FinishReason::new(FinishKind::Other, "").as_str(), "other");
    assert_eq!(
        FinishReason::new(FinishKind::ToolCall, "tool_calls").as_str(),
        "tool_call"
    );
}

#[test]
fn a_request_shares_its_history_and_tools() {
    let request = Request::new("hello")
        .with_system("brief")
        .with_tools(vec![ToolSpec::new("a", json!({}))])
        .with_parameters(
            Parameters::new()
                .with_temperature(0.5)
                .with_stop_sequence("END"),
        )
        .with_extra("logit_bias", json!({"50256": -100}));
    let copy = request.clone();
    assert!(std::ptr::eq(&*request.tools, &*copy.tools));
    assert!(std::ptr::eq(
        request.messages.last().unwrap(),
        copy.messages.last().unwrap()
    ));
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
}
