use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::*;
use crate::testing::Reader;

fn provider() -> (SdkMeterProvider, Collections) {
    let manual = Arc::new(ManualReader::builder().build());
    let provider = SdkMeterProvider::builder()
        .with_reader(Reader(Arc::clone(&manual)))
        .build();
    (provider, Collections::new(manual))
}

#[test]
fn nothing_measured_is_nothing_to_export() {
    let (_provider, mut collections) = provider();
    assert!(collections.next().is_none(), "nobody asked");
    collections.ask();
    assert!(!collections.is_empty());
    assert!(collections.next().is_none(), "nothing was measured");
    assert!(collections.is_empty());
    assert_eq!(collections.settled(), collections.accepted());
}

#[test]
fn behind_a_slow_export_there_is_one_collection_and_it_is_the_newest() {
    let (provider, mut collections) = provider();
    let counter = provider.meter("test").u64_counter("jobs").build();
    counter.add(1, &[]);
    collections.ask();
    assert_eq!(collections.next().map(|points| points.items()), Some(1));

    // While that is under way, three ask for more.
    (0..3).for_each(|_| collections.ask());
    counter.add(1, &[opentelemetry::KeyValue::new("kind", "other")]);
    collections.settle(1);
    assert!(collections.settled() < collections.accepted());
    assert_eq!(collections.next().map(|points| points.items()), Some(2));
    collections.settle(2);
    assert_eq!(collections.settled(), collections.accepted());
    assert!(collections.next().is_none());
}
