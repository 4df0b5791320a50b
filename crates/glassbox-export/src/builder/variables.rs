//! The variables about the provider and its exporters.

use crate::environment::{Settings, quoted};

/// The SDK reads the sampler, and says nothing about what it cannot read.
pub(super) fn check_sampler(settings: &mut Settings<'_>) {
    const RATIO: [&str; 2] = ["traceidratio", "parentbased_traceidratio"];
    const OTHERS: [&str; 4] = [
        "always_on",
        "always_off",
        "parentbased_always_on",
        "parentbased_always_off",
    ];
    let sampler = settings.parsed(
        &["OTEL_TRACES_SAMPLER"],
        "a sampler there is (default parentbased_always_on)",
        |name| {
            let known = RATIO.iter().chain(&OTHERS).any(|known| *known == name);
            known.then(|| name.to_owned())
        },
    );
    if sampler.is_some_and(|sampler| RATIO.contains(&sampler.as_str())) {
        settings.parsed(
            &["OTEL_TRACES_SAMPLER_ARG"],
            "a number from 0 to 1 (default 1)",
            |ratio| {
                let ratio = ratio.parse::<f64>().ok()?;
                (0.0..=1.0).contains(&ratio).then_some(ratio)
            },
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Otlp,
    Console,
}

/// What `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` or `OTEL_LOGS_EXPORTER` says: a list of `otlp`
/// (the default), `console` and `none`. A list of names that there are not asks for nothing: somebody chose, and not
/// the default.
pub(super) fn exporters(settings: &mut Settings<'_>, variable: &str) -> Vec<Kind> {
    let list = settings.environment.var(variable).unwrap_or("otlp");
    let mut kinds = Vec::new();
    let mut none = false;
    let mut unknown = false;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let kind = match name.to_ascii_lowercase().as_str() {
            "otlp" => Kind::Otlp,
            // The second is the older name of the first.
            "console" | "logging" => Kind::Console,
            "none" => {
                none = true;
                continue;
            }
            _ => {
                unknown = true;
                settings.warn(format!(
                    "{variable}: {} is not otlp, console or none; ignored",
                    quoted(name)
                ));
                continue;
            }
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match (kinds.is_empty(), none) {
        (true, false) if !unknown => vec![Kind::Otlp],
        (false, true) => {
            settings.warn(format!("{variable}: none stands beside others; ignored"));
            kinds
        }
        _ => kinds,
    }
}
