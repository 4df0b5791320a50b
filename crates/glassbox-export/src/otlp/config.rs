//! The `OTEL_EXPORTER_OTLP_*` variables.

use http::HeaderMap;
use opentelemetry_sdk::metrics::Temporality;

use super::endpoint::Endpoint;
use super::failure::Hints;
use super::tls::Tls;
use super::{Otlp, Protocol, header};
use crate::environment::{Environment, Settings, quoted};
use crate::error::Error;
use crate::signal::Signal;

/// The names of one setting: for this signal, then for all.
struct Names {
    own: &'static str,
    general: &'static str,
}

impl Names {
    fn both(&self) -> [&'static str; 2] {
        [self.own, self.general]
    }
}

/// The variables of one signal, and the path it has below a base URL.
struct Variables {
    path: &'static str,
    protocol: Names,
    endpoint: Names,
    headers: Names,
    timeout: Names,
    compression: Names,
    insecure: Names,
    certificate: Names,
    client_certificate: Names,
    client_key: Names,
}

macro_rules! names {
    ($signal:literal, $setting:literal) => {
        Names {
            own: concat!("OTEL_EXPORTER_OTLP_", $signal, "_", $setting),
            general: concat!("OTEL_EXPORTER_OTLP_", $setting),
        }
    };
}

macro_rules! variables {
    ($signal:literal, $path:literal) => {
        Variables {
            path: $path,
            protocol: names!($signal, "PROTOCOL"),
            endpoint: names!($signal, "ENDPOINT"),
            headers: names!($signal, "HEADERS"),
            timeout: names!($signal, "TIMEOUT"),
            compression: names!($signal, "COMPRESSION"),
            insecure: names!($signal, "INSECURE"),
            certificate: names!($signal, "CERTIFICATE"),
            client_certificate: names!($signal, "CLIENT_CERTIFICATE"),
            client_key: names!($signal, "CLIENT_KEY"),
        }
    };
}

const TRACES: Variables = variables!("TRACES", "v1/traces");
const METRICS: Variables = variables!("METRICS", "v1/metrics");
const LOGS: Variables = variables!("LOGS", "v1/logs");
const TEMPORALITY: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";

const HTTP_DEFAULT: &str = "http://localhost:4318";
const GRPC_DEFAULT: &str = "http://localhost:4317";

pub(super) fn read(
    environment: &Environment,
    signal: Signal,
) -> Result<(Otlp, Vec<String>), Error> {
    let temporality = signal == Signal::Metrics;
    let signal = match signal {
        Signal::Traces => &TRACES,
        Signal::Metrics => &METRICS,
        Signal::Logs => &LOGS,
    };
    let mut settings = Settings::new(environment);
    let protocol = protocol(&mut settings, signal);
    let (endpoint, variable) = endpoint(&mut settings, signal, protocol)?;
    let otlp = Otlp {
        protocol,
        headers: headers(&mut settings, signal),
        timeout: Otlp::TIMEOUT,
        gzip: gzip(&mut settings, signal),
        tls: if endpoint.is_https() {
            tls(&mut settings, signal)?
        } else {
            Tls::default()
        },
        endpoint,
        temporality: match temporality {
            true => self::temporality(&mut settings),
            false => Temporality::default(),
        },
        hints: Hints {
            endpoint: Some(variable),
            headers: Some(signal.headers.general),
            protocol: Some(signal.protocol.general),
            timeout: Some(signal.timeout.general),
        },
    };
    let timeout = settings.milliseconds(&signal.timeout.both(), Otlp::TIMEOUT);
    Ok((otlp.with_timeout(timeout), settings.warnings))
}

fn protocol(settings: &mut Settings<'_>, signal: &Variables) -> Protocol {
    settings
        .parsed(
            &signal.protocol.both(),
            "grpc, http/protobuf or http/json (default http/protobuf)",
            |value| match value.to_ascii_lowercase().as_str() {
                "grpc" => Some(Protocol::Grpc),
                "http/protobuf" => Some(Protocol::HttpProtobuf),
                "http/json" => Some(Protocol::HttpJson),
                _ => None,
            },
        )
        .unwrap_or_default()
}

