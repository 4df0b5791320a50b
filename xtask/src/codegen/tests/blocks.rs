use super::super::{blocks, providers};

#[test]
fn a_block_is_filled_and_what_stands_around_it_stays() {
    let text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n<!-- begin file p -->\n<!-- end file p -->\nc\n";
    let filled = blocks::filled(text, |name| Ok(format!("new {name}\n"))).unwrap();
    assert_eq!(
        filled,
        "a\n<!-- begin x -->\n\nnew x\n\n<!-- end x -->\nb\n\
         <!-- begin file p -->\n\nnew file p\n\n<!-- end file p -->\nc\n"
    );
    let again = blocks::filled(&filled, |name| Ok(format!("new {name}\n"))).unwrap();
    assert_eq!(again, filled);
}

#[test]
fn a_block_without_an_end_is_an_error_that_names_it() {
    let content = |_: &str| Ok(String::new());
    let error = blocks::filled("<!-- begin x -->\n", content).unwrap_err();
    assert!(error.to_string().contains("<!-- end x -->"), "{error:#}");
}

const ROW: &str = r#"{"name": "acme", "api": "Generate", "shared_wire": true, "key_variable": "ACME_API_KEY",
    "base_url": null, "proven": ["tools", "choices"]}"#;

#[test]
fn a_provider_has_a_mark_for_what_is_proven_and_for_nothing_else() {
    let table = providers::table(&format!("[{ROW}]")).unwrap();
    let row = "| `acme` | Generate ¹ | `ACME_API_KEY` |  | ✓ |  |  |  |  | ✓ |  |  |";
    assert_eq!(table.lines().last(), Some(row));
}

#[test]
fn a_proof_without_a_column_is_an_error() {
    let error = providers::table(&format!("[{}]", ROW.replace("choices", "flight"))).unwrap_err();
    assert!(error.to_string().contains("`flight`"), "{error:#}");
    assert!(providers::table("{}").is_err());
}
