use super::{Package, Pulled, check, packages, summary, table};

fn pulled(name: &str, whole: &[&str], bare: &[&str]) -> Pulled {
    let of = |names: &[&str]| {
        let package = |name: &&str| -> Package { ((*name).to_owned(), "v1.0.0".to_owned()) };
        names.iter().map(package).collect()
    };
    Pulled {
        name: name.to_owned(),
        published: name != "glassbox-acme",
        whole: of(whole),
        bare: of(bare),
    }
}

fn members() -> Vec<String> {
    let names = ["core", "http", "cohere", "openai", "tool"];
    names.map(|name| format!("glassbox-{name}")).to_vec()
}

#[test]
fn a_crate_is_read_once_whatever_follows_its_version() {
    let text = "glassbox-core v0.1.0 (/src/core)\nserde v1.0.229\nserde_derive v1.0.229 (proc-macro)\n\
                serde v1.0.229\nhttp v0.2.12\nhttp v1.5.0\n\n";
    let names: Vec<String> = packages(text)
        .into_iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    let expected = [
        "glassbox-core v0.1.0",
        "http v0.2.12",
        "http v1.5.0",
        "serde v1.0.229",
        "serde_derive v1.0.229",
    ];
    assert_eq!(names, expected);
}

#[test]
fn an_adapter_that_pulls_in_what_is_below_it_is_fine() {
    let below = [
        "glassbox-cohere",
        "glassbox-core",
        "glassbox-http",
        "serde",
        "reqwest",
    ];
    let fine = pulled("glassbox-cohere", &below, &below[..4]);
    assert_eq!(check(&fine, &members()), Vec::<String>::new());
}

#[test]
fn whatever_else_an_adapter_pulls_in_is_named_with_the_way_to_find_it() {
    for wrong in [
        "opentelemetry",
        "opentelemetry_sdk",
        "schemars",
        "glassbox-openai",
        "glassbox-tool",
    ] {
        // By a feature that is on unless it is switched off, or by one that is not.
        for (whole, bare) in [(&[wrong][..], &[][..]), (&[], &[wrong])] {
            let found = check(&pulled("glassbox-cohere", whole, bare), &members());
            assert_eq!(found.len(), 1, "{wrong}: {found:?}");
            let way = format!("cargo tree -p glassbox-cohere -e normal -i {wrong}`");
            assert!(found[0].contains(&way), "{found:?}");
        }
    }
}

#[test]
fn crates_that_pull_in_as_much_share_a_row_and_unpublished_ones_have_none() {
    let all = [
        pulled("glassbox-core", &["a"], &["a"]),
        pulled("glassbox-cohere", &["a", "b", "c"], &["a", "b"]),
        pulled("glassbox-openai", &["a", "b", "d"], &["a", "b"]),
        pulled("glassbox-acme", &["a"], &["a"]),
    ];
    assert_eq!(
        table(&all),
        "| crate | crates built | without its HTTP client |\n| --- | ---: | ---: |\n\
         | `glassbox-core` | 1 |  |\n| `glassbox-cohere`, `glassbox-openai` | 3 | 2 |\n"
    );
    assert!(
        summary(&all).starts_with("glassbox-core 1, glassbox-cohere 3 (2 without its HTTP client)"),
        "{}",
        summary(&all)
    );
}
