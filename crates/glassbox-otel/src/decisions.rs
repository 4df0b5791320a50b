//! What wrappers around a model decided, as events.

use glassbox_core::{DecisionKind, ModelName};
use glassbox_semconv::{attribute, glassbox};
use opentelemetry::KeyValue;

use crate::vocabulary::Attributes;
use crate::vocabulary::attributes::{int, strings};

/// The name and the attributes of the event. `None` for a decision of a kind that telemetry does not know.
pub(crate) fn event(kind: &DecisionKind) -> Option<(&'static str, Attributes)> {
    let event = match kind {
        DecisionKind::Balance {
            chosen, cooling, ..
        } => {
            let mut out = vec![named(glassbox::BALANCE_CHOSEN, chosen)];
            if !cooling.is_empty() {
                let names = cooling.iter().map(|name| name.to_string().into());
                out.push(strings(glassbox::BALANCE_COOLING, names));
            }
            (glassbox::EVENT_BALANCE, out)
        }
        DecisionKind::CacheHit { store, age, .. } => {
            let store = KeyValue::new(glassbox::CACHE_HIT_STORE, store.as_str());
            let age = KeyValue::new(glassbox::CACHE_HIT_AGE, age.as_secs_f64());
            (glassbox::EVENT_CACHE_HIT, vec![store, age])
        }
        DecisionKind::CacheMiss { damaged, .. } => {
            let damaged = damaged.then(|| KeyValue::new(glassbox::CACHE_MISS_DAMAGED, true));
            (glassbox::EVENT_CACHE_MISS, damaged.into_iter().collect())
        }
        DecisionKind::Fallback {
            from,
            to,
            kind,
            status,
            ..
        } => {
            let mut out = vec![
                named(glassbox::FALLBACK_FROM, from),
                named(glassbox::FALLBACK_TO, to),
                KeyValue::new(attribute::ERROR_TYPE, kind.as_str()),
            ];
            int(glassbox::RETRY_STATUS_CODE, *status, &mut out);
            (glassbox::EVENT_FALLBACK, out)
        }
        DecisionKind::RateLimitWait { wait, .. } => {
            let wait = KeyValue::new(glassbox::RATE_LIMIT_WAIT_TIME, wait.as_secs_f64());
            (glassbox::EVENT_RATE_LIMIT_WAIT, vec![wait])
        }
        DecisionKind::TimeLimit { reached, limit, .. } => {
            let reached = KeyValue::new(glassbox::TIME_LIMIT_REACHED, reached.as_str());
            let limit = KeyValue::new(glassbox::LIMIT, limit.as_secs_f64());
            (glassbox::EVENT_TIME_LIMIT, vec![reached, limit])
        }
        _ => return None,
    };
    Some(event)
}

fn named(key: &'static str, model: &ModelName) -> KeyValue {
    KeyValue::new(key, model.to_string())
}
