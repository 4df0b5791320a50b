//! The waterfall, line by line.

use std::time::Duration;

use glassbox_semconv::openllmetry::tutorial::SPAN_TOOL_PREFIX;
use jiff::Timestamp;
use opentelemetry_sdk::trace::SpanData;
use unicode_width::UnicodeWidthStr;

use super::bar::bar;
use super::facts::{Facts, Role, Tokens};
use super::style::{Color, TreeStyle};
use super::{SpanTree, TreeTotals, event};
use crate::text::{cut, dollars, grouped, pad, plain, short};

/// Levels of the tree that are drawn; deeper ones stand below one another.
const DEEPEST: usize = 10;
/// Columns of one level.
const INDENT: usize = 3;
/// Events of one span that are shown.
const MOST_EVENTS: usize = 32;
/// Columns of a name in a summary, at most.
const NAME: usize = 40;
/// Columns of a duration.
const DURATION: usize = 7;
/// What stands above spans whose parent is elsewhere.
const REMOTE: &str = "(remote parent)";

pub(super) fn tree(tree: &SpanTree, style: &TreeStyle) -> String {
    // Within bounds, whatever was put into the field.
    let style = style.with_width(style.width);
    let mut page = Page {
        tree,
        style,
        axis: tree.duration(),
        name_width: name_width(tree, style),
        bar_width: (style.width / 5).clamp(12, 32),
        open: Vec::new(),
        out: String::with_capacity(tree.spans.len() * style.width),
    };
    page.header();
    for root in &tree.roots {
        page.subtree(*root, 0, true);
    }
    if !tree.orphans.is_empty() {
        page.out.push_str(&style.paint(Color::Dim, REMOTE));
        page.out.push('\n');
        page.open = vec![false];
        for (index, orphan) in tree.orphans.iter().enumerate() {
            page.subtree(*orphan, 1, index + 1 == tree.orphans.len());
        }
    }
    page.out
}

pub(super) fn summary(tree: &SpanTree, style: &TreeStyle) -> String {
    let start = Timestamp::try_from(tree.start()).unwrap_or(Timestamp::UNIX_EPOCH);
    let name = tree.spans.first().map_or("", |span| span.name.as_ref());
    let name = plain(name, style.ascii);
    let (sums, errors) = sums(tree, *style);
    let errors = errors.map(|text| format!("  {}", style.paint(Color::Red, &text)));
    format!(
        "{}  {}  {}  {sums}{}\n",
        style.paint(Color::Bold, &tree.trace_id.to_string()),
        start.strftime("%Y-%m-%d %H:%M:%SZ"),
        cut(&name, NAME, style.ascii),
        errors.unwrap_or_default(),
    )
}

/// What is summed up over a trace, and how much of it failed.
fn sums(tree: &SpanTree, style: TreeStyle) -> (String, Option<String>) {
    let TreeTotals {
        input_tokens,
        output_tokens,
        cost,
        model_calls,
        tool_calls,
        errors,
    } = tree.totals();
    let mut parts = vec![short(tree.duration(), style.ascii)];
    parts.extend(tokens(&Tokens {
        input: input_tokens,
        output: output_tokens,
        ..Tokens::default()
    }));
    parts.extend(cost.and_then(dollars));
    parts.extend(counted(model_calls, "model call"));
    parts.extend(counted(tool_calls, "tool call"));
    (parts.join("  "), counted(errors, "error"))
}

/// Wide enough for every name with its indentation, and for nothing else's harm.
fn name_width(tree: &SpanTree, style: TreeStyle) -> usize {
    let mut widest = 0;
    let roots = tree.roots.iter().map(|root| (*root, 0));
    let orphans = tree.orphans.iter().map(|orphan| (*orphan, 1));
    let mut stack: Vec<(usize, usize)> = roots.chain(orphans).collect();
    while let Some((at, depth)) = stack.pop() {
        let indent = depth.min(DEEPEST) * INDENT;
        widest = widest.max(indent + plain(&tree.spans[at].name, style.ascii).width());
        stack.extend(tree.children[at].iter().map(|child| (*child, depth + 1)));
    }
    widest.clamp(12, style.width * 2 / 5)
}

