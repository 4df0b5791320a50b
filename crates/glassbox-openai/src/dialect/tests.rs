use super::*;

#[test]
fn the_table_is_in_order_and_every_name_finds_its_dialect() {
    let names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted);
    for known in DIALECTS {
        assert_eq!(dialect(known.name), Some(known));
    }
    assert_eq!(dialect("no-such-host"), None);
    assert_eq!(dialect(""), None);
}

#[test]
fn every_dialect_is_complete() {
    for dialect in DIALECTS {
        let name = dialect.name;
        assert!(!dialect.provider.is_empty(), "{name}");
        assert!(!dialect.variables.key.is_empty(), "{name}");
        let is_somewhere = dialect.base_url.starts_with("http");
        assert!(
            is_somewhere || !dialect.variables.base_url.is_empty(),
            "{name}"
        );
        assert!(!dialect.base_url.ends_with('/'), "{name}");
        let is_local = dialect.base_url.starts_with("http://localhost");
        assert!(!is_local || !dialect.needs_key, "{name} is on this machine");
        assert!(
            is_local || !dialect.base_url.starts_with("http://"),
            "{name} is sent a key"
        );
    }
}

#[test]
fn capabilities_follow_from_the_data() {
    let openai = OPENAI.capabilities();
    assert!(openai.tools && openai.images && openai.structured_output && openai.choices);
    assert!(!openai.reasoning);
    let deepseek = DEEPSEEK.capabilities();
    assert!(deepseek.reasoning && !deepseek.images && !deepseek.structured_output);
    assert!(!deepseek.choices);
    let perplexity = PERPLEXITY.capabilities();
    assert!(!perplexity.tools && !perplexity.parallel_tool_calls);
}

#[test]
fn the_readme_lists_every_dialect_and_its_variables() {
    let readme = include_str!("../../README.md");
    for dialect in DIALECTS {
        let start = format!("| `{}` | [`", dialect.name);
        let row = readme.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("{} has no row", dialect.name));
        let variables = dialect.variables;
        for variable in [
            variables.key,
            variables.base_url,
            variables.organization,
            variables.project,
            variables.api_version,
        ] {
            let named = variable.is_empty() || row.contains(&format!("`{variable}`"));
            assert!(named, "the row of {} lacks {variable}", dialect.name);
        }
        assert_eq!(
            row.contains("if any"),
            !dialect.needs_key,
            "{}",
            dialect.name
        );
    }
}
