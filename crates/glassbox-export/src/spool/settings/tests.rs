use super::*;

fn read(variables: &[(&str, &str)]) -> (Option<Spool>, Vec<String>) {
    Spool::from_environment(&variables.iter().copied().collect())
}

#[test]
fn there_is_no_spool_without_a_directory() {
    assert_eq!(read(&[(MAX_BYTES, "17")]), (None, vec![]));
    assert_eq!(read(&[(DIRECTORY, "")]), (None, vec![]));
}

#[test]
fn the_variables_say_how() {
    let spool = Spool::new("/var/spool/glassbox");
    assert_eq!(
        read(&[(DIRECTORY, "/var/spool/glassbox")]),
        (Some(spool.clone()), vec![])
    );
    let variables = [
        (DIRECTORY, "/var/spool/glassbox"),
        (MAX_BYTES, "1000000"),
        (FSYNC, "Always"),
        (FULL, "drop-new"),
    ];
    let expected = spool
        .with_max_bytes(1_000_000)
        .with_fsync(Fsync::Always)
        .with_full(Full::DropNew);
    assert_eq!(read(&variables), (Some(expected), vec![]));
}

#[test]
fn nonsense_is_told_and_passed_over() {
    let variables = [
        (DIRECTORY, "spool"),
        (MAX_BYTES, "1 MB"),
        (FSYNC, "often"),
        (FULL, "block"),
    ];
    let (spool, warnings) = read(&variables);
    assert_eq!(spool, Some(Spool::new("spool")));
    assert_eq!(
        warnings,
        [
            r#"GLASSBOX_SPOOL_MAX_BYTES="1 MB" is not a number of bytes above zero (default 268435456); ignored"#,
            r#"GLASSBOX_SPOOL_FSYNC="often" is not never, interval or always (default interval); ignored"#,
            r#"GLASSBOX_SPOOL_FULL="block" is not drop-oldest or drop-new (default drop-oldest); ignored"#,
        ]
    );
}