struct Page<'a> {
    tree: &'a SpanTree,
    style: TreeStyle,
    /// What the whole width of a bar stands for.
    axis: Duration,
    name_width: usize,
    bar_width: usize,
    /// For each level of the current path, whether a sibling follows below.
    open: Vec<bool>,
    out: String,
}

/// A piece of what stands behind a bar.
struct Detail {
    text: String,
    color: Color,
}

impl Page<'_> {
    fn header(&mut self) {
        let (parts, errors) = sums(self.tree, self.style);
        let id = format!("trace {}", self.tree.trace_id);
        let width = id.width() + parts.width() + errors.as_ref().map_or(0, |text| text.width() + 2);

        self.out.push_str(&self.style.paint(Color::Bold, &id));
        // The totals stay together, on a line of their own where the first is too short.
        let fits = width + 2 <= self.style.width;
        self.out.push_str(if fits { "  " } else { "\n  " });
        self.out.push_str(&parts);
        if let Some(errors) = errors {
            self.out.push_str("  ");
            self.out.push_str(&self.style.paint(Color::Red, &errors));
        }
        self.out.push('\n');
    }

    /// A span and all below it. A stack, not recursion: a trace may be deeper than ours.
    fn subtree(&mut self, at: usize, depth: usize, last: bool) {
        let mut stack = vec![(at, depth, last)];
        while let Some((at, depth, last)) = stack.pop() {
            self.open.truncate(depth);
            self.open.push(!last);
            self.span(at, depth, last);
            let children = &self.tree.children[at];
            // The last one first: a stack turns the order round.
            for (index, child) in children.iter().enumerate().rev() {
                stack.push((*child, depth + 1, index + 1 == children.len()));
            }
        }
    }

    fn span(&mut self, at: usize, depth: usize, last: bool) {
        let span = &self.tree.spans[at];
        let facts = Facts::new(span);
        let color = match (facts.role, &facts.error) {
            (_, Some(_)) => Color::Red,
            (Role::Model, None) => Color::Cyan,
            (Role::Tool, None) => Color::Yellow,
            (Role::Agent, None) => Color::Blue,
            (Role::Other, None) => Color::Plain,
        };
        self.name(span, depth, last, facts.error.is_some());

        let offset = span.start_time.duration_since(self.tree.start());
        let lasted = span.end_time.duration_since(span.start_time);
        let lasted = lasted.unwrap_or_default();
        let bar = bar(
            offset.unwrap_or_default(),
            lasted,
            self.axis,
            self.bar_width,
            self.style.ascii,
        );
        self.out.push_str(&self.style.paint(color, &bar));
        let lasted = short(lasted, self.style.ascii);
        let gap = DURATION.saturating_sub(lasted.width()) + 1;
        self.out.extend(std::iter::repeat_n(' ', gap));
        self.out.push_str(&lasted);

        let below = self.rails_below(depth, !self.tree.children[at].is_empty());
        let details = details(span, &facts, self.style);
        self.details(details, &below);
        self.events(span, &below);
    }

    fn name(&mut self, span: &SpanData, depth: usize, last: bool, failed: bool) {
        let glyphs = self.style.glyphs();
        let mut rails = self.rails(depth.saturating_sub(1), depth);
        if depth > 0 {
            rails.push_str(if last { glyphs.last } else { glyphs.branch });
        }
        let room = self.name_width.saturating_sub(rails.width());
        let shown = plain(&span.name, self.style.ascii);
        let mut name = cut(&shown, room, self.style.ascii).into_owned();
        pad(&mut name, 0, room);
        let color = if failed { Color::Red } else { Color::Plain };
        self.out.push_str(&self.style.paint(Color::Dim, &rails));
        self.out.push_str(&self.style.paint(color, &name));
        self.out.push_str("  ");
    }

    /// The lines that pass by at levels 1 to `levels`, for something at `depth`.
    fn rails(&self, levels: usize, depth: usize) -> String {
        let glyphs = self.style.glyphs();
        let pass = |level: usize| if self.open[level] { glyphs.pass } else { "   " };
        match depth.checked_sub(DEEPEST) {
            None | Some(0) => (1..=levels).map(pass).collect(),
            // One column of levels is spent on the sign that there are more.
            Some(hidden) => std::iter::once(glyphs.deep)
                .chain((hidden + 2..=levels).map(pass))
                .collect(),
        }
    }

    fn rails_below(&self, depth: usize, has_children: bool) -> String {
        let mut rails = self.rails(depth, depth);
        rails.push_str(if has_children {
            self.style.glyphs().pass
        } else {
            "   "
        });
        rails
    }

    /// As many details as fit behind the bar, the others on lines of their own.
    fn details(&mut self, details: Vec<Detail>, below: &str) {
        let taken = self.name_width + 2 + self.bar_width + 1 + DURATION;
        let mut room = self.style.width.saturating_sub(taken);
        for detail in details {
            let width = detail.text.width() + 2;
            if width <= room {
                self.out.push_str("  ");
                self.out
                    .push_str(&self.style.paint(detail.color, &detail.text));
                room -= width;
            } else {
                self.out.push('\n');
                self.line(below, &detail.text, detail.color);
                room = 0;
            }
        }
        self.out.push('\n');
    }

    fn events(&mut self, span: &SpanData, below: &str) {
        for event in span.events.iter().take(MOST_EVENTS) {
            let text = event::text(event, span.start_time, self.style);
            self.line(below, &text, Color::Dim);
            self.out.push('\n');
        }
        let more = span.events.len().saturating_sub(MOST_EVENTS);
        if let Some(more) = counted(more, "more event") {
            self.line(below, &more, Color::Dim);
            self.out.push('\n');
        }
    }

    /// A line below a span, cut to the width, without its line break.
    fn line(&mut self, below: &str, text: &str, color: Color) {
        let indent = below.width() + 2;
        let room = self.style.width.saturating_sub(indent);
        self.out.push_str(&self.style.paint(Color::Dim, below));
        self.out.push_str("  ");
        let text = cut(text, room, self.style.ascii);
        self.out.push_str(&self.style.paint(color, &text));
    }
}

