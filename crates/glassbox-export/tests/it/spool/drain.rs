//! A spool from outside.

use super::*;

#[test]
fn what_waits_is_told() {
    let folder = TempDir::new().unwrap();
    let spool = Spool::new(folder.path());
    assert_eq!(spool.waiting().unwrap(), []);
    assert_eq!(
        Spool::new(folder.path().join("none")).waiting().unwrap(),
        []
    );
    leave(&folder, 3);
    leave(&folder, 2);
    let guard = start(&folder, nowhere());
    end_spans(&guard, 1);

    let waiting = spool.waiting().unwrap();
    assert_eq!(waiting.len(), 1);
    let weather = &waiting[0];
    assert_eq!((&*weather.service, weather.items), ("weather", 6));
    // The second took over what the first had left, and the third is at it.
    assert_eq!(weather.running, 3);
    assert!(weather.bytes > 600 && weather.oldest.is_some());
    assert_eq!((weather.damaged, &weather.dead_letters), (0, &None));
    guard.shutdown(LONG);
    assert_eq!(spool.waiting().unwrap()[0].left, 3);
}

#[test]
fn what_waits_is_delivered_for_all_services() {
    let folder = TempDir::new().unwrap();
    leave(&folder, 3);
    let guard = process(&folder)
        .with_service_name("a/b c")
        .with_otlp(nowhere())
        .build()
        .unwrap();
    end_spans(&guard, 2);
    guard.shutdown(LONG);
    let spool = Spool::new(folder.path());
    let services: Vec<_> = spool
        .waiting()
        .unwrap()
        .into_iter()
        .map(|waiting| waiting.service)
        .collect();
    assert_eq!(services, ["a/b c", "weather"]);

    let collector = Collector::new([Answer::status(503)]);
    let report = spool.drain(&otlp(&collector), LONG).unwrap();
    assert!(report.is_complete(), "{report}");
    let exported: Vec<_> = report.sinks.iter().map(|sink| sink.exported).collect();
    assert_eq!(exported, [2, 3]);
    assert_eq!(spool.waiting().unwrap(), []);
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn what_runs_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let guard = start(&folder, nowhere());
    end_spans(&guard, 1);
    let spool = Spool::new(folder.path());
    let collector = Collector::new([]);
    assert!(spool.drain(&otlp(&collector), LONG).unwrap().is_complete());
    assert_eq!(collector.names().len(), 0);
    assert_eq!(spool.waiting().unwrap()[0].items, 1);
    guard.shutdown(LONG);
}

#[test]
fn nobody_there_is_said_at_once() {
    let folder = TempDir::new().unwrap();
    leave(&folder, 1);
    let spool = Spool::new(folder.path());
    let report = spool.drain(&nowhere(), LONG).unwrap();
    assert_eq!(report.sinks[0].spooled, 1);
    assert!(
        report.to_string().contains("connection refused"),
        "{report}"
    );
    assert_eq!(spool.waiting().unwrap()[0].items, 1);
}
