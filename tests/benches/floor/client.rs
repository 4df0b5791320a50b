//! One measured client: does a work so many times, 64 at once, and prints what it cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::{floor, toolkit};

const AT_ONCE: usize = 64;

/// Someone who can do the works.
#[derive(Clone)]
pub(crate) enum Client {
    Floor(floor::Floor),
    Toolkit(Box<toolkit::Toolkit>),
}

impl Client {
    fn new(who: &str, url: &str) -> Self {
        // What reqwest asks for in a build without a provider of its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match who {
            "floor" => Self::Floor(floor::Floor::new(url, false)),
            "floor+otel" => Self::Floor(floor::Floor::new(url, true)),
            "glassbox" => Self::Toolkit(Box::new(toolkit::Toolkit::new(url, false))),
            "glassbox+otel" => Self::Toolkit(Box::new(toolkit::Toolkit::new(url, true))),
            other => panic!("no client {other}"),
        }
    }

    async fn work(&self, work: &str) {
        match (self, work) {
            (Self::Floor(client), "chat") => client.chat().await,
            (Self::Floor(client), "agent") => client.agent().await,
            (Self::Floor(client), "stream") => client.stream().await,
            (Self::Toolkit(client), "chat") => client.chat().await,
            (Self::Toolkit(client), "agent") => client.agent().await,
            (Self::Toolkit(client), "stream") => client.stream().await,
            (_, other) => panic!("no work {other}"),
        }
    }

    fn finish(&self) {
        match self {
            Self::Floor(client) => client.finish(),
            Self::Toolkit(client) => client.finish(),
        }
    }
}

/// Prints microseconds of CPU each, the peak of resident megabytes, and the bytes exported each.
pub(crate) fn measure(who: &str, work: &str, count: usize, url: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let client = runtime.block_on(async { Client::new(who, url) });
    runtime.block_on(many(&client, work, AT_ONCE * 2));
    let before = cpu();
    runtime.block_on(many(&client, work, count));
    client.finish();
    let spent = cpu() - before;
    // A chunk is what a stream costs by.
    let each = if work == "stream" {
        count * crate::host::CHUNKS
    } else {
        count
    };
    let exported = runtime.block_on(exported(url));
    let total = count + AT_ONCE * 2;
    println!(
        "{} {} {}",
        spent.as_secs_f64() * 1e6 / each as f64,
        peak_megabytes(),
        exported as f64 / total as f64
    );
}

async fn many(client: &Client, work: &str, count: usize) {
    let left = Arc::new(AtomicUsize::new(count));
    let workers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (client, left, work) = (client.clone(), Arc::clone(&left), work.to_owned());
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok()
                {
                    client.work(&work).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
}

/// Prints the bytes of memory that each of `count` open streams holds.
pub(crate) fn idle(who: &str, count: usize, url: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = Client::new(who, url);
        client.work("chat").await;
        let before = resident();
        let mut streams: Vec<Box<dyn std::any::Any>> = Vec::new();
        for _ in 0..count {
            streams.push(match &client {
                Client::Floor(client) => Box::new(client.open().await),
                Client::Toolkit(client) => Box::new(client.open().await),
            });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        println!(
            "{}",
            resident().saturating_sub(before) as f64 / streams.len() as f64
        );
        // The streams are dropped with everything else.
    });
}

async fn exported(url: &str) -> u64 {
    let text = reqwest::get(format!("{url}/exported"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    text.parse().unwrap()
}

/// User and system time of this process, from `/proc/self/stat` (proc(5), fields 14 and 15, in ticks of 10 ms).
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn resident() -> u64 {
    status("VmRSS:") * 1024
}

fn peak_megabytes() -> f64 {
    status("VmHWM:") as f64 / 1024.0
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
