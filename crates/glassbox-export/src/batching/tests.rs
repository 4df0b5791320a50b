use super::*;

fn read(variables: &[(&str, &str)]) -> (Batching, Vec<String>) {
    Batching::from_environment(&variables.iter().copied().collect())
}

#[test]
fn the_defaults_are_the_specification_s() {
    let (batching, warnings) = read(&[]);
    assert_eq!(batching, Batching::default());
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn every_variable_is_read() {
    let (batching, warnings) = read(&[
        ("OTEL_BSP_MAX_QUEUE_SIZE", "64"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "16"),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "700"),
    ]);
    assert_eq!(warnings, [""; 0]);
    assert_eq!(batching.max_queue_size, 64);
    assert_eq!(batching.max_batch_size, 16);
    assert_eq!(batching.schedule_delay, Duration::from_millis(20));
    assert_eq!(batching.export_timeout, Duration::from_millis(700));
}

#[test]
fn a_batch_is_no_larger_than_the_queue() {
    let (batching, warnings) = read(&[
        ("OTEL_BSP_MAX_QUEUE_SIZE", "10"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "11"),
    ]);
    assert_eq!(batching.max_batch_size, 10);
    assert_eq!(warnings.len(), 1);

    let (batching, warnings) = read(&[("OTEL_BSP_MAX_QUEUE_SIZE", "10")]);
    assert_eq!(batching.max_batch_size, 10, "the default batch shrinks too");
    assert_eq!(warnings, [""; 0], "silently: nobody asked for 512");
}

#[test]
fn fields_are_brought_within_bounds() {
    let batching = Batching {
        max_queue_bytes: 0,
        max_queue_size: 0,
        max_batch_size: 0,
        schedule_delay: Duration::MAX,
        export_timeout: Duration::MAX,
    }
    .bounded();
    assert_eq!((batching.max_queue_size, batching.max_batch_size), (1, 1));
    assert_eq!(batching.schedule_delay, LONGEST);
    assert_eq!(batching.export_timeout, LONGEST);
}

#[test]
fn a_wait_without_end_still_fits_the_clock() {
    let (batching, _) = read(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "18446744073709551615"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
    ]);
    assert_eq!(batching.schedule_delay, LONGEST);
    assert_eq!(batching.export_timeout, LONGEST);
}
