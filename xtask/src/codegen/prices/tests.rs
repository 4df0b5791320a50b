use std::fs;

use glassbox_price::Prices;

use super::{Chore, OUTPUT, table};

#[test]
fn what_is_embedded_makes_the_file_that_it_came_from() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../");
    let present = fs::read_to_string(format!("{file}{OUTPUT}")).expect("it is there");
    assert!(
        table(&Prices::embedded()) == present,
        "{OUTPUT} was edited, or its sorting, its sections or its notation changed: generate it"
    );
}

#[test]
fn a_list_becomes_sorted_lines_of_models_alone() {
    let prices = Prices::from_json(
        r#"{
            "zeta-1": {"litellm_provider": "openai", "mode": "chat",
                "input_cost_per_token": 1e-6, "output_cost_per_token": 0.0000025,
                "input_cost_per_token_flex": 5e-7, "output_cost_per_token_flex": 1e-6},
            "groq/a\"b": {"input_cost_per_token": 1e-6},
            "together-ai-up-to-4b": {"litellm_provider": "together_ai", "input_cost_per_token": 1e-7},
            "groq/alpha": {"input_cost_per_token": 1e-6}
        }"#,
    )
    .expect("it reads");
    let text = table(&prices);
    let (_, lines) = text.split_once("\"\\\n").expect("the list begins");
    assert_eq!(
        lines,
        "groq/alpha i1e-6\nopenai/zeta-1 i1e-6 o2.5e-6 flex>0 i5e-7 o1e-6\n\";\n"
    );
}

#[test]
fn the_file_is_written_and_compared() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let list = root.path().join("list.json");
    fs::write(&list, r#"{"groq/alpha": {"input_cost_per_token": 1e-6}}"#).expect("it is writable");
    let folder = root.path().join(OUTPUT);
    fs::create_dir_all(folder.parent().expect("it has one")).expect("it is writable");
    let chore = |check| Chore::Prices {
        prices: list.clone(),
        check,
    };
    let error = chore(true).run(root.path()).expect_err("there is no file");
    assert!(
        format!("{error:#}").contains("codegen prices --prices"),
        "{error:#}"
    );
    chore(false).run(root.path()).expect("it writes");
    chore(true).run(root.path()).expect("it is the same");
    fs::write(&list, "[]").expect("it is writable");
    assert!(chore(true).run(root.path()).is_err());
}
