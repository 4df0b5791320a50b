//! From YAML files to one [`Registry`]: every `ref`, `ref_group`, `extends` and refinement followed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};

use super::definitions;
use super::groups::{self, Draft, Shape};
use super::model::{Entity, Event, Kind, Metric, Registry, Requirement, Span, Use, Uses};
use super::overlay::Overlay;
use super::yaml::{self, File, Level};

/// Resolves the model in `files`, taking general attributes from `core` where it refers to them.
pub(crate) fn resolve(files: &[File], core: &[File], overlay: &Overlay) -> Result<Registry> {
    let resolver = Resolver {
        drafts: groups::drafts(files)?,
        overlay,
    };
    let mut registry = Registry::default();
    for (id, draft) in &resolver.drafts {
        resolver
            .add(&mut registry, id, draft)
            .with_context(|| format!("resolving {id}"))?;
    }
    for span in registry.spans.keys().cloned().collect::<Vec<_>>() {
        inherit(&mut registry.spans, &span)?;
    }
    define(&mut registry, files, core, overlay)?;
    check_operations(&registry)?;
    Ok(registry)
}

/// Follows the references among drafts.
pub(crate) struct Resolver<'a> {
    pub(crate) drafts: BTreeMap<String, Draft<'a>>,
    pub(crate) overlay: &'a Overlay,
}

impl Resolver<'_> {
    /// Resolves the draft `id` into `registry`.
    pub(crate) fn add(&self, registry: &mut Registry, id: &str, draft: &Draft<'_>) -> Result<()> {
        let name = draft.name.clone();
        match draft.shape {
            Shape::Shared => {}
            Shape::Span => {
                registry
                    .spans
                    .insert(name.clone(), self.span(&name, id, draft)?);
            }
            Shape::Metric => {
                registry
                    .metrics
                    .insert(name.clone(), self.metric(&name, id, draft)?);
            }
            Shape::Event => {
                let severity = groups::severity(&draft.group.note)?;
                registry.events.insert(
                    name,
                    Event {
                        severity,
                        spans: draft.group.annotations.span_event.clone(),
                        brief: definitions::words(&draft.group.brief),
                        uses: self.uses(id)?,
                    },
                );
            }
            Shape::Entity => {
                let identity = self.merge(Uses::new(), &draft.group.identity)?;
                let description = self.merge(Uses::new(), &draft.group.description)?;
                registry.entities.insert(
                    name,
                    Entity {
                        identity,
                        description,
                    },
                );
            }
        }
        Ok(())
    }

    fn span(&self, name: &str, id: &str, draft: &Draft<'_>) -> Result<Span> {
        let by_hand = self.overlay.spans.get(name);
        let mut operations = groups::operations(draft.group);
        if operations.is_empty() {
            operations = by_hand
                .map(|span| span.operations.clone())
                .unwrap_or_default();
        }
        let mut uses = self.uses(id)?;
        if let Some(base) = by_hand.and_then(|span| span.base.as_ref()) {
            uses = refined(self.uses(&format!("span.{base}"))?, uses);
        }
        Ok(Span {
            base: draft.base.clone().or_else(|| by_hand?.base.clone()),
            provider: groups::provider(draft.group).or_else(|| by_hand?.provider.clone()),
            kind: draft.group.kind.clone().unwrap_or_default(),
            name: groups::span_name(draft.group).unwrap_or_default(),
            operations,
            uses,
        })
    }

    fn metric(&self, name: &str, id: &str, draft: &Draft<'_>) -> Result<Metric> {
        if let Some(base) = &draft.base {
            let based = self
                .drafts
                .get(&format!("metric.{base}"))
                .context("its base is unknown")?;
            let metric = self.metric(base, id, based)?;
            return Ok(Metric {
                base: Some(base.clone()),
                ..metric
            });
        }
        let instrument = draft
            .group
            .instrument
            .clone()
            .context("it has no instrument")?;
        let unit = draft.group.unit.clone().context("it has no unit")?;
        let value = match draft
            .group
            .annotations
            .code_generation
            .metric_value_type
            .as_deref()
        {
            Some("int") => Kind::Int,
            Some("double") => Kind::Double,
            // The MCP metrics do not say; they are durations in seconds.
            None if unit == "s" => Kind::Double,
            other => bail!("its value type {other:?} is neither int nor double"),
        };
        let boundaries = self.overlay.metrics.get(name).cloned();
        ensure!(
            boundaries.is_some() == (instrument == "histogram"),
            "a histogram needs an entry under `metrics` in xtask/data/overlay.yaml, a counter none"
        );
        if let Some(set) = &boundaries {
            ensure!(
                self.overlay.boundaries.contains_key(set),
                "no boundaries are named {set}"
            );
        }
        let name = name.to_owned();
        Ok(Metric {
            base: None,
            name,
            instrument,
            unit,
            value,
            boundaries,
            brief: definitions::words(&draft.group.brief),
            uses: self.uses(id)?,
        })
    }

    /// Every attribute of the draft `id`, and how it uses each.
    pub(crate) fn uses(&self, id: &str) -> Result<Uses> {
        self.uses_within(id, &mut Vec::new())
    }

    /// The attributes of the draft `id`: those of its parents, then its own over them.
    fn uses_within(&self, id: &str, path: &mut Vec<String>) -> Result<Uses> {
        if path.iter().any(|outer| outer == id) {
            bail!("{id} refers to itself through {}", path.join(" -> "));
        }
        let draft = self
            .drafts
            .get(id)
            .with_context(|| format!("no group is named {id}"))?;
        path.push(id.to_owned());
        let mut uses = Uses::new();
        for parent in &draft.parents {
            uses.extend(self.uses_within(parent, path)?);
        }
        path.pop();
        self.merge(uses, &draft.group.attributes)
    }

    /// Lays references over `uses`: what one leaves out, it keeps from below.
    fn merge(&self, mut uses: Uses, attributes: &[yaml::Attribute]) -> Result<Uses> {
        for attribute in attributes {
            let Some(name) = &attribute.r#ref else {
                continue;
            };
            let below = uses.get(name);
            let (requirement, condition) = match (&attribute.requirement_level, below) {
                (Some(level), _) => {
                    requirement(level).with_context(|| format!("reading {name}"))?
                }
                (None, Some(below)) => (below.requirement, below.condition.clone()),
                (None, None) => (Requirement::Recommended, None),
            };
            let at_start = attribute
                .sampling_relevant
                .unwrap_or_else(|| below.is_some_and(|below| below.at_start));
            uses.insert(
                name.clone(),
                Use {
                    requirement,
                    at_start,
                    condition,
                },
            );
        }
        Ok(uses)
    }
}

