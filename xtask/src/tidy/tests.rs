use cargo_metadata::DependencyKind::{self, Build, Development, Normal};

use super::documents::{check_manifest, names};
use super::hygiene::{self, File};
use super::layers::{self, Edge, LAYERS, Users, layer};
use super::quirks;
use crate::codegen::HEADER;

fn edge(from: &str, to: &str, kind: DependencyKind) -> Edge {
    Edge {
        from: from.to_owned(),
        to: to.to_owned(),
        kind,
    }
}

fn all_members() -> Vec<String> {
    LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

fn findings(edges: &[Edge]) -> Vec<String> {
    layers::check(edges, &all_members())
}

#[test]
fn arrows_that_point_down_are_fine() {
    let edges = [
        edge("glassbox-http", "glassbox-core", Normal),
        edge("glassbox", "glassbox-openai", Normal),
        edge("glassbox-cli", "glassbox-export", Normal),
        edge("glassbox-e2e", "glassbox-cli", Normal),
        edge("glassbox-core", "serde", Normal),
    ];
    assert_eq!(findings(&edges), Vec::<String>::new());
}

#[test]
fn an_arrow_that_points_up_names_the_edge_the_rule_and_the_table() {
    for kind in [Normal, Build] {
        let found = findings(&[edge("glassbox-http", "glassbox-agent", kind)]);
        let [finding] = found.as_slice() else {
            panic!("one finding, not {found:?}")
        };
        assert!(
            finding.starts_with("glassbox-http -> glassbox-agent"),
            "{finding}"
        );
        assert!(finding.contains("points up"), "{finding}");
        assert!(
            finding.contains("glassbox-http may use glassbox-core"),
            "{finding}"
        );
        assert!(
            finding.contains("LAYERS, xtask/src/tidy/layers.rs"),
            "{finding}"
        );
    }
}

#[test]
fn a_lower_crate_that_is_not_in_the_row_is_not_allowed_either() {
    assert_eq!(
        findings(&[edge("glassbox-openai", "glassbox-tool", Normal)]).len(),
        1
    );
    assert_eq!(
        findings(&[edge("glassbox-core", "glassbox-semconv", Normal)]).len(),
        1
    );
}

#[test]
fn a_dev_dependency_may_stay_in_its_layer_and_use_the_test_crate() {
    let fine = [
        edge("glassbox-core", "glassbox-test", Development),
        edge("glassbox-agent", "glassbox-openai", Development),
        edge("glassbox-otel", "glassbox-http", Development),
    ];
    assert_eq!(findings(&fine), Vec::<String>::new());

    let found = findings(&[edge("glassbox-tool", "glassbox-otel", Development)]);
    let [finding] = found.as_slice() else {
        panic!("one finding, not {found:?}")
    };
    assert!(
        finding.contains("layer 1") && finding.contains("layer 3"),
        "{finding}"
    );
}

#[test]
fn an_unknown_crate_and_a_row_without_a_crate_are_findings() {
    let mut members = all_members();
    members.push("glassbox-new".to_owned());
    members.retain(|name| name != "glassbox-tool");
    let found = layers::check(&[], &members);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("glassbox-new: an unknown crate"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("glassbox-tool: in LAYERS"),
        "{found:?}"
    );
}

#[test]
fn packages_from_outside_have_their_users() {
    let fine = [
        edge("glassbox-otel", "opentelemetry", Normal),
        edge("glassbox-otel", "opentelemetry_sdk", Development),
        edge("glassbox-export", "opentelemetry-otlp", Normal),
        edge("glassbox-e2e", "opentelemetry-proto", Normal),
        edge("glassbox-agent", "schemars", Development),
    ];
    assert_eq!(findings(&fine), Vec::<String>::new());

    let wrong = [
        edge("glassbox-cli", "opentelemetry", Normal),
        edge("glassbox-otel", "opentelemetry_sdk", Normal),
        edge("glassbox-openai", "reqwest", Normal),
        edge("glassbox-openai", "reqwest", Development),
        edge("glassbox-agent", "schemars", Normal),
        edge("xtask", "opentelemetry-otlp", Build),
    ];
    let found = findings(&wrong);
    assert_eq!(found.len(), wrong.len(), "{found:?}");
    assert!(
        found[2].contains("only glassbox-export and glassbox-http may name reqwest"),
        "{found:?}"
    );
}

#[test]
fn the_table_names_known_crates_and_is_ordered_from_the_bottom_up() {
    for (index, (name, users)) in LAYERS.iter().enumerate() {
        let Users::Only(below) = users else { continue };
        for used in *below {
            let at = LAYERS.iter().position(|(row, _)| row == used);
            let at = at.unwrap_or_else(|| panic!("{name} uses {used}, which has no row"));
            assert!(at < index, "{used} stands after {name}, which uses it");
        }
    }
    assert_eq!(
        (
            layer("glassbox-core"),
            layer("glassbox-otel"),
            layer("glassbox-cli")
        ),
        (0, 3, 5)
    );
}

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

#[test]
fn clean_files_have_no_findings() {
    let files = [
        file("a.rs", "fn main() {}\n"),
        file("empty.txt", ""),
        file("picture.png", "\0 \n"),
        file("a.snap", "kept as it was \n"),
        file(
            "generated.rs",
            &format!("{HEADER}somewhere\n{}", "//\n".repeat(500)),
        ),
    ];
    assert_eq!(hygiene::check(&files), Vec::<String>::new());
}

#[test]
fn each_kind_of_untidiness_is_found() {
    let marker = format!("fn f() {{ {}!() }}\n", "todo");
    let cases = [
        ("a.md", "end \n", "a.md:1: white space"),
        ("a.md", "one\ntwo\r\n", "a.md:2: white space"),
        ("a.md", "no end", "a.md: the last line has no end"),
        ("a.rs", marker.as_str(), "a.rs:1:"),
    ];
    for (path, text, wanted) in cases {
        let found = hygiene::check(&[file(path, text)]);
        assert_eq!(found.len(), 1, "{text:?} gives {found:?}");
        assert!(found[0].starts_with(wanted), "{text:?} gives {found:?}");
    }
    let long = hygiene::check(&[file("a.rs", &"//\n".repeat(401))]);
    assert!(
        long[0].starts_with("a.rs: 401 lines, and 400 is the most"),
        "{long:?}"
    );
    let bytes = vec![0xff, 0xfe, b'\n'];
    let latin = hygiene::check(&[File {
        path: "a.txt".to_owned(),
        bytes,
    }]);
    assert_eq!(latin, ["a.txt: neither UTF-8 nor binary"]);
}

#[test]
fn generated_files_carry_their_header_and_no_other_file_does() {
    let generated = format!("{HEADER}the registry. Do not edit.\n");
    let files = [
        file("good.rs", &generated),
        file("bad.rs", "//\n"),
        file("odd.rs", &generated),
    ];
    let found = hygiene::check_generated(&files, &["good.rs", "bad.rs", "gone.rs"]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("bad.rs: generated, but does not begin"),
        "{found:?}"
    );
    assert!(found[1].starts_with("gone.rs: missing"), "{found:?}");
    assert!(
        found[2].starts_with("odd.rs: says it is generated"),
        "{found:?}"
    );
}

#[test]
fn a_manifest_takes_its_lints_and_rust_version_from_the_workspace() {
    let good = "[package]\nrust-version.workspace=true # as all\n\n[lints]\nworkspace = true\n";
    assert_eq!(check_manifest("a", good), Vec::<String>::new());
    // Under the wrong table, and not at all.
    let bad = "[package]\nname = \"a\"\nworkspace = true\n[lints.rust]\nworkspace = true\n";
    assert_eq!(
        check_manifest("a", bad),
        [
            "a: Cargo.toml lacks `rust-version.workspace = true` under [package]",
            "a: Cargo.toml lacks `workspace = true` under [lints]",
        ]
    );
}

#[test]
fn a_crate_is_named_by_its_whole_name() {
    assert!(names("crates/glassbox: the facade", "glassbox"));
    assert!(names("`glassbox-core`", "glassbox-core"));
    assert!(!names("glassbox-core, glassbox_http", "glassbox"));
    assert!(!names("", "glassbox"));
}

#[test]
fn every_quirk_has_a_test_and_every_test_of_one_a_number() {
    let file = |path: &str, text: String| File {
        path: path.to_owned(),
        bytes: text.into_bytes(),
    };
    let all: String = (1..=35)
        .map(|number| format!("#[test]\nfn quirk_{number:02}_is_held() {{}}\n"))
        .collect();
    let checked = |text: String| quirks::check(&[file("crates/a/src/tests.rs", text)]);
    assert_eq!(checked(all.clone()), [""; 0]);
    let lacking = all.replace("quirk_07_is", "is");
    assert_eq!(
        checked(lacking),
        ["no test is named after quirk 7: `quirk_07_...`"]
    );
    let others = format!("{all}    async fn quirk_7_is_held() {{}}\nfn quirk_36_is_held() {{}}\n");
    assert_eq!(checked(others).len(), 2);
    // What is no Rust is no test.
    let findings = quirks::check(&[file("README.md", all.clone())]);
    assert_eq!(findings.len(), 35);

    let seen = |table: &str| file("crates/glassbox-test/src/cassettes.rs", table.to_owned());
    let tests = file(
        "crates/a/src/tests.rs",
        format!("{all}fn odd_it_is() {{}}\n"),
    );
    let findings = quirks::check(&[seen("//! | a | `odd_it_was` |\n"), tests]);
    assert_eq!(findings.len(), 2, "{findings:?}");
}
