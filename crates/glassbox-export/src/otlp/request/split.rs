//! One request made two, for a collector that takes less at once.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;

use super::Unreadable;

/// Two requests with half of the items each, in their order, and how many these are.
pub(super) fn halve<R>(request: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable>
where
    R: Message + Default + Items,
{
    let mut request = R::decode(request.clone())?;
    let all = request.count();
    let front = request.split_front(all / 2);
    let half = |request: R| (request.encode_to_vec().into(), request.count() as u64);
    Ok([half(front), half(request)])
}

/// What holds spans, data points or log records.
pub(super) trait Items: Sized {
    fn count(&self) -> usize;

    /// Takes out the first `count` of them, which are some and not all. What stands around them stands
    /// around both.
    fn split_front(&mut self, count: usize) -> Self;
}

impl<T: Items> Items for Vec<T> {
    fn count(&self) -> usize {
        self.iter().map(Items::count).sum()
    }

    fn split_front(&mut self, mut count: usize) -> Self {
        let mut whole = 0;
        for part in self.iter() {
            let size = part.count();
            if size > count {
                break;
            }
            count -= size;
            whole += 1;
        }
        let mut front: Self = self.drain(..whole).collect();
        if let (1.., Some(part)) = (count, self.first_mut()) {
            front.push(part.split_front(count));
        }
        front
    }
}

/// Groups: a list of others, and what is said once of them all.
macro_rules! groups {
    ($($group:ident { $list:ident $(, $own:ident)* })*) => {$(
        impl Items for $group {
            fn count(&self) -> usize {
                self.$list.count()
            }

            fn split_front(&mut self, count: usize) -> Self {
                Self {
                    $list: self.$list.split_front(count),
                    $($own: self.$own.clone(),)*
                }
            }
        }
    )*};
}

groups! {
    ExportTraceServiceRequest { resource_spans }
    ResourceSpans { scope_spans, resource, schema_url }
    ScopeSpans { spans, scope, schema_url }
    ExportLogsServiceRequest { resource_logs }
    ResourceLogs { scope_logs, resource, schema_url }
    ScopeLogs { log_records, scope, schema_url }
    ExportMetricsServiceRequest { resource_metrics }
    ResourceMetrics { scope_metrics, resource, schema_url }
    ScopeMetrics { metrics, scope, schema_url }
}

/// Items themselves, which are not split.
macro_rules! whole {
    ($($item:ident)*) => {$(
        impl Items for $item {
            fn count(&self) -> usize {
                1
            }

            fn split_front(&mut self, _: usize) -> Self {
                std::mem::take(self)
            }
        }
    )*};
}

whole! { Span LogRecord }

/// A metric is a group of data points, of five kinds.
impl Items for Metric {
    fn count(&self) -> usize {
        match &self.data {
            None => 0,
            Some(Data::Gauge(data)) => data.data_points.len(),
            Some(Data::Sum(data)) => data.data_points.len(),
            Some(Data::Histogram(data)) => data.data_points.len(),
            Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
            Some(Data::Summary(data)) => data.data_points.len(),
        }
    }

    fn split_front(&mut self, count: usize) -> Self {
        /// The first ones of a list that keeps the others.
        fn front<T>(points: &mut Vec<T>, count: usize) -> Vec<T> {
            points.drain(..count.min(points.len())).collect()
        }
        macro_rules! taken {
            ($($kind:ident)*) => {
                match &mut self.data {
                    $(Some(Data::$kind(data)) => {
                        let points = front(&mut data.data_points, count);
                        let rest = std::mem::take(&mut data.data_points);
                        let mut first = data.clone();
                        first.data_points = points;
                        data.data_points = rest;
                        Some(Data::$kind(first))
                    })*
                    None => None,
                }
            };
        }
        let data = taken!(Gauge Sum Histogram ExponentialHistogram Summary);
        Self {
            name: self.name.clone(),
            description: self.description.clone(),
            unit: self.unit.clone(),
            metadata: self.metadata.clone(),
            data,
        }
    }
}

#[cfg(test)]
mod tests;
