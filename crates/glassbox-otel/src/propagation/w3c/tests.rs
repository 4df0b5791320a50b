use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::TraceContextExt as _;

use super::{extract, inject};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn from(headers: &[(&str, &str)]) -> Context {
    let headers: HashMap<String, String> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    extract(&Context::new(), &headers)
}

#[test]
fn what_comes_in_goes_out() {
    let context = from(&[
        ("traceparent", PARENT),
        ("tracestate", "vendor=1,other=2"),
        ("baggage", "tenant=acme%20inc;ttl=1, tier = gold"),
    ]);
    assert!(context.span().span_context().is_remote());
    assert_eq!(
        context.baggage().get("tenant").unwrap().as_str(),
        "acme inc"
    );
    let mut headers = Vec::new();
    inject(&context, &mut headers);
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    assert_eq!(header("traceparent"), PARENT);
    assert_eq!(header("tracestate"), "vendor=1,other=2");
    let baggage = header("baggage");
    assert!(baggage.contains("tenant=acme%20inc") && baggage.contains("tier=gold"));
}

#[test]
fn a_parent_that_is_none_is_ignored() {
    for text in [
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319é-b7ad6b7169203331-01",
    ] {
        let context = from(&[("traceparent", text)]);
        assert!(!context.span().span_context().is_valid(), "{text:?}");
    }
    let later = from(&[("traceparent", &format!("01{}-more", &PARENT[2..]))]);
    assert!(later.span().span_context().is_valid());
    let odd = from(&[("baggage", "=,x,%ff=%ff,,a=b"), ("traceparent", PARENT)]);
    assert_eq!(odd.baggage().len(), 1);
}

#[test]
fn nothing_is_sent_of_nothing() {
    let mut headers = Vec::new();
    inject(&Context::new(), &mut headers);
    assert!(headers.is_empty());
}
