use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::Path;

use glassbox_export::{Environment, OtlpReader, RecordedSpan, SpanTree, TreeStyle, Unreadable};

use crate::args::ViewArguments;
use crate::failure::Failure;
use crate::output;

/// Problems of a file that are told one by one.
const MOST_TOLD: usize = 10;

/// Prints the traces in a file.
pub(crate) fn view(arguments: &ViewArguments) -> Result<(), Failure> {
    let (spans, problems) = read(open(&arguments.file)?, arguments.trace_id.as_deref());
    tell(&problems);
    if spans.is_empty() {
        return Err(Failure::Nothing(nothing(arguments, problems.len())));
    }
    if arguments.json {
        return spans
            .iter()
            .try_for_each(|span| output::print_line(&span.to_json()));
    }
    let style = TreeStyle::from_environment(&Environment::from_env(), io::stdout().is_terminal());
    let trees = SpanTree::per_trace(spans.into_iter().map(|recorded| recorded.span));
    for tree in trees {
        output::print(&match arguments.list {
            true => tree.summary(&style),
            false => tree.render(&style),
        })?;
    }
    Ok(())
}

fn open(file: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(file).map_err(|error| {
        let name = file.display();
        Failure::usage(format!("cannot read {name}: {error}"))
    })?;
    Ok(Box::new(BufReader::new(opened)))
}

/// The spans of the traces whose id begins so, and what is no span.
fn read(input: Box<dyn BufRead>, beginning: Option<&str>) -> (Vec<RecordedSpan>, Vec<Unreadable>) {
    let is_wanted = |recorded: &RecordedSpan| {
        let id = recorded.span.span_context.trace_id().to_string();
        beginning.is_none_or(|beginning| id.starts_with(beginning))
    };
    let mut spans = Vec::new();
    let mut problems = Vec::new();
    for read in OtlpReader::new(input) {
        match read {
            Ok(span) if is_wanted(&span) => spans.push(span),
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
    }
    (spans, problems)
}

fn tell(problems: &[Unreadable]) {
    for problem in problems.iter().take(MOST_TOLD) {
        output::complain(&problem.to_string());
    }
    if problems.len() > MOST_TOLD {
        let more = problems.len() - MOST_TOLD;
        output::complain(&format!("{more} more lines or spans could not be read"));
    }
}

fn nothing(arguments: &ViewArguments, problems: usize) -> String {
    let file = arguments.file.display();
    match &arguments.trace_id {
        Some(id) => format!("no trace in {file} has an id that begins with {id}"),
        None if problems > 0 => format!("no span in {file} could be read"),
        None => format!("there is no span in {file}"),
    }
}
