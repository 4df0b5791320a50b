//! Attribute definitions: types, well-known values, examples.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_norway::Value;

use super::model::{Attribute, Kind, Member};
use super::yaml;

/// An example longer than this tells less than it takes up.
const LONGEST_EXAMPLE: usize = 60;
const MOST_EXAMPLES: usize = 3;

/// The definitions in `files`, by name.
pub(crate) fn collect<'a>(
    files: impl IntoIterator<Item = &'a yaml::File>,
) -> Result<BTreeMap<String, &'a yaml::Attribute>> {
    let mut found = BTreeMap::new();
    for file in files {
        let grouped = file.groups.iter().flat_map(|group| &group.attributes);
        for attribute in file.attributes.iter().chain(grouped) {
            let Some(name) = &attribute.key else { continue };
            if attribute.deprecated.is_some() {
                continue;
            }
            if found.insert(name.clone(), attribute).is_some() {
                bail!("the attribute {name} is defined twice");
            }
        }
    }
    Ok(found)
}

/// Reads one definition. `sensitive` adds to what the registry's own warning says.
pub(crate) fn attribute(yaml: &yaml::Attribute, sensitive: bool) -> Result<Attribute> {
    let declared = yaml.r#type.as_ref().context("it has no type")?;
    let (kind, template) = kind(declared)?;
    let (members, open) = match declared {
        yaml::Type::Name(_) => (Vec::new(), true),
        yaml::Type::Enum {
            members,
            allow_custom_values,
        } => (self::members(members)?, *allow_custom_values != Some(false)),
    };
    Ok(Attribute {
        kind,
        template,
        members,
        open,
        sensitive: sensitive || yaml.note.contains("sensitive information"),
        stability: yaml.stability.clone().context("it has no stability")?,
        examples: yaml.examples.as_ref().map(examples).unwrap_or_default(),
        brief: words(&yaml.brief),
        constant: yaml.annotations.constant.clone(),
    })
}

fn kind(declared: &yaml::Type) -> Result<(Kind, bool)> {
    let yaml::Type::Name(name) = declared else {
        return Ok((Kind::String, false));
    };
    let inner = name
        .strip_prefix("template[")
        .and_then(|rest| rest.strip_suffix(']'));
    let kind = match inner.unwrap_or(name) {
        "string" => Kind::String,
        "int" => Kind::Int,
        "double" => Kind::Double,
        "boolean" => Kind::Boolean,
        "string[]" => Kind::StringArray,
        "any" => Kind::Any,
        _ => bail!("its type {name} is one the generated tables have no word for"),
    };
    Ok((kind, inner.is_some()))
}

/// `text` on one line.
pub(crate) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn members(members: &[yaml::Member]) -> Result<Vec<Member>> {
    members
        .iter()
        .filter(|member| member.deprecated.is_none())
        .map(|member| match &member.value {
            Value::String(value) => Ok(Member {
                id: member.id.clone(),
                value: value.clone(),
                brief: words(&member.brief),
                constant: member.annotations.constant.clone(),
            }),
            other => bail!("its value {} is not a string: {other:?}", member.id),
        })
        .collect()
}

/// The short, one-line examples.
fn examples(yaml: &Value) -> Vec<String> {
    let all = match yaml {
        Value::Sequence(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    all.iter()
        .filter_map(example)
        .filter(|text| text.len() <= LONGEST_EXAMPLE && !text.contains(['`', '\n']))
        .take(MOST_EXAMPLES)
        .collect()
}

fn example(yaml: &Value) -> Option<String> {
    match yaml {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Sequence(_) => serde_json::to_string(yaml).ok(),
        _ => None,
    }
}
