//! The table of providers: what the laws prove of each, and that its entry in the registry says the same.
//!
//! `cargo xtask codegen providers` writes the table. The hosts are those whose laws are mounted in `adapters.rs`, and
//! the dialects, whose laws are mounted in `crates/glassbox-openai/tests/laws/dialects.rs`.

use std::path::Path;

use glassbox::openai::{DIALECTS, dialect};
use glassbox::{Api, Capabilities, Options};
use glassbox_test::laws::{Laws, Proof};
use serde_json::{Value, json};

use crate::adapters::{Mounted, chat, mounted};

/// The table, from this package's folder.
const TABLE: &str = "../docs/providers.json";

#[test]
fn the_table_is_what_the_laws_prove() {
    let mut rows: Vec<Value> = Vec::new();
    for mounted in mounted() {
        rows.push(row(&mounted, false));
    }
    let has = |rows: &[Value], name: &str| rows.iter().any(|row| row["name"] == name);
    for dialect in DIALECTS {
        if !has(&rows, dialect.name) {
            let laws = Laws::new(chat::Chat::new(dialect));
            rows.push(row(
                &Mounted::new(dialect.name, "Chat Completions", laws),
                true,
            ));
        }
    }
    for provider in glassbox::providers() {
        assert!(
            has(&rows, provider.name),
            "the laws of {} are not mounted in `adapters.rs`",
            provider.name
        );
    }
    rows.sort_by_key(|row| {
        let is_shared = row["shared_wire"] == true;
        (
            is_shared,
            row["name"].as_str().unwrap_or_default().to_owned(),
        )
    });
    let table = format!("{:#}\n", Value::from(rows));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    #[expect(
        clippy::disallowed_methods,
        reason = "this is how the table is written"
    )]
    let writes = std::env::var("GLASSBOX_PROVIDERS").is_ok_and(|value| value == "write");
    if writes {
        std::fs::write(&path, table).unwrap();
        return;
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == table,
        "docs/providers.json is not what the laws prove; `cargo xtask codegen providers` writes it:\n{table}"
    );
}

/// A row of the table, once the registry says the same.
fn row(mounted: &Mounted, shared_wire: bool) -> Value {
    let proof = mounted.laws.proof();
    let (name, flag) = match mounted.name.split_once(" --api ") {
        Some((name, flag)) => (name, Some(flag)),
        None => (mounted.name, None),
    };
    let all = glassbox::providers();
    let entry = all.iter().find(|provider| provider.name == name);
    let entry = entry.unwrap_or_else(|| panic!("the registry has no {name}"));
    let mut options = Options::new().with_base_url(match name {
        "azure" => "http://127.0.0.1:1/openai/v1",
        _ if dialect(name).is_some() => "http://127.0.0.1:1/v1",
        _ => "http://127.0.0.1:1",
    });
    options.api = flag.map(|flag| match flag {
        "responses" => Api::Responses,
        other => panic!("there is no API {other}"),
    });
    let model = format!("{name}/{}", proof.info.model);
    let said = glassbox::model_with(&model, &options).unwrap();
    let said = said.info();
    assert_eq!(said.provider, proof.info.provider, "{}", mounted.name);
    assert_eq!(said.capabilities, proof.capabilities, "{}", mounted.name);
    let embeds = glassbox::embedding_model_with(&model, &options).is_ok();
    if flag.is_none() {
        assert_eq!(entry.capabilities, proof.capabilities, "{name}");
        assert_eq!(embeds, proof.embeddings, "the embeddings of {name}");
    }
    json!({
        "name": mounted.name,
        "api": mounted.api,
        "shared_wire": shared_wire,
        "key_variable": entry.key_variable,
        "base_url": entry.base_url,
        "proven": words(&proof),
    })
}

/// What is proven, by the names of the capabilities.
fn words(proof: &Proof) -> Vec<String> {
    let of = |capabilities: Capabilities| serde_json::to_value(capabilities).unwrap();
    let Value::Object(proven) = of(proof.capabilities) else {
        panic!("capabilities are an object");
    };
    let proven = proven.into_iter().filter(|(_, proven)| *proven == true);
    let mut words: Vec<String> = proven.map(|(name, _)| name).collect();
    words.extend(proof.embeddings.then(|| "embeddings".to_owned()));
    words
}
