//! What a call, a run and a streamed chunk cost a process that talks to a host over loopback, beside a floor: raw
//! reqwest, borrowed serde structs and a minimal splitter, with the spans that an expert would write by hand.
//!
//! `cargo bench -p glassbox-e2e --bench floor` starts the host and each measured client as processes of their own, in
//! turn, and prints the medians of their CPU time (user and system), their peak memory and the bytes they exported.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark may unwrap, prints, reads its arguments and owns its tasks"
)]

mod client;
mod floor;
mod host;
mod toolkit;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const ROUNDS: usize = 5;

/// The works, and how many of each a client does.
const WORKS: [(&str, usize); 3] = [("chat", 20_000), ("agent", 8_000), ("stream", 1_000)];

const CLIENTS: [&str; 4] = ["floor", "floor+otel", "glassbox", "glassbox+otel"];

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["host"] => host::serve(),
        ["client", who, work, count, url] => {
            client::measure(who, work, count.parse().unwrap(), url)
        }
        ["idle", who, count, url] => client::idle(who, count.parse().unwrap(), url),
        // `cargo test --benches` and the like: there is nothing to measure.
        [first, ..] if first.starts_with("--") => {}
        _ => orchestrate(),
    }
}

fn orchestrate() {
    let mut host = Command::new(std::env::current_exe().unwrap())
        .arg("host")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(host.stdout.as_mut().unwrap())
        .read_line(&mut url)
        .unwrap();
    let url = url.trim();
    println!(
        "CPU of the client alone, medians of {ROUNDS} rounds in turn, 64 at once; ratio to the floor"
    );
    println!(
        "{:8} {:14} {:>12} {:>7} {:>9} {:>14}",
        "work", "client", "us each", "ratio", "peak MB", "exported bytes"
    );
    for (work, count) in WORKS {
        let mut figures = vec![Vec::new(); CLIENTS.len()];
        for _ in 0..ROUNDS {
            for (at, who) in CLIENTS.iter().enumerate() {
                figures[at].push(run(&["client", who, work, &count.to_string(), url]));
            }
        }
        for (who, rounds) in CLIENTS.iter().zip(&figures) {
            // Round by round, because the machine's speed drifts from one to the next.
            let ratios = rounds
                .iter()
                .zip(&figures[0])
                .map(|(own, floor)| [own[0] / floor[0], 0.0, 0.0]);
            let [ratio, ..] = median(ratios.collect());
            let [micros, megabytes, bytes] = median(rounds.clone());
            println!("{work:8} {who:14} {micros:12.1} {ratio:7.2} {megabytes:9.1} {bytes:14.0}");
        }
    }
    for who in ["floor", "glassbox+otel"] {
        let [bytes, ..] = median((0..3).map(|_| run(&["idle", who, "256", url])).collect());
        println!("{who}: {:.1} KiB an open stream", bytes / 1024.0);
    }
    host.kill().unwrap();
    host.wait().unwrap();
}

fn run(arguments: &[&str]) -> [f64; 3] {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text
        .split_whitespace()
        .map(|number| number.parse().unwrap());
    [
        numbers.next().unwrap(),
        numbers.next().unwrap_or(0.0),
        numbers.next().unwrap_or(0.0),
    ]
}

fn median(mut rounds: Vec<[f64; 3]>) -> [f64; 3] {
    std::array::from_fn(|column| {
        rounds.sort_by(|a, b| a[column].total_cmp(&b[column]));
        rounds[rounds.len() / 2][column]
    })
}