/// `base` with `own` over it, where the registry does not say that the one refines the other.
fn refined(mut base: Uses, own: Uses) -> Uses {
    for (name, used) in own {
        let at_start = used.at_start || base.get(&name).is_some_and(|below| below.at_start);
        base.insert(name, Use { at_start, ..used });
    }
    base
}

fn requirement(level: &Level) -> Result<(Requirement, Option<String>)> {
    let (word, condition) = match level {
        Level::Plain(word) => (Some(word), None),
        Level::When(map) if map.len() == 1 => {
            let (word, condition) = map.iter().next().unzip();
            (word, condition.map(|text| definitions::words(text)))
        }
        Level::When(_) => (None, None),
    };
    let requirement = match word.map(String::as_str) {
        Some("required") => Requirement::Required,
        Some("conditionally_required") => Requirement::Conditional,
        Some("recommended") => Requirement::Recommended,
        Some("opt_in") => Requirement::OptIn,
        _ => bail!("the requirement level {level:?} is unknown"),
    };
    Ok((requirement, condition))
}

/// Fills what a refinement leaves to its base.
fn inherit(spans: &mut BTreeMap<String, Span>, id: &str) -> Result<()> {
    let Some(base) = spans[id].base.clone() else {
        let span = &spans[id];
        ensure!(!span.name.is_empty(), "the span {id} has no name");
        ensure!(!span.kind.is_empty(), "the span {id} has no kind");
        return Ok(());
    };
    let base = spans
        .get(&base)
        .with_context(|| format!("{id} refines {base}, unknown"))?
        .clone();
    ensure!(base.base.is_none(), "{id} refines a refinement");
    let span = spans
        .get_mut(id)
        .expect("the caller took the key from this map");
    if span.name.is_empty() {
        span.name = base.name;
    }
    if span.kind.is_empty() {
        span.kind = base.kind;
    }
    if span.operations.is_empty() {
        span.operations = base.operations;
    }
    Ok(())
}

/// Looks up the definition of every attribute the model defines or uses.
fn define(registry: &mut Registry, files: &[File], core: &[File], overlay: &Overlay) -> Result<()> {
    let own = definitions::collect(files)?;
    let general = definitions::collect(core)?;
    let used = registry.uses().flatten().map(|(name, _)| name);
    let names: BTreeSet<String> = own
        .keys()
        .chain(used)
        .chain(&overlay.extra_attributes)
        .cloned()
        .collect();
    for name in names {
        let yaml = own.get(&name).or_else(|| general.get(&name));
        let yaml = yaml.with_context(|| format!("no model defines the attribute {name}"))?;
        let sensitive = overlay.sensitive.contains(&name);
        let attribute = definitions::attribute(yaml, sensitive)
            .with_context(|| format!("reading the attribute {name}"))?;
        registry.attributes.insert(name, attribute);
    }
    Ok(())
}

fn check_operations(registry: &Registry) -> Result<()> {
    let operation = registry.attributes.get("gen_ai.operation.name");
    let known = operation
        .map(|def| def.members.as_slice())
        .unwrap_or_default();
    for (id, span) in &registry.spans {
        for name in &span.operations {
            ensure!(
                known.iter().any(|member| member.value == *name),
                "the span {id} serves {name}, which is no gen_ai.operation.name"
            );
        }
    }
    Ok(())
}
