use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().collect()
}

#[test]
fn an_empty_value_is_no_value() {
    let environment = environment(&[("OTEL_SERVICE_NAME", "")]);
    assert_eq!(environment.var("OTEL_SERVICE_NAME"), None);
}

#[test]
fn only_what_matters_is_kept_and_only_names_are_shown() {
    let environment = environment(&[
        ("OPENAI_API_KEY", "sk-secret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2"),
    ]);
    assert_eq!(environment.var("OPENAI_API_KEY"), None);
    let shown = format!("{environment:?}");
    assert_eq!(shown, r#"{"OTEL_EXPORTER_OTLP_HEADERS"}"#);
}

#[test]
fn a_wrong_value_is_reported_and_the_next_variable_is_asked() {
    let environment = environment(&[("OTEL_A", "soon"), ("OTEL_B", "250")]);
    let mut settings = Settings::new(&environment);
    let delay = settings.milliseconds(&["OTEL_A", "OTEL_B"], Duration::from_secs(5));
    assert_eq!(delay, Duration::from_millis(250));
    assert_eq!(
        settings.warnings,
        [r#"OTEL_A="soon" is not a whole number of milliseconds (default 5000); ignored"#]
    );
}

#[test]
fn counts_start_at_one() {
    for bad in ["0", "-1", "1.5", "ten", "99999999999999999999999"] {
        let environment = environment(&[("OTEL_N", bad)]);
        let mut settings = Settings::new(&environment);
        assert_eq!(settings.count("OTEL_N", 7), 7, "{bad}");
        assert_eq!(settings.warnings.len(), 1, "{bad}");
    }
}

#[test]
fn flags_follow_the_specification() {
    for (value, expected, warnings) in [
        ("true", true, 0),
        ("TRUE", true, 0),
        ("false", false, 0),
        ("1", false, 1),
        ("yes", false, 1),
    ] {
        let environment = environment(&[("OTEL_F", value)]);
        let mut settings = Settings::new(&environment);
        assert_eq!(settings.flag(&["OTEL_F"]), expected, "{value}");
        assert_eq!(settings.warnings.len(), warnings, "{value}");
    }
}

#[test]
fn pairs_are_decoded_and_a_bad_one_stays_secret() {
    let environment = environment(&[(
        "OTEL_H",
        " authorization = Bearer%20abc%3D%3D ,s3cr3t,=x,,bad=%ff,empty=",
    )]);
    let mut settings = Settings::new(&environment);
    let pairs = settings.pairs(&["OTEL_H"]);
    assert_eq!(
        pairs,
        [
            ("authorization".to_owned(), "Bearer abc==".to_owned()),
            ("empty".to_owned(), String::new()),
        ]
    );
    assert_eq!(
        settings.warnings,
        [
            "OTEL_H: entry 2 is not name=value; ignored",
            "OTEL_H: entry 3 is not name=value; ignored",
            "OTEL_H: entry 5 is not name=value; ignored",
        ]
    );
}

#[test]
fn a_shown_value_is_short_and_escaped() {
    let shown = quoted(&"\u{1b}[31mé".repeat(1000));
    assert!(shown.len() < 200, "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
}
