//! From a registry to Rust.

use super::super::overlay::{Overlay, Renames};
use super::super::{names, rustfmt, tables};
use super::fixtures::{MODEL, OLDER, overlay, resolved};

#[test]
fn names_become_identifiers() {
    assert_eq!(
        names::screaming("gen_ai.usage.input_tokens"),
        "GEN_AI_USAGE_INPUT_TOKENS"
    );
    assert_eq!(names::screaming("_OTHER"), "OTHER");
    assert_eq!(names::screaming("logging/setLevel"), "LOGGING_SETLEVEL");
    assert_eq!(names::snake("mcp.method.name"), "mcp_method_name");
}

#[test]
fn what_is_rendered_is_rust_and_formatted() {
    let registry = resolved(MODEL).expect("the fixture resolves");
    let constants = names::attributes(&registry, "crate::value", |_| true);
    let line =
        "/// `gen_ai.prompt.variable.KEY`: string, development. Sensitive. Opt-in. Such as `Ada`.";
    assert!(constants.contains(line), "{constants}");
    assert!(
        constants.contains("/// `user.id`: string, release candidate."),
        "{constants}"
    );

    let table = tables::registry(&registry, &overlay(), "\"here\"").expect("it renders");
    let table = rustfmt(&table).expect("it is Rust");
    for line in [
        "AttributeRef::required(\"gen_ai.operation.name\").at_start(),",
        "AttributeRef::opt_in(\"gen_ai.prompt.variable\").template(),",
        "severity: Some(5),",
        "const SHORT: &[f64] = &[0.5, 1.0, 2.0];",
    ] {
        assert!(table.contains(line), "{line} is not in\n{table}");
    }
    assert_eq!(
        rustfmt(&table).expect("it is Rust"),
        table,
        "formatting twice changes nothing"
    );
    assert!(rustfmt("fn f( {").is_err());
}

fn renames(text: &str) -> anyhow::Result<String> {
    let new = resolved(MODEL)?;
    let old = resolved(OLDER)?;
    let renames: Renames = serde_norway::from_str(text)?;
    rustfmt(&tables::renames(&new, &old, &renames)?)
}

#[test]
fn a_name_the_old_release_lacks_is_renamed_or_absent() {
    let table = renames(
        "
attributes: { gen_ai.request.top_k: { to: gen_ai.request.k } }
spans: {}
metrics: { gen_ai.duration: { to: gen_ai.time, with: { gen_ai.direction: in } } }
",
    )
    .expect("the renames are right");
    let squeezed: String = table.split_whitespace().collect();
    for row in [
        r#"("gen_ai.prompt.variable",true,Fate::Absent)"#,
        r#"("gen_ai.request.top_k",false,Fate::Renamed("gen_ai.request.k"),)"#,
        r#"("gen_ai.calls",false,Fate::Absent)"#,
        r#"Fate::RenamedWith("gen_ai.time",("gen_ai.direction","in"))"#,
        r#"("gen_ai.details",false,Fate::Absent)"#,
    ] {
        assert!(squeezed.contains(row), "{row} is not in\n{table}");
    }
    assert!(
        !table.contains("user.id"),
        "general attributes exist everywhere"
    );
    assert!(
        !table.contains("gen_ai.operation.name"),
        "and this one is the same"
    );
}

#[test]
fn a_wrong_rename_is_refused() {
    let cases = [
        (
            "attributes: { gen_ai.request.top_k: { to: gen_ai.nowhere } }",
            "has no gen_ai.nowhere",
        ),
        (
            "attributes: { gen_ai.operation.name: { to: gen_ai.request.k } }",
            "not current names",
        ),
        (
            "attributes: { gen_ai.typo: { to: gen_ai.request.k } }",
            "gen_ai.typo",
        ),
        (
            "metrics: { gen_ai.calls: { to: gen_ai.time, with: { gen_ai.direction: up } } }",
            "up is no value of gen_ai.direction",
        ),
        (
            "metrics: { gen_ai.calls: { to: gen_ai.time, with: { gen_ai.request.k: in } } }",
            "does not carry gen_ai.request.k",
        ),
    ];
    for (text, wanted) in cases {
        let mut parts = vec![text.to_owned()];
        for part in ["attributes", "spans", "metrics"] {
            if !text.starts_with(part) {
                parts.push(format!("{part}: {{}}"));
            }
        }
        let error = renames(&parts.join("\n")).expect_err("the renames are wrong");
        assert!(
            format!("{error:#}").contains(wanted),
            "{text}\ngives: {error:#}"
        );
    }
}

#[test]
fn the_committed_data_parses_and_unused_entries_are_refused() {
    let overlay = Overlay::load().expect("xtask/data/overlay.yaml parses");
    Renames::load().expect("xtask/data/renames-1.41.yaml parses");
    for (set, values) in &overlay.boundaries {
        assert!(values.is_sorted_by(|a, b| a < b), "{set} must rise");
    }
    let registry = resolved(MODEL).expect("the fixture resolves");
    let error = overlay
        .check_used(&[&registry])
        .expect_err("the fixture has no mcp.client");
    assert!(error.to_string().contains("mcp.client"), "{error}");
}
