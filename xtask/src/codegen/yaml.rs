//! The registry's YAML, in both of its formats: `definition/2`, which the GenAI model and half of
//! the core model are written in, and the older `groups`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_norway::Value;

/// One file. Each format fills its own lists.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct File {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) attribute_groups: Vec<Group>,
    pub(crate) spans: Vec<Group>,
    pub(crate) span_refinements: Vec<Group>,
    pub(crate) metrics: Vec<Group>,
    pub(crate) metric_refinements: Vec<Group>,
    pub(crate) events: Vec<Group>,
    pub(crate) event_refinements: Vec<Group>,
    pub(crate) entities: Vec<Group>,
    /// The older format: everything is a group, told apart by its `type`.
    pub(crate) groups: Vec<Group>,
}

/// A span, a metric, an event, an entity, or a set of attributes these share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Group {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<Name>,
    pub(crate) r#type: Option<String>,
    pub(crate) r#ref: Option<String>,
    pub(crate) extends: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) identity: Vec<Attribute>,
    pub(crate) description: Vec<Attribute>,
    #[serde(alias = "span_kind")]
    pub(crate) kind: Option<String>,
    pub(crate) metric_name: Option<String>,
    pub(crate) instrument: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) brief: String,
    pub(crate) note: String,
    pub(crate) annotations: Annotations,
    pub(crate) deprecated: Option<Value>,
}

/// A metric's or event's name, or the rule for a span's.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Name {
    Plain(String),
    Rule { note: String },
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Annotations {
    pub(crate) code_generation: CodeGeneration,
    /// Ours: the identifier of a constant that is not the name's own words.
    pub(crate) constant: Option<String>,
    /// Ours: the span types that carry an event, which is no log record then.
    pub(crate) span_event: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CodeGeneration {
    pub(crate) metric_value_type: Option<String>,
}

/// A definition (`key`, or `id` in the older format), a reference to one (`ref`), or to all of a
/// group's (`ref_group`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attribute {
    #[serde(alias = "id")]
    pub(crate) key: Option<String>,
    pub(crate) r#ref: Option<String>,
    pub(crate) ref_group: Option<String>,
    pub(crate) r#type: Option<Type>,
    pub(crate) stability: Option<String>,
    pub(crate) examples: Option<Value>,
    pub(crate) brief: String,
    pub(crate) note: String,
    pub(crate) annotations: Annotations,
    pub(crate) requirement_level: Option<Level>,
    pub(crate) sampling_relevant: Option<bool>,
    pub(crate) deprecated: Option<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Type {
    Name(String),
    Enum {
        members: Vec<Member>,
        allow_custom_values: Option<bool>,
    },
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) value: Value,
    #[serde(default)]
    pub(crate) brief: String,
    #[serde(default)]
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) deprecated: Option<Value>,
}

/// `required`, or `recommended: If available.`
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Level {
    Plain(String),
    When(BTreeMap<String, String>),
}

/// Every YAML file under `folder` in the order of its path, but for deprecated parts and for the
/// manifest, which is no model.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<(PathBuf, File)>> {
    let mut files = Vec::new();
    for path in model_files(folder)? {
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let file =
            serde_norway::from_str(&text).with_context(|| format!("parsing {}", path.display()))?;
        files.push((path, file));
    }
    if files.is_empty() {
        bail!("{} holds no model: no YAML file is in it", folder.display());
    }
    Ok(files)
}

fn model_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("opening {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("listing {}", folder.display()))?
            .path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("deprecated") || name == "manifest.yaml" {
            continue;
        }
        if path.is_dir() {
            paths.extend(model_files(&path)?);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
