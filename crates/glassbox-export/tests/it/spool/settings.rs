//! How a spool is asked for.

use super::*;

fn environment(
    folder: &Path,
    collector: &Collector,
    exporter: &str,
) -> glassbox_export::Environment {
    [
        ("GLASSBOX_SPOOL_DIR", folder.to_str().unwrap().to_owned()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url()),
        ("OTEL_TRACES_EXPORTER", exporter.to_owned()),
        ("OTEL_METRICS_EXPORTER", "none".to_owned()),
        ("OTEL_LOGS_EXPORTER", "none".to_owned()),
        ("OTEL_SERVICE_NAME", "weather".to_owned()),
    ]
    .into_iter()
    .collect()
}

#[test]
fn the_variables_ask_for_one() {
    let folder = TempDir::new().unwrap();
    leave(&folder, 2);
    let collector = Collector::new([]);
    let environment = environment(folder.path(), &collector, "otlp");
    let guard = Builder::from_environment(&environment)
        .unwrap()
        .build()
        .unwrap();
    end_spans(&guard, 1);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names().len(), 3);
}

#[test]
fn the_variables_ask_for_none_where_nothing_is_sent() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([]);
    let environment = environment(folder.path(), &collector, "none");
    let guard = Builder::from_environment(&environment)
        .unwrap()
        .build()
        .unwrap();
    end_spans(&guard, 1);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A directory that cannot be one costs the spool, and not the program.
#[test]
fn a_directory_that_cannot_be_used_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "in the way").unwrap();
    let collector = Collector::new([]);
    let environment = environment(&path, &collector, "otlp");
    let guard = Builder::from_environment(&environment)
        .unwrap()
        .build()
        .unwrap();
    let warnings = guard.warnings();
    let expected = format!(
        "cannot keep spans in {} (GLASSBOX_SPOOL_DIR): ",
        path.display()
    );
    assert!(warnings[0].starts_with(&expected), "{warnings:?}");
    assert!(
        warnings[0].ends_with("; spans are kept in memory only"),
        "{warnings:?}"
    );
    end_spans(&guard, 1);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names(), ["span 0"]);

    let asked = builder().with_spool(Spool::new(&path)).with_otlp(nowhere());
    let error = asked.build().unwrap_err().to_string();
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn what_is_wrong_with_what_was_left_is_told_at_the_start() {
    let folder = TempDir::new().unwrap();
    leave(&folder, 3);
    let traces = folder.path().join("weather/traces");
    let log = fs::read_dir(&traces)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let path = log.join("00000001.seg");
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    bytes.extend_from_slice(b"cut");
    fs::write(&path, bytes).unwrap();
    fs::write(log.join("00000009.seg"), "of somebody else").unwrap();

    let collector = Collector::new([]);
    let guard = start(&folder, otlp(&collector));
    let shown = folder.path().display().to_string();
    let foreign = log.join("00000009.seg");
    let expected = [
        format!("{shown}: 1 span cannot be read any more"),
        format!("{shown}: 1 span had not been written to the end"),
        format!(
            "{} is no file of spans that this version reads; left alone",
            foreign.display()
        ),
    ];
    assert_eq!(guard.warnings(), expected);
    let report = guard.shutdown(LONG);
    assert_eq!(collector.names(), ["span 1", "span 2"]);
    assert_eq!(report.sinks[0].damaged, 1);
    assert_eq!(
        report.to_string(),
        format!("1 span in {shown} cannot be read any more")
    );
}

#[test]
fn without_a_collector_spans_wait() {
    let folder = TempDir::new().unwrap();
    let guard = process(&folder).build().unwrap();
    end_spans(&guard, 2);
    assert!(guard.shutdown(LONG).sinks.is_empty());
    assert_eq!(Spool::new(folder.path()).waiting().unwrap()[0].items, 2);
}