/// The endpoint, and the variable that decides about it.
///
/// For HTTP the general variable is a base URL and the one for the signal is taken as it stands;
/// gRPC has no paths, and `INSECURE` speaks for an endpoint without a scheme.
fn endpoint(
    settings: &mut Settings<'_>,
    signal: &Variables,
    protocol: Protocol,
) -> Result<(Endpoint, &'static str), Error> {
    let names = &signal.endpoint;
    let is_grpc = protocol == Protocol::Grpc;
    for name in names.both() {
        let Some(value) = settings.environment.var(name).map(str::trim) else {
            continue;
        };
        let url = if value.contains("://") {
            value.to_owned()
        } else if !is_grpc {
            settings.warn(format!("{name} has no scheme; taken as http://"));
            format!("http://{value}")
        } else if settings.flag(&signal.insecure.both()) {
            format!("http://{value}")
        } else {
            format!("https://{value}")
        };
        let whole = |endpoint| match is_grpc || name == names.own {
            true => Ok(endpoint),
            false => Endpoint::below(endpoint, signal.path),
        };
        match Endpoint::parse(&url).and_then(whole) {
            Ok(endpoint) => return Ok((endpoint, name)),
            // Not the value: it may hold a password.
            Err(problem) => settings.warn(format!("{name} {problem}; ignored")),
        }
    }
    let endpoint = if is_grpc {
        Endpoint::parse(GRPC_DEFAULT)
    } else {
        Endpoint::parse(HTTP_DEFAULT).and_then(|base| Endpoint::below(base, signal.path))
    };
    let endpoint = endpoint.map_err(|problem| Error::new(format!("the default {problem}")))?;
    Ok((endpoint, names.general))
}

fn temporality(settings: &mut Settings<'_>) -> Temporality {
    settings
        .parsed(
            &[TEMPORALITY],
            "cumulative, delta or lowmemory (default cumulative)",
            |value| value.parse().ok(),
        )
        .unwrap_or_default()
}

fn headers(settings: &mut Settings<'_>, signal: &Variables) -> HeaderMap {
    let names = signal.headers.both();
    let variable = settings.text(&names).map_or(names[1], |(name, _)| name);
    let mut headers = HeaderMap::new();
    for (name, value) in settings.pairs(&names) {
        match header(&name, &value) {
            Some((name, value)) => {
                headers.insert(name, value);
            }
            None => settings.warn(format!(
                "{variable}: {} cannot be sent as a header; ignored",
                quoted(&name)
            )),
        }
    }
    headers
}

fn gzip(settings: &mut Settings<'_>, signal: &Variables) -> bool {
    settings
        .parsed(
            &signal.compression.both(),
            "gzip or none (default none)",
            |value| match value.to_ascii_lowercase().as_str() {
                "gzip" => Some(true),
                "none" => Some(false),
                _ => None,
            },
        )
        .unwrap_or(false)
}

fn tls(settings: &mut Settings<'_>, signal: &Variables) -> Result<Tls, Error> {
    let authorities = file(settings, &signal.certificate)?;
    let chain = file(settings, &signal.client_certificate)?;
    let key = file(settings, &signal.client_key)?;
    let identity = match (chain, key) {
        (Some(chain), Some(key)) => Some((chain, key)),
        (None, None) => None,
        (chain, _) => {
            let (set, missing) = match chain {
                Some(_) => (&signal.client_certificate, &signal.client_key),
                None => (&signal.client_key, &signal.client_certificate),
            };
            return Err(Error::new(format!(
                "{} is set and {} is not",
                set.general, missing.general
            )));
        }
    };
    Ok(Tls {
        authorities,
        identity,
    })
}

/// The contents of the file that a variable names.
fn file(settings: &Settings<'_>, names: &Names) -> Result<Option<Vec<u8>>, Error> {
    let Some((name, path)) = settings.text(&names.both()) else {
        return Ok(None);
    };
    std::fs::read(path)
        .map(Some)
        .map_err(|error| Error::caused(format!("{name}: cannot read {}", quoted(path)), error))
}