/// Tokens, model, tool and error, as far as there are any and the name does not say it already.
fn details(span: &SpanData, facts: &Facts<'_>, style: TreeStyle) -> Vec<Detail> {
    let mut details = Vec::new();
    let mut add = |text: &str, color| {
        // An error may be a page long: look at no more of it than can be shown.
        let head: String = text.chars().take(style.width + 1).collect();
        details.push(Detail {
            text: plain(&head, style.ascii).into_owned(),
            color,
        });
    };
    if let Some(tokens) = tokens(&facts.tokens) {
        add(&tokens, Color::Plain);
    }
    // A run's is the sum of its calls', as the header has it for the whole.
    if facts.role == Role::Model
        && let Some(cost) = facts.cost.and_then(dollars)
    {
        add(&cost, Color::Plain);
    }
    for name in [facts.model, facts.tool].into_iter().flatten() {
        if !says(&span.name, name) {
            add(name, Color::Dim);
        }
    }
    if let Ok(backwards) = span.start_time.duration_since(span.end_time)
        && !backwards.is_zero()
    {
        let backwards = short(backwards, style.ascii);
        add(&format!("ended {backwards} before it started"), Color::Dim);
    }
    if let Some(outcome) = facts.outcome {
        add(outcome, Color::Plain);
    }
    if let Some(error) = &facts.error {
        add(&format!("{} {error}", style.glyphs().error), Color::Red);
    }
    details
}

/// Whether a span's name holds this name as a word: `chat NAME`, `tool.NAME`.
fn says(span: &str, name: &str) -> bool {
    let mut words = span.split_whitespace();
    words.any(|word| word == name || word.strip_prefix(SPAN_TOOL_PREFIX) == Some(name))
}

/// `812 in (512 cached), 34 out (12 reasoning)`.
fn tokens(tokens: &Tokens) -> Option<String> {
    let part = |count: Option<u64>, direction: &str, of: Option<u64>, kind: &str| {
        let count = grouped(count?);
        Some(match of.filter(|of| *of > 0) {
            Some(of) => format!("{count} {direction} ({} {kind})", grouped(of)),
            None => format!("{count} {direction}"),
        })
    };
    let input = part(tokens.input, "in", tokens.cached, "cached");
    let output = part(tokens.output, "out", tokens.reasoning, "reasoning");
    match (input, output) {
        (Some(input), Some(output)) => Some(format!("{input}, {output}")),
        (input, output) => input.or(output),
    }
}

/// `1 tool call`, `2 tool calls`, nothing for none.
fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{} {what}s", grouped(count as u64))),
    }
}

#[cfg(test)]
mod tests;
