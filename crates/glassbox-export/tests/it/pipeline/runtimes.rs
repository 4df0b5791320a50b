//! Spans arrive with every kind of runtime and with none, and from every thread.

use std::thread;

use tokio::task::JoinSet;

use super::keeping;
use crate::support::{LONG, counts, end_spans};

#[test]
fn without_a_runtime() {
    let (guard, keep) = keeping();
    end_spans(&guard, 3);
    let report = guard.flush(LONG);
    assert_eq!(keep.names(), ["span 0", "span 1", "span 2"]);
    assert_eq!(counts(&report.sinks[0]), (3, 0, 0, 0));
    assert!(report.is_complete() && !report.timed_out);
}

#[tokio::test(flavor = "current_thread")]
async fn on_the_only_thread_of_a_runtime() {
    let (guard, keep) = keeping();
    end_spans(&guard, 3);
    assert!(guard.flush(LONG).is_complete());
    assert_eq!(keep.names().len(), 3);
    end_spans(&guard, 2);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(keep.names().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_the_only_worker_of_a_runtime() {
    let (guard, keep) = keeping();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        end_spans(&guard, 3);
        guard.shutdown(LONG)
    });
    assert!(tasks.join_all().await[0].is_complete());
    assert_eq!(keep.names().len(), 3);
}

#[test]
fn after_the_runtime_is_gone() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (guard, keep) = runtime.block_on(async {
        let (guard, keep) = keeping();
        end_spans(&guard, 2);
        (guard, keep)
    });
    drop(runtime);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(keep.names().len(), 2);
}

#[test]
fn every_span_of_many_threads_arrives_once() {
    let (guard, keep) = keeping();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| end_spans(&guard, 100));
        }
    });
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (800, 0, 0, 0));
    assert_eq!(keep.names().len(), 800);
    assert!(keep.batches().iter().all(|size| *size <= 512));
}

/// The collector lives in the only thread of the runtime that waits for it.
#[tokio::test(flavor = "current_thread")]
async fn a_flush_that_does_not_block_leaves_the_thread_to_others() {
    use glassbox_export::{Otlp, builder};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while stream
                .read_buf(&mut request)
                .await
                .is_ok_and(|read| read > 0)
            {
                if request.windows(6).any(|bytes| bytes == b"span 0") {
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                    request.clear();
                }
            }
        }
    });
    let guard = builder()
        .with_batching(crate::support::patient())
        .with_otlp(Otlp::http(&url).unwrap())
        .build()
        .unwrap();
    end_spans(&guard, 1);
    let report = guard.flush_async(LONG).await;
    assert_eq!(counts(&report.sinks[0]), (1, 0, 0, 0), "{report}");
    end_spans(&guard, 1);
    let report = guard.shutdown_async(LONG).await;
    assert_eq!(counts(&report.sinks[0]), (2, 0, 0, 0), "{report}");
    assert_eq!(guard.shutdown(LONG), report, "the first one counts");
}
