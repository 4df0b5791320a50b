//! How a process may end: each of these is one of its own, which this test starts, and which sends its
//! spans here.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use glassbox_export::{Guard, Otlp, Signals, builder};
use opentelemetry::global;
use opentelemetry::trace::Tracer as _;

use crate::support::http::Collector;
use crate::support::patient;

/// Where the child sends to, and what it does.
const URL: &str = "GLASSBOX_TEST_URL";
const ACT: &str = "GLASSBOX_TEST_ACT";

const INTERRUPTED: i32 = 2;
const TERMINATED: i32 = 15;

/// This very program, as the child that does what `act` says; it has said that it is ready.
fn start(collector: &Collector, act: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ending::child", "--ignored", "--nocapture"])
        .env(URL, collector.url())
        .env(ACT, act)
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let ready = lines
        .map_while(Result::ok)
        .find(|line| line.contains("ready"));
    assert!(ready.is_some(), "{act}: it ended before it began");
    child
}

fn kill(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

fn end(mut child: Child) -> (ExitStatus, String) {
    let mut said = String::new();
    let mut stderr = child.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
    (child.wait().unwrap(), said)
}

/// Not a test: what a child does.
#[test]
#[ignore = "the child of the other tests"]
fn child() {
    let (Some(url), Some(act)) = (std::env::var_os(URL), std::env::var_os(ACT)) else {
        return;
    };
    act_as(url.to_str().unwrap(), act.to_str().unwrap());
}

fn install(url: &str, signals: Signals) -> Guard {
    builder()
        .with_batching(patient())
        .with_otlp(Otlp::http(url).unwrap())
        .with_signals(signals)
        .with_panic_hook(true)
        .with_listener(complain)
        .install()
        .unwrap()
}

#[expect(clippy::print_stderr, reason = "a child speaks to its test")]
fn complain(problem: &str) {
    eprintln!("glassbox: {problem}");
}

#[expect(clippy::print_stdout, reason = "a child speaks to its test")]
fn act_as(url: &str, act: &str) {
    let signals = match act {
        "handle" => Signals::Flush,
        _ => Signals::End,
    };
    if act == "handle-before" {
        handle();
    }
    let guard = install(url, signals);
    let tracer = global::tracer("child");
    drop(tracer.start("ended"));
    let _open = tracer.start("open");
    let wait = || loop {
        std::thread::sleep(Duration::from_secs(1));
    };
    match act {
        "wait" => {
            println!("ready");
            wait();
        }
        "handle" | "handle-before" => {
            if act == "handle" {
                handle();
            }
            println!("ready");
            wait();
        }
        "after" => {
            drop(guard);
            println!("ready");
            wait();
        }
        "panic" => {
            println!("ready");
            panic!("as told");
        }
        "thread" => {
            println!("ready");
            let thread = std::thread::spawn(|| panic!("as told"));
            assert!(thread.join().is_err());
            // Nobody waits for what the hook sends on its way, and nothing else does.
            std::thread::sleep(Duration::from_secs(2));
            std::mem::forget(guard);
        }
        other => panic!("{other}?"),
    }
}

/// The program's own: it ends with 7, a while after the signal.
#[expect(clippy::exit, reason = "what a program's own handler does")]
fn handle() {
    let mut signals = signal_hook::iterator::Signals::new([TERMINATED]).unwrap();
    std::thread::spawn(move || {
        signals.forever().next();
        std::thread::sleep(Duration::from_secs(2));
        std::process::exit(7);
    });
}

#[test]
fn a_signal_delivers_and_then_ends_the_process() {
    for (signal, number) in [("-INT", INTERRUPTED), ("-TERM", TERMINATED)] {
        let collector = Collector::new([]);
        let child = start(&collector, "wait");
        kill(&child, signal);
        let (status, said) = end(child);
        assert_eq!(status.signal(), Some(number), "{said}");
        assert_eq!(collector.names(), ["ended", "open"], "{said}");
        assert!(said.contains("1 span was still open at the end"), "{said}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    use crate::support::http::Answer;

    let collector = Collector::always(Answer::Silence);
    let child = start(&collector, "wait");
    kill(&child, "-TERM");
    while collector.received().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    kill(&child, "-INT");
    let (status, said) = end(child);
    assert_eq!(status.signal(), Some(INTERRUPTED), "{said}");
    assert_eq!(said, "", "nothing is known yet");
}

#[test]
fn a_collector_that_does_not_answer_delays_the_end_by_no_more_than_that() {
    use crate::support::http::Answer;

    let collector = Collector::always(Answer::Silence);
    let child = start(&collector, "wait");
    kill(&child, "-TERM");
    let (status, said) = end(child);
    assert_eq!(status.signal(), Some(TERMINATED), "{said}");
    assert!(said.contains("could not deliver 2 spans"), "{said}");
}

#[test]
fn a_program_s_own_handler_has_its_way() {
    for act in ["handle", "handle-before"] {
        let collector = Collector::new([]);
        let child = start(&collector, act);
        kill(&child, "-TERM");
        let (status, said) = end(child);
        assert_eq!(status.code(), Some(7), "{act}: {said}");
        assert_eq!(collector.names(), ["ended"], "{act}: flushed all the same");
    }
}

#[test]
fn without_telemetry_a_signal_is_what_it_was() {
    let collector = Collector::new([]);
    let child = start(&collector, "after");
    assert_eq!(collector.names(), ["ended", "open"]);
    kill(&child, "-TERM");
    let (status, said) = end(child);
    assert_eq!(status.signal(), Some(TERMINATED), "{said}");
}

#[test]
fn a_panic_that_unwinds_delivers() {
    let collector = Collector::new([]);
    let (status, said) = end(start(&collector, "panic"));
    assert_eq!(status.code(), Some(101), "{said}");
    assert_eq!(collector.names().first().map(String::as_str), Some("ended"));
    assert_eq!(collector.names().len(), 2, "{said}");
    assert!(
        said.contains("as told"),
        "the earlier hook comes first: {said}"
    );
}

#[test]
fn a_panic_elsewhere_sends_what_is_there_on_its_way() {
    let collector = Collector::new([]);
    let (_, said) = end(start(&collector, "thread"));
    assert_eq!(collector.names(), ["ended"], "{said}");
}
