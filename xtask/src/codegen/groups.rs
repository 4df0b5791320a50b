//! Groups of both YAML formats in one form, and the facts their prose holds in a fixed phrase.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::yaml::{File, Group, Name};

/// What a group stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Attributes that others refer to.
    Shared,
    Span,
    Metric,
    Event,
    Entity,
}

/// A group before its references are followed.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) shape: Shape,
    /// The name without the shape in front.
    pub(crate) name: String,
    pub(crate) base: Option<String>,
    /// The groups whose attributes it takes over, each by its key among the drafts.
    pub(crate) parents: Vec<String>,
    pub(crate) group: &'a Group,
}

/// The groups of `files`, keyed `span.NAME`, `metric.NAME` and so on; shared ones by their `id`.
pub(crate) fn drafts(files: &[File]) -> Result<BTreeMap<String, Draft<'_>>> {
    let mut drafts = BTreeMap::new();
    let mut add = |shape, name: &str, base: Option<String>, group| -> Result<()> {
        let key = key(shape, name);
        let draft = Draft {
            shape,
            name: name.to_owned(),
            parents: parents(shape, &base, group),
            base,
            group,
        };
        match drafts.insert(key.clone(), draft) {
            Some(_) => bail!("the group {key} is defined twice"),
            None => Ok(()),
        }
    };
    for file in files {
        for group in &file.attribute_groups {
            add(Shape::Shared, id(group)?, None, group)?;
        }
        for group in &file.spans {
            add(
                Shape::Span,
                group.r#type.as_deref().context("a span has no type")?,
                None,
                group,
            )?;
        }
        for group in &file.metrics {
            add(Shape::Metric, plain_name(group)?, None, group)?;
        }
        for group in &file.events {
            add(Shape::Event, plain_name(group)?, None, group)?;
        }
        for group in &file.entities {
            let name = group.r#type.as_deref().context("an entity has no type")?;
            add(Shape::Entity, name, None, group)?;
        }
        for (shape, refinements) in [
            (Shape::Span, &file.span_refinements),
            (Shape::Metric, &file.metric_refinements),
            (Shape::Event, &file.event_refinements),
        ] {
            for group in refinements {
                let base = group
                    .r#ref
                    .clone()
                    .context("a refinement refers to nothing")?;
                add(shape, id(group)?, Some(base), group)?;
            }
        }
        for group in file
            .groups
            .iter()
            .filter(|group| group.deprecated.is_none())
        {
            let Some((shape, name)) = older(group)? else {
                continue;
            };
            let base = group
                .extends
                .as_deref()
                .and_then(|id| id.strip_prefix("span."));
            add(shape, name, base.map(str::to_owned), group)?;
        }
    }
    Ok(drafts)
}

/// What a group's key is among the drafts.
pub(crate) fn key(shape: Shape, name: &str) -> String {
    match shape {
        Shape::Shared => name.to_owned(),
        Shape::Span => format!("span.{name}"),
        Shape::Metric => format!("metric.{name}"),
        Shape::Event => format!("event.{name}"),
        Shape::Entity => format!("entity.{name}"),
    }
}

fn parents(shape: Shape, base: &Option<String>, group: &Group) -> Vec<String> {
    let base = base.iter().map(|base| key(shape, base));
    // In the older format, a base is an `extends` too; naming it twice would be harmless but odd.
    let extends = group
        .extends
        .iter()
        .filter(|id| !id.starts_with("span."))
        .cloned();
    let included = group
        .attributes
        .iter()
        .filter_map(|attribute| attribute.ref_group.clone());
    base.chain(extends).chain(included).collect()
}

/// Shape and name of a group of the older format; none for what the tables have no use for.
fn older(group: &Group) -> Result<Option<(Shape, &str)>> {
    let id = id(group)?;
    Ok(match group.r#type.as_deref() {
        Some("attribute_group") => Some((Shape::Shared, id)),
        Some("span") => Some((Shape::Span, id.strip_prefix("span.").unwrap_or(id))),
        Some("metric") => Some((
            Shape::Metric,
            group
                .metric_name
                .as_deref()
                .context("a metric has no name")?,
        )),
        Some("event") => Some((Shape::Event, plain_name(group)?)),
        _ => None,
    })
}

fn id(group: &Group) -> Result<&str> {
    group.id.as_deref().context("a group has no id")
}

fn plain_name(group: &Group) -> Result<&str> {
    match &group.name {
        Some(Name::Plain(name)) => Ok(name),
        _ => bail!("a metric or event has no name: {:?}", group.id),
    }
}

/// The pattern of a span's name: the first code word after `**Span name**`.
pub(crate) fn span_name(group: &Group) -> Option<String> {
    prose(group).find_map(|text| code_words(text.split_once("**Span name**")?.1).next())
}

/// The operations a span serves, where its prose says so:
/// "`gen_ai.operation.name` SHOULD be `chat`", or "SHOULD be one of" and a list up to the full stop.
pub(crate) fn operations(group: &Group) -> Vec<String> {
    let rule = |text| after(text, "`gen_ai.operation.name` SHOULD be ");
    let Some(rest) = prose(group).find_map(rule) else {
        return Vec::new();
    };
    match rest.strip_prefix("one of ") {
        Some(list) => code_words(list.split('.').next().unwrap_or(list)).collect(),
        None => code_words(rest).take(1).collect(),
    }
}

/// The provider a refinement is for: "`gen_ai.provider.name` MUST be set to `"openai"`".
pub(crate) fn provider(group: &Group) -> Option<String> {
    let rest =
        prose(group).find_map(|text| after(text, "`gen_ai.provider.name` MUST be set to `\""))?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

/// The severity an event asks for: "severity number 5".
pub(crate) fn severity(note: &str) -> Result<Option<u8>> {
    let Some(rest) = after(note, "severity number ") else {
        return Ok(None);
    };
    let digits = rest
        .split(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap_or_default();
    digits
        .parse()
        .map(Some)
        .with_context(|| format!("the severity number {digits:?} is no number"))
}

fn prose(group: &Group) -> impl Iterator<Item = &str> {
    let rule = match &group.name {
        Some(Name::Rule { note }) => Some(note.as_str()),
        _ => None,
    };
    rule.into_iter()
        .chain([group.note.as_str(), group.brief.as_str()])
}

fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    text.split_once(phrase).map(|(_, rest)| rest)
}

/// What stands between backticks, in order.
fn code_words(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}
