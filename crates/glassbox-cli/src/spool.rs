use std::time::{Duration, SystemTime, UNIX_EPOCH};

use glassbox_export::{Environment, Otlp, Report, Spool, Waiting};
use serde_json::{Value, json};

use crate::args::{Form, SpoolAction, SpoolArguments};
use crate::failure::Failure;
use crate::output;

/// Tells what waits, or delivers it.
pub(crate) fn spool(arguments: &SpoolArguments) -> Result<(), Failure> {
    let environment = Environment::from_env();
    let spool = directory(arguments, &environment)?;
    match &arguments.action {
        None => tell(&spool, arguments.output),
        Some(SpoolAction::Drain { timeout }) => {
            drain(&spool, &environment, *timeout, arguments.output)
        }
    }
}

fn directory(arguments: &SpoolArguments, environment: &Environment) -> Result<Spool, Failure> {
    let (spool, warnings) = Spool::from_environment(environment);
    warnings
        .iter()
        .for_each(|warning| output::complain(warning));
    match (&arguments.dir, spool) {
        (Some(directory), _) => Ok(Spool::new(directory)),
        (None, Some(spool)) => Ok(spool),
        (None, None) => Err(Failure::usage(
            "which spool? name its directory with --dir DIR, or set GLASSBOX_SPOOL_DIR",
        )),
    }
}

fn waiting(spool: &Spool) -> Result<Vec<Waiting>, Failure> {
    let waiting = spool.waiting();
    waiting.map_err(|error| Failure::Spool(error.to_string()))
}

fn tell(spool: &Spool, form: Form) -> Result<(), Failure> {
    let waiting = waiting(spool)?;
    match form {
        Form::Json => output::print_json(&json!({
            "directory": spool.directory().to_string_lossy(),
            "services": waiting.iter().map(object).collect::<Vec<_>>(),
        })),
        Form::Text if waiting.is_empty() => output::print_line("nothing waits"),
        Form::Text => print(&waiting),
    }
}

fn print(waiting: &[Waiting]) -> Result<(), Failure> {
    let names = waiting.iter().map(|one| one.service.chars().count());
    let width = names.max().unwrap_or_default().max("SERVICE".len());
    output::print_line(&format!(
        "{:width$}  {:7} {:>8} {:>10} {:>10}",
        "SERVICE", "SIGNAL", "WAITING", "BYTES", "OLDEST"
    ))?;
    for one in waiting {
        let age = one.oldest.and_then(|oldest| oldest.elapsed().ok());
        output::print_line(&format!(
            "{:width$}  {:7} {:>8} {:>10} {:>10}",
            output::clean(&one.service, 200),
            "traces",
            one.items,
            one.bytes,
            age.map_or_else(|| "-".to_owned(), self::age),
        ))?;
        for remark in remarks(one) {
            output::print_line(&format!("{:width$}  {remark}", ""))?;
        }
    }
    Ok(())
}

/// What there is to say beside the numbers.
fn remarks(waiting: &Waiting) -> Vec<String> {
    let mut remarks = Vec::new();
    match waiting.running {
        0 => {}
        1 => remarks.push("1 process runs and delivers its own".to_owned()),
        count => remarks.push(format!("{count} processes run and deliver their own")),
    }
    match waiting.damaged {
        0 => {}
        1 => remarks.push("1 damaged".to_owned()),
        count => remarks.push(format!("{count} damaged")),
    }
    for path in &waiting.foreign {
        remarks.push(format!(
            "left alone, not of this version: {}",
            path.display()
        ));
    }
    if let Some(path) = &waiting.dead_letters {
        remarks.push(format!("refused for good: {}", path.display()));
    }
    remarks
}

/// How long ago, in the largest unit that fits.
fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86400),
    }
}

fn object(waiting: &Waiting) -> Value {
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
    json!({
        "service": waiting.service,
        "signal": "traces",
        "waiting": waiting.items,
        "bytes": waiting.bytes,
        "oldest_unix_seconds": waiting.oldest.and_then(since).map(|since| since.as_secs()),
        "damaged": waiting.damaged,
        "processes_left": waiting.left,
        "processes_running": waiting.running,
        "foreign": waiting.foreign.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
        "dead_letters": waiting.dead_letters.as_ref().map(|path| path.to_string_lossy()),
    })
}

fn drain(
    spool: &Spool,
    environment: &Environment,
    timeout: Duration,
    form: Form,
) -> Result<(), Failure> {
    let (otlp, warnings) =
        Otlp::from_environment(environment).map_err(|error| Failure::usage(error.to_string()))?;
    warnings
        .iter()
        .for_each(|warning| output::complain(warning));
    let report = spool.drain(&otlp, timeout);
    let report = report.map_err(|error| Failure::Spool(error.to_string()))?;
    report
        .problems()
        .for_each(|problem| output::complain(&problem));
    let left = waiting(spool)?.iter().map(|waiting| waiting.items).sum();
    print_drained(&report, otlp.endpoint(), left, form)?;
    match left {
        0 => Ok(()),
        left => Err(Failure::Waiting(left)),
    }
}

fn print_drained(report: &Report, target: &str, left: u64, form: Form) -> Result<(), Failure> {
    let delivered: u64 = report.sinks.iter().map(|sink| sink.exported).sum();
    let failed: u64 = report.sinks.iter().map(|sink| sink.failed).sum();
    match form {
        Form::Json => output::print_json(&json!({
            "target": target,
            "delivered": delivered,
            "failed": failed,
            "waiting": left,
        })),
        Form::Text => {
            let noun = if delivered == 1 { "span" } else { "spans" };
            output::print_line(&format!("delivered {delivered} {noun} to {target}"))
        }
    }
}
